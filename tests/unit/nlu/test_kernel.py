from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import encoders
from bot.nlu.cascade import Cascade
from bot.nlu.cascade_file import read_cascade, write_cascade
from bot.nlu.encoding import Encoding
from bot.nlu.reference import ReferenceExamples
from bot.nlu.reference_file import read_reference, write_reference

TEXTS = [
    f"{wish} {thing}"
    for wish in ("return my", "where is my", "cancel the")
    for thing in ("shoes", "lamp", "cup", "toy")
]
LABELS = ["return"] * 4 + ["track"] * 4 + ["cancel"] * 4


def vectors(dimension: int) -> np.ndarray:
    """Return made-up sentence vectors in which texts of one label lie together."""
    random = np.random.default_rng(1)
    centres = {label: random.normal(size=dimension) for label in sorted(set(LABELS))}
    rows = np.array([centres[label] + 0.3 * random.normal(size=dimension) for label in LABELS], dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class SpyEncoding(Encoding):
    """An encoding whose sentence vectors are those of an example, and which counts how often e5 was asked for."""

    asked = 0

    def __init__(self, reference: ReferenceExamples, row: int) -> None:
        super().__init__(TEXTS[row], reference)
        self.__dict__["use"] = reference.use_rows[row].astype(np.float32)
        self._row = row

    @property
    def e5(self) -> np.ndarray:
        SpyEncoding.asked += 1
        return self.reference.e5_rows[self._row].astype(np.float32)


def reference_in(language: str) -> ReferenceExamples:
    vectors_of_use, vectors_of_e5 = vectors(encoders.use.dimension), vectors(encoders.e5.dimension)
    return ReferenceExamples.fit(TEXTS, [language] * len(TEXTS), vectors_of_use, vectors_of_e5, columns=1 << 10)


@pytest.fixture(scope="module")
def reference() -> ReferenceExamples:
    return reference_in("en")


@pytest.fixture(scope="module")
def cascade(reference: ReferenceExamples) -> Cascade:
    return Cascade.fit(reference, LABELS, sure=0.5)


@pytest.mark.parametrize("language", ["en", "fr", "sv"])
def test_examples_are_classified_as_they_are_labelled(
    reference: ReferenceExamples, cascade: Cascade, language: str
) -> None:
    for row, label in enumerate(LABELS):
        probabilities = cascade.probabilities(SpyEncoding(reference, row), language)
        assert cascade.labels[int(probabilities.argmax())] == label
        assert probabilities.sum() == pytest.approx(1.0, abs=1e-4)


def test_a_sure_answer_does_not_run_the_slow_encoder(reference: ReferenceExamples, cascade: Cascade) -> None:
    SpyEncoding.asked = 0
    cascade.probabilities(SpyEncoding(reference, 0), "en")
    assert SpyEncoding.asked == 0


def test_an_unsure_answer_is_given_by_all_views(reference: ReferenceExamples, cascade: Cascade) -> None:
    SpyEncoding.asked = 0
    doubting = Cascade(cascade.labels, cascade.judges, sure=1.1)
    doubting.probabilities(SpyEncoding(reference, 0), "en")
    assert SpyEncoding.asked > 0


def test_languages_without_training_data_are_never_judged_by_wording(
    reference: ReferenceExamples, cascade: Cascade
) -> None:
    encoding = SpyEncoding(reference, 0)
    cascade.probabilities(encoding, "fr")
    cascade.probabilities(encoding, "sv")
    assert "ngrams" not in encoding.__dict__


def test_a_language_unknown_to_use_is_judged_without_use() -> None:
    reference = reference_in("sv")
    cascade = Cascade.fit(reference, LABELS, sure=0.5)
    encoding = SpyEncoding(reference, 5)
    del encoding.__dict__["use"]
    assert cascade.labels[int(cascade.probabilities(encoding, "sv").argmax())] == "track"
    assert "use" not in encoding.__dict__
    assert sorted(cascade.judges) == ["foreign"]


def test_several_classifiers_share_the_comparison(reference: ReferenceExamples, cascade: Cascade) -> None:
    encoding = SpyEncoding(reference, 0)
    first = encoding.similarity("ngrams", "en", reference.block("en"))
    assert encoding.similarity("ngrams", "en", reference.block("en")) is first


def test_a_reloaded_model_predicts_the_very_same(
    reference: ReferenceExamples, cascade: Cascade, tmp_path: object
) -> None:
    write_reference(reference, tmp_path)  # type: ignore[arg-type]
    write_cascade(cascade, tmp_path)  # type: ignore[arg-type]
    read = read_reference(tmp_path)  # type: ignore[arg-type]
    again = read_cascade(tmp_path, sure=0.5)  # type: ignore[arg-type]
    assert read.fingerprint == reference.fingerprint
    for row in range(len(TEXTS)):
        for language in ("en", "fr", "sv"):
            before = cascade.probabilities(SpyEncoding(reference, row), language)
            after = again.probabilities(SpyEncoding(read, row), language)
            assert np.array_equal(before, after)


def test_a_reference_outlives_its_files_and_gives_the_same_examples(
    reference: ReferenceExamples, tmp_path: Path
) -> None:
    write_reference(reference, tmp_path)
    again = read_reference(tmp_path)
    for file in tmp_path.iterdir():
        # Rasa removes what it unpacked of a model as soon as that is loaded.
        file.unlink()
    rows = np.array([7, 0, 3, 3])
    before, after = reference.take(rows), again.take(rows)
    assert (before.use_rows == after.use_rows).all() and (before.e5_rows == after.e5_rows).all()
    assert (before.ngram_rows != after.ngram_rows).nnz == 0
    for place, row in enumerate(rows):
        columns, values = reference.ngrams.row(TEXTS[row])
        found = after.ngram_rows[place]
        assert sorted(found.indices.tolist()) == sorted(columns.tolist())
        assert np.allclose(found.toarray()[0][columns], values, atol=1e-3)
