"""One conversation as a row of a table: what the customer writes, and what the database says in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.services.case_report import report
from bot.services.demo_shop import SHOWCASE
from bot.services.demo_situations import number_of
from bot.store.unit_of_work import SqlUnitOfWork
from tests.e2e.aftersales.voices import VOICES
from tests.e2e.customer import Customer
from tests.e2e.process import Parley
from tests.unit.evidence.samples import photo

PHOTO = "a photo"
"""Instead of words: the customer sends a file."""

_PICTURE = photo((64, 48))
_MOST_TURNS = 14


@dataclass(frozen=True)
class Outcome:
    """What is written when a conversation has ended; what is not named here must not be there.

    ``ends`` are the last responses. ``offers`` are remedy, proposer, state and amount, oldest first. ``refunds``,
    ``coupons`` and ``extensions`` hold amounts, percent and months; the others hold states, ``exchanges`` the goods.
    """

    ends: tuple[str, ...]
    issue: str = ""
    wish: str | None = None
    state: str = "executing"
    priority: str = "normal"
    offers: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    reshipments: tuple[str, ...] = ()
    customs: tuple[str, ...] = ()
    coupons: tuple[str, ...] = ()
    extensions: tuple[int, ...] = ()
    claims: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    photos: int = 0
    handoff: bool = False

    def of(self, amount: str) -> Outcome:
        """Return the same with a sum wherever ``{amount}`` stands."""
        return replace(
            self,
            offers=tuple(offer.format(amount=amount) for offer in self.offers),
            refunds=tuple(refund.format(amount=amount) for refund in self.refunds),
        )


@dataclass(frozen=True)
class Scenario:
    """One customer's conversation about one order; ``{n}`` is its number, ``{e}`` the e-mail address.

    ``says`` answers questions by response name; several answers to the same question are a tuple. What is not in it is
    answered as anybody would. ``hears`` are responses that must come on the way, ``stock`` says by how many pieces
    variants change, ``reasons`` are the codes of a refusal.
    """

    language: str
    situation: str
    first: str
    outcome: Outcome
    says: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    hears: tuple[str, ...] = ()
    stock: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.language}-{self.situation}"

    @property
    def number(self) -> str:
        """Return the order's number."""
        return number_of(self.language, self.situation)

    @property
    def email(self) -> str:
        """Return the customer's address."""
        return SHOWCASE[self.number].person.email

    def written(self, sentence: str) -> str:
        """Return a sentence with the order and the address in it."""
        return sentence.format(n=self.number, e=self.email)


def converse(customer: Customer, scenario: Scenario) -> None:
    """Tell the story and answer every question, until the bot asks no more."""
    customer.say(scenario.written(scenario.first))
    answer_questions(customer, scenario)


def answer_questions(customer: Customer, scenario: Scenario, *, until: str = "") -> None:
    """Answer each question as it comes, until there is none, or until the one named."""
    left = {
        question: list(answers) if isinstance(answers, tuple) else [answers]
        for question, answers in {**_usual(scenario), **scenario.says}.items()
    }
    for _ in range(_MOST_TURNS):
        question = str(customer.last.response)
        if question == "utter_stopped":
            # Who stopped thinks better of it, and may be asked the usual again.
            left |= {usual: [answer] for usual, answer in _usual(scenario).items() if usual not in scenario.says}
            customer.say(scenario.written(scenario.first))
            continue
        if question == until or not question.startswith(("utter_ask_", "utter_evidence_how")):
            return
        assert left.get(question), f"unexpected, or asked again: {customer.replies}"
        answer = left[question].pop(0)
        if answer == PHOTO:
            customer.send_photo(_PICTURE)
        elif question == "utter_ask_reason" and answer.startswith('"'):
            customer.click(answer)
        else:
            customer.say(scenario.written(answer))
    raise AssertionError(f"no end in sight: {customer.replies}")


