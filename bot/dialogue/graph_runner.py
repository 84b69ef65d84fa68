"""Running a model's graph."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.runner.dask import DaskGraphRunner


class PlannedGraphRunner(DaskGraphRunner):  # type: ignore[misc]
    """Runs the nodes of a graph in an order that is worked out once.

    Rasa's own runner has dask work it out anew several times a turn, which is for graphs that run in parallel.
    """

    _plans: dict[tuple[str, ...], list[tuple[str, list[str]]]]

    @classmethod
    def of(cls, runner: DaskGraphRunner) -> PlannedGraphRunner:
        """Return a runner of the components that another one has loaded."""
        planned = cls.__new__(cls)
        planned.__dict__.update(vars(runner), _plans={})
        return planned

    def run(self, inputs: dict[str, Any] | None = None, targets: Sequence[str] | None = None) -> dict[str, Any]:
        """Return what the targets put out; raises GraphComponentException or what a component raised of Rasa's."""
        wanted = tuple(targets or self._graph_schema.target_names)
        # Nodes take each input with its provider's name, and complain themselves of one that is missing.
        results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        if wanted not in self._plans:
            self._plans[wanted] = self._plan(wanted)
        for name, providers in self._plans[wanted]:
            if name not in results:
                results[name] = self._instantiated_nodes[name](*(results.get(of, of) for of in providers))
        return dict(results[name] for name in wanted)

    def _plan(self, wanted: tuple[str, ...]) -> list[tuple[str, list[str]]]:
        nodes = self._graph_schema.minimal_graph_schema(list(wanted)).nodes
        needs = {name: list(node.needs.values()) for name, node in nodes.items()}
        return [(name, needs[name]) for name in TopologicalSorter(needs).static_order() if name in nodes]
