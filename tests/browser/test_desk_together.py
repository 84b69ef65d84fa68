"""Agents, a supervisor and customers at once, all in Chromium over the whole server: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.channels import limits
from bot.services import accounts, presence
from tests.browser.test_desk import Agent, an_agent, close
from tests.browser.whole_desk import ASKS_FOR_PERSON, Customer, WholeDesk, a_whole_desk, now
from tests.integration.desk.world import CHEAP_HASHER, Template

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANNA, MIA = "c-anna", "mia"
CASE = "C1000001"
PLACE = "utter_handoff_place"
"""News of the place in the queue, which depend on how long things take."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash cheaply; the conversations of the tests' shop have names that people can read, not guess-proof ones."""
    monkeypatch.setattr(limits, "_SHORTEST_SESSION", len(MIA))
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(template: Template, tmp_path: Path) -> AsyncIterator[WholeDesk]:
    async with a_whole_desk(template, tmp_path) as desk:
        yield desk


async def take_over(agent: Agent, conversation_id: str) -> None:
    await agent.open(conversation_id)
    await agent.button("Take over").click()
    await expect(agent.page.get_by_text("With you")).to_be_visible()


async def answer(agent: Agent, customer: Customer, text: str) -> None:
    """Write a reply and wait until both have it."""
    await agent.page.locator("[data-text]").fill(text)
    await agent.page.keyboard.press("Control+Enter")
    await expect(agent.message(text)).to_have_count(1)
    await expect(customer.bubble(text)).to_have_count(1)


async def leave(*people: Agent | Customer) -> None:
    for person in people:
        await person.page.context.close()
        assert person.problems == []


async def test_two_agents_and_two_customers_go_every_way_and_nothing_is_lost_or_said_twice(
    desk: WholeDesk, browser: Browser
) -> None:
    before = {author: await desk.said(ANNA, author) for author in ("customer", "bot")}
    ana, ben = await an_agent(browser, desk.address), await an_agent(browser, desk.address, "ben")
    anna = await Customer.arrives(browser, desk.address, ANNA)
    mia = await Customer.arrives(browser, desk.address, MIA)

    # The bot answers until somebody wants a person; both agents see that at once.
    await mia.says("Hello there")
    await expect(mia.bubble("Bot heard Hello there")).to_have_count(1)
    await mia.says(ASKS_FOR_PERSON)
    await expect(mia.bubble("utter_handoff_queued")).to_have_count(1)
    for agent in (ana, ben):
        await expect(agent.row("Visitor mia")).to_be_visible()

    # Takeover, and four people who write at the same time.
    await asyncio.gather(take_over(ana, ANNA), take_over(ben, MIA))
    await expect(anna.bubble("utter_handoff_joined Ana Lima")).to_have_count(1)
    await expect(mia.bubble("utter_handoff_joined Ben Okafor")).to_have_count(1)
    await expect(ana.row("Visitor mia")).to_contain_text("Ben Okafor")

    async def chat(agent: Agent, customer: Customer) -> None:
        for number in range(1, 4):
            await answer(agent, customer, f"{agent.page.url[-3:]} answer {number}")

    async def write(customer: Customer, agent: Agent) -> None:
        for number in range(1, 4):
            await customer.says(f"{customer.id} asks {number}")
            await expect(agent.message(f"{customer.id} asks {number}")).to_have_count(1)

    names = {"ana": ana.page.url[-3:], "ben": ben.page.url[-3:]}
    await asyncio.gather(chat(ana, anna), chat(ben, mia), write(anna, ana), write(mia, ben))

    # Translation: Anna reads the improved one, Ana sees both.
    desk.translators.is_on = True
    await anna.says("Beeilung")
    await expect(ana.page.get_by_text("en: gnulieeB")).to_be_visible()
    await ana.page.locator("[data-translates]").check()
    await ana.page.locator("[data-text]").fill("One moment")
    await ana.page.keyboard.press("Control+Enter")
    preview = ana.page.get_by_label("The customer reads")
    await expect(preview).to_have_value("de: tnemom enO")
    await preview.fill("Einen Moment")
    await ana.page.keyboard.press("Control+Enter")
    await expect(anna.bubble("Einen Moment")).to_have_count(1)
    await expect(ana.message("Einen Moment")).to_contain_text("One moment")
    desk.translators.is_on = False

    # Approval above the limit, by a supervisor, while the conversation goes on.
    async with desk.parley.uow() as uow:
        account = await uow.accounts.get("ana")
        assert account is not None
        account.refund_limit = Decimal(20)
        await uow.commit()
    root = await an_agent(browser, desk.address, "root")
    await ana.page.locator("[data-context]").get_by_role("button", name="Refund…").first.click()
    dialog = ana.page.get_by_role("dialog")
    await dialog.get_by_label("Amount in EUR").fill("25.50")
    await dialog.get_by_label("Reason").fill("Parcel came three weeks late")
    await dialog.get_by_role("button", name="Refund").click()
    await expect(ana.page.get_by_text("Waits for a supervisor's approval")).to_be_visible()
    async with desk.parley.uow() as uow:
        assert await uow.refunds.of_order("10482733") == []
    await root.page.goto(f"{desk.address}/desk/approvals")
    await root.button("Approve").click()
    await root.page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    await expect(root.page.get_by_text("Nothing waits for an approval.")).to_be_visible()
    await expect(ana.page.get_by_text("Waits for a supervisor's approval")).to_be_hidden()
    async with desk.parley.uow() as uow:
        (refund,) = await uow.refunds.of_order("10482733")
    assert str(refund.amount.amount) == "25.50"
    await leave(root)

    # Transfer to the colleague: everybody sees it, the customer is told once.
    await ben.button("Pass on…").click()
    dialog = ben.page.get_by_role("dialog")
    await dialog.get_by_label("To whom").select_option("agent:ana")
    await dialog.get_by_role("button", name="Pass on", exact=True).click()
    await expect(ben.page.get_by_text("With Ana Lima")).to_be_visible()
    await expect(mia.bubble("utter_handoff_joined Ana Lima")).to_have_count(1)
    await expect(ana.row("Visitor mia")).to_contain_text("You")
    await ana.open(MIA)
    await answer(ana, mia, "Ana has it now")

    # Back to the bot, which goes on, and over to a person again: Ben this time.
    await ana.button("Return to bot…").click()
    await ana.page.get_by_role("dialog").get_by_role("button", name="Return to bot").click()
    await expect(mia.bubble("Bot heard /resume")).to_have_count(1)
    await mia.says("Are you the bot?")
    await expect(mia.bubble("Bot heard Are you the bot?")).to_have_count(1)
    await mia.says(ASKS_FOR_PERSON)
    await expect(mia.bubble("utter_handoff_queued")).to_have_count(2)
    await expect(ben.page.locator("[data-header]")).to_contain_text("Waiting for a person")
    await ben.button("Take over").click()
    await expect(ben.page.get_by_text("With you")).to_be_visible()
    await answer(ben, mia, "Ben again")

    # Ben's browser is closed: after the grace Ana has his customer, who is told, and loses nothing said meanwhile.
    async with desk.parley.uow() as uow:
        await uow.desk_settings.put("routing", {"mode": "push", "answer_within_seconds": 300}, 0)
        await uow.commit()
    await close(ben, desk.parley.router.feed)
    assert ben.problems == []
    await mia.says("Are you still there, Ben?")
    async with desk.parley.uow() as uow:
        account, handoff = await uow.accounts.get("ben"), await uow.escalations.open_of(MIA)
        assert account is not None and handoff is not None and handoff.agent_id == "ben"
        # For him the grace is over, and for Rita, who has left; for Ana it is not, however slow the machine is.
        handoff.assigned_at = now() - 2 * presence.GRACE
        supervisor = await uow.accounts.get("root")
        assert supervisor is not None
        for gone in (account, supervisor):
            await uow.accounts.note_seen(gone, now() - 2 * presence.GRACE)
        await uow.commit()
    await expect(mia.bubble("utter_handoff_requeued")).to_have_count(1)
    await expect(mia.bubble("utter_handoff_joined Ana Lima")).to_have_count(2)
    await expect(ana.page.get_by_text("With you")).to_be_visible()
    await expect(ana.message("Are you still there, Ben?")).to_have_count(1)
    await answer(ana, mia, "Ben had to go, I am Ana")
    await ana.button("Resolve").click()
    await ana.page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(mia.bubble("utter_handoff_resolved")).to_have_count(1)
    await mia.says("Thanks")
    await expect(mia.bubble("Bot heard Thanks")).to_have_count(1)

    # The transcripts hold exactly what was sent, and both windows show exactly the transcripts.
    mias_turns = ["Hello there", ASKS_FOR_PERSON, "/resume", "Are you the bot?", ASKS_FOR_PERSON, "Thanks"]
    assert [text for who, text in desk.bot.heard if who == MIA] == mias_turns
    assert [text for who, text in desk.bot.heard if who == ANNA] == []
    asked = {who: [f"{who} asks {number}" for number in range(1, 4)] for who in (ANNA, MIA)}
    answers = {name: [f"{url} answer {number}" for number in range(1, 4)] for name, url in names.items()}
    assert await desk.said(MIA, "customer") == [
        "Hello there", ASKS_FOR_PERSON, *asked[MIA], "Are you the bot?", ASKS_FOR_PERSON, "Are you still there, Ben?",
        "Thanks",
    ]  # fmt: skip
    assert await desk.said(MIA, "bot") == [
        "Bot heard Hello there", "utter_handoff_queued", "Bot heard /resume", "Bot heard Are you the bot?",
        "utter_handoff_queued", "Bot heard Thanks",
    ]  # fmt: skip
    assert await desk.said(MIA, "agent") == [*answers["ben"], "Ana has it now", "Ben again", "Ben had to go, I am Ana"]
    assert [text for text in await desk.said(MIA, "system") if text != PLACE] == [
        "utter_handoff_joined Ben Okafor", "utter_handoff_joined Ana Lima", "utter_handoff_joined Ben Okafor",
        "utter_handoff_requeued", "utter_handoff_joined Ana Lima", "utter_handoff_resolved",
    ]  # fmt: skip
    assert await desk.said(ANNA, "customer") == [*before["customer"], *asked[ANNA], "Beeilung"]
    assert await desk.said(ANNA, "agent") == [*answers["ana"], "Einen Moment"]
    told = (await desk.said(ANNA, "bot"))[len(before["bot"]) :]
    assert len(told) == 1 and "refund" in told[0], "the customer is told of the refund, once"
    for customer in (anna, mia):
        transcript = [message.text for message in await desk.messages(customer.id)]
        # Own words stand where they were written, until the window is opened anew.
        assert Counter(await customer.sees()) == Counter(transcript)
        await customer.comes_back()
        await expect(customer.page.get_by_role("log").locator(".bubble, .notice")).to_have_text(transcript)
    shown = (
        await ana.page.get_by_role("log")
        .locator("[data-message]")
        .evaluate_all("entries => entries.map((entry) => Number(entry.dataset.message))")
    )
    assert shown == [message.id for message in await desk.messages(MIA)]
    await leave(ana, anna, mia)


