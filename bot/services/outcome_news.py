"""Telling customers what was started for them after a person decided, each in the words made for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.aftersales.exchange import Exchange
from bot.aftersales.reship import ReshipState
from bot.aftersales.verdict import Verdict
from bot.services import exchanges, repairs, returns, wording
from bot.services.document_links import DocumentKind
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork
from bot.services.remedies import Outcome


async def tell(
    uow: UnitOfWork, outcome: Outcome, verdict: Verdict, now: datetime, *, key: str, exchange: Exchange | None = None
) -> None:
    """Announce what an outcome holds, with its numbers, dates and codes; commits nothing."""
    case = outcome.case
    values: dict[str, Any] = {"case": case.number}
    if exchange is not None and outcome.return_ is not None:
        await _exchange(uow, outcome, exchange, now, key)
    elif outcome.return_ is not None:
        await returns.tell_approved(uow, outcome.return_, case, now)
    elif outcome.refund is not None:
        values |= {"refund": wording.money(outcome.refund.amount), "days": verdict.days_to_refund}
        await notify(uow, case, "utter_refund_keeps_goods", key, now, **values)
    elif outcome.repair is not None:
        await repairs.tell_approved(uow, outcome.repair, case, now)
    elif outcome.reshipment is not None:
        await _reshipment(uow, outcome, now, key)
    else:
        await tell_grant(uow, outcome, now, key=key)


async def tell_grant(uow: UnitOfWork, outcome: Outcome, now: datetime, *, key: str) -> None:
    """Announce a coupon with its code, or a longer warranty with its end; commits nothing."""
    case, coupon, extension = outcome.case, outcome.coupon, outcome.extension
    if coupon is not None and coupon.percent is not None:
        percent = f"{coupon.percent.normalize():f}"
        facts = {"coupon": {"code": coupon.code, "percent": percent}}
        values = {"code": coupon.code, "percent": percent, "until": wording.day(coupon.expires_at), "facts": facts}
        await notify(uow, case, "utter_coupon_issued", key, now, case=case.number, **values)
    elif extension is not None:
        until = wording.day(extension.until)
        await notify(uow, case, "utter_warranty_extended", key, now, case=case.number, until=until)


async def _exchange(uow: UnitOfWork, outcome: Outcome, exchange: Exchange, now: datetime, key: str) -> None:
    return_ = outcome.return_
    assert return_ is not None
    values = {
        "rma": return_.rma,
        "case": outcome.case.number,
        "deadline": wording.day(return_.deadline),
        "shipping": exchanges.shipping_of(return_, exchange),
        "facts": {"document": {"kind": DocumentKind.RETURN.value, "number": return_.rma}},
    }
    await notify(uow, outcome.case, "utter_exchange_opened", key, now, **values)


async def _reshipment(uow: UnitOfWork, outcome: Outcome, now: datetime, key: str) -> None:
    again = outcome.reshipment
    assert again is not None
    case = outcome.case
    if again.state is ReshipState.SEARCHING and again.search_until is not None:
        until = wording.day(again.search_until)
        await notify(uow, case, "utter_reship_searching", key, now, case=case.number, until=until)
    elif again.state is not ReshipState.CANCELED:
        # What is sold out after all was told by whoever noticed it.
        await notify(uow, case, "utter_reship_opened", key, now, case=case.number)
