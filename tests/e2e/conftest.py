"""One served installation for the whole run; tests keep apart by using an order of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import training
from bot.aftersales.catalogue import Variant
from bot.services.case_report import report
from bot.settings import Settings
from bot.store.unit_of_work import SqlUnitOfWork
from tests.e2e.customer import Customer
from tests.e2e.desk_agent import DeskAgent
from tests.e2e.process import SHOP_SECRET, Parley

Visit = Callable[..., Customer]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that fits the training data, trained where it is missing."""
    return training.ensure_model(
        Settings.from_environment({**os.environ, "PARLEY_VAR": str(tmp_path_factory.mktemp("training"))})
    )


@pytest.fixture(scope="session")
def parley(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parley]:
    """A running installation with the demo shop."""
    served = Parley(tmp_path_factory.mktemp("parley"), PARLEY_SHOP_SECRET=SHOP_SECRET)
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def agent(parley: Parley) -> DeskAgent:
    """A person at the desk."""
    return DeskAgent(parley)


@pytest.fixture
def visit(parley: Parley) -> Visit:
    """What begins a conversation in a language."""

    def begin(language: str, **more: Any) -> Customer:
        return Customer(parley.base, language, **more)

    return begin


class Shop:
    """What the database says."""

    def __init__(self, parley: Parley) -> None:
        self._parley = parley

    def cases(self, order: str) -> list[dict[str, Any]]:
        """Return the cases of an order with returns, exchanges and offers, newest first."""

        async def find(uow: SqlUnitOfWork) -> dict[str, Any]:
            return await report(uow, order)

        return list(self._parley.query(find)["cases"])

    def only_case(self, order: str) -> dict[str, Any]:
        """Return the one case that an order has."""
        (case,) = self.cases(order)
        return case

    def stock(self, sku: str) -> int:
        """Return how many pieces of a variant are free."""

        async def find(uow: SqlUnitOfWork) -> Variant:
            products = await uow.products.all()
            return next(variant for product in products for variant in product.variants if variant.sku == sku)

        return self._parley.query(find).stock

    def handoff(self, conversation_id: str) -> Any:
        """Return the open handoff of a conversation, or None."""

        async def find(uow: SqlUnitOfWork) -> Any:
            return await uow.escalations.open_of(conversation_id)

        return self._parley.query(find)


@pytest.fixture
def shop(parley: Parley) -> Shop:
    return Shop(parley)
