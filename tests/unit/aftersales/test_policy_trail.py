"""The trail of a decision names every rule that had a say in it, and no other."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.aftersales.labels import IssueType
from bot.aftersales.ladder import Given
from bot.aftersales.money import Money
from bot.aftersales.order import Order, Payment
from bot.aftersales.policy import Selection
from bot.aftersales.verdict import FiredRule
from bot.services.policy_files import load_policy
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros

FILES = Path(__file__).resolve().parents[3] / "data" / "policy"
POLICY = load_policy(FILES)
NO_RATE, RATE = "shop.exchange_rates", "shop.exchange_rates.GBP"
ORDER_CAP, YEAR_CAP = "shop.caps.percent_of_order", "shop.caps.per_customer_in_365_days"


def trail(
    order: Order, issue: IssueType, *, given: Given = Given(), evidence_given: bool | None = None
) -> dict[str, FiredRule]:
    """Return the rules of a decision by the policy that ships, by their ids."""
    chosen = [Selection(line, line.quantity) for line in order.lines]
    verdict = POLICY.decide(order, chosen, issue, NOW, {}, given=given, evidence_given=evidence_given)
    found = {rule.id: rule for rule in verdict.rules}
    assert len(found) == len(verdict.rules)
    return found


def in_currency(currency: str, amount: int, country: str = "GB") -> Order:
    price, nothing = Money(Decimal(amount), currency), Money.zero(currency)
    return an_order(a_line(price=price), country=country, shipping_fee=nothing)


def line_of(rule: FiredRule) -> str:
    """Return the line of the file that a rule points to."""
    return (FILES / rule.file).read_text("utf-8").splitlines()[rule.line - 1]


def test_the_customer_s_yearly_cap_is_named_with_what_it_leaves() -> None:
    rules = trail(an_order(), IssueType.NOT_AS_DESCRIBED, given=Given(to_customer=Decimal(290)))
    assert line_of(rules[YEAR_CAP]).strip() == "per_customer_in_365_days: 300"
    assert rules[YEAR_CAP].text.endswith(": 10.00 EUR left")
    assert rules[ORDER_CAP].text.endswith(": 21.96 EUR left")


def test_the_yearly_cap_has_a_say_about_cheap_goods_and_none_without_goodwill() -> None:
    assert YEAR_CAP in trail(an_order(), IssueType.DAMAGED)
    assert not {YEAR_CAP, ORDER_CAP} & trail(an_order(), IssueType.CHANGED_MIND).keys()


def test_an_amount_without_an_exchange_rate_is_not_said_to_be_above_a_limit() -> None:
    rules = trail(in_currency("INR", 20, "IN"), IssueType.CHANGED_MIND)
    assert line_of(rules[NO_RATE]) == "exchange_rates:"
    assert "a person decides" in rules[NO_RATE].text
    assert "shop.change_of_mind.review_above" not in rules


def test_an_amount_above_a_limit_names_the_limit_and_the_rate_it_was_compared_at() -> None:
    rules = trail(in_currency("GBP", 900), IssueType.CHANGED_MIND)
    assert line_of(rules["uk.change_of_mind.review_above"]).strip() == "review_above: 500"
    assert line_of(rules[RATE]).strip() == "GBP: 0.86"
    assert NO_RATE not in rules


def test_the_currency_of_the_limits_needs_no_rate() -> None:
    assert not [rule for rule in trail(an_order(), IssueType.CHANGED_MIND) if "exchange_rates" in rule]


@pytest.mark.parametrize(
    ("country", "law"), [("DE", "Directive 2011/83/EU art. 14(1)"), ("KR", "art. 18(2)"), ("US", "Shop policy")]
)
def test_the_days_to_send_and_to_refund_are_named_with_their_law(country: str, law: str) -> None:
    name = POLICY.for_country(country).name
    rules = trail(an_order(country=country), IssueType.CHANGED_MIND)
    for key in ("days_to_send", "days_to_refund"):
        assert line_of(rules[f"{name}.{key}"]).startswith(f"{key}: ")
        assert law in rules[f"{name}.{key}"].source


def test_nothing_is_sent_back_where_nothing_arrived() -> None:
    rules = trail(an_order(delivered_days_ago=None), IssueType.LOST_PARCEL)
    assert "eu.days_to_refund" in rules
    assert "eu.days_to_send" not in rules


def test_the_days_to_remedy_are_named_where_there_are_some() -> None:
    rules = trail(an_order(country="BR"), IssueType.DEFECTIVE)
    assert line_of(rules["br.faulty.days_to_remedy"]).strip() == "days_to_remedy: 30"
    assert "eu.faulty.days_to_remedy" not in trail(an_order(), IssueType.DEFECTIVE)


@pytest.mark.parametrize("issue", IssueType)
def test_approval_and_photos_are_named_whatever_they_say(issue: IssueType) -> None:
    rules = trail(an_order(), issue)
    for key in ("approval", "evidence"):
        assert line_of(rules[f"shop.issues.{issue}.{key}"]).strip().startswith(f"{key}: ")


@pytest.mark.parametrize(
    ("issue", "given", "decides"),
    [
        (IssueType.DAMAGED, None, False),
        (IssueType.DAMAGED, True, False),
        (IssueType.DAMAGED, False, True),
        (IssueType.COUNTERFEIT, None, True),
        (IssueType.COUNTERFEIT, True, False),
    ],
)
def test_the_rule_about_photos_says_whether_it_leaves_it_to_a_person(
    issue: IssueType, given: bool | None, decides: bool
) -> None:
    rule = trail(an_order(), issue, evidence_given=given)[f"shop.issues.{issue}.evidence"]
    assert ("a person decides" in rule.text) is decides


def test_what_was_paid_too_much_is_left_to_nobody_by_the_row() -> None:
    order = an_order()
    rule = "shop.issues.overcharged.approval"
    before = trail(order, IssueType.OVERCHARGED)[rule].text
    order.payments = [Payment(f"p{number}", "card", order.total, NOW) for number in range(2)]
    assert trail(order, IssueType.OVERCHARGED)[rule].text != before == "a person decides"


def test_goods_that_stay_are_measured_in_the_currency_of_the_limits() -> None:
    rules = trail(an_order(a_line(price=euros(3))), IssueType.DAMAGED)
    assert rules["shop.issues.damaged.refund_without_return_below"].text == "worth at most 15 EUR: the goods stay"
