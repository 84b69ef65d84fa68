"""How the encoded training examples are kept on disk: one compressed archive of arrays, no pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import sparse

from bot.nlu.ngrams import HashedNgrams
from bot.nlu.reference import Projection, ReferenceExamples

_FILE = "reference.npz"


def write_reference(reference: ReferenceExamples, folder: Path) -> None:
    """Write the reference into a folder; vectors are stored in half precision."""
    np.savez(
        folder / _FILE,
        languages=reference.languages,
        idf=reference.ngrams.idf,
        ngram_values=reference.ngram_rows.data.astype(np.float16),
        ngram_columns=reference.ngram_rows.indices,
        ngram_bounds=reference.ngram_rows.indptr,
        use_mean=reference.use_projection.mean,
        use_directions=reference.use_projection.directions,
        use_rows=reference.use_rows,
        e5_mean=reference.e5_projection.mean,
        e5_directions=reference.e5_projection.directions,
        e5_rows=reference.e5_rows,
    )


def read_reference(folder: Path) -> ReferenceExamples:
    """Return the reference written into a folder."""
    with np.load(folder / _FILE, allow_pickle=False) as stored:
        columns = len(stored["idf"])
        use_rows = stored["use_rows"]
        ngram_rows = sparse.csr_matrix(
            (stored["ngram_values"].astype(np.float32), stored["ngram_columns"], stored["ngram_bounds"]),
            shape=(len(use_rows), columns),
        )
        return ReferenceExamples(
            stored["languages"].tolist(),
            HashedNgrams(columns, stored["idf"]),
            ngram_rows,
            Projection(stored["use_mean"], stored["use_directions"]),
            use_rows,
            Projection(stored["e5_mean"], stored["e5_directions"]),
            stored["e5_rows"],
        )