def check(parley: Parley, customer: Customer, scenario: Scenario, before: Mapping[str, int]) -> None:
    """Compare what the database says with what it should."""
    outcome = scenario.outcome
    transcript = customer.transcript()
    heard = [message["response"] for message in transcript if message["author"] == "bot"]
    found = written(parley, customer, scenario.number)
    found["ends"] = tuple(heard)[-len(outcome.ends) :]
    assert found == {**_expected(outcome), "ends": outcome.ends}, heard
    assert set(scenario.hears) <= set(heard), heard
    if scenario.reasons:
        told = [message["custom"].get("reasons") for message in transcript if message["author"] == "bot"]
        assert list(scenario.reasons) in told, told
    after = stock(parley, scenario.stock)
    assert {sku: after[sku] - before[sku] for sku in before} == dict(scenario.stock)


def written(parley: Parley, customer: Customer, number: str) -> dict[str, Any]:
    """Return what the database says about an order's one case, in the words of Outcome."""

    async def find(uow: SqlUnitOfWork) -> tuple[list[dict[str, Any]], list[str], bool]:
        cases = (await report(uow, number))["cases"]
        tasks = [task.what for case in cases for task in await uow.tasks.of_case(case["number"])]
        return cases, tasks, await uow.escalations.open_of(customer.id) is not None

    cases, tasks, is_handed_over = parley.query(find)
    if not cases:
        return {**_expected(Outcome(ends=())), "handoff": is_handed_over}
    (case,) = cases
    assert case["language"] == customer.language
    return {**in_words(case), "tasks": tuple(sorted(tasks)), "handoff": is_handed_over}


def in_words(case: dict[str, Any]) -> dict[str, Any]:
    """Return a case of a report in the words of Outcome, without its tasks."""
    return {
        "issue": case["issue_type"],
        "wish": case["wish"],
        # Money is sent soon after it was agreed, and a case without anything else to do is resolved then.
        "state": "executing" if case["state"] == "resolved" else case["state"],
        "priority": case["priority"],
        "offers": tuple(_offer(offer) for offer in case["offers"]),
        "refunds": tuple(sorted(_money(refund) for refund in case["refunds"])),
        "returns": tuple(found["state"] for found in case["returns"]),
        "exchanges": tuple(found["sku"] for found in case["exchanges"]),
        "repairs": tuple(found["state"] for found in case["repairs"]),
        "reshipments": tuple(found["state"] for found in case["reshipments"]),
        "customs": tuple(found["state"] for found in case["customs"]),
        "coupons": tuple(found["percent"] for found in case["coupons"]),
        "extensions": tuple(found["months"] for found in case["warranty_extensions"]),
        "claims": tuple(f"{found['against']} {found['state']}" for found in case["claims"]),
        "photos": len(case["evidence"]),
    }


def stock(parley: Parley, skus: Mapping[str, int]) -> dict[str, int]:
    """Return how many pieces of each variant are free."""

    async def find(uow: SqlUnitOfWork) -> dict[str, int]:
        if not skus:
            return {}
        products = await uow.products.all()
        return {
            variant.sku: variant.stock for product in products for variant in product.variants if variant.sku in skus
        }

    return parley.query(find)


def _usual(scenario: Scenario) -> dict[str, str]:
    return {
        "utter_ask_order_number": "{n}",
        "utter_ask_verification": "{e}",
        "utter_ask_details": scenario.first,
        # Where the words leave doubt, the likeliest are offered.
        "utter_ask_reason": f'"{scenario.outcome.issue}"',
        "utter_ask_confirmation": VOICES[scenario.language].yes,
    }


def _expected(outcome: Outcome) -> dict[str, Any]:
    found = {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__ if name != "ends"}
    if not outcome.issue:
        found |= {"state": "", "priority": ""}
    return found | {"tasks": tuple(sorted(outcome.tasks))}


def _offer(offer: dict[str, Any]) -> str:
    return " ".join(filter(None, (offer["remedy"], offer["proposed_by"], offer["state"], _money(offer))))


def _money(found: dict[str, Any]) -> str:
    return f"{found['amount']} {found['currency']}" if found["amount"] else ""
