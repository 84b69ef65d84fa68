"""What one message adds to a form: everything already said is used and not asked again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from actions import choices
from actions.intake import AFTER_ORDER, Intake
from actions.turn import Turn
from bot.aftersales import matching
from bot.aftersales.labels import FAULTS, WHOLE_ORDER, WITHDRAWALS, IssueType
from bot.aftersales.matching_words import means_everything
from bot.aftersales.order import Order
from bot.errors import IdentificationLockedError
from bot.services import identification

# A message longer than this is a story, whose numbers may count anything.
_SHORT = 40
_SMALL_NUMBER = re.compile(r"(?<![\d.,#-])\d{1,2}(?![\d.,]\d|\d)")

Reader = Callable[[Intake, bool], Awaitable[None]]
"""Read one slot out of the message; the flag tells whether it is what the customer was asked."""


async def read_order_number(intake: Intake, asked: bool) -> None:
    """Take an order number over; another one than before makes everything about the old order void."""
    turn = intake.turn
    number = turn.order_number
    if number is None and turn.case_number:
        number = await _order_of(intake, turn.case_number)
    if number and number != intake["order_number"]:
        intake.set("order_number", number)
        intake.clear(*(slot for slot in AFTER_ORDER if slot not in ("reason", "details", "remedy", "ledger")))
    if intake["order_number"] and not intake["verification"]:
        async with intake.context.uow() as uow:
            if await identification.recognise(
                uow, turn.conversation_id, intake["order_number"], intake.context.clock()
            ):
                intake.set("verification", "proved")
                await intake.note_contact()


async def _order_of(intake: Intake, number: str) -> str:
    """Return the order of a case or return; of one that does not exist its own number, which nothing can prove.

    So nobody learns from the next question which cases there are. Whoever talks about an order goes on with that,
    unless the other one is theirs too.
    """
    known, turn = intake["order_number"], intake.turn
    async with intake.context.uow() as uow:
        found = await uow.cases.get(number) or await uow.returns.get(number)
        order = found.order_number if found else None
        if known is None:
            return order or number
        is_theirs = order and await identification.recognise(uow, turn.conversation_id, order, intake.context.clock())
        return str(order if is_theirs else known)


async def read_verification(intake: Intake, asked: bool) -> None:
    """Try every detail of the message that could prove the order; the services count wrong tries."""
    if not intake["order_number"] or intake["verification"]:
        return
    factors = intake.turn.factors
    if not factors and asked and not intake.turn.is_payload and "order_number" not in intake.updates:
        text = intake.turn.text
        if len(text.split()) <= 3 and any(character.isdigit() for character in text):
            factors = [text]
    factors = factors[:3]
    if factors and intake.context.orders is not None:
        await intake.context.orders.seek(intake.turn.conversation_id, intake["order_number"], factors)
    for factor in factors:
        try:
            async with intake.context.uow() as uow:
                proved = await identification.prove(
                    uow, intake.turn.conversation_id, intake["order_number"], factor, intake.context.clock()
                )
        except IdentificationLockedError:
            intake.is_locked = True
            return
        if proved:
            intake.set("verification", "proved")
            intake.failed_proof = False
            await intake.note_contact()
            return
        intake.failed_proof = True


async def read_items(intake: Intake, asked: bool) -> None:
    """Take the lines over that buttons, ordinals or words name."""
    order = await intake.load_order()
    if order is None:
        return
    turn = intake.turn
    if intake["items"] is None and "verification" in intake.updates:
        _recall_items(intake, order)
    chosen = [str(value) for value in turn.values("item")]
    if "all" in chosen:
        positions = [line.position for line in order.lines]
    elif chosen:
        positions = [int(value) for value in chosen if value.isdecimal() and order.line(int(value))]
    elif intake["items"] and _means_all_pieces(turn):
        return
    elif asked or intake["items"] is None or turn.intent in ("inform", "deny"):
        positions = matching.lines_meant(
            order,
            "" if turn.is_payload else turn.text,
            language=turn.language,
            ordinals=[int(value) for value in turn.values("ordinal")] if asked or turn.intent == "inform" else [],
            colors=turn.values("color") if asked else [],
            sizes=turn.values("size") if asked else [],
        )
        if asked and not positions and turn.text.strip().isdecimal() and order.line(int(turn.text)):
            positions = [int(turn.text)]
    else:
        positions = []
    if turn.requested_slot == "sealed" and not turn.is_payload and set(positions) <= set(intake["items"] or []):
        # Who names the goods whose seal was asked about chooses no others.
        return
    if positions and positions != intake["items"]:
        intake.set("items", positions)
        intake.clear("quantity", "same_case", "sealed", "variant", "confirmation")


def _recall_items(intake: Intake, order: Order) -> None:
    """Take the lines over that were named before the order was known, so that nobody is asked for them again."""
    for said in intake.turn.earlier:
        found = matching.lines_meant(
            order, said.text, language=said.language, ordinals=[], colors=said.values("color"), sizes=[]
        )
        if found and len(found) < len(order.lines):
            intake.set("items", found)


async def read_quantity(intake: Intake, asked: bool) -> None:
    """Take the number of pieces over, at most what was ordered of each line."""
    order = await intake.load_order()
    if order is None or not intake["items"]:
        return
    turn = intake.turn
    lines = [line for position in intake["items"] if (line := order.line(position))]
    most = max((line.quantity for line in lines), default=0)
    if most <= 1:
        return
    given = turn.value("quantity") if turn.is_payload else _count_meant(turn, intake["quantity"] or {}, most)
    if given is None and _means_all_pieces(turn):
        given = most
    if given is None or not str(given).isdecimal() or int(given) < 1:
        return
    wanted = {str(line.position): min(int(given), line.quantity) for line in lines}
    if wanted != intake["quantity"]:
        intake.set("quantity", wanted)
        intake.clear("variant", "confirmation")


def _means_all_pieces(turn: Turn) -> bool:
    """Tell whether the customer, asked how many pieces of a line, means all of these, not all that was ordered."""
    return turn.requested_slot == "quantity" and not turn.is_payload and means_everything(turn.text, turn.language)


def is_count(text: str) -> bool:
    """Tell whether a message is short and holds a small number of its own."""
    return len(text) <= _SHORT and bool(_SMALL_NUMBER.search(text))


def _count_meant(turn: Turn, known: dict[str, int], most: int) -> int | None:
    """Return the one count that a message names, apart from the count it corrects: "2 not 1"."""
    said = {int(value) for value in turn.values("quantity") if str(value).isdecimal()}
    if is_count(turn.text):
        said |= {count for count in map(int, _SMALL_NUMBER.findall(turn.text)) if count <= most}
    said -= {0, *known.values()}
    return said.pop() if len(said) == 1 else None


async def read_reason(intake: Intake, asked: bool) -> None:
    """Take the issue type over that the message states, or that a button named."""
    turn = intake.turn
    issue = turn.issue
    if issue is None and asked and not turn.is_payload:
        # Asked for a reason, a few words are one; only a guess that is no better than chance is asked again.
        issue = turn.likeliest_issue
    if issue is None or issue not in set(IssueType) or issue == intake["reason"]:
        return
    if not turn.value("reason") and not _is_meant(intake, IssueType(issue), asked):
        return
    intake.set("reason", issue)
    intake.clear("same_case", "remedy", "offer", "confirmation")
    if IssueType(issue) in WHOLE_ORDER:
        intake.set("items", [])


def _is_meant(intake: Intake, issue: IssueType, asked: bool) -> bool:
    """Tell whether words that sound like an issue are meant as the reason, and not as anger about waiting."""
    is_about_goods = issue in WITHDRAWALS | FAULTS
    if not is_about_goods and intake.turn.tracker.active_loop.get("name") in ("return_form", "exchange_form"):
        return False
    if asked or intake.issue is None or intake.turn.intent in ("inform", "deny"):
        return True
    return intake.turn.intent == "complain" and (is_about_goods or intake.issue not in WITHDRAWALS | FAULTS)


_SEAL = {"/affirm": "yes", "/deny": "no"}
"""What the buttons of the question about the seal mean."""


async def read_sealed(intake: Intake, asked: bool) -> None:
    """Note whether the seal of the goods is unbroken, where the customer was asked."""
    turn = intake.turn
    if not asked or "items" in intake.updates:
        return
    if turn.agrees:
        intake.set("sealed", "yes")
    elif turn.intent == "deny":
        intake.set("sealed", "no")
    elif not turn.values("doubt") and (named := choices.named(turn)) in _SEAL:
        intake.set("sealed", _SEAL[named])


async def seal_needed(intake: Intake) -> bool:
    """Tell whether to ask about the seal: the answer decides, and is not known."""
    return intake["sealed"] is None and bool((await intake.verdict()).asks_seal)


async def read_details(intake: Intake, asked: bool) -> None:
    """Keep the customer's own account of what happened."""
    turn = intake.turn
    if intake["details"] is None and not turn.is_payload and (asked or (turn.is_story and turn.issue_stated >= 0.5)):
        intake.set("details", turn.text[:2000])
