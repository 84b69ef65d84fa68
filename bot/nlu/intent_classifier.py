"""Classifies what the customer does with a message."""

from __future__ import annotations

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
from bot.nlu.attributes import LANGUAGE
from bot.nlu.cascade import STEPS, Cascade
from bot.nlu.cascade_file import read_cascade, write_cascade
from bot.nlu.encoding import ENCODING, Encoding
from bot.nlu.fingerprint import sources_fingerprint
from bot.nlu.progress import progress_bar
from bot.nlu.refusals import refused
from bot.nlu.text import is_only_an_answer
from bot.nlu.training import encoded_reference, training_examples

_ANSWER = "inform"
_REFUSAL = "deny"
# It says what is not wished, which is no clear answer to whatever else was asked.
_REFUSAL_AT_MOST = 0.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Set `intent` and `intent_ranking`, the likeliest first, with calibrated confidences.

    Below the threshold the intent is `nlu_fallback`, whose confidence is that of the best guess; the ranking
    still holds the guesses, so that the dialogue can ask which of them was meant. A message of nothing but an order
    number or an e-mail address is `inform` for certain: which examples happen to hold an address must not decide it.
    A wish that the message refuses in so many words ("don't cancel it") is `deny`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults, all measured (docs/nlu.md).

        threshold: a best guess less probable than this becomes `nlu_fallback`.
        sure: a guess without e5 at least this probable is final.
        ranking_length: how many guesses are reported.
        """
        return {"threshold": 0.3, "sure": 0.9, "ranking_length": 10}

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
    ) -> IntentClassifier:
        """Return an untrained classifier (see parent class)."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return what besides the configuration makes an earlier training stale (see parent class)."""
        return sources_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the intents of all labelled examples, which the featurizer must have encoded."""
        examples = training_examples(training_data)
        if examples:
            reference = encoded_reference(training_data)
            labels = [example.intent for example in examples]
            with progress_bar("Learning intents", len(STEPS)) as advance:
                self._cascade = Cascade.fit(
                    reference, labels, self._config["sure"], lambda: advance(1), is_balanced=True
                )
            self.persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking; a message without text, or a button payload, gets none."""
        for message in messages:
            encoding = message.get(ENCODING)
            ranking = [] if encoding is None else self._ranking(encoding, message.get(LANGUAGE))
            message.set(INTENT, self._decide(ranking), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

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
    ) -> IntentClassifier:
        """Return the trained classifier (see parent class); one trained on nothing knows no intent."""
        component = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                component._cascade = read_cascade(folder, config["sure"])
        except ValueError:
            # Nothing was persisted: the training data had no labelled examples.
            pass
        return component

    def _ranking(self, encoding: Encoding, language: str | None) -> list[dict[str, Any]]:
        if self._cascade is None:
            return []
        if is_only_an_answer(encoding.prepared_text):
            return [{INTENT_NAME_KEY: _ANSWER, PREDICTED_CONFIDENCE_KEY: 1.0}]
        language = language or DEFAULT_LANGUAGE
        probabilities = self._cascade.probabilities(encoding, language)
        best = np.argsort(-probabilities, kind="stable")[: self._config["ranking_length"]]
        ranking = [
            {INTENT_NAME_KEY: self._cascade.labels[position],
             PREDICTED_CONFIDENCE_KEY: float(probabilities[position])}
            for position in best
        ]  # fmt: skip
        return _as_refused(ranking, refused(encoding.prepared_text, language))

    def _decide(self, ranking: list[dict[str, Any]]) -> dict[str, Any]:
        if not ranking:
            return {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
        best = ranking[0]
        if best[PREDICTED_CONFIDENCE_KEY] >= self._config["threshold"]:
            return dict(best)
        return {**best, INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME}


def _as_refused(ranking: list[dict[str, Any]], intents: frozenset[str]) -> list[dict[str, Any]]:
    """Return a ranking whose best guess is a no, where the best guess was a wish that the message refuses."""
    if not ranking or ranking[0][INTENT_NAME_KEY] not in intents:
        return ranking
    others = [guess for guess in ranking if guess[INTENT_NAME_KEY] not in {*intents, _REFUSAL}]
    confidence = min(ranking[0][PREDICTED_CONFIDENCE_KEY], _REFUSAL_AT_MOST)
    return [{INTENT_NAME_KEY: _REFUSAL, PREDICTED_CONFIDENCE_KEY: confidence}, *others]
