"""What documents say, and who gets to see them."""

from __future__ import annotations

import base64
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.customs_territory import passes_customs
from bot.aftersales.labels import IssueType, Payer
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState, Payment
from bot.aftersales.refund import Refund
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.return_ import Return, ReturnLine, ReturnMethod, ReturnState
from bot.documents.key import kept_key
from bot.errors import NotFoundError, SettingsError
from bot.services import inspections, returns
from bot.services.document_links import LASTS, PREFIX, DocumentKind, DocumentLinks, Ticket
from bot.services.documents import invoice, paper, repair_document, return_document
from bot.services.seller import load_seller
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.services.world import World

LINKS = DocumentLinks(b"k" * 32)


def _world(state: ReturnState = ReturnState.APPROVED, *, country: str = "DE", warehouse: str | None = None) -> World:
    order = an_order(a_line(quantity=3, price=euros("33.34")), country=country)
    order.lines[0].discount = euros("0.02")
    world = World(order)
    world.database.all(Return).append(_return(order, state, warehouse=warehouse))
    return world


def _return(
    order: Order,
    state: ReturnState,
    rma: str = "R1000001",
    pieces: int = 2,
    at: datetime = NOW,
    *,
    warehouse: str | None = None,
) -> Return:
    return Return(
        rma=rma,
        case_number="C1000001",
        order_number=order.number,
        method=ReturnMethod.DROP_OFF,
        deadline=date(2026, 4, 3),
        refund=euros(66),
        return_shipping=Payer.CUSTOMER,
        requested_at=at,
        lines=[ReturnLine(1, pieces, IssueType.WRONG_SIZE)],
        state=state,
        warehouse=warehouse,
    )


def _token(link: str) -> str:
    assert link.startswith(PREFIX)
    return link[len(PREFIX) :]


async def test_a_slip_says_what_comes_back_and_where_to() -> None:
    async with _world().uow() as uow:
        slip = await return_document(uow, "R1000001", "de")
    (piece,) = slip.pieces
    assert (piece.title, piece.size, piece.quantity) == ("Die Schuhe", "42", 2)
    assert piece.value == euros("66.66")
    assert slip.recipient.city == "Leipzig"
    assert slip.sender.name == "Anna Becker"
    assert slip.original_parcels == ("KP0042",)
    assert not slip.passes_customs


async def test_the_value_for_customs_is_what_is_refunded_of_each_return_of_a_line() -> None:
    order = an_order(a_line(quantity=3))
    order.lines[0].discount = euros(10)
    world = World(order)
    world.add_case()
    values, again, paid = [], [], []
    for place, pieces in enumerate((1, 2)):
        now = NOW + timedelta(days=place)
        async with world.uow() as uow:
            return_ = _return(order, ReturnState.APPROVED, f"R{place}", pieces, now)
            uow.returns.add(return_)
            values.append((await return_document(uow, return_.rma, "de")).value)
            await returns.receive(uow, return_.rma, {1: (pieces, 0)}, now)
            await inspections.inspect(uow, return_.rma, {}, now)
            await uow.commit()
        paid.append(world.database.all(Refund)[-1].amount)
        # What was refunded since does not change a slip that is printed again.
        async with world.uow() as uow:
            again.append((await return_document(uow, return_.rma, "de")).value)
    assert values == again == paid == [euros("46.66"), euros("93.34")]


async def test_the_warehouse_of_the_return_stays_whatever_is_nearest_now() -> None:
    async with _world(warehouse="daventry").uow() as uow:
        assert (await return_document(uow, "R1000001", "de")).recipient.country == "GB"


async def test_goods_from_abroad_go_to_the_nearest_warehouse_and_pass_customs() -> None:
    async with _world(country="CH").uow() as uow:
        slip = await return_document(uow, "R1000001", "de")
    assert slip.recipient.city == "Leipzig"
    assert slip.passes_customs
    assert slip.value == euros("66.66")


@pytest.mark.parametrize("state", [ReturnState.REQUESTED, ReturnState.MANUAL_REVIEW, ReturnState.DECLINED,
                                   ReturnState.EXPIRED, ReturnState.CANCELED])  # fmt: skip
async def test_no_slip_while_no_parcel_is_to_be_sent(state: ReturnState) -> None:
    async with _world(state).uow() as uow:
        with pytest.raises(NotFoundError):
            await return_document(uow, "R1000001", "de")


async def test_an_invoice_has_the_orders_number_and_its_amounts() -> None:
    world = _world()
    async with world.uow() as uow:
        bill = await invoice(uow, "10482733", "de")
    assert bill.number == "10482733"
    assert bill.lines[0].total == euros("100.00")
    assert bill.subtotal + bill.shipping + bill.duties == Money(Decimal("104.90"), "EUR")
    assert not bill.to_pay


async def test_an_invoice_lists_payments_and_what_is_missing() -> None:
    order = an_order()
    order.payments = [Payment("p2", "card", euros(10), NOW), Payment("p1", "card", euros(20), NOW - timedelta(days=1))]
    async with World(order).uow() as uow:
        bill = await invoice(uow, order.number, "de")
    assert bill.payments == ((NOW.date() - timedelta(days=1), euros(20)), (NOW.date(), euros(10)))
    assert bill.invoiced_on == NOW.date() - timedelta(days=1)
    assert bill.to_pay == order.total - euros(30)


