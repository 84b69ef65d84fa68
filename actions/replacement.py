"""Which variant may replace the goods, and which one the customer means."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.intake import Intake
from actions.turn import Turn
from bot.aftersales import matching
from bot.aftersales.catalogue import Variant
from bot.aftersales.labels import IssueType
from bot.services import exchanges


async def open_variants(intake: Intake) -> list[Variant]:
    """Return what is in stock to replace the chosen pieces."""
    order, chosen = await intake.load_order(), intake["items"] or []
    line = order.line(int(chosen[0])) if order and len(chosen) == 1 else None
    if line is None:
        return []
    # Before it has left, an order is changed for whatever else there is.
    return exchanges.alternatives(line, intake.lines[line.position], intake.issue or IssueType.CHANGED_MIND)


def take_one_by_one(dispatcher: CollectingDispatcher, intake: Intake) -> None:
    """Have one product chosen out of several; the next follows after it."""
    dispatcher.utter_message(response="utter_one_at_a_time")
    intake.clear("items", "quantity", "variant", "confirmation")


async def recall_variant(intake: Intake) -> None:
    """Take the replacement over that was named before the order was known, so that nobody is asked for it again."""
    for said in intake.turn.earlier if "verification" in intake.updates else ():
        if said.values("size") or said.values("color"):
            await read_variant(intake, False, said)


async def read_variant(intake: Intake, asked: bool, said: Turn | None = None) -> None:
    """Take the replacement over when a button, a size or a colour leaves only one variant.

    What counts is the latest message, or another one of the customer's that is given.
    """
    turn = said or intake.turn
    chosen = turn.value("variant")
    if not chosen and not (asked or intake["variant"] or turn.values("size") or turn.values("color")):
        return
    is_change = intake["request"] == "change_items"
    if not intake["items"] or len(intake["items"]) != 1 or (intake.issue is None and not is_change):
        return
    open_now = await open_variants(intake)
    if chosen:
        found = [variant for variant in open_now if variant.sku == str(chosen)]
    elif turn.is_payload:
        return
    else:
        found = matching.variants_meant(
            open_now, turn.text, colors=turn.values("color"), sizes=[str(size) for size in turn.values("size")]
        )
        if len(found) == len(open_now) and len(open_now) > 1:
            return
        order = await intake.load_order()
        line = order.line(int(intake["items"][0])) if order else None
        same_color = [variant for variant in found if line and variant.color == line.color]
        if len(found) > 1 and len(same_color) == 1:
            found = same_color
    if len(found) == 1 and found[0].sku != intake["variant"]:
        intake.set("variant", found[0].sku)
        intake.clear("confirmation")
