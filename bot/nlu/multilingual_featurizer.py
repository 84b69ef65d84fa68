"""Describes a message by its similarity to the training examples: in meaning (two encoders) and in wording."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.nlu import encoders
from bot.nlu.encoding import ENCODING, Encoding
from bot.nlu.fingerprint import sources_fingerprint
from bot.nlu.progress import progress_bar
from bot.nlu.reference import ReferenceExamples
from bot.nlu.reference_file import read_reference, write_reference
from bot.nlu.text import for_models, is_payload
from bot.nlu.training import training_examples
from bot.nlu.vector_cache import encode_cached


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MultilingualFeaturizer(GraphComponent):
    """Put an `Encoding` on every message that has text, shared by all classifiers after it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults.

        columns: how many columns n-grams are hashed into.
        cache_size: how many recent messages keep their similarities (some 120 kB each).
        vectors: folder where sentence vectors stay between trainings; may be deleted at any time.
        """
        return {"columns": 1 << 16, "cache_size": 128, "vectors": ".rasa/vectors"}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Make an untrained featurizer."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._reference: ReferenceExamples | None = None
        self._recent: OrderedDict[str, Encoding] = OrderedDict()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MultilingualFeaturizer:
        """Return an untrained featurizer (see parent class)."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return what besides the configuration makes an earlier training stale (see parent class)."""
        return sources_fingerprint() + encoders.use.version + encoders.e5.version

    def train(self, training_data: TrainingData) -> Resource:
        """Encode all labelled examples, with a progress bar on standard error, and keep them."""
        examples = training_examples(training_data)
        if examples:
            texts = [for_models(example.text) for example in examples]
            languages = [example.language for example in examples]
            self._reference = self._encode(texts, languages, Path(self._config["vectors"]))
            self.persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give the classifiers the encoded examples, by way of every message; no message is encoded again."""
        if self._reference is not None:
            shared = Encoding("", self._reference)
            for message in training_data.training_examples:
                message.set(ENCODING, shared)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the encoding on every message that has text and is no button payload."""
        for message in messages:
            text = message.get(TEXT)
            if text and self._reference is not None and not is_payload(text):
                message.set(ENCODING, self._encoding(for_models(text), self._reference))
        return messages

    def persist(self) -> None:
        """Write the encoded examples to the model storage."""
        if self._reference is not None:
            with self._model_storage.write_to(self._resource) as folder:
                write_reference(self._reference, folder)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MultilingualFeaturizer:
        """Return the trained featurizer (see parent class); one trained on nothing leaves messages alone."""
        component = cls(config, model_storage, resource)
        # Threads that spin while they wait ruin the latency of a busy machine; one message needs one thread.
        threadpool_limits(limits=1, user_api="blas")
        try:
            with model_storage.read_from(resource) as folder:
                component._reference = read_reference(folder)
        except ValueError:
            # Nothing was persisted: the training data had no labelled examples.
            pass
        return component

    def _encode(self, texts: list[str], languages: list[str], cache_folder: Path) -> ReferenceExamples:
        use_vectors = np.zeros((len(texts), encoders.use.dimension), dtype=np.float32)
        known = [row for row, language in enumerate(languages) if language in encoders.USE_LANGUAGES]
        if known:
            with progress_bar("Encoding with USE", len(known)) as advance:
                use_vectors[known] = encode_cached(encoders.use, [texts[row] for row in known], cache_folder, advance)
        with progress_bar("Encoding with e5", len(texts)) as advance:
            e5_vectors = encode_cached(encoders.e5, texts, cache_folder, advance)
        return ReferenceExamples.fit(texts, languages, use_vectors, e5_vectors, self._config["columns"])

    def _encoding(self, prepared_text: str, reference: ReferenceExamples) -> Encoding:
        encoding = self._recent.pop(prepared_text, None) or Encoding(prepared_text, reference)
        self._recent[prepared_text] = encoding
        if len(self._recent) > self._config["cache_size"]:
            self._recent.popitem(last=False)
        return encoding
