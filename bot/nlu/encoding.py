"""What the classifiers know about one message; every part is computed when first asked for, and only once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.nlu import encoders
from bot.nlu.reference import ReferenceExamples

FloatArray = NDArray[np.float32]

#: Message attribute the featurizer puts an `Encoding` on.
ENCODING = "encoding"


class Encoding:
    """The similarity of one message to every training example, in each of three views.

    Asking for `e5` runs the slow encoder; a classifier that is sure without it must not ask.
    """

    def __init__(self, prepared_text: str, reference: ReferenceExamples) -> None:
        self.prepared_text = prepared_text
        self.reference = reference

    @cached_property
    def use(self) -> FloatArray:
        """Similarity of meaning by the Universal Sentence Encoder."""
        return self.reference.compare_use(encoders.use.encode([self.prepared_text])[0])

    @cached_property
    def e5(self) -> FloatArray:
        """Similarity of meaning by multilingual-e5."""
        return self.reference.compare_e5(encoders.e5.encode([self.prepared_text])[0])

    @cached_property
    def ngrams(self) -> FloatArray:
        """Similarity of wording."""
        return self.reference.compare_ngrams(self.reference.ngrams.row(self.prepared_text))

    def fingerprint(self) -> str:
        """Return what identifies this encoding to Rasa's training cache."""
        return f"{self.reference.fingerprint}:{self.prepared_text}"

    @property
    def has_e5(self) -> bool:
        """Whether e5 has run for this message already, so that asking again costs nothing."""
        return "e5" in self.__dict__
