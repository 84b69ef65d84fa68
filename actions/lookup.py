"""Telling what the shop's own records say about a complaint."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.intake import Intake
from actions.orders import last_scan
from bot.aftersales import investigation
from bot.aftersales.verdict import Verdict


async def tell_what_is_known(dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict) -> None:
    """Say once for each reason what the records show, before anything is offered."""
    order = await intake.load_order()
    assert order is not None and intake.issue is not None
    if intake["looked_up"] == intake.issue.value:
        return
    intake.set("looked_up", intake.issue.value)
    async with intake.context.uow() as uow:
        refunds = await uow.refunds.of_order(order.number)
        returns = await uow.returns.of_order(order.number)
    found = investigation.look_up(order, intake.issue, refunds, returns, intake.context.clock(), verdict.days_to_refund)
    if found is None:
        return
    dispatcher.utter_message(
        response=f"utter_found_{found.fact}",
        last=last_scan(found.shipment) if found.shipment else "",
        day=facts.day(found.day) if found.day else "",
        by=facts.day(found.by) if found.by else "",
        days=found.days,
        amount=facts.money(found.amount) if found.amount else "",
        paid=facts.money(found.paid) if found.paid else "",
        total=facts.money(found.total) if found.total else "",
        rma=found.rma,
        facts={"found": found.fact.value},
    )
