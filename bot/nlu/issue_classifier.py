"""Classifies why the customer is unhappy, and whether the message says so at all."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.l10n.languages import DEFAULT_LANGUAGE
from bot.nlu.attributes import ISSUE, ISSUE_RANKING, ISSUE_STATED, LANGUAGE
from bot.nlu.cascade import STEPS, Cascade
from bot.nlu.cascade_file import read_cascade, write_cascade
from bot.nlu.encoding import ENCODING, Encoding
from bot.nlu.fingerprint import sources_fingerprint
from bot.nlu.progress import progress_bar
from bot.nlu.text import weight
from bot.nlu.training import encoded_reference, training_examples

#: Class of the training examples that state no problem; never reported.
NO_ISSUE = "none"

_COMPLAINT = "complain"
# From here on a message is taken to state a problem, as the dialogue does.
_STATED = 0.5
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*|\n")
# Letters, as counted by `weight`; a shorter part says nothing by itself.
_SAYS_ENOUGH = 8
_LAST_SENTENCES = 3

#: What a problem and a wish in one message come to (the taxonomy's rule): these stand, however unsure.
_WISHES = frozenset({"complain", "refund_order", "exchange_item", "return_item", "repair_item", "reship_item"})

#: Whoever does only this states no problem, unless the message is long.
_CARRY_NO_COMPLAINT = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "stop", "ask_bot", "change_language", "inform"}
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IssueClassifier(GraphComponent):
    """Set `issue`, `issue_ranking` and `issue_stated` on every message that can carry a complaint.

    Skipped are messages without text, button payloads, and short messages whose best intent is small talk, an
    answer or mere data; they get no issue and `issue_stated` 0.0.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults, all measured (docs/nlu.md).

        sure: a guess without e5 at least this probable is final.
        complaint: where the intent is unclear, a message this likely to state a problem is a complaint.
        unsure, surely: below the first confidence an intent other than a wish counts as unclear, too, where the
            message is this likely to state a problem: who loses a parcel is helped more by the complaint, which
            also tells where the parcel is.
        silence: weight of stating no problem, against its many training examples.
        long: small talk of at least this weight (letters; a Chinese character counts three) is looked at.
        ranking_length: how many issue types are reported.
        """
        return {
            "sure": 0.8,
            "complaint": 0.8,
            "unsure": 0.5,
            "surely": 0.98,
            "silence": 0.3,
            "long": 24,
            "ranking_length": 5,
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Make an untrained classifier."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._cascade: Cascade | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IssueClassifier:
        """Return an untrained classifier (see parent class)."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return what besides the configuration makes an earlier training stale (see parent class)."""
        return sources_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the issue types of all labelled examples, those without one as stating no problem."""
        examples = training_examples(training_data)
        if examples:
            reference = encoded_reference(training_data)
            labels = [example.issue or NO_ISSUE for example in examples]
            with progress_bar("Learning issue types", len(STEPS)) as advance:
                self._cascade = Cascade.fit(reference, labels, self._config["sure"], lambda: advance(1))
            self.persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the issue, its ranking and whether a problem is stated."""
        for message in messages:
            encoding = message.get(ENCODING)
            if encoding is not None and self._cascade is not None and self._can_complain(message, encoding):
                stated, ranking = self._read(self._cascade, encoding, message.get(LANGUAGE))
            else:
                stated, ranking = 0.0, []
            best = ranking[0] if ranking else {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
            message.set(ISSUE, dict(best), add_to_output=True)
            message.set(ISSUE_RANKING, ranking, add_to_output=True)
            message.set(ISSUE_STATED, stated, add_to_output=True)
            self._settle_intent(message, stated)
        return messages

    def _settle_intent(self, message: Message, stated: float) -> None:
        """Take a message that surely states a problem, and whose wish is unclear, for what it is: a complaint."""
        intent = message.get(INTENT) or {}
        name = intent.get(INTENT_NAME_KEY)
        is_unclear = name == DEFAULT_NLU_FALLBACK_INTENT_NAME and stated >= self._config["complaint"]
        if not is_unclear and name not in _WISHES and stated >= self._config["surely"]:
            is_unclear = intent[PREDICTED_CONFIDENCE_KEY] < self._config["unsure"]
        if is_unclear:
            settled = {INTENT_NAME_KEY: _COMPLAINT, PREDICTED_CONFIDENCE_KEY: intent[PREDICTED_CONFIDENCE_KEY]}
            message.set(INTENT, settled, add_to_output=True)

    def persist(self) -> None:
        """Write the weights to the model storage."""
        if self._cascade is not None:
            with self._model_storage.write_to(self._resource) as folder:
                write_cascade(self._cascade, folder)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IssueClassifier:
        """Return the trained classifier (see parent class); one trained on nothing knows no issue."""
        component = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                component._cascade = read_cascade(folder, config["sure"])
        except ValueError:
            # Nothing was persisted: the training data had no labelled examples.
            pass
        return component

    def _can_complain(self, message: Message, encoding: Encoding) -> bool:
        guesses = message.get(INTENT_RANKING_KEY) or [{INTENT_NAME_KEY: None}]
        return (
            guesses[0][INTENT_NAME_KEY] not in _CARRY_NO_COMPLAINT
            or weight(encoding.prepared_text) >= self._config["long"]
        )

    def _read(self, cascade: Cascade, encoding: Encoding, language: str | None) -> tuple[float, list[dict[str, Any]]]:
        """Return what the whole message says, or, where it drowns in other talk, what one of its sentences says."""
        stated, ranking = self._rank(cascade, encoding, language)
        if stated < _STATED:
            sentences = [part for part in _SENTENCE_END.split(encoding.prepared_text) if weight(part) >= _SAYS_ENOUGH]
            for sentence in sentences[-_LAST_SENTENCES:] if len(sentences) > 1 else ():
                alone, its_ranking = self._rank(cascade, Encoding(sentence, encoding.reference), language)
                if alone >= self._config["complaint"] and alone > stated:
                    stated, ranking = alone, its_ranking
        return stated, ranking

    def _rank(self, cascade: Cascade, encoding: Encoding, language: str | None) -> tuple[float, list[dict[str, Any]]]:
        probabilities = cascade.probabilities(encoding, language or DEFAULT_LANGUAGE)
        named = dict(zip(cascade.labels, probabilities.tolist(), strict=True))
        # Most training examples state no problem; most messages that might are about one.
        silent = named.pop(NO_ISSUE, 0.0) * self._config["silence"]
        stated = 1.0 - silent / max(silent + sum(named.values()), 1e-9)
        total = max(sum(named.values()), 1e-9)
        best = sorted(named, key=lambda name: -named[name])[: self._config["ranking_length"]]
        ranking = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: named[name] / total} for name in best]
        return float(np.clip(stated, 0.0, 1.0)), ranking
