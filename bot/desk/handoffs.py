"""Passing conversations on: to the bot with instructions, to colleagues and teams; whispers and presence. JSON."""

from __future__ import annotations

from decimal import Decimal

from aiohttp import web

from bot.aftersales.approval import Approval
from bot.aftersales.escalation import GivenBy
from bot.aftersales.labels import Remedy
from bot.aftersales.offer import Offer
from bot.conversations.ports import UnitOfWork
from bot.desk.actions import LONGEST_TEXT, body_of, conflict, do, failure, subject
from bot.desk.deciding import decide, seen_of, short
from bot.desk.keys import Desk, desk_of, visitor_of
from bot.desk.pages import texts_of
from bot.desk.permissions import Permission, can, needs
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services import agent_offers, desk_settings, instructions, presence
from bot.services.account import Presence
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider
from bot.services.escalations import holder_key
from bot.services.instructions import Instruction, InstructionKind


@needs(Permission.ANSWER)
async def return_to_bot(request: web.Request) -> web.Response:
    """Let the bot go on, or do what ``instruction`` says (``kind``, ``percent`` of an offer, ``note`` for colleagues).

    An offer for a ``case`` that stood as it was ``seen`` is made to the customer with it, within law, policy and one's
    own limit as every offer is, and both or neither happen.
    """
    desk, visitor, conversation_id = await subject(request)
    body, _ = await body_of(request), texts_of(request)
    try:
        instruction = instructions.parse(body.get("instruction"))
    except InvalidInputError as error:
        texts = {
            "percent": _("Give a share from 1 to 100 per cent."),
            "note": _("The note is too long."),
        }
        return failure(400, error.code, texts.get(str(error.field), _("This instruction does not exist.")))
    async with desk.uow() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
        settings = await desk_settings.read(uow)
        conversation = await uow.conversations.get(conversation_id)
    if handoff is not None and handoff.agent_id == visitor.account.id:
        if conversation is not None and not settings.bot_answers_on(conversation.channel):
            return failure(409, "bot_off", _("The bot is switched off on this channel."))
        if instruction is not None and instruction.kind is InstructionKind.OFFER:
            return await _offer(request, conversation_id, instruction, short(body, "case"), seen_of(body))
    back = desk.router.handling.return_to_bot
    return await do(request, lambda: back(conversation_id, visitor.account.id, instruction))


async def _offer(
    request: web.Request, conversation_id: str, instruction: Instruction, number: str, seen: int
) -> web.Response:
    """Make the offer that the bot is to make and give it the conversation, or say why neither can be done yet."""
    desk, visitor, _ = desk_of(request), visitor_of(request), texts_of(request)
    if not await _may_be_offered(desk, conversation_id, number):
        text = _("There is no open case with a proved order in this conversation, so nothing can be offered yet.")
        return failure(409, "no_case", text)
    wanted = Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(instruction.percent or 0))
    reason = instruction.note or _("Offered when the conversation was returned to the bot")

    async def act(_uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        made: list[Offer | Approval] = []

        async def offer(uow: UnitOfWork) -> bool:
            now = desk.clock()
            made.append(await agent_offers.put_forward(uow, desk.policy, number, by, wanted, reason, now, seen=seen))
            # What waits for a supervisor is not offered yet, so the conversation stays with the agent.
            return isinstance(made[-1], Offer)

        await desk.router.handling.return_to_bot(conversation_id, by.id, instruction, first=offer)
        return made[-1]

    answer = await decide(request, number, act)
    if answer.status == 409 and not await _holds(desk, conversation_id, visitor.account.id):
        return await conflict(request)
    return answer


async def _may_be_offered(desk: Desk, conversation_id: str, number: str) -> bool:
    async with desk.uow() as uow:
        proved = await uow.identifications.proved_in(conversation_id)
        case = await uow.cases.get(number)
    return case is not None and case.conversation_id == conversation_id and case.is_open and case.order_number in proved


async def _holds(desk: Desk, conversation_id: str, agent_id: str) -> bool:
    async with desk.uow() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
    return handoff is not None and handoff.agent_id == agent_id


@needs(Permission.ANSWER)
async def transfer(request: web.Request) -> web.Response:
    """Pass a conversation on ``to`` ``agent:<id>`` or ``team:<id>``, provided it is where it was seen (``from``).

    Agents pass on what they hold; whoever may supervise passes on anything that is in a handoff.
    """
    desk, visitor, conversation_id = await subject(request)
    body, _ = await body_of(request), texts_of(request)
    kind, _sep, target = str(body.get("to") or "")[:100].partition(":")
    async with desk.uow() as uow:
        seen = holder_key(await uow.escalations.open_of(conversation_id))
        account = await uow.accounts.get(target) if kind == "agent" else None
        team = (await desk_settings.read(uow)).team(target) if kind == "team" else None
    if body.get("from") not in (None, seen):
        return await conflict(request)
    if seen != f"agent:{visitor.account.id}" and not can(visitor, Permission.SUPERVISE.value):
        return await conflict(request)
    actor, handling = f"agent:{visitor.account.id}", desk.router.handling
    if account is not None and account.is_active:
        if seen == f"agent:{account.id}":
            return web.json_response({"ok": True})
        given = GivenBy.AGENT if account.id == visitor.account.id else GivenBy.COLLEAGUE
        name = account.display_name
        return await do(request, lambda: handling.give(conversation_id, account.id, name, given, actor, seen))
    if team is not None:
        return await do(
            request,
            lambda: handling.release(conversation_id, actor, "transferred", seen_with=seen, team=team.id),
        )
    return failure(400, "unknown", _("Choose a colleague or a team."))


@needs(Permission.SUPERVISE)
async def whisper(request: web.Request) -> web.Response:
    """Write a ``text`` that only the agent who holds the conversation reads."""
    desk, visitor, conversation_id = await subject(request)
    given, _ = (await body_of(request)).get("text"), texts_of(request)
    text = given.strip() if isinstance(given, str) else ""
    if not text or len(text) > LONGEST_TEXT:
        return failure(400, "invalid_input", _("Write at most {count} characters.", count=LONGEST_TEXT))
    try:
        await desk.router.handling.whisper(conversation_id, visitor.account.id, text)
    except (ConflictError, NotFoundError):
        return failure(409, ConflictError.code, _("Nobody holds this conversation, so there is nobody to whisper to."))
    return web.json_response({"ok": True})


@needs(Permission.READ)
async def set_presence(request: web.Request) -> web.Response:
    """Say of oneself to be ``online``, ``away`` or ``offline``; whoever goes offline loses what they hold."""
    desk, account = desk_of(request), visitor_of(request).account
    given, _ = (await body_of(request)).get("presence"), texts_of(request)
    chosen = next((member for member in Presence if member.value == given), None)
    if chosen is None:
        return failure(400, "invalid_input", _("Choose online, away or offline."))
    async with desk.uow() as uow:
        await presence.choose(uow, account.id, chosen, desk.clock())
    desk.router.handling.on_change()
    return web.json_response({"ok": True, "presence": chosen.value})


@needs(Permission.READ)
async def beat(request: web.Request) -> web.Response:
    """Show a sign of life of a page without a live socket."""
    desk, account = desk_of(request), visitor_of(request).account
    async with desk.uow() as uow:
        chosen = await presence.beat(uow, account.id, desk.clock())
    return web.json_response({"presence": chosen.value})


ROUTES = [
    web.post("/conversations/{id}/return", return_to_bot),
    web.post("/conversations/{id}/transfer", transfer),
    web.post("/conversations/{id}/whisper", whisper),
    web.post("/presence", set_presence),
    web.post("/presence/beat", beat),
]
