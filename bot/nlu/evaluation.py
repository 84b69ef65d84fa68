"""Measures the trained understanding on files of labelled messages, language by language."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.l10n.languages import resolve
from bot.nlu.entities.order_number import normalise
from bot.nlu.evaluation_report import LanguageReport, Outcome, render, report_of

_FALLBACK = "nlu_fallback"
# Encoders, detectors and caches load at the first message; that is start-up, not latency.
_WARM_UP = ("warming up, one moment", "sto scaldando i motori", "jeg varmer op", "12345678")


@dataclass(frozen=True)
class Line:
    """One labelled message; `issue` and `order_number` are None where the message has none."""

    text: str
    intent: str
    issue: str | None
    order_number: str | None


def run(labelled: Mapping[str, Sequence[Line]], as_json: bool, model: Path) -> None:
    """Print how well the model understands the messages of these languages.

    With `as_json` the report is one JSON object and nothing else reaches standard output, whatever libraries
    have to say. Raises ValueError where the file is not a trained model.
    """
    with _quiet_standard_output() as answer:
        reports = evaluate(labelled, model)
        if as_json:
            print(json.dumps({"languages": {r.language: r.as_dict() for r in reports}}), file=answer)
        else:
            render(reports, answer)


def evaluate(labelled: Mapping[str, Sequence[Line]], model: Path) -> list[LanguageReport]:
    """Return one report a language. Every message is parsed once, with a cold cache and no expected language."""
    agent = _load(model)
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        parse = partial(_parse, loop, agent)
        for text in _WARM_UP:
            parse(text)
        return [
            report_of(language, [_outcome(parse, line, language) for line in lines])
            for language, lines in labelled.items()
        ]


def read_files(paths: Sequence[Path]) -> dict[str, list[Line]]:
    """Return the labelled messages of files named after their language; those of one language are added up.

    Raises OSError where a file cannot be read, ValueError where its name is no language, or naming file and line
    where it is malformed.
    """
    labelled: dict[str, list[Line]] = {}
    for path in paths:
        language = resolve(path.stem)
        if language is None:
            raise ValueError(f"{path}: the name is no language of bot/l10n/languages.py")
        labelled.setdefault(language, []).extend(read_lines(path))
    return labelled


def read_lines(path: Path) -> list[Line]:
    """Return the labelled messages of a JSON Lines file; raises ValueError naming file and line."""
    lines = []
    # By the byte: the line separators of Unicode belong to the messages.
    for number, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            lines.append(_line(json.loads(raw)))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}:{number}: not a labelled message ({_described(error)})") from error
    return lines


def _line(entry: Any) -> Line:
    line = Line(entry["text"], entry["intent"], entry.get("issue"), entry.get("order_number"))
    if not isinstance(line.text, str) or not isinstance(line.intent, str):
        raise TypeError("text and intent must be texts")
    if not all(value is None or isinstance(value, str) for value in (line.issue, line.order_number)):
        raise TypeError("issue and order_number must be texts or null")
    return line


def _described(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _outcome(parse: Callable[[str], dict[str, Any]], line: Line, language: str) -> Outcome:
    started = time.perf_counter()
    parsed = parse(line.text)
    elapsed_ms = (time.perf_counter() - started) * 1000
    final = parsed["intent"]["name"]
    # The bot asks back in its own words then; what it would have guessed is still worth knowing.
    guesses = [guess["name"] for guess in parsed.get("intent_ranking", []) if guess["name"] != _FALLBACK]
    numbers = [entity["value"] for entity in parsed["entities"] if entity["entity"] == "order_number"]
    expected_number = normalise(line.order_number) if line.order_number else None
    return Outcome(
        text=line.text,
        intent=line.intent,
        guessed_intent=final if final != _FALLBACK else next(iter(guesses), None),
        is_fallback=final == _FALLBACK,
        issue=line.issue,
        guessed_issue=parsed["issue"]["name"],
        language_is_right=parsed["language"] == language,
        order_number_is_right=(normalise(str(numbers[0])) if numbers else None) == expected_number,
        elapsed_ms=elapsed_ms,
    )


def _parse(loop: asyncio.AbstractEventLoop, agent: Any, text: str) -> dict[str, Any]:
    from rasa.core.channels.channel import UserMessage

    # Past Agent.parse_message, which would drop the metadata and wrap the text again.
    message = UserMessage(text, metadata={})
    parsed: dict[str, Any] = loop.run_until_complete(agent.processor.parse_message(message))
    return parsed


def _load(model: Path) -> Any:
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    # Until this has run, every debug line with the whole parse is printed.
    configure_structlog(logging.ERROR)
    agent = Agent.load(model_path=str(model))
    if agent.processor is None:
        raise ValueError(f"{model}: not a trained model")
    return agent


@contextlib.contextmanager
def _quiet_standard_output() -> Iterator[Any]:
    """Send everything printed to standard error, also by libraries in C; yield the true standard output."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("rasa").setLevel(logging.ERROR)
    sys.stdout.flush()
    true_output = os.dup(1)
    try:
        os.dup2(2, 1)
        with (
            contextlib.redirect_stdout(sys.stderr),
            warnings.catch_warnings(),
            os.fdopen(os.dup(true_output), "w", encoding="utf-8") as answer,
        ):
            warnings.simplefilter("ignore")
            yield answer
    finally:
        os.dup2(true_output, 1)
        os.close(true_output)
