"""What the classifiers know about one message; every part is computed when first asked for, and only once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.nlu import encoders
from bot.nlu.ngrams import SparseRow
from bot.nlu.reference import Block, ReferenceExamples

FloatArray = NDArray[np.float32]

#: Message attribute the featurizer puts an `Encoding` on.
ENCODING = "encoding"


class Encoding:
    """One message in each of three views, to be compared with training examples.

    Asking for `e5` runs the slow encoder; a classifier that is sure without it must not ask.
    """

    def __init__(self, prepared_text: str, reference: ReferenceExamples) -> None:
        self.prepared_text = prepared_text
        self.reference = reference
        self._similarities: dict[tuple[str, str], FloatArray] = {}

    @cached_property
    def use(self) -> FloatArray:
        """The projected vector of the Universal Sentence Encoder."""
        return self.reference.use_projection(encoders.use.encode([self.prepared_text])[0])

    @cached_property
    def e5(self) -> FloatArray:
        """The projected vector of multilingual-e5."""
        return self.reference.e5_projection(encoders.e5.encode([self.prepared_text])[0])

    @cached_property
    def ngrams(self) -> SparseRow:
        """The n-grams, that is, the wording."""
        return self.reference.ngrams.row(self.prepared_text)

    def similarity(self, view: str, name: str, block: Block) -> FloatArray:
        """Return the similarity in one view to every example of a block, which several classifiers may ask for."""
        known = self._similarities.get((view, name))
        if known is None:
            if view == "ngrams":
                known = block.compare_ngrams(self.ngrams)
            else:
                known = block.use_rows @ self.use if view == "use" else block.e5_rows @ self.e5
            self._similarities[view, name] = known
        return known

    def fingerprint(self) -> str:
        """Return what identifies this encoding to Rasa's training cache."""
        return f"{self.reference.fingerprint}:{self.prepared_text}"

    @property
    def has_e5(self) -> bool:
        """Whether e5 has run for this message already, so that asking again costs nothing."""
        return "e5" in self.__dict__
