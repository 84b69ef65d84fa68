"""What the customer of an exchange reads before and after the yes, and how the goods travel back."""

from __future__ import annotations

from typing import Any

import pytest

from actions import context
from actions.exchanges import ActionOpenExchange
from actions.questions import ActionAskConfirmation
from bot.aftersales.policy import Policy
from bot.aftersales.return_ import Return, ReturnMethod
from bot.services.document_links import DocumentLinks
from tests.unit.actions.talk import Talk
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY, IN_ADVANCE
from tests.unit.services.lifecycles import open_tasks
from tests.unit.services.world import proved_world

SLOTS = {
    "order_number": "10482733",
    "verification": "proved",
    "reason": "wrong_size",
    "items": [1],
    "quantity": {"1": 1},
    "variant": "product1-43",
}
AT_ONCE = "label_exchange_in_advance"


async def a_talk(policy: Policy, price: int = 50, ordered: int = 50, **slots: Any) -> Talk:
    line = a_line(price=euros(ordered))
    line.product.variants[2].price = euros(price)
    world = await proved_world(an_order(line))
    context.bind(context.Context(world.uow, policy, lambda: NOW, DocumentLinks(b"a key for tests")))
    return Talk(world, "exchange_form", **SLOTS, **slots)


def labels(value: dict[str, Any]) -> list[str]:
    return [line["name"] for line in value["lines"]] if value["type"] == "lines" else [value["name"]]


@pytest.mark.parametrize(("policy", "price", "ordered", "is_told"), [
    (IN_ADVANCE, 50, 50, True),
    (IN_ADVANCE, 40, 50, True),
    # The difference has to be paid first, or somebody has to look first.
    (IN_ADVANCE, 60, 50, False),
    (IN_ADVANCE, 501, 501, False),
    (A_POLICY, 50, 50, False),
])  # fmt: skip
async def test_the_summary_says_that_the_replacement_leaves_at_once_where_it_does(
    policy: Policy, price: int, ordered: int, is_told: bool
) -> None:
    talk = await a_talk(policy, price, ordered)
    await talk.run(ActionAskConfirmation(), "inform")
    assert (AT_ONCE in labels(talk.said[-1]["metadata"]["summary"])) is is_told


@pytest.mark.parametrize(("policy", "told"), [
    (IN_ADVANCE, ["label_shipping_own", AT_ONCE]),
    (A_POLICY, ["label_shipping_own"]),
])  # fmt: skip
async def test_the_answer_says_so_too(policy: Policy, told: list[str]) -> None:
    talk = await a_talk(policy)
    responses, _ = await talk.run(ActionOpenExchange(), "affirm")
    assert responses == ["utter_exchange_opened"]
    said = talk.said[-1]["metadata"]
    assert labels(said["shipping"]) == told
    assert said["facts"].keys() == {"case", "return", "exchange", "document"}


async def test_the_goods_travel_back_as_the_customer_chose() -> None:
    talk = await a_talk(A_POLICY, return_method="pickup")
    await talk.run(ActionOpenExchange(), "affirm")
    (return_,) = talk.world.database.all(Return)
    assert return_.method is ReturnMethod.PICKUP
    assert open_tasks(talk.world) == ["arrange_pickup"]
