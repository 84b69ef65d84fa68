"""What the trainable components read from Rasa's training data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.l10n.languages import DEFAULT_LANGUAGE
from bot.nlu.augmentation import Example, joined_examples, mentioning_examples
from bot.nlu.encoding import ENCODING
from bot.nlu.reference import ReferenceExamples

# The newest training data and its examples: four components ask for the same.
_newest: list[tuple[TrainingData, list[Example]]] = []


def training_examples(training_data: TrainingData) -> list[Example]:
    """Return all labelled examples and those made up from them, in a stable order all components share.

    The language and the issue come from the metadata of the block an example stands in; without, it is English
    and states no problem.
    """
    # By identity: training data compares and hashes by its whole content, which takes seconds.
    if not _newest or _newest[0][0] is not training_data:
        written = [_example(message) for message in training_data.training_examples if _is_labelled(message)]
        _newest[:] = [(training_data, [*written, *joined_examples(written), *mentioning_examples(written)])]
    return _newest[0][1]


def encoded_reference(training_data: TrainingData) -> ReferenceExamples:
    """Return the reference the featurizer put on the messages; its rows are those of `training_examples`."""
    message = next(message for message in training_data.training_examples if _is_labelled(message))
    reference: ReferenceExamples = message.get(ENCODING).reference
    return reference


def _is_labelled(message: Message) -> bool:
    return bool(message.get(TEXT) and message.get(INTENT))


def _example(message: Message) -> Example:
    labels: Mapping[str, Any] = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return Example(
        text=message.get(TEXT),
        intent=message.get(INTENT),
        issue=labels.get("issue"),
        language=labels.get("language", DEFAULT_LANGUAGE),
    )
