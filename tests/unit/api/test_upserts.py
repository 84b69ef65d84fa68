"""Writing what the shop knows, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from bot.services import shop_upserts
from bot.services.problem import ProblemError
from tests.fakes import FakeDatabase, FakeUnitOfWork
from tests.integration.api.parts import CUSTOMER, ORDER, PRODUCT
from tests.unit.services.world import World

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
async def uow() -> FakeUnitOfWork:
    uow = FakeUnitOfWork(FakeDatabase())
    await shop_upserts.put_customer(uow, "C-7", CUSTOMER, "api:erp", NOW)
    await shop_upserts.put_product(uow, "P-100", PRODUCT, "api:erp", NOW)
    await shop_upserts.put_order(uow, "7731-0042".replace("-", ""), ORDER, "api:erp", NOW)
    return uow


async def test_writing_the_same_again_changes_nothing(uow: FakeUnitOfWork) -> None:
    for written in (
        await shop_upserts.put_customer(uow, "C-7", CUSTOMER, "api:erp", NOW),
        await shop_upserts.put_product(uow, "P-100", PRODUCT, "api:erp", NOW),
        await shop_upserts.put_order(uow, "77310042", ORDER, "api:erp", NOW),
    ):
        assert (written.is_new, written.changed) == (False, ())
    assert len(await uow.audit.of_subject("order:77310042")) == 1


async def test_a_customer_keeps_since_when_they_are_one(uow: FakeUnitOfWork) -> None:
    told = {**CUSTOMER, "created_at": "2020-01-01T00:00:00Z"}
    assert (await shop_upserts.put_customer(uow, "C-7", told, "api:erp", NOW)).changed == ("created_at",)
    assert (await shop_upserts.put_customer(uow, "C-7", CUSTOMER, "api:erp", NOW)).changed == ()


@pytest.mark.parametrize(
    ("change", "status", "path"),
    [
        ({"lines": [{"sku": {}, "quantity": 1, "unit_price": "1"}]}, 400, "$.lines[0].sku"),
        ({"lines": [{"sku": "P-9", "quantity": 1, "unit_price": "160.00"}]}, 422, "$.lines[0].sku"),
        ({"customer": "C-9"}, 422, "$.customer"),
        ({"total": "1.00"}, 422, "$.total"),
        ({"number": "77310042"}, 400, "$.number"),
        ({"currency": "XXQ"}, 422, "$.currency"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_at_its_path(
    uow: FakeUnitOfWork, change: dict[str, Any], status: int, path: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        await shop_upserts.put_order(uow, "77310043", {**ORDER, **change}, "api:erp", NOW)
    assert refused.value.status == status
    assert path in dict(refused.value.mistakes)


async def test_two_payments_of_the_same_are_two(uow: FakeUnitOfWork) -> None:
    twice = {**ORDER, "payments": ORDER["payments"] * 2}
    assert (await shop_upserts.put_order(uow, "77310042", twice, "api:erp", NOW)).changed == ("payments",)
    order = await uow.orders.get("77310042")
    assert order is not None
    assert [payment.id for payment in order.payments] == ["77310042-p1", "77310042-p2"]


@pytest.mark.parametrize("count", [0, 1, 2])
async def test_told_payments_take_the_place_of_what_was_assumed(uow: FakeUnitOfWork, count: int) -> None:
    await shop_upserts.put_order(uow, "77310042", {**ORDER, "payments": []}, "api:erp", NOW)
    order = await uow.orders.get("77310042")
    assert order is not None
    order.assume_payment()
    uow.cases.add(replace(World().add_case(), order_number=order.number))
    told = {**ORDER, "payments": ORDER["payments"] * count}
    await shop_upserts.put_order(uow, "77310042", told, "api:erp", NOW)
    assert len(order.payments) == max(count, 1)
    assert order.paid == order.total * max(count, 1)
    assert (order.assumed_payment is None) is bool(count)


async def test_a_product_gets_changes_and_loses_what_its_page_says(uow: FakeUnitOfWork) -> None:
    page = {"description": "Low shoes.\nWaterproof.", "descriptions": {"de": "Flache Schuhe."}}
    for told, changed in (
        ({**PRODUCT, **page}, ("description", "descriptions")),
        ({**PRODUCT, **page}, ()),
        ({**PRODUCT, **page, "description": "High shoes."}, ("description",)),
        (PRODUCT, ("description", "descriptions")),
    ):
        assert (await shop_upserts.put_product(uow, "P-100", told, "api:erp", NOW)).changed == changed


@pytest.mark.parametrize(
    ("page", "status", "path"),
    [
        ({"description": 7}, 400, "$.description"),
        ({"description": "x" * 4001}, 400, "$.description"),
        ({"description": "low\x00"}, 400, "$.description"),
        ({"description": "Low.", "descriptions": {"de": None}}, 400, "$.descriptions.de"),
        ({"descriptions": {"de": "Flach."}}, 422, "$.description"),
    ],
)
async def test_a_page_that_cannot_be_is_refused_at_its_path(
    uow: FakeUnitOfWork, page: dict[str, Any], status: int, path: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        await shop_upserts.put_product(uow, "P-100", {**PRODUCT, **page}, "api:erp", NOW)
    assert refused.value.status == status
    assert path in dict(refused.value.mistakes)
    product = await uow.products.get("P-100")
    assert product is not None and product.description == ""
