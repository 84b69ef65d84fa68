"""The statistics of the desk, as supervisors read them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.rating import Rating
from bot.services import escalations
from bot.services.account import Role
from bot.services.statistics import refresh
from tests.integration.desk.conftest import Browser
from tests.integration.desk.seed import EVIL
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def supervisor(logged_in: LogIn, world: World) -> Browser:
    async with world.uow() as uow:
        ben = await uow.accounts.get("ben")
        assert ben is not None
        ben.role = Role.SUPERVISOR
        await uow.commit()
    await refresh(world.uow, world.now.date() + timedelta(days=1))
    return await logged_in("ben")


async def test_agents_see_no_statistics(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await ana.get("/desk/statistics")).status == 403
    assert (await ana.get("/desk/statistics.csv")).status == 403


async def test_the_figures_of_the_page_are_those_of_the_database(supervisor: Browser, world: World) -> None:
    page = await supervisor.text("/desk/statistics?by=product")
    async with world.uow() as uow:
        cases = [case for order in ("10482733", "10482999") for case in await uow.cases.of_order(order)]
    tile = re.search(r'tile-name">Cases</span>\s*<strong>(\d+)</strong>', page)
    assert tile
    assert int(tile[1]) == len(cases)
    assert "Glass kettle 1.7 l" in page
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(drawing)
    chart = re.search(r'<svg class="chart".*?</svg>', page, re.DOTALL)
    assert chart
    assert chart[0].count('class="bar"') == 30
    assert 'role="img" aria-labelledby="course-name course-text"' in chart[0]
    # The same figures stand in a table.
    assert page.count('<tr><th scope="row">') >= 30


async def test_filters_leave_out_what_is_not_wanted(supervisor: Browser) -> None:
    every = await _cases(supervisor, "")
    assert await _cases(supervisor, "language=de") + await _cases(supervisor, "language=en") <= every
    assert await _cases(supervisor, "issue=safety_hazard&product=kettle&carrier=DHL&destination=DE") == 1
    assert await _cases(supervisor, "issue=safety_hazard&carrier=UPS") == 0
    assert "No cases in this period" in await supervisor.text("/desk/statistics?product=nothing")


@pytest.mark.parametrize("by", ["issue", "product", "supplier", "carrier", "destination", "language", "liability"])
@pytest.mark.parametrize("measure", ["cases", "resolution", "satisfaction", "refunds"])
async def test_every_breakdown_of_every_measure_can_be_drawn(supervisor: Browser, by: str, measure: str) -> None:
    answer = await supervisor.get(f"/desk/statistics?by={by}&measure={measure}&period=365")
    assert answer.status == 200
    assert "style=" not in await answer.text()


async def test_rising_complaints_are_shown_with_the_newest_case(supervisor: Browser, world: World) -> None:
    data = {
        "case": "C1000001", "by": "product", "key": "kettle", "issue": "safety_hazard", "complaints": 9, "orders": 60,
        "rate_before": 0.02, "rate_of_peers": 0.03, "q_value": "0.01",
    }  # fmt: skip
    async with world.uow() as uow:
        for _ in range(2):
            uow.audit.add(AuditEvent(world.now, "system", "pattern.found", "case:C1000001", data=data))
        await uow.commit()
    page = await supervisor.text("/desk/statistics")
    assert "9 of 60 orders (15%); before it was 2%, elsewhere 3%." in page
    assert page.count("9 of 60 orders") == 1
    assert "/desk/conversations/c-anna" in page
    assert "Rising complaints" not in await supervisor.text("/desk/statistics?product=runner")


async def test_people_are_shown_with_what_they_have_in_hand(supervisor: Browser) -> None:
    page = await supervisor.text("/desk/statistics")
    row = re.search(r'<th scope="row" dir="auto">Ben Okafor</th>.*?</tr>', page, re.DOTALL)
    assert row
    assert "1 of 4" in row[0]


async def test_people_are_shown_with_how_satisfied_their_customers_were(supervisor: Browser, world: World) -> None:
    async with world.uow() as uow:
        await escalations.take_over(uow, "c-anna", "ana", "de", world.now)
        uow.ratings.add(Rating("C1000001", "c-anna", "k1", 4, world.now))
        await uow.commit()
    await refresh(world.uow, world.now.date() + timedelta(days=1))
    page = await supervisor.text("/desk/statistics")
    # Cases, time to resolution, answers on time, satisfaction and from how many ratings.
    assert _figures(page, "Ana Lima") == ["1", "–", "–", "4", "1"]
    assert _figures(page, "Ben Okafor") == ["–"] * 5


async def test_a_file_holds_the_same_figures_and_no_formula(supervisor: Browser) -> None:
    answer = await supervisor.get("/desk/statistics.csv?by=product&period=30")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="parley-product-[\d-]+\.csv"', answer.headers["Content-Disposition"])
    header, *rows = csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig")))
    assert {row[header.index("key")] for row in rows} >= {"kettle"}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    by_agent = await supervisor.get("/desk/statistics.csv?by=agent")
    assert by_agent.status == 200


async def test_the_export_is_an_event_of_the_audit_log(supervisor: Browser, world: World) -> None:
    assert (await supervisor.get("/desk/statistics.csv?by=agent&product=kettle&period=30")).status == 200
    async with world.uow() as uow:
        (event,) = await uow.audit.of_subject("statistics:all")
    until, since = world.now.date(), world.now.date() - timedelta(days=29)
    assert (event.actor, event.action) == ("agent:ben", "statistics.exported")
    assert event.data == {"by": "agent", "product": "kettle", "since": str(since), "until": str(until)}


async def test_what_stands_in_the_address_is_shown_as_text(supervisor: Browser) -> None:
    answer = await supervisor.client.get("/desk/statistics", params={"product": EVIL, "by": EVIL, "period": EVIL})
    assert answer.status == 200
    assert "<img src=x" not in await answer.text()


async def _cases(browser: Browser, address: str) -> int:
    page = await browser.text(f"/desk/statistics?{address}")
    tile = re.search(r'tile-name">Cases</span>\s*<strong>(\d+)</strong>', page)
    return int(tile[1]) if tile else 0


def _figures(page: str, name: str) -> list[str]:
    row = re.search(rf'<th scope="row" dir="auto">{name}</th>.*?</tr>', page, re.DOTALL)
    return re.findall(r'<td class="figure">(.*?)</td>', row[0]) if row else []
