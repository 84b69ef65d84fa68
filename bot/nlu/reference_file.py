"""How the encoded training examples are kept on disk: arrays, no pickle.

The large ones have files of their own that are mapped into memory: of the examples of a language that nobody writes,
nothing is read. The files may be removed once they are mapped, as Rasa does with a model that it has unpacked.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.nlu.ngrams import HashedNgrams
from bot.nlu.reference import NgramRows, Projection, ReferenceExamples

_SMALL = "reference.npz"


def write_reference(reference: ReferenceExamples, folder: Path) -> None:
    """Write the reference into a folder."""
    np.savez(
        folder / _SMALL,
        languages=reference.languages,
        idf=reference.ngrams.idf,
        use_mean=reference.use_projection.mean,
        use_directions=reference.use_projection.directions,
        e5_mean=reference.e5_projection.mean,
        e5_directions=reference.e5_projection.directions,
        ngram_bounds=reference.ngram_rows.bounds,
    )
    for name, rows in (
        ("use_rows", reference.use_rows),
        ("e5_rows", reference.e5_rows),
        ("ngram_values", reference.ngram_rows.values),
        ("ngram_columns", reference.ngram_rows.columns),
    ):
        np.save(folder / f"{name}.npy", rows, allow_pickle=False)


def read_reference(folder: Path) -> ReferenceExamples:
    """Return the reference written into a folder."""
    use_rows, e5_rows, values, columns = (
        np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        for name in ("use_rows", "e5_rows", "ngram_values", "ngram_columns")
    )
    with np.load(folder / _SMALL, allow_pickle=False) as stored:
        width = len(stored["idf"])
        return ReferenceExamples(
            stored["languages"].tolist(),
            HashedNgrams(width, stored["idf"]),
            NgramRows(values, columns, stored["ngram_bounds"], width),
            Projection(stored["use_mean"], stored["use_directions"]),
            use_rows,
            Projection(stored["e5_mean"], stored["e5_directions"]),
            e5_rows,
        )
