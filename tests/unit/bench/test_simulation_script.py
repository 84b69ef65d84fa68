"""The script of the simulated year: the same for a seed, all kinds and languages, orders that add up."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bench.simulation import mishaps, script
from bench.simulation.places import LANGUAGES, PLACES
from bench.simulation.story import Story
from bot.aftersales.labels import IssueType
from bot.l10n import languages
from bot.services import shop_file

SHORT = 60


@lru_cache(maxsize=1)
def short() -> tuple[list[Story], dict[str, Any]]:
    """Return the script of `make simulate`."""
    return script.write(SHORT, 2026, "")


def test_the_same_seed_writes_the_same_script_and_another_one_another() -> None:
    first, again, other = (script.write(SHORT, seed, "")[1] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_short_script_has_every_kind_and_every_learned_language() -> None:
    stories, _ = short()
    assert {story.scenario.name for story in stories} == {scenario.name for scenario in mishaps.ALL}
    assert {story.talk.language for story in stories} == set(LANGUAGES) == set(languages.LEARNED)


def test_every_issue_type_and_every_word_of_a_resolved_case_occurs() -> None:
    stories, _ = short()
    assert {story.scenario.issue for story in stories} == {issue.value for issue in IssueType}
    assert {story.aftermath for story in stories} == {"", "silent", "solved", "rated", "reopened", "unhappy"}


def test_kinds_have_names_of_their_own() -> None:
    assert set(Counter(scenario.name for scenario in mishaps.ALL).values()) == {1}


def test_the_shop_can_be_imported_with_its_sums_as_worked_out_by_hand() -> None:
    stories, document = short()
    orders = {order.number: order for order in shop_file.load(document).orders}
    for story in stories:
        order = orders[story.bought.number]
        assert order.total.amount == story.bought.total
        assert order.address.country == story.bought.place.country


def test_a_year_has_a_thousand_complaints() -> None:
    stories, _ = script.write(1000, 2026, "")
    days = {(story.starts_at - script.START).days for story in stories}
    assert max(days) > 350
    assert script.days_of(SHORT) < 30


def test_the_pieces_of_a_line_cost_what_the_line_costs() -> None:
    stories, _ = short()
    for bought in (story.bought for story in stories):
        worth = sum((bought.worth(line, count) for line, count in enumerate(bought.quantities, 1)), Decimal(0))
        assert worth == bought.goods


def test_places_come_with_the_digits_of_their_currencies() -> None:
    assert {place.currency for place in PLACES if place.digits == 0} == {"JPY", "KRW"}
