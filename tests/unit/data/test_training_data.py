"""Every language has enough to learn from, of everything that there is to be told apart."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.aftersales.labels import IssueType
from bot.l10n.languages import LANGUAGES, LEARNED, SPOKEN

ROOT = Path(__file__).resolve().parents[3]
#: The fewest examples of an intent, and of an issue type.
_LEAST = {"learned": (16, 22), "spoken": (5, 8)}
_INTENTS = 35


@pytest.fixture(scope="module")
def counts() -> dict[str, tuple[Counter[str], Counter[str]]]:
    """How many examples each intent and each issue type has, by language."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    counted: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for file in [*(ROOT / "data" / "nlu").glob("*/*.yml"), *(ROOT / "data" / "issues").glob("*.yml")]:
        for block in yaml.load(file.read_text("utf-8"), Loader=loader)["nlu"]:
            intents, issues = counted.setdefault(block["metadata"]["language"], (Counter(), Counter()))
            examples = len(block["examples"].strip().splitlines())
            intents[block["intent"]] += examples
            if issue := block["metadata"].get("issue"):
                issues[issue] += examples
    return counted


@pytest.mark.parametrize("language", SPOKEN)
def test_every_intent_and_issue_has_enough_examples(
    language: str, counts: dict[str, tuple[Counter[str], Counter[str]]]
) -> None:
    intents, issues = counts[language]
    assert intents.keys() == counts["en"][0].keys()
    assert len(intents) == _INTENTS
    assert issues.keys() == {issue.value for issue in IssueType}
    least_of_intent, least_of_issue = _LEAST[LANGUAGES[language].tier]
    assert {name: count for name, count in intents.items() if count < least_of_intent} == {}
    assert {name: count for name, count in issues.items() if count < least_of_issue} == {}


def test_sixteen_languages_are_learned_and_as_many_spoken() -> None:
    assert (len(LEARNED), len(SPOKEN)) == (16, 32)
