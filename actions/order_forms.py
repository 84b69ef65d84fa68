"""The questions before an order or its cases may be talked about."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts, reading
from actions.forms import OrderForm
from actions.intake import Intake
from bot.services import cases


class ValidateTrackForm(OrderForm):
    """Asks only for what proves the order, to tell where it is."""

    form = "track_form"
    questions = ("order_number", "verification")
    left_to_rules = frozenset({"return_item", "exchange_item"})


class ValidateStatusForm(OrderForm):
    """Asks only for what proves the order, to tell how its cases are going."""

    form = "status_form"
    questions = ("order_number", "verification")
    left_to_rules = frozenset({"return_item", "exchange_item"})

    async def on_start(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        await use_order_of_latest_case(intake)


class ValidateWithdrawForm(OrderForm):
    """Asks which case the customer takes back, and for an explicit yes."""

    form = "withdraw_form"
    questions = ("order_number", "verification", "case_choice", "confirmation")
    left_to_rules = frozenset({"return_item", "exchange_item"})
    _decided_after = "verification"

    async def on_start(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        await use_order_of_latest_case(intake)

    async def read_own(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        number = intake.turn.case_number
        if number and any(case.number == number for case in await _open_cases(intake)):
            intake.set("case_choice", number)

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        if slot == "case_choice" and intake["case_choice"] is None:
            found = await _open_cases(intake)
            if len(found) == 1:
                intake.set("case_choice", found[0].number)
        return await super().is_needed(dispatcher, intake, slot)

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        if intake["confirmation"] == "yes" or await _open_cases(intake):
            return False
        status = facts.intent_choice("check_case")
        dispatcher.utter_message(response="utter_case_none_open", order_number=intake["order_number"], choices=[status])
        return True


async def use_order_of_latest_case(intake: Intake) -> None:
    """Take the order of the newest case of this conversation, so that nobody is asked for it again."""
    if intake["order_number"] is None:
        async with intake.context.uow() as uow:
            found = await uow.cases.of_conversation(intake.turn.conversation_id)
        if found:
            intake.set("order_number", found[0].order_number)
            await reading.read_order_number(intake, False)


async def _open_cases(intake: Intake) -> list[Any]:
    if not (intake["order_number"] and intake["verification"]):
        return []
    async with intake.context.uow() as uow:
        return list(await cases.open_in(uow, intake.turn.conversation_id, intake["order_number"]))
