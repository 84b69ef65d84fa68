"""The script of a run: which complaints there are, when and where, with the shop file that they are about."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from bench.simulation import mishaps
from bench.simulation.goods import order
from bench.simulation.places import PLACES, Place
from bench.simulation.plan import End, Later, Says, Scenario, Step, TakeOver, Until
from bench.simulation.story import Story
from bench.simulation.talk import Talk

START = datetime(2026, 1, 5, 8, tzinfo=timezone.utc)
"""A Monday."""

TICK = timedelta(hours=8)
NIGHT = timedelta(hours=16)
REST = timedelta(days=100)
"""How long after the last complaint has begun everything has ended at the latest."""

_YEAR_DAYS, _SHORTEST_DAYS = 365, 6
_COMPLAINTS_A_YEAR = 1000
_SENTENCES = Path(__file__).with_name("sentences.yml")

REOPENED = "reopened"
"""What is called the aftermath that a person has to do with."""

_ASKED, _CLOSED = "utter_ask_solved", "utter_notify_case_closed"


def _rates(rating: int) -> tuple[Step, ...]:
    rate = f'/rate{{"case": "@case", "rating": "{rating}"}}'
    return (Later(days=1), Says(rate, "utter_rating_thanks", {"utter_ask_rating_comment": ("/deny",)}))


_IS_SOLVED = Says(
    '/solved{"case": "@case", "solved": "yes"}',
    "utter_rating_thanks",
    {"utter_ask_rating": ('/rate{"case": "@case", "rating": "5"}',), "utter_ask_rating_comment": ("/deny",)},
)
_IS_NOT = Says('/solved{"case": "@case", "solved": "no"}', "utter_handoff_queued")

#: What customers say of a resolved case: the steps, what they are told besides, and what is left to do.
_AFTERMATHS: tuple[tuple[str, tuple[Step, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    ("silent", (Until(_CLOSED),), (_ASKED, _CLOSED), ()),
    ("solved", (Until(_ASKED), Later(days=1), _IS_SOLVED), (_ASKED,), ()),
    ("rated", (Until(_CLOSED), *_rates(4)), (_ASKED, _CLOSED), ()),
    (REOPENED, (Until(_ASKED), Later(days=1), _IS_NOT, TakeOver(), Until(_CLOSED)), (_ASKED, _ASKED, _CLOSED), ()),
    ("solved", (Until(_ASKED), Later(days=1), _IS_SOLVED), (_ASKED,), ()),
    ("silent", (Until(_CLOSED),), (_ASKED, _CLOSED), ()),
    ("unhappy", (Until(_CLOSED), *_rates(1)), (_ASKED, _CLOSED), ("low_rating",)),
)


def days_of(count: int) -> int:
    """Return over how many days so many complaints are spread."""
    return max(_SHORTEST_DAYS, min(_YEAR_DAYS, count * _YEAR_DAYS // _COMPLAINTS_A_YEAR))


def write(count: int, seed: int, base: str) -> tuple[list[Story], dict[str, Any]]:
    """Return so many complaints of a seed, all kinds in turn, and the shop file with their orders."""
    chance = random.Random(f"simulation {seed}")
    sentences = yaml.safe_load(_SENTENCES.read_text("utf-8"))
    stories: list[Story] = []
    shop: dict[str, Any] = {"format": "parley-shop/1", "products": [], "customers": [], "orders": []}
    for serial, scenario in enumerate(_in_turn(count, chance), start=1):
        place = _place(serial, scenario, chance)
        starts_at = START + timedelta(days=chance.randrange(days_of(count))) + chance.choice((timedelta(), TICK))
        bought, entries = order(serial, place, starts_at, scenario.situation, chance)
        for kind, found in entries.items():
            shop[kind] += found
        name, steps, told, left = _AFTERMATHS[(serial + serial // len(_AFTERMATHS)) % len(_AFTERMATHS)]
        if scenario.end.case != "resolved":
            name, steps, told, left = "", (), (), ()
        talk = Talk(base, f"simulated-{seed}-{serial}", place.language)
        words = sentences[place.language].get(scenario.words) if scenario.words else None
        opening = words.format(n=bought.number) if words else scenario.start
        end = _ended(scenario.end, told, left)
        stories.append(
            Story(serial, replace(scenario, end=end), bought, starts_at, opening, [*scenario.after, *steps], talk, name)
        )
    return stories, shop


def _ended(end: End, told: tuple[str, ...], left: tuple[str, ...]) -> End:
    return replace(end, case="closed" if told else end.case, told=(*end.told, *told), open=(*end.open, *left))


def _in_turn(count: int, chance: random.Random) -> Iterator[Scenario]:
    kinds: list[Scenario] = []
    for _ in range(count):
        if not kinds:
            kinds = list(mishaps.ALL)
            chance.shuffle(kinds)
        yield kinds.pop()


def _place(serial: int, scenario: Scenario, chance: random.Random) -> Place:
    """Return where a complaint comes from: each language in turn, and abroad where the scenario needs that."""
    places = [place for place in PLACES if place.has_duties or not scenario.abroad]
    if scenario.abroad:
        return chance.choice(places)
    return places[serial % len(places)]
