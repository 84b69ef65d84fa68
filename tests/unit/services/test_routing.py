"""Who gets a waiting conversation, and how long its customer is told to wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.business_calendar import Calendar
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ALWAYS_OPEN
from bot.services import routing
from bot.services.account import Account, Presence, Role
from bot.services.routing import Floor, Pace
from bot.services.routing_ports import Past, Waiting
from tests.unit.aftersales.builders import NOW

MINUTE = timedelta(minutes=1)


def an_agent(name: str, *, languages: tuple[str, ...] = (), teams: tuple[str, ...] = (), capacity: int = 4) -> Account:
    return Account(
        name, name, name.title(), "", Role.AGENT, NOW, languages=list(languages), teams=list(teams), capacity=capacity,
        presence=Presence.ONLINE, seen_at=NOW,
    )  # fmt: skip


def a_floor(*agents: Account, **load: int) -> Floor:
    return Floor(agents, Counter(load))


def waits(language: str = "de", *, minutes: int = 0, **more: Any) -> Waiting:
    values: dict[str, Any] = {
        "escalation_id": 1, "conversation_id": "c", "language": language, "priority": Priority.NORMAL,
        "opened_at": NOW - minutes * MINUTE, "team": None, "passed_over": [], "told": None, **more,
    }  # fmt: skip
    return Waiting(**values)


def chosen(
    waiting: Waiting, floor: Floor, *, speakers: tuple[str, ...] = (), last: dict[str, datetime] | None = None
) -> str | None:
    found = routing.choose(waiting, floor, speakers, NOW, last or {})
    return found.id if found else None


def test_who_writes_the_language_comes_first() -> None:
    floor = a_floor(an_agent("ana", languages=("en",)), an_agent("ben", languages=("de",)), ben=3)
    assert chosen(waits("de"), floor) == "ben"


def test_a_region_is_written_by_who_writes_its_language() -> None:
    assert chosen(waits("pt-BR"), a_floor(an_agent("ana", languages=("pt",)))) == "ana"


def test_a_conversation_waits_a_while_for_somebody_who_writes_its_language() -> None:
    floor = a_floor(an_agent("ana", languages=("en",)))
    assert chosen(waits("ja", minutes=1), floor, speakers=("yuki",)) is None
    assert chosen(waits("ja", minutes=3), floor, speakers=("yuki",)) == "ana"


def test_nobody_waits_for_a_language_that_nobody_writes_nor_in_danger() -> None:
    floor = a_floor(an_agent("ana", languages=("en",)))
    assert chosen(waits("ja"), floor) == "ana"
    assert chosen(waits("ja", priority=Priority.URGENT), floor, speakers=("yuki",)) == "ana"


def test_only_the_team_gets_what_belongs_to_it() -> None:
    floor = a_floor(an_agent("ana", teams=("asia",)), an_agent("ben", teams=("europe",)))
    assert chosen(waits(team="europe"), floor) == "ben"
    assert chosen(waits(team="legal"), floor) is None


def test_who_has_no_room_gets_nothing() -> None:
    floor = a_floor(an_agent("ana", capacity=2), an_agent("ben", capacity=0), ana=2)
    assert chosen(waits(), floor) is None


def test_who_passed_it_over_gets_it_again_only_where_nobody_else_is_there() -> None:
    ana, ben = an_agent("ana"), an_agent("ben", capacity=1)
    assert chosen(waits(passed_over=["ana"]), a_floor(ana)) == "ana"
    assert chosen(waits(passed_over=["ana"]), a_floor(ana, ben)) == "ben"
    assert chosen(waits(passed_over=["ana"]), a_floor(ana, ben, ben=1)) is None
    # Nobody loses a conversation to oneself.
    assert routing.choose(waits(passed_over=["ana"]), a_floor(ana), (), NOW, {}, again=False) is None


def test_the_least_busy_for_their_capacity_gets_it_then_who_got_nothing_for_longest() -> None:
    ana, ben = an_agent("ana", capacity=2), an_agent("ben", capacity=8)
    assert chosen(waits(), a_floor(ana, ben, ana=1, ben=2)) == "ben"
    last = {"ana": NOW - MINUTE, "ben": NOW - 9 * MINUTE}
    assert chosen(waits(), a_floor(an_agent("ana"), an_agent("ben")), last=last) == "ben"


def test_without_figures_each_conversation_ahead_counts_six_minutes() -> None:
    assert routing.expected_wait(3, a_floor().room(None), Pace()) == 18 * MINUTE


def test_who_stands_first_while_somebody_is_free_hardly_waits() -> None:
    assert routing.expected_wait(1, a_floor(an_agent("ana")).room(None), Pace()) == MINUTE


def test_the_wait_follows_how_long_conversations_took_and_how_many_work() -> None:
    past = [Past(NOW, NOW + MINUTE, NOW + MINUTE, NOW + 21 * MINUTE, None)] * 4
    found = routing.pace(past)
    assert found == Pace(20 * MINUTE, MINUTE)
    two_full = a_floor(an_agent("ana", capacity=1), an_agent("ben", capacity=1), ana=1, ben=1)
    assert routing.expected_wait(4, two_full.room(None), found) == 41 * MINUTE


def test_too_few_handoffs_make_no_figure() -> None:
    assert routing.pace([Past(NOW, NOW, NOW, NOW + 90 * MINUTE, None)]) == Pace()


@pytest.mark.parametrize("is_there", [True, False])
def test_people_are_there_in_their_hours_or_when_somebody_works_late(is_there: bool) -> None:
    floor = a_floor(an_agent("ana")) if is_there else a_floor()
    assert routing.opens_at(ALWAYS_OPEN.default, None, floor, NOW) is None


def test_who_comes_at_night_is_told_by_the_teams_own_clocks() -> None:
    mornings = Calendar(ZoneInfo("Europe/Berlin"), dict.fromkeys(range(7), ((8 * 60, 12 * 60),)))
    night = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)
    opens = routing.opens_at(replace(ALWAYS_OPEN.default, calendar=mornings), None, a_floor(), night)
    assert opens is not None
    assert (opens.isoformat(), str(opens.tzinfo)) == ("2026-11-23T08:00:00+01:00", "Europe/Berlin")
