"""What the shop's page promises of goods stands with the complaints that are held against it, whole and harmless."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from bot.aftersales.labels import FAULTS, IssueType, Liability
from bot.aftersales.liability import LiabilityFinding
from tests.integration.desk.conftest import Browser
from tests.integration.desk.seed import EVIL
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
CASE, CONVERSATION = "C1000001", "c-anna"
PROMISE = "Holds 1.7 l and switches itself off."


async def describes(world: World, page: str, **pages: str) -> None:
    """Let the shop say something of its kettle, which Anna's case is about."""
    async with world.uow() as uow:
        kettle = await uow.products.get("kettle")
        assert kettle
        kettle.description, kettle.descriptions = page, pages
        await uow.commit()


async def is_about(world: World, issue: IssueType) -> None:
    async with world.uow() as uow:
        case = await uow.cases.get(CASE)
        assert case
        case.issue_type = issue
        await uow.commit()


async def card_of(browser: Browser) -> str:
    """Return the card about the page, or nothing where the panel has none."""
    page = await browser.text(f"/desk/conversations/{CONVERSATION}")
    found = re.search(rf'<details id="page-{CASE}".*?</ul>\s*</details>', page, re.DOTALL)
    return found[0] if found else ""


async def test_the_page_and_the_warranty_of_the_goods_complained_about_are_shown(
    world: World, logged_in: LogIn
) -> None:
    ana = await logged_in("ana")
    assert await card_of(ana) == ""
    await describes(world, PROMISE)
    card = await card_of(ana)
    assert "Product page" in card and "Glass kettle 1.7 l" in card and PROMISE in card
    assert "Warranty: 24 months" in card and "Trail runner" not in card


@pytest.mark.parametrize("issue", list(IssueType))
async def test_the_page_is_shown_where_something_is_wrong_with_the_goods(
    world: World, logged_in: LogIn, issue: IssueType
) -> None:
    await describes(world, PROMISE)
    await is_about(world, issue)
    card = await card_of(await logged_in("ana"))
    assert (PROMISE in card) is (issue in FAULTS)
    # What the complaint is about stands open.
    assert ('class="fold" open>' in card) is (issue is IssueType.NOT_AS_DESCRIBED)


async def test_agents_read_the_page_in_their_language_where_the_shop_has_it(world: World, logged_in: LogIn) -> None:
    await describes(world, PROMISE, ja="1.7リットル。")
    async with world.uow() as uow:
        for name, language in (("ana", "ja"), ("ben", "de")):
            account = await uow.accounts.get(name)
            assert account
            account.desk_language = language
        await uow.commit()
    japanese = await card_of(await logged_in("ana"))
    assert "1.7リットル。" in japanese and "商品ページ" in japanese and "保証: 24" in japanese.replace("：", ": ")
    german = await card_of(await logged_in("ben"))
    assert PROMISE in german and "Produktseite" in german and "Garantie: 24 Monate" in german


async def test_a_page_is_text_whatever_it_holds(world: World, logged_in: LogIn) -> None:
    await describes(world, EVIL)
    card = await card_of(await logged_in("ana"))
    assert "&lt;script&gt;" in card and "<script" not in card and "<img" not in card


async def test_a_long_page_shows_its_beginning_and_unfolds_to_the_whole(world: World, logged_in: LogIn) -> None:
    sentences = [f"Promise {number} is kept." for number in range(160)]
    await describes(world, " ".join(sentences))
    card = await card_of(await logged_in("ana"))
    found = re.search(rf'<details id="page-{CASE}-kettle" class="long".*?<summary>(.*?)</summary>(.*?)</details>', card)
    assert found
    shown, rest = found.groups()
    assert len(shown) <= 280 and shown.endswith("is kept.")
    assert f"{shown} {rest}" == " ".join(sentences)


async def test_what_the_page_said_then_stays_with_the_finding(world: World, logged_in: LogIn) -> None:
    await describes(world, PROMISE)
    said = "Glass kettle 1.7 l: " + "Of glass. " * 40
    async with world.uow() as uow:
        facts = {"skus": "kettle-1", "product_page": said}
        rule, sure = "described_wrong", Decimal("0.80")
        uow.liability.add(LiabilityFinding(CASE, world.now, "bot", Liability.SELLER, rule, sure, facts))
        await uow.commit()
    page = await (await logged_in("ana")).text(f"/desk/conversations/{CONVERSATION}")
    found = re.search(r"<dt>Product page</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert found
    assert found[1].count("Of glass.") == 40 and '<details id="fact-' in found[1]
    assert re.search(r"<dt>Skus</dt><dd>\s*<span[^>]*>kettle-1</span>\s*</dd>", page)


async def test_who_has_not_proved_the_order_is_no_way_to_its_goods(world: World, logged_in: LogIn) -> None:
    await describes(world, PROMISE)
    async with world.uow() as uow:
        for proof in await uow.identifications.of_conversation(CONVERSATION):
            proof.proved_at = None
        await uow.commit()
    assert await card_of(await logged_in("ana")) == ""
