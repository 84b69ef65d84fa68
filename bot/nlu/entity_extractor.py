"""Finds order numbers, contact data, dates, amounts and other details in a message."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.l10n.languages import DEFAULT_LANGUAGE
from bot.nlu.attributes import LANGUAGE
from bot.nlu.entities.extract import extract
from bot.nlu.entities.order_number import OrderNumberPatterns
from bot.nlu.text import is_payload


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityExtractor(GraphComponent):
    """Add entities with normalised values to `entities`: order_number, email, phone, postcode, quantity, size,
    color, amount, share, condition, doubt, date, tracking_number and ordinal."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults.

        order_number_patterns: regular expressions over normalised numbers (upper case, no separators); `sure`
            ones are the shop's own and taken anywhere, `likely` ones need a word like "order", a `#`, or to be
            nearly all of the message.
        """
        return {
            "order_number_patterns": {
                "sure": [r"(?:PL)?\d{8}"],
                "likely": [r"\d{6,10}", r"[A-Z]{1,4}\d{5,10}"],
            }
        }

    def __init__(self, config: dict[str, Any]) -> None:
        """Make an extractor; raises `re.error` where a configured pattern is malformed."""
        self._patterns = OrderNumberPatterns.compile(**config["order_number_patterns"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityExtractor:
        """Return an extractor (see parent class)."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of every message that has text and is no button payload."""
        for message in messages:
            text = message.get(TEXT)
            if not text or is_payload(text):
                continue
            spans = extract(text, message.get(LANGUAGE) or DEFAULT_LANGUAGE, date.today(), self._patterns)
            found = [
                {
                    ENTITY_ATTRIBUTE_TYPE: span.entity,
                    ENTITY_ATTRIBUTE_START: span.start,
                    ENTITY_ATTRIBUTE_END: span.end,
                    ENTITY_ATTRIBUTE_VALUE: span.value,
                    EXTRACTOR: type(self).__name__,
                }
                for span in spans
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages
