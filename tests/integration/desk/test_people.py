"""People over HTTP: invitations, profiles, sessions, deactivating, as administrators and as the people themselves."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.aftersales.escalation import EscalationState
from bot.services import accounts
from bot.services.account import MAX_WRONG_PASSWORDS, Account
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import PASSWORD, World

LogIn = Callable[[str], Awaitable[Browser]]
MakeBrowser = Callable[[], Browser]
CHEN = {"name": "Chen", "display_name": "Chen Wei", "role": "agent", "languages": "zh", "capacity": "5"}
GOOD = "nine tall ships"


async def invite(root: Browser, **fields: str) -> str:
    html = await (await root.submit("/desk/people", **{**CHEN, "refund_limit": "150", **fields})).text()
    link = re.search(r'value="http://[^/]+(/desk/invitation/[\w-]+)"', html)
    assert link, html
    return link[1]


async def accept(browser: Browser, link: str, new: str = GOOD, again: str | None = None) -> int:
    token = re.search(r'name="token" value="(\w+)"', await browser.text(link))
    assert token
    fields = {"token": token[1], "new": new, "again": again or new}
    return (await browser.client.post(link, data=fields, allow_redirects=False)).status


async def account(world: World, name: str) -> Account:
    async with world.uow() as uow:
        found = await uow.accounts.by_name(name)
    assert found
    return found


async def seen(root: Browser, person: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', await root.text(f"/desk/people/{person}"))
    assert found
    return found[1]


async def test_only_administrators_see_the_people(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert "/desk/people" not in await ana.text("/desk/account")
    assert (await ana.get("/desk/people")).status == 403
    assert (await ana.submit("/desk/people", **{**CHEN, "role": "administrator"})).status == 403
    assert (await ana.submit("/desk/people/ben/link")).status == 403


async def test_an_administrator_invites_somebody_who_chooses_a_password_and_is_in(
    world: World, logged_in: LogIn, a_browser: MakeBrowser
) -> None:
    root, chen = await logged_in("root"), a_browser()
    link = await invite(root)
    assert link not in await root.text("/desk/people")
    assert "Welcome, Chen Wei" in await chen.text(link)
    assert await accept(chen, link, again="another one here") == 400
    assert await accept(chen, link, "Password123!") == 400
    assert await accept(chen, link) == 303
    assert "Chen Wei" in await chen.text("/desk/account")
    made = await account(world, "chen")
    assert (made.role.value, made.languages, made.capacity, str(made.refund_limit)) == ("agent", ["zh"], 5, "150.00")
    async with world.uow() as uow:
        events = [(e.action, e.actor) for e in await uow.audit.of_subject(f"account:{made.id}")]
    own = f"agent:{made.id}"
    assert events == [
        ("account.created", "agent:root"), ("account.invitation_accepted", own), ("account.logged_in", own),
    ]  # fmt: skip


async def test_a_link_is_of_no_use_after_it_was_used_or_after_three_days(
    world: World, logged_in: LogIn, a_browser: MakeBrowser
) -> None:
    root = await logged_in("root")
    used, old = await invite(root), await invite(root, name="dora")
    assert await accept(a_browser(), used) == 303
    world.now += timedelta(hours=72)
    for link in (used, old, "/desk/invitation/nonsense"):
        answer = await a_browser().get(link)
        assert answer.status == 410
        assert "of no use any more" in await answer.text()
        assert (await a_browser().client.post(link, data={}, allow_redirects=False)).status == 410


async def test_another_site_cannot_send_the_form_of_an_invitation(logged_in: LogIn, a_browser: MakeBrowser) -> None:
    link = await invite(await logged_in("root"))
    answer = await a_browser().client.post(
        link, data={"token": "0" * 64, "new": GOOD, "again": GOOD}, allow_redirects=False
    )
    assert answer.status == 400
    assert "parley_desk" not in answer.cookies


async def test_a_taken_login_name_is_explained_and_the_form_kept(logged_in: LogIn) -> None:
    root = await logged_in("root")
    fields = {**CHEN, "name": "ana", "display_name": "Another <b>Ana</b>"}
    answer = await root.submit("/desk/people", **fields)
    assert answer.status == 400
    html = await answer.text()
    assert "has this login name already" in html
    assert "Another &lt;b&gt;Ana" in html


async def test_numbers_that_are_none_are_explained(logged_in: LogIn) -> None:
    root = await logged_in("root")
    for field, value, text in (
        ("capacity", "many", "from 1 to 50"), ("capacity", "0", "from 1 to 50"),
        ("refund_limit", "1e9", "as an amount"), ("refund_limit", "NaN", "as an amount"),
        ("display_name", " ", "up to 80 characters"),
    ):  # fmt: skip
        answer = await root.submit("/desk/people", **{**CHEN, field: value})
        assert answer.status == 400
        assert text in await answer.text(), (field, value)


async def test_a_changed_profile_holds_at_the_persons_next_request(world: World, logged_in: LogIn) -> None:
    root, ana = await logged_in("root"), await logged_in("ana")
    assert (await ana.get("/desk/audit")).status == 403
    fields = {"display_name": "Ana Lima", "role": "supervisor", "languages": "de", "capacity": "9", "refund_limit": ""}
    changed = await root.submit("/desk/people/ana", seen=await seen(root, "ana"), **fields)
    assert changed.status == 303
    assert (await ana.get("/desk/audit")).status == 200
    made = await account(world, "ana")
    assert (made.languages, made.capacity, made.refund_limit) == (["de"], 9, None)


async def test_the_second_of_two_administrators_is_told_and_nothing_is_overwritten(
    world: World, logged_in: LogIn
) -> None:
    root = await logged_in("root")
    before = await seen(root, "ana")
    fields = {"display_name": "Ana Lima", "role": "agent", "refund_limit": ""}
    assert (await root.submit("/desk/people/ana", seen=before, capacity="7", **fields)).status == 303
    late = await root.submit("/desk/people/ana", seen=before, capacity="2", **fields)
    assert late.status == 409
    assert "changed this account meanwhile" in await late.text()
    assert (await account(world, "ana")).capacity == 7


async def test_a_login_meanwhile_does_not_make_an_edit_fail(logged_in: LogIn, a_browser: MakeBrowser) -> None:
    root = await logged_in("root")
    before = await seen(root, "ana")
    await a_browser().log_in("ana", "wrong")
    fields = {"display_name": "Ana Lima", "role": "agent", "refund_limit": "", "capacity": "7"}
    assert (await root.submit("/desk/people/ana", seen=before, **fields)).status == 303


async def test_administrators_keep_their_own_role_and_account(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    fields = {"display_name": "Rita", "role": "agent", "capacity": "4", "refund_limit": ""}
    answer = await root.submit("/desk/people/root", seen=await seen(root, "root"), **fields)
    assert answer.status == 400
    assert "by another administrator" in await answer.text()
    for action in ("deactivate", "link", "second-factor/remove"):
        assert (await root.submit(f"/desk/people/root/{action}")).status == 403
    assert (await account(world, "root")).is_active


async def test_a_new_link_logs_its_owner_out_and_ends_the_password(logged_in: LogIn, a_browser: MakeBrowser) -> None:
    root, ana = await logged_in("root"), await logged_in("ana")
    html = await (await root.submit("/desk/people/ana/link")).text()
    link = re.search(r"/desk/invitation/[\w-]+", html)
    assert link
    assert (await ana.get("/desk")).status == 303
    assert (await a_browser().log_in("ana")).status == 401
    again = a_browser()
    assert await accept(again, link[0]) == 303
    assert (await again.get("/desk/account")).status == 200
    assert (await root.submit("/desk/people/nobody/link")).status == 404


async def test_a_deactivated_person_is_out_at_once_and_comes_back_later(
    world: World, logged_in: LogIn, a_browser: MakeBrowser
) -> None:
    root, ben = await logged_in("root"), await logged_in("ben")
    assert (await root.submit("/desk/people/ben/deactivate")).status == 303
    assert (await ben.get("/desk/account")).status == 303
    assert (await ben.act("c-held", "reply", text="hello")).status == 401
    assert (await a_browser().log_in("ben")).status == 401
    assert "Deactivated" in await root.text("/desk/people")
    handoff = await world.handoff("c-held")
    assert handoff and (handoff.state, handoff.agent_id) == (EscalationState.QUEUED, None)
    assert (await root.submit("/desk/people/ben/activate")).status == 303
    assert (await a_browser().log_in("ben")).status == 303


async def test_the_socket_of_a_deactivated_person_is_refused(logged_in: LogIn) -> None:
    root, ben = await logged_in("root"), await logged_in("ben")
    await root.submit("/desk/people/ben/deactivate")
    assert (await ben.get("/desk/live", headers={"Upgrade": "websocket"})).status == 401


async def test_everybody_sees_and_ends_their_own_browsers(logged_in: LogIn, a_browser: MakeBrowser) -> None:
    ana, phone = await logged_in("ana"), a_browser()
    phone.client.session.headers["User-Agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/605"
    assert (await phone.log_in("ana")).status == 303
    html = await ana.text("/desk/account")
    assert "Safari, iPhone" in html
    assert "This browser" in html
    end = re.search(r'action="(/desk/account/sessions/\w+/end)"', html)
    assert end
    assert (await ana.submit(end[1])).status == 303
    assert (await phone.get("/desk")).status == 303
    assert (await ana.get("/desk/account")).status == 200
    assert (await ana.submit(end[1])).status == 404


async def test_all_other_browsers_are_ended_at_once(logged_in: LogIn) -> None:
    ana, other, ben = await logged_in("ana"), await logged_in("ana"), await logged_in("ben")
    assert (await ana.submit("/desk/account/sessions/end-others")).status == 303
    assert (await other.get("/desk")).status == 303
    assert (await ana.get("/desk/account")).status == 200
    assert (await ben.get("/desk/account")).status == 200


async def test_an_administrator_ends_anybodys_browser_but_agents_only_their_own(logged_in: LogIn) -> None:
    root, ana, ben = await logged_in("root"), await logged_in("ana"), await logged_in("ben")
    html = await root.text("/desk/people/ben")
    end = re.search(r'action="/desk/people/ben/sessions/(\w+)/end"', html)
    assert end
    assert (await ana.submit(f"/desk/account/sessions/{end[1]}/end")).status == 404
    assert (await ana.submit(f"/desk/people/ben/sessions/{end[1]}/end")).status == 403
    assert (await ben.get("/desk/account")).status == 200
    assert (await root.submit(f"/desk/people/ben/sessions/{end[1]}/end")).status == 303
    assert (await ben.get("/desk/account")).status == 303


async def test_the_last_use_of_a_browser_moves_on(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    world.now += timedelta(minutes=30)
    await ana.get("/desk/account")
    async with world.uow() as uow:
        (session,) = await uow.accounts.sessions_of("ana")
    assert session.last_seen_at == world.now


async def test_a_locked_account_is_shown_as_locked(logged_in: LogIn, a_browser: MakeBrowser) -> None:
    root, browser = await logged_in("root"), a_browser()
    for _ in range(MAX_WRONG_PASSWORDS):
        await browser.log_in("ana", "wrong")
    assert "Locked" in await root.text("/desk/people/ana")


async def test_a_poor_new_password_is_refused_with_its_rule(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for new, text in (
        ("short", "at least 10"), ("I am ana lima", "Leave your login name out"), ("1234567890", "row of the keyboard"),
        ("Welcome2026!", "Many people use this password"), (PASSWORD, "must differ"),
    ):  # fmt: skip
        answer = await ana.submit("/desk/password", old=PASSWORD, new=new, again=new)
        assert answer.status == 400
        assert text in await answer.text(), new


async def test_an_account_of_the_command_line_has_a_one_time_password(world: World, a_browser: MakeBrowser) -> None:
    async with world.uow() as uow:
        _, password = await accounts.create_account(
            uow, "nia", "Nia New", accounts.Role.AGENT, world.now, languages=["fr"], teams=["returns"], capacity=2
        )
    entered = await a_browser().log_in("nia", password)
    assert entered.headers["Location"] == "/desk/password"


async def responses(world: World, conversation_id: str) -> list[str | None]:
    async with world.uow() as uow:
        return [message.response for message in await uow.messages.of(conversation_id)]


async def test_customers_of_somebody_deactivated_are_told(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    await root.submit("/desk/people/ben/deactivate")
    assert (await responses(world, "c-held"))[-1] == "utter_handoff_requeued"
    handoff = await world.handoff("c-held")
    assert handoff and (handoff.state, handoff.passed_over) == (EscalationState.QUEUED, ["ben"])


async def test_who_leaves_a_team_leaves_its_conversations_and_customers_are_told(
    world: World, logged_in: LogIn
) -> None:
    root = await logged_in("root")
    async with world.uow() as uow:
        handoff = await uow.escalations.open_of("c-held")
        assert handoff
        handoff.team = "europe"
        await uow.commit()
    fields = {"display_name": "Ben Okafor", "languages": "en", "capacity": "4", "refund_limit": ""}
    stays = {**fields, "role": "supervisor", "teams": "europe"}
    assert (await root.submit("/desk/people/ben", seen=await seen(root, "ben"), **stays)).status == 303
    assert "utter_handoff_requeued" not in await responses(world, "c-held")
    leaves = {**fields, "role": "agent", "teams": "east_asia"}
    assert (await root.submit("/desk/people/ben", seen=await seen(root, "ben"), **leaves)).status == 303
    assert (await responses(world, "c-held"))[-1] == "utter_handoff_requeued"
    left = await world.handoff("c-held")
    assert left and (left.state, left.team) == (EscalationState.QUEUED, "europe")
    async with world.uow() as uow:
        trail = await uow.audit.of_subject("conversation:c-held")
    assert (trail[-1].actor, trail[-1].data["why"]) == ("agent:root", "left_team")