async def test_no_invoice_before_anything_is_paid() -> None:
    world = World(an_order(delivered_days_ago=None, state=OrderState.PENDING))
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await invoice(uow, world.database.all(Order)[0].number, "de")


def _world_of_repair(state: RepairState, *, country: str = "DE", warehouse: str | None = "leipzig") -> World:
    world = _world(country=country)
    case = world.add_case()
    case.verdict = {"return_shipping": "customer"}
    deadline = date(2026, 4, 3)
    number, order = "W1000001", world.order.number
    repair = Repair(number, case.number, order, 1, 1, True, NOW, deadline, warehouse=warehouse, state=state)
    world.database.all(Repair).append(repair)
    return world


async def test_a_repairs_slip_says_where_the_goods_go_and_who_pays() -> None:
    async with _world_of_repair(RepairState.APPROVED, country="CH").uow() as uow:
        slip = await repair_document(uow, "W1000001", "de")
    assert (slip.kind, slip.number, slip.deadline) == (DocumentKind.REPAIR, "W1000001", date(2026, 4, 3))
    assert (slip.recipient.city, slip.return_shipping) == ("Leipzig", Payer.CUSTOMER)
    (piece,) = slip.pieces
    assert (piece.quantity, piece.reason, piece.value) == (1, IssueType.DEFECTIVE, euros("33.33"))
    assert slip.passes_customs


@pytest.mark.parametrize("state", [RepairState.REQUESTED, RepairState.DECLINED, RepairState.EXPIRED,
                                   RepairState.CANCELED])  # fmt: skip
async def test_no_slip_while_no_goods_are_to_be_sent_for_repair(state: RepairState) -> None:
    async with _world_of_repair(state).uow() as uow:
        with pytest.raises(NotFoundError):
            await repair_document(uow, "W1000001", "de")


async def test_a_ticket_opens_its_document() -> None:
    async with _world_of_repair(RepairState.SHIPPED).uow() as uow:
        ticket = Ticket(DocumentKind.REPAIR, "W1000001", "de")
        assert await paper(uow, ticket) == await repair_document(uow, "W1000001", "de")
    async with _world().uow() as uow:
        assert await paper(uow, Ticket(DocumentKind.RETURN, "R1000001", "de")) == await return_document(
            uow, "R1000001", "de"
        )


def test_a_link_opens_what_it_was_made_for() -> None:
    token = _token(LINKS.link(DocumentKind.INVOICE, "10482733", "pt-BR", NOW))
    assert LINKS.read(token, NOW) == Ticket(DocumentKind.INVOICE, "10482733", LINKS.read(token, NOW).language)


def test_a_link_is_in_a_language_that_is_spoken() -> None:
    assert LINKS.read(_token(LINKS.link(DocumentKind.RETURN, "R1", "eu", NOW)), NOW).language == "en"


def test_a_link_is_good_for_thirty_days() -> None:
    token = _token(LINKS.link(DocumentKind.RETURN, "R1000001", "de", NOW))
    LINKS.read(token, NOW + LASTS - timedelta(seconds=1))
    with pytest.raises(NotFoundError):
        LINKS.read(token, NOW + LASTS + timedelta(days=1))


def test_a_link_of_another_key_opens_nothing() -> None:
    with pytest.raises(NotFoundError):
        LINKS.read(_token(DocumentLinks(b"x" * 32).link(DocumentKind.RETURN, "R1000001", "de", NOW)), NOW)


def test_every_changed_character_spoils_a_link() -> None:
    token = _token(LINKS.link(DocumentKind.RETURN, "R1000001", "de", NOW))
    payload, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
    for at, byte in enumerate(payload + signature):
        changed = bytearray(payload + signature)
        changed[at] = byte ^ 1
        parts = bytes(changed[: len(payload)]), bytes(changed[len(payload) :])
        forged = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        with pytest.raises(NotFoundError):
            LINKS.read(forged, NOW)


@given(st.text(max_size=300))
def test_nothing_else_opens_anything(token: str) -> None:
    with pytest.raises(NotFoundError):
        LINKS.read(token, NOW)


@pytest.mark.parametrize(
    ("origin", "destination", "expected"),
    [("DE", "DE", False), ("AT", "DE", False), ("CH", "DE", True), ("LI", "CH", False), ("GB", "IE", True),
     ("JE", "GB", False), ("TR", "DE", True), ("US", "US", False)],
)  # fmt: skip
def test_customs_stand_between_unions(origin: str, destination: str, expected: bool) -> None:
    assert passes_customs(origin, destination) is expected


def test_the_key_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "documents.key"
    key = kept_key(file)
    assert len(key) == 32
    assert kept_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["documents.key"]


def test_mistakes_in_the_sellers_file_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "seller.yml"
    file.write_text("name: Shop\nstreet: 1\ncity: Leipzig\ncountry: DE\nemail: a@b.example\nvat: x\n", "utf-8")
    with pytest.raises(SettingsError) as raised:
        load_seller(file)
    text = str(raised.value)
    assert "seller.yml:2: street" in text
    assert "postcode" in text
    assert "vat: is not known" in text