async def test_of_two_agents_who_take_over_at_the_same_moment_one_is_told_of_the_other(
    desk: WholeDesk, browser: Browser
) -> None:
    ana, ben = await an_agent(browser, desk.address), await an_agent(browser, desk.address, "ben")
    for agent in (ana, ben):
        # Nothing tells these pages that the other was first.
        await agent.page.route_web_socket("**/desk/live*", lambda socket: None)
        await agent.open("c-li")
        await agent.page.wait_for_load_state("networkidle")
    await asyncio.gather(*(agent.button("Take over").click() for agent in (ana, ben)))
    holders = []
    for agent, other in ((ana, "Ben Okafor"), (ben, "Ana Lima")):
        await expect(agent.button("Take over").or_(agent.button("Resolve"))).to_be_visible()
        await expect(agent.page.get_by_text("With you").or_(agent.page.get_by_text(f"With {other}"))).to_be_visible()
        if await agent.page.get_by_text("With you").count():
            holders.append(agent)
        else:
            await expect(agent.page.get_by_role("alert")).to_have_text(f"{other} took this conversation over.")
            # Chromium itself reports the answer 409 on its console.
            agent.problems[:] = [problem for problem in agent.problems if "409" not in problem]
    assert len(holders) == 1
    joined = Counter(text for text in await desk.said("c-li", "system") if text.startswith("utter_handoff_joined"))
    assert sum(joined.values()) == 1, "the customer is told of one of them"
    await leave(ana, ben)


async def test_of_two_agents_who_decide_a_case_at_the_same_moment_one_sees_the_conflict(
    desk: WholeDesk, browser: Browser
) -> None:
    ana, ben = await an_agent(browser, desk.address), await an_agent(browser, desk.address, "ben")
    for agent, amount in ((ana, "5.00"), (ben, "7.00")):
        await agent.open(ANNA)
        await agent.button("Refund…").first.click()
        dialog = agent.page.get_by_role("dialog")
        await dialog.get_by_label("Amount in EUR").fill(amount)
        await dialog.get_by_label("Reason").fill("kindness")
    yes = [agent.page.get_by_role("dialog").get_by_role("button", name="Refund") for agent in (ana, ben)]
    await asyncio.gather(*(button.click() for button in yes))
    refused = []
    for agent, other in ((ana, "Ben Okafor"), (ben, "Ana Lima")):
        alert = agent.page.get_by_role("dialog").get_by_role("alert")
        # Either it says why not, or it is gone.
        decided = agent.page.locator("body:not(:has(dialog[open])), dialog[open] [data-dialog-problem]:not([hidden])")
        await expect(decided).to_have_count(1)
        if await alert.count():
            await expect(alert).to_contain_text(f"{other} has just worked on this case")
            refused.append(agent)
            agent.problems[:] = [problem for problem in agent.problems if "409" not in problem]
    async with desk.parley.uow() as uow:
        (refund,) = await uow.refunds.of_order("10482733")
        case = await uow.cases.get(CASE)
    assert len(refused) == 1 and case is not None
    assert str(refund.amount.amount) == ("7.00" if refused == [ana] else "5.00"), "nothing of the first is overwritten"
    await leave(ana, ben)
