"""An offer is answered once."""

from __future__ import annotations

import pytest

from bot.aftersales.labels import Remedy
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW, euros

VERBS = {"accept": OfferState.ACCEPTED, "decline": OfferState.DECLINED}


@pytest.mark.parametrize("verb", VERBS)
def test_a_proposed_offer_is_answered(verb: str) -> None:
    offer = Offer(Remedy.COUPON, Proposer.BOT, NOW, euros(5), ["service_failure"])
    getattr(offer, verb)()
    assert offer.state is VERBS[verb]


@pytest.mark.parametrize("state", [state for state in OfferState if state is not OfferState.PROPOSED])
@pytest.mark.parametrize("verb", VERBS)
def test_an_answered_offer_stays_answered(state: OfferState, verb: str) -> None:
    offer = Offer(Remedy.COUPON, Proposer.BOT, NOW, euros(5), state=state)
    with pytest.raises(IllegalStateError) as refusal:
        getattr(offer, verb)()
    assert refusal.value.fields == {"kind": "offer", "current": state.value, "wanted": VERBS[verb].value}
    assert offer.state is state
