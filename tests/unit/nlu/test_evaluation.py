"""What `parley eval nlu` reads, and what of a parsed message it scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.commands.evaluate import nlu
from bot.errors import SettingsError
from bot.nlu import evaluation
from bot.nlu.evaluation import Line

LINE = {"text": "hi", "intent": "greet"}


def write(path: Path, *lines: Any) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def parsed(intent: str, *ranking: str) -> dict[str, Any]:
    return {
        "intent": {"name": intent},
        "intent_ranking": [{"name": name} for name in ranking],
        "issue": {"name": None},
        "language": "en",
        "entities": [],
    }


@pytest.mark.parametrize(
    ("answer", "guessed", "is_fallback"),
    [
        (parsed("greet", "greet", "thank"), "greet", False),
        (parsed("complain", "track_order", "complain"), "complain", False),
        (parsed("nlu_fallback", "nlu_fallback", "thank", "greet"), "thank", True),
        (parsed("nlu_fallback"), None, True),
    ],
    ids=["clear", "settled as a complaint", "asked back", "no guess at all"],
)
def test_what_the_bot_acts_on_is_scored(answer: dict[str, Any], guessed: str | None, is_fallback: bool) -> None:
    outcome = evaluation._outcome(lambda text: answer, Line("hi", "greet", None, None), "en")
    assert (outcome.guessed_intent, outcome.is_fallback) == (guessed, is_fallback)


def test_the_name_of_a_file_is_its_language_however_it_is_written(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, LINE) for name in ("nb.jsonl", "zh_TW.jsonl")]
    assert list(evaluation.read_files(paths)) == ["no", "zh-TW"]


def test_files_of_one_language_are_added_up(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    paths = [
        write(tmp_path / "no.jsonl", LINE),
        write(tmp_path / "nb.jsonl", LINE),
        write(tmp_path / "more" / "no.jsonl", LINE),
    ]
    assert {language: len(lines) for language, lines in evaluation.read_files(paths).items()} == {"no": 3}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([LINE, "not json"], r"en\.jsonl:2: not a labelled message"),
        ([{"text": "hi"}], r"en\.jsonl:1: .*'intent' is missing"),
        ([LINE, "", ["hi", "greet"]], r"en\.jsonl:3: "),
        ([{"text": 5, "intent": "greet"}], r"en\.jsonl:1: .*must be texts"),
        ([LINE | {"order_number": 10482733}], r"en\.jsonl:1: .*order_number"),
    ],
)
def test_a_malformed_line_is_one_clear_line_and_not_a_training(tmp_path: Path, lines: list[Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as raised:
        nlu([write(tmp_path / "en.jsonl", *lines)])
    assert "\n" not in str(raised.value)


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "de.jsonl"
    path.write_bytes(b'{"text": "hi", "intent": "greet"}\n{"text": "sch\xf6n", "intent": "thank"}\n')
    with pytest.raises(SettingsError, match=r"de\.jsonl:2"):
        nlu([path])


def test_a_file_that_is_not_named_after_a_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="qq"):
        nlu([write(tmp_path / "qq.jsonl", LINE)])
