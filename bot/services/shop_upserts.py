"""Writing one customer, product or order of the shop, new or known, by the rules of a shop file.

What is known may change as long as nobody relies on it. What somebody does rely on (an order with cases, a variant that
was ordered, somebody whose data was erased) stays as it is, and the shop is told what stands against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.catalogue import Product, Variant
from bot.aftersales.order import Address, Order, OrderLine, OrderState, Payment, normalised_number
from bot.errors import ImportRejectedError
from bot.services.orders_shipments import merge_shipments
from bot.services.ports import UnitOfWork
from bot.services.privacy import is_erased
from bot.services.problem import Mistake, ProblemError
from bot.services.shop_document import Document, Problem, json_path
from bot.services.shop_file import ShopData, load
from bot.services.shop_rules import Known

Entry = Mapping[str, Any]

_FORMAT = "parley-shop/1"
_ONWARD = (OrderState.PENDING, OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED, OrderState.RETURNED)
_NOT_SHIPPED = (OrderState.PENDING, OrderState.PAID)
_OF_CUSTOMER = ("name", "email", "country", "language", "phone")
_OF_PRODUCT = (
    "title", "category", "return_class", "warranty_months", "supplier", "titles", "description", "descriptions",
)  # fmt: skip
_OF_VARIANT = ("price", "stock", "size", "color")
_OF_ORDER = ("placed_at", "address", "shipping_fee", "duties", "total")
_OF_LINE = ("product", "sku", "quantity", "unit_price", "discount", "tax", "size", "color")
_OF_PAYMENT = ("method", "amount", "paid_at")


@dataclass(frozen=True)
class Written:
    """What became of something that the shop wrote; ``changed`` names what is different now."""

    key: str
    is_new: bool
    changed: tuple[str, ...]


async def put_customer(uow: UnitOfWork, customer_id: str, entry: Entry, actor: str, now: datetime) -> Written:
    """Keep a customer as the shop knows them; commits. Raises ProblemError, and then nothing was written."""
    (told,) = _read("customers", _named(entry, "id", customer_id), Known()).customers
    known = await uow.customers.get(customer_id)
    if known is None:
        uow.customers.add(told)
        return await _done(uow, "customer", customer_id, actor, now)
    if is_erased(known):
        raise _fixed("erased", "the data of this customer was erased and does not come back; use another id")
    changed = _take_over(known, told, _OF_CUSTOMER)
    if told.created_at is not None and told.created_at != known.created_at:
        known.created_at = told.created_at
        changed.append("created_at")
    return await _done(uow, "customer", customer_id, actor, now, changed)


async def put_product(uow: UnitOfWork, product_id: str, entry: Entry, actor: str, now: datetime) -> Written:
    """Keep a product with exactly the variants given; commits. Raises ProblemError, and then nothing was written."""
    (told,) = _read("products", _named(entry, "id", product_id), Known()).products
    for index, variant in enumerate(told.variants):
        home = await uow.products.by_sku(variant.sku)
        if home is not None and home.id != product_id:
            raise _fixed("sku_taken", "a SKU belongs to another product", (f"$.variants[{index}].sku", "is taken"))
    known = await uow.products.get(product_id)
    if known is None:
        uow.products.add(told)
        return await _done(uow, "product", product_id, actor, now)
    changed = _take_over(known, told, _OF_PRODUCT)
    if await _take_variants(uow, known, told):
        changed.append("variants")
    return await _done(uow, "product", product_id, actor, now, changed)


async def put_order(uow: UnitOfWork, number: str, entry: Entry, actor: str, now: datetime) -> Written:
    """Keep an order as the shop knows it; commits. Raises ProblemError, and then nothing was written.

    Parcels are never taken away, scans never taken back, and the state only goes on. All else is replaced while the
    order has no case, and fixed from then on; payments may still be added.
    """
    stored, entry = normalised_number(number), _named(entry, "number", number)
    _checked("orders", entry)
    (told,) = _read("orders", entry, await _surroundings(uow, entry)).orders
    known = await uow.orders.get(stored)
    if is_erased(told.customer) or (known is not None and is_erased(known.customer)):
        raise _fixed("erased", "the data of this order's customer was erased and does not come back")
    if known is None:
        uow.orders.add(told)
        return await _done(uow, "order", stored, actor, now)
    cases = await uow.cases.of_order(stored)
    _check_fixed(known, told, entry, has_cases=bool(cases))
    changed = _take_over(known, told, () if cases else _OF_ORDER)
    if not cases and _take_parts(known.lines, told.lines, _OF_LINE):
        changed.append("lines")
    if "payments" in entry and _take_payments(known, told, has_cases=bool(cases)):
        changed.append("payments")
    if await merge_shipments(uow, known, told, now):
        changed.append("shipments")
    if _move(known, told.state):
        changed.append("state")
    return await _done(uow, "order", stored, actor, now, changed)


def _named(entry: Entry, field: str, key: str) -> Entry:
    """Return an entry with the key that the address gives it."""
    if field in entry:
        mistakes = [(f"$.{field}", "is not known here: it is in the address")]
        raise ProblemError(400, "invalid", "the body is not of the form that is described", mistakes=mistakes)
    return {**entry, field: key}


def _read(section: str, entry: Entry, known: Known) -> ShopData:
    """Return what an entry of a shop file describes; 400 for what is not of its form, 422 for a rule it breaks."""
    try:
        return load(_checked(section, entry), known)
    except ImportRejectedError as error:
        root = f"$.{section}[0]"
        mistakes = [("$" + path[len(root) :] if path.startswith(root) else path, said) for path, said in error.problems]
        raise ProblemError(422, "rule_broken", "the body contradicts itself or the shop", mistakes=mistakes) from error


def _checked(section: str, entry: Entry) -> Entry:
    """Return a shop file with nothing but an entry, or raise ProblemError with every error against its schema."""
    data = {"format": _FORMAT, section: [dict(entry)]}
    mistakes = [_mistake(problem) for problem in Document(data).problems]
    if mistakes:
        raise ProblemError(400, "invalid", "the body is not of the form that is described", mistakes=mistakes)
    return data


def _mistake(problem: Problem) -> Mistake:
    (_, _, *location), reason = problem
    return json_path(tuple(location)), reason


async def _surroundings(uow: UnitOfWork, entry: Entry) -> Known:
    """Return what the shop has of what an order mentions."""
    found = [await uow.products.by_sku(sku) for sku in sorted({line["sku"] for line in entry["lines"]})]
    customer = await uow.customers.get(entry["customer"])
    products = {product.id: product for product in found if product}
    return Known(products=products, customers={customer.id: customer} if customer else {})


async def _take_variants(uow: UnitOfWork, known: Product, told: Product) -> bool:
    before = [variant.sku for variant in known.variants]
    wanted = [variant.sku for variant in told.variants]
    gone = [sku for sku in before if sku not in wanted]
    kept = sorted(await uow.changes.skus_in_use(gone))
    if kept:
        skus = ", ".join(kept)
        raise _fixed("sku_in_use", f"somebody has ordered {skus}", ("$.variants", f"must still have {skus}"))
    by_sku: dict[str, Variant] = {variant.sku: variant for variant in known.variants}
    changed = before != wanted
    for variant in told.variants:
        if variant.sku in by_sku:
            changed = bool(_take_over(by_sku[variant.sku], variant, _OF_VARIANT)) or changed
    if before != wanted:
        known.variants[:] = [by_sku.get(variant.sku, variant) for variant in told.variants]
        uow.products.arrange(known)
    return changed


def _check_fixed(known: Order, told: Order, entry: Entry, *, has_cases: bool) -> None:
    """Raise ProblemError where an order would lose what somebody relies on."""
    mistakes = []
    if known.customer.id != told.customer.id:
        mistakes.append(("$.customer", "an order stays with its customer"))
    if known.currency != told.currency:
        mistakes.append(("$.currency", "an order stays in its currency"))
    elif has_cases:
        fixed = "must stay as it is: the order has cases"
        differing = [name for name in _OF_ORDER if _plain(getattr(known, name)) != _plain(getattr(told, name))]
        if [_line(line) for line in known.lines] != [_line(line) for line in told.lines]:
            differing.append("lines")
        mistakes += [(f"$.{name}", fixed) for name in differing]
        if "payments" in entry and len(_new_payments(known, told)) + len(known.told_payments) != len(told.payments):
            mistakes.append(("$.payments", "must still have every payment that is known: the order has cases"))
        if not _may_follow(known.state, told.state):
            mistakes.append(("$.state", f"cannot be {told.state.value} after {known.state.value}: the order has cases"))
    if mistakes:
        raise _fixed("order_fixed", "somebody relies on what the order was", *mistakes)


def _may_follow(known: OrderState, told: OrderState) -> bool:
    if known is OrderState.CANCELED:
        return told is OrderState.CANCELED
    return told is not OrderState.CANCELED or known in _NOT_SHIPPED


def _move(order: Order, state: OrderState) -> bool:
    """Take over a state unless parcels have overtaken it, and tell whether that is news."""
    is_back = state in _ONWARD and order.state in _ONWARD and _ONWARD.index(state) < _ONWARD.index(order.state)
    if is_back or order.state is state:
        return False
    order.state = state
    return True


def _line(line: OrderLine) -> tuple[Any, ...]:
    return line.sku, line.quantity, line.unit_price, line.discount, line.tax


def _new_payments(known: Order, told: Order) -> list[Payment]:
    """Return the payments that are not known yet; being charged the same twice is two payments."""
    left = [tuple(getattr(payment, name) for name in _OF_PAYMENT) for payment in known.told_payments]
    new = []
    for payment in told.payments:
        facts = tuple(getattr(payment, name) for name in _OF_PAYMENT)
        if facts in left:
            left.remove(facts)
        else:
            new.append(payment)
    return new


def _take_payments(known: Order, told: Order, *, has_cases: bool) -> bool:
    if known.assumed_payment and not told.payments:
        return False
    if has_cases and not known.assumed_payment:
        new = _new_payments(known, told)
        known.payments.extend(new)
        changed = bool(new)
    else:
        changed = _take_parts(known.payments, sorted(told.payments, key=lambda paid: paid.paid_at), _OF_PAYMENT)
    taken: set[str] = set()
    for payment in known.payments:
        if payment.id in taken:
            names = (f"{known.number}-p{count}" for count in range(1, len(known.payments) + len(taken) + 1))
            payment.id = next(name for name in names if name not in {paid.id for paid in known.payments})
        taken.add(payment.id)
    return changed


def _take_over(known: Any, told: Any, names: tuple[str, ...]) -> list[str]:
    """Give a known thing the fields of another one, and return the names of those that differed."""
    changed = [name for name in names if _plain(getattr(known, name)) != _plain(getattr(told, name))]
    for name in changed:
        setattr(known, name, getattr(told, name))
    return changed


def _plain(value: Any) -> Any:
    if isinstance(value, Address):
        return vars(value)
    return value.id if isinstance(value, Product) else value


def _take_parts(known: list[Any], told: list[Any], names: tuple[str, ...]) -> bool:
    """Make a list the same as another one, part by part in their places: rows with the same key are never both there.

    Known parts keep their keys, which refunds and returns may name.
    """
    changed = len(known) != len(told)
    for mine, theirs in zip(known, told):
        changed = bool(_take_over(mine, theirs, names)) or changed
    known[len(told) :] = []
    known.extend(told[len(known) :])
    return changed


async def _done(
    uow: UnitOfWork, kind: str, key: str, actor: str, now: datetime, changed: list[str] | None = None
) -> Written:
    written = Written(key, changed is None, tuple(changed or ()))
    if written.is_new or changed:
        action = f"{kind}.{'added' if written.is_new else 'changed'}"
        uow.audit.add(AuditEvent(now, actor, action, f"{kind}:{key}", data={"what": " ".join(written.changed)}))
    await uow.commit()
    return written


def _fixed(code: str, detail: str, *mistakes: Mistake) -> ProblemError:
    return ProblemError(409, code, detail, mistakes=mistakes)
