"""Tells which language a message is in."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.l10n.languages import resolve
from bot.nlu.attributes import CONVERSATION_LANGUAGE, LANGUAGE, LANGUAGE_CONFIDENCE, LOCALE
from bot.nlu.fingerprint import sources_fingerprint
from bot.nlu.language.identify import identify
from bot.nlu.language.own_ngrams import OwnNgrams
from bot.nlu.language.own_ngrams_file import read_own_ngrams, write_own_ngrams
from bot.nlu.language.vocabulary import NAMING_INTENTS, Vocabulary
from bot.nlu.training import training_examples


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Set `language` (BCP 47, from the registry) and `language_confidence` on every message.

    The metadata of a message may name what is expected: `conversation_language`, which only strong evidence
    over several words overrules, and `locale`. Where the message decides nothing (numbers, codes, e-mail
    addresses, names, "ok", emoji, button payloads), the language is what was expected and the confidence 0.0.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: there is nothing to configure."""
        return {}

    def __init__(self, model_storage: ModelStorage, resource: Resource, own: OwnNgrams) -> None:
        """Make an identifier that knows these n-grams of our own."""
        self._model_storage = model_storage
        self._resource = resource
        self._own = own

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageIdentifier:
        """Return an untrained identifier (see parent class), which relies on the general detectors."""
        return cls(model_storage, resource, OwnNgrams.fit([], []))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return what besides the configuration makes an earlier training stale (see parent class)."""
        return sources_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the n-grams and words of every language from the blocks' `language` metadata."""
        examples = training_examples(training_data)
        speaking = [example for example in examples if example.intent not in NAMING_INTENTS]
        vocabulary = Vocabulary.fit([example.text for example in speaking], [example.language for example in speaking])
        self._own = OwnNgrams.fit(
            [example.text for example in examples], [example.language for example in examples], vocabulary
        )
        self.persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave training examples as they are: their blocks name the language."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the language of every message."""
        for message in messages:
            metadata = message.get(METADATA) or {}
            found = identify(
                message.get(TEXT) or "",
                self._own,
                resolve(metadata.get(CONVERSATION_LANGUAGE)),
                resolve(metadata.get(LOCALE)),
            )
            message.set(LANGUAGE, found.language, add_to_output=True)
            message.set(LANGUAGE_CONFIDENCE, found.confidence, add_to_output=True)
        return messages

    def persist(self) -> None:
        """Write the n-grams and words to the model storage."""
        with self._model_storage.write_to(self._resource) as folder:
            write_own_ngrams(self._own, folder)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageIdentifier:
        """Return the trained identifier (see parent class)."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, read_own_ngrams(folder))
