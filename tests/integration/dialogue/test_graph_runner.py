"""A graph of small components, run by Rasa's runner and by ours."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.dialogue.graph_runner import PlannedGraphRunner

_ran: list[str] = []


class _Sum(GraphComponent):  # type: ignore[misc]
    """Adds a number of its own to what comes in."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: dict[str, Any], **_: Any) -> _Sum:
        return cls(config)

    def add(self, left: int, right: int = 0) -> int:
        _ran.append(self._config["name"])
        if left < 0:
            raise ValueError(left)
        return left + right + int(self._config["own"])


def _node(name: str, own: int, **needs: str) -> SchemaNode:
    return SchemaNode(needs, _Sum, "create", "add", {"name": name, "own": own}, eager=True)


# Written from the end to the beginning, so that the order in the file is of no help.
_SCHEMA = GraphSchema(
    {
        "end": _node("end", 1000, left="left", right="right"),
        "left": _node("left", 100, left="start"),
        "right": _node("right", 10, left="start"),
        "aside": _node("aside", 1, left="start"),
        "start": _node("start", 0, left="given"),
        "astray": _node("astray", 0, left="nobody"),
    }
)


@pytest.fixture
def stock(tmp_path: Any) -> DaskGraphRunner:
    _ran.clear()
    return DaskGraphRunner.create(_SCHEMA, LocalModelStorage(tmp_path), ExecutionContext(_SCHEMA))


@pytest.mark.parametrize("targets", [["end"], ["aside"], ["right", "aside"], ["start"]])
def test_it_puts_out_what_rasas_own_does(stock: DaskGraphRunner, targets: list[str]) -> None:
    expected = stock.run({"given": 5}, targets)
    planned = PlannedGraphRunner.of(stock)
    assert planned.run({"given": 5}, targets) == expected
    assert planned.run({"given": 6}, targets) == stock.run({"given": 6}, targets)


def test_each_node_that_is_needed_runs_once(stock: DaskGraphRunner) -> None:
    PlannedGraphRunner.of(stock).run({"given": 5}, ["end"])
    assert sorted(_ran) == ["end", "left", "right", "start"]
    assert _ran[0] == "start" and _ran[-1] == "end"


def test_an_input_that_nobody_provides_is_told(stock: DaskGraphRunner) -> None:
    with pytest.raises(GraphRunError, match="nobody"):
        PlannedGraphRunner.of(stock).run({"given": 5}, ["astray"])


def test_what_a_component_raises_comes_through_as_from_rasas_own(stock: DaskGraphRunner) -> None:
    for runner in (stock, PlannedGraphRunner.of(stock)):
        with pytest.raises(GraphComponentException) as caught:
            runner.run({"given": -1}, ["end"])
        assert isinstance(caught.value.__cause__, ValueError)
