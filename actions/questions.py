"""The questions that depend on what is known: their buttons and facts."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import bargaining, evidence, facts
from actions.context import context
from actions.intake import Intake
from actions.replacement import open_variants
from actions.summaries import summary_of
from actions.turn import Turn
from bot.aftersales.case import Case
from bot.aftersales.labels import FAULTS, WITHDRAWALS, IssueType
from bot.aftersales.return_ import ReturnMethod
from bot.services import cases

_GOODS_REASONS = (
    IssueType.WRONG_SIZE,
    IssueType.CHANGED_MIND,
    IssueType.NOT_AS_DESCRIBED,
    IssueType.DAMAGED,
    IssueType.DEFECTIVE,
    IssueType.WRONG_ITEM,
)


_GOODS_PROBLEMS = (IssueType.DEFECTIVE, IssueType.DAMAGED, IssueType.WRONG_ITEM, IssueType.NOT_AS_DESCRIBED)
_PARCEL_PROBLEMS = (IssueType.LATE_DELIVERY, IssueType.LOST_PARCEL, IssueType.CUSTOMS_HOLD)


class _Question(Action):
    slot = ""

    def name(self) -> str:
        return f"action_ask_{self.slot}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        await self.ask(dispatcher, Intake(Turn(tracker), context()))
        return []

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        """Utter the question with its buttons and facts."""
        raise NotImplementedError


class ActionAskItems(_Question):
    """Ask which lines of the order it is about."""

    slot = "items"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        order = await intake.load_order()
        assert order is not None
        language = intake.turn.language
        several_at_once = intake.turn.tracker.active_loop.get("name") != "exchange_form"
        choices = [
            facts.choice(facts.pieces(line, line.quantity, language), f'/choose_item{{"item": "{line.position}"}}')
            for line in order.lines
        ]
        if several_at_once and len(order.lines) > 1:
            choices.append(facts.choice(facts.label("label_choice_all_items"), '/choose_item{"item": "all"}'))
        dispatcher.utter_message(
            response="utter_ask_items",
            facts={"items": [facts.item_fact(line, language) for line in order.lines]},
            choices=choices,
        )


class ActionAskQuantity(_Question):
    """Ask how many pieces of the chosen line."""

    slot = "quantity"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        order = await intake.load_order()
        assert order is not None
        line = order.line(int(intake["items"][0]))
        assert line is not None
        dispatcher.utter_message(
            response="utter_ask_quantity",
            item=facts.pieces(line, 1, intake.turn.language) | {"quantity": None},
            count=line.quantity,
            facts={"line": line.position, "ordered": line.quantity},
            choices=[
                facts.choice(str(count), f'/choose_quantity{{"quantity": "{count}"}}')
                for count in range(1, min(line.quantity, 6) + 1)
            ],
        )


class ActionAskSameCase(_Question):
    """Ask whether the complaint is the one of an open case."""

    slot = "same_case"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        case = await intake.same_matter()
        assert case is not None
        dispatcher.utter_message(
            response="utter_ask_same_case",
            case=case.number,
            issue=facts.label(f"label_issue_{case.issue_type}"),
            facts={"case": facts.case_fact(case)},
            choices=[
                facts.choice(facts.label("label_choice_same_case"), "/affirm"),
                facts.choice(facts.label("label_choice_new_case"), "/deny"),
            ],
        )


class ActionAskReason(_Question):
    """Ask why, the likeliest reasons first."""

    slot = "reason"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        likely = [
            IssueType(found["name"])
            for found in intake.turn.told_issues[:3]
            if found["name"] in set(IssueType) and float(found["confidence"]) >= 0.1
        ]
        if intake.turn.tracker.active_loop.get("name") in ("return_form", "exchange_form"):
            likely = [issue for issue in likely if issue in WITHDRAWALS | FAULTS]
            likely += [issue for issue in _GOODS_REASONS if issue not in likely]
        else:
            order = await intake.load_order()
            usual = _GOODS_PROBLEMS if order is None or order.delivered_at else _PARCEL_PROBLEMS
            likely = [issue for issue in likely if issue is not IssueType.OTHER]
            likely = [*likely, *(issue for issue in usual if issue not in likely)][:5]
            likely.append(IssueType.OTHER)
        dispatcher.utter_message(
            response="utter_ask_reason",
            facts={"reasons": [issue.value for issue in likely[:6]]},
            choices=[
                facts.choice(facts.label(f"label_issue_{issue}"), f'/choose_reason{{"reason": "{issue}"}}')
                for issue in likely[:6]
            ],
        )


class ActionAskSealed(_Question):
    """Ask whether the seal is unbroken of goods that come back only like that."""

    slot = "sealed"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        order = await intake.load_order()
        assert order is not None
        language, about = intake.turn.language, (await intake.verdict()).asks_seal
        chosen = [piece for piece in cases.selections(order, intake.lines) if piece.line.position in about]
        dispatcher.utter_message(
            response="utter_ask_sealed",
            items=facts.lines(
                *(
                    facts.label("label_summary_item", item=facts.pieces(piece.line, piece.quantity, language))
                    for piece in chosen
                )
            ),
            facts={"items": [facts.item_fact(piece.line, language) for piece in chosen]},
            choices=[
                facts.choice(facts.label("label_choice_sealed"), "/affirm"),
                facts.choice(facts.label("label_choice_opened"), "/deny"),
            ],
        )


class ActionAskRemedy(_Question):
    """Ask what the customer would like, of what policy allows."""

    slot = "remedy"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        verdict = await intake.verdict()
        is_over = intake["offer"] == bargaining.OVER
        remedies = [r for r in verdict.remedies if not (is_over and r in bargaining.BARGAINED)]
        choices = [
            facts.choice(facts.label(f"label_remedy_{remedy}"), f'/choose_remedy{{"remedy": "{remedy}"}}')
            for remedy in remedies
        ]
        if is_over:
            choices.append(facts.person_choice())
        dispatcher.utter_message(
            response="utter_ask_remedy", facts={"remedies": [remedy.value for remedy in remedies]}, choices=choices
        )


class ActionAskOffer(_Question):
    """Ask whether the customer accepts the offer on the table."""

    slot = "offer"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        bargaining.say_offer(dispatcher, intake, await intake.verdict())


class ActionAskEvidence(_Question):
    """Ask for photos, and how to send them once the customer wants to."""

    slot = "evidence"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        waits = intake["evidence"] == evidence.WAITING
        dispatcher.utter_message(response=evidence.TELL_HOW if waits else evidence.ASK_PHOTO)


class ActionAskReturnMethod(_Question):
    """Ask how the goods shall travel back."""

    slot = "return_method"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        dispatcher.utter_message(
            response="utter_ask_return_method",
            facts={"methods": [method.value for method in ReturnMethod]},
            choices=[
                facts.choice(
                    facts.label(f"label_method_{method}"), f'/choose_return_method{{"return_method": "{method}"}}'
                )
                for method in ReturnMethod
            ],
        )


class ActionAskVariant(_Question):
    """Ask for the replacement, of what is in stock."""

    slot = "variant"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        variants = await open_variants(intake)
        more = []
        order = await intake.load_order()
        if intake.turn.tracker.active_loop.get("name") == "change_form" and order and len(order.lines) > 1:
            more = [facts.choice(facts.label("label_choice_remove"), '/choose_variant{"variant": "remove"}')]
        dispatcher.utter_message(
            response="utter_ask_variant",
            facts={
                "variants": [
                    {"sku": variant.sku, "size": variant.size, "color": variant.color, "stock": variant.stock}
                    for variant in variants
                ]
            },
            choices=[
                facts.choice(
                    facts.variant(variant.size, variant.color), f'/choose_variant{{"variant": "{variant.sku}"}}'
                )
                for variant in variants[:10]
            ]
            + more,
        )


class ActionAskConfirmation(_Question):
    """Sum up what is about to be written and ask for an explicit yes."""

    slot = "confirmation"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        summary, summary_facts = await summary_of(intake)
        dispatcher.utter_message(
            response="utter_ask_confirmation",
            summary=summary,
            facts={"summary": summary_facts},
            choices=[
                facts.choice(facts.label("label_choice_yes"), "/affirm"),
                facts.choice(facts.label("label_choice_change"), "/deny"),
            ],
        )


class ActionAskChange(_Question):
    """Ask what of the summary was not right."""

    slot = "change"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        known = [name for name in ("items", "quantity", "reason", "remedy", "variant", "address") if intake[name]]
        form = intake.turn.tracker.active_loop.get("name")
        if form == "withdraw_form":
            known = []
        elif form == "return_form":
            known.append("return_method")
        dispatcher.utter_message(
            response="utter_ask_change",
            facts={"changes": ["order", *known]},
            choices=[
                *(
                    facts.choice(facts.label(f"label_change_{name}"), f'/choose_change{{"change": "{name}"}}')
                    for name in ["order", *known]
                ),
                facts.choice(facts.label("label_choice_stop"), "/stop"),
            ],
        )


class ActionAskCaseChoice(_Question):
    """Ask which of several open cases."""

    slot = "case_choice"

    async def ask(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        async with intake.context.uow() as uow:
            found = await cases.open_in(uow, intake.turn.conversation_id, intake["order_number"])
        dispatcher.utter_message(
            response="utter_ask_case_choice",
            facts={"cases": [facts.case_fact(case) for case in found]},
            choices=[facts.choice(_case_line(case), f'/choose_case{{"case": "{case.number}"}}') for case in found],
        )


def _case_line(case: Case) -> dict[str, Any]:
    return facts.label("label_case_line", number=case.number, issue=facts.label(f"label_issue_{case.issue_type}"))
