"""Bargaining moves up the ladder, never beyond it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.negotiation import Agreed, Answer, Demand, Grant, NoMore, Propose, answer
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.verdict import Step
from tests.unit.aftersales.builders import NOW, euros

PRICE = euros(100)


def step(remedy: Remedy, percent: int | None = None, amount: Money | None = None, months: int | None = None) -> Step:
    share = None if percent is None else Decimal(percent)
    return Step(remedy, share, amount if share is None else PRICE * (share / 100), months)


def offer(made: Step | Grant, proposer: Proposer = Proposer.BOT) -> Offer:
    terms = {"months": str(made.months)} if isinstance(made, Step) and made.months else {}
    return Offer(made.remedy, proposer, NOW, made.amount, terms=terms)


COUPON, LITTLE, MORE = step(Remedy.COUPON, 10), step(Remedy.REFUND_PARTIAL, 15), step(Remedy.REFUND_PARTIAL, 30)
RETURN = step(Remedy.RETURN_REFUND, amount=PRICE)
LADDER = (COUPON, LITTLE, MORE, RETURN)


def share(percent: int | str) -> Demand:
    return Demand(share=Decimal(percent))


def test_a_refusal_leads_from_step_to_step_and_then_to_a_person() -> None:
    ledger: list[Offer] = []
    for expected in LADDER:
        assert answer(LADDER, ledger, None, PRICE) == Propose(expected)
        ledger.append(offer(expected))
    assert answer(LADDER, ledger, None, PRICE) == NoMore()


@pytest.mark.parametrize(
    ("demand", "granted"),
    [
        (share(12), Grant(Remedy.REFUND_PARTIAL, Decimal(12), euros(12))),
        (share(15), Grant(Remedy.REFUND_PARTIAL, Decimal(15), euros(15))),
        (Demand(amount=euros(13)), Grant(Remedy.REFUND_PARTIAL, Decimal(13), euros(13))),
        (Demand(share=Decimal(60), amount=euros(14)), Grant(Remedy.REFUND_PARTIAL, Decimal(14), euros(14))),
    ],
)
def test_a_demand_at_or_below_the_next_step_is_granted_as_demanded(demand: Demand, granted: Grant) -> None:
    assert answer(LADDER, [offer(COUPON)], demand, PRICE) == granted


def test_less_in_money_than_a_coupon_was_worth_is_granted_at_the_coupons_worth() -> None:
    found = answer(LADDER, [offer(COUPON)], share(5), PRICE)
    assert found == Grant(Remedy.REFUND_PARTIAL, Decimal(10), euros(10))


@pytest.mark.parametrize("demanded", [16, 30, 31, 100, 1000])
def test_a_demand_above_the_next_step_gets_the_next_step(demanded: int) -> None:
    assert answer(LADDER, [offer(COUPON)], share(demanded), PRICE) == Propose(LITTLE)


def test_a_demand_that_an_earlier_offer_meets_is_agreed_to() -> None:
    ledger = [offer(COUPON), offer(LITTLE), offer(MORE), offer(RETURN)]
    assert answer(LADDER, ledger, share(14), PRICE) == Agreed(ledger[1])
    assert answer(LADDER, ledger, share(20), PRICE) == Agreed(ledger[2])


def test_a_return_is_never_granted_as_money_without_one() -> None:
    ledger = [offer(COUPON), offer(LITTLE), offer(MORE)]
    assert answer(LADDER, ledger, share(50), PRICE) == Propose(RETURN)


def test_what_is_owed_is_never_paid_in_part() -> None:
    owed = step(Remedy.REFUND_PARTIAL, amount=euros(20))
    assert answer((owed,), [], share(5), PRICE) == Propose(owed)


def test_a_demand_in_another_currency_counts_as_a_refusal() -> None:
    assert answer(LADDER, [], Demand(amount=Money(Decimal(5), "USD")), PRICE) == Propose(COUPON)


def test_offers_of_agents_count_and_those_of_customers_do_not() -> None:
    assert answer(LADDER, [offer(LITTLE, Proposer.AGENT)], None, PRICE) == Propose(MORE)
    assert answer(LADDER, [offer(LITTLE, Proposer.CUSTOMER)], None, PRICE) == Propose(COUPON)


def test_an_offer_outside_the_ladder_raises_what_comes_next() -> None:
    outside = Offer(Remedy.REFUND_PARTIAL, Proposer.AGENT, NOW, euros(18))
    assert answer(LADDER, [outside], None, PRICE) == Propose(MORE)


def test_goods_instead_of_money_do_not_end_the_bargaining() -> None:
    exchange = Offer(Remedy.EXCHANGE, Proposer.BOT, NOW)
    assert answer(LADDER, [exchange], None, PRICE) == Propose(COUPON)


def test_a_longer_warranty_follows_a_shorter_one() -> None:
    ladder = (step(Remedy.WARRANTY_EXTENSION, months=6), step(Remedy.WARRANTY_EXTENSION, months=12))
    assert answer(ladder, [offer(ladder[0])], None, PRICE) == Propose(ladder[1])
    assert answer(ladder, [offer(ladder[0]), offer(ladder[1])], None, PRICE) == NoMore()


def test_steps_above_the_cap_are_passed_over() -> None:
    assert answer(LADDER, [offer(LITTLE)], None, PRICE, cap=euros(20)) == Propose(RETURN)


@pytest.mark.parametrize(
    ("payer", "expected"),
    [
        (Payer.SHOP, Grant(Remedy.RETURN_REFUND, None, PRICE, shop_pays_shipping=True)),
        (Payer.CUSTOMER, Propose(RETURN)),
    ],
)
def test_the_return_is_at_the_shops_cost_only_where_policy_says_so(payer: Payer, expected: Answer) -> None:
    demand = Demand(shop_pays_shipping=True)
    ledger = [offer(COUPON), offer(LITTLE), offer(MORE)]
    assert answer(LADDER, ledger, demand, PRICE, return_shipping=payer) == expected


def test_the_wish_for_a_free_return_is_met_by_an_offered_one() -> None:
    ledger = [offer(RETURN)]
    demand = Demand(shop_pays_shipping=True)
    assert answer(LADDER, ledger, demand, PRICE, return_shipping=Payer.SHOP) == Agreed(ledger[0])
    assert answer(LADDER, ledger, demand, PRICE) == NoMore()


GOODWILL = (Remedy.COUPON, Remedy.REFUND_PARTIAL)
rungs = st.one_of(
    st.builds(step, st.sampled_from(GOODWILL), st.integers(1, 120)),
    st.builds(step, st.sampled_from([Remedy.RETURN_REFUND, Remedy.REFUND_FULL]), amount=st.just(PRICE)),
    st.builds(step, st.sampled_from([Remedy.APOLOGY, Remedy.EXCHANGE, Remedy.REPAIR, Remedy.RESHIP])),
    st.builds(step, st.just(Remedy.WARRANTY_EXTENSION), months=st.sampled_from([6, 12, 24])),
)
demands = st.none() | st.builds(
    Demand,
    st.none() | st.decimals(-10, 500, places=1),
    st.none() | st.builds(euros, st.integers(-5, 400)),
    st.booleans(),
)
ladders = st.lists(rungs, max_size=6)


def worth(found: Step | Grant) -> Decimal:
    return found.amount.amount if found.amount is not None else Decimal(0)


@given(
    ladders, st.lists(demands, min_size=8, max_size=8), st.none() | st.integers(0, 130), st.sampled_from(list(Payer))
)
def test_bargaining_stays_within_policy_rises_and_ends(
    ladder: list[Step], wishes: list[Demand | None], cap: int | None, payer: Payer
) -> None:
    ledger: list[Offer] = []
    made: list[Step | Grant] = []
    limit = None if cap is None else euros(cap)
    for wish in wishes[: len(ladder) + 1]:
        found = answer(ladder, ledger, wish, PRICE, cap=limit, return_shipping=payer)
        if isinstance(found, (Agreed, NoMore)):
            break
        proposal = found.step if isinstance(found, Propose) else found
        of_remedy = [step for step in ladder if step.remedy is proposal.remedy]
        assert of_remedy, "a remedy outside of the ladder"
        assert worth(proposal) <= max(map(worth, of_remedy))
        if proposal.remedy in GOODWILL:
            assert Decimal(0) < worth(proposal) <= PRICE.amount
            assert cap is None or worth(proposal) <= cap
            assert all(worth(earlier) <= worth(proposal) for earlier in made)
        assert proposal not in made
        assert not any(
            earlier.remedy is proposal.remedy in GOODWILL and worth(proposal) <= worth(earlier) for earlier in made
        )
        if isinstance(found, Grant) and found.shop_pays_shipping:
            assert payer is Payer.SHOP
        made.append(proposal)
        ledger.append(offer(proposal))
    else:
        pytest.fail("the bargaining never ends")
