"""A conversation asks the shop's system before it tries details, and when it looks at a proved order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from actions.context import Context
from actions.intake import Intake
from actions.reading import read_verification
from actions.turn import Turn
from bot.aftersales.order import OrderState
from bot.services.document_links import DocumentLinks
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.orders.sources import CONVERSATION, EMAIL, NUMBER, Shop, delivered, told


def a_turn(message: str, factors: list[str]) -> Turn:
    slots: dict[str, Any] = {"order_number": NUMBER}
    tracker = SimpleNamespace(get_slot=slots.get)
    turn = SimpleNamespace(
        conversation_id=CONVERSATION, message_id=message, channel="widget", factors=factors, tracker=tracker
    )
    return cast(Turn, turn)


async def test_an_order_of_the_source_is_proved_and_followed_from_message_to_message() -> None:
    shop = Shop(told())
    context = Context(shop.world.uow, A_POLICY, lambda: shop.now, DocumentLinks(b"a key for tests"), shop.orders)
    intake = Intake(a_turn("m1", ["wrong@example.org", EMAIL]), context)
    await read_verification(intake, asked=True)
    assert intake["verification"] == "proved"
    order = await intake.load_order()
    assert order is not None and order.state is OrderState.SHIPPED
    shop.source.orders = [told(state="delivered", shipments=delivered())]
    shop.wait(minutes=6)
    assert (await context.proved_order(a_turn("m2", []), NUMBER)).state is OrderState.DELIVERED
    assert shop.source.asked == [NUMBER] * 2
