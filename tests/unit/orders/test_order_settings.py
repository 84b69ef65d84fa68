"""Settings of the shop's own system name the variable that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import bootstrap
from bot.errors import SettingsError
from bot.settings import OrderSettings, Settings

SHOPIFY = {
    "PARLEY_ORDERS": "shopify",
    "PARLEY_ORDERS_URL": "https://my-shop.myshopify.com/",
    "PARLEY_ORDERS_TOKEN": "shpat_0123",
}
WOOCOMMERCE = {
    "PARLEY_ORDERS": "woocommerce",
    "PARLEY_ORDERS_URL": "https://shop.example.com",
    "PARLEY_ORDERS_TOKEN": "ck_1",
    "PARLEY_ORDERS_SECRET": "cs_1",
}


def read(environment: dict[str, str]) -> OrderSettings:
    return OrderSettings.from_environment(environment)


def test_without_settings_the_database_is_all_there_is(tmp_path: Path) -> None:
    assert read({}) == OrderSettings()
    settings = Settings.from_environment({"PARLEY_VAR": str(tmp_path)})
    assert bootstrap.order_source(settings) is None


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        (SHOPIFY, "shopify"),
        (WOOCOMMERCE, "woocommerce"),
        ({**SHOPIFY, "PARLEY_ORDERS": "http", "PARLEY_ORDERS_URL": "http://orders.internal:8000/v1"}, "http"),
    ],
)
def test_each_backend_has_its_source(environment: dict[str, str], name: str) -> None:
    source = bootstrap.order_source(Settings.from_environment(environment))
    assert source is not None and source.name == name


def test_a_token_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("shpat_file\n")
    given = {**SHOPIFY, "PARLEY_ORDERS_TOKEN": "", "PARLEY_ORDERS_TOKEN_FILE": str(tmp_path / "token")}
    assert read(given).token == "shpat_file"


def test_secrets_are_not_printed() -> None:
    assert "cs_1" not in repr(read(WOOCOMMERCE)) and "ck_1" not in repr(read(WOOCOMMERCE))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PARLEY_ORDERS", "magento"),
        ("PARLEY_ORDERS_URL", ""),
        ("PARLEY_ORDERS_URL", "http://my-shop.myshopify.com"),
        ("PARLEY_ORDERS_URL", "https://user:secret@my-shop.myshopify.com"),
        ("PARLEY_ORDERS_TOKEN", ""),
        ("PARLEY_ORDERS_TOKEN", "line\nbreak"),
        ("PARLEY_ORDERS_API_VERSION", "latest"),
        ("PARLEY_ORDERS_NAME", "EN-"),
        ("PARLEY_ORDERS_NAME", '"{number}" OR name:*'),
        ("PARLEY_ORDERS_KEEP_SECONDS", "never"),
        ("PARLEY_ORDERS_DEADLINE_SECONDS", "0"),
        ("PARLEY_ORDERS_REQUESTS_PER_MINUTE", "0"),
    ],
)
def test_what_is_wrong_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read({**SHOPIFY, variable: value})


def test_shopify_may_have_a_secret() -> None:
    assert read({**SHOPIFY, "PARLEY_ORDERS_SECRET": "shpss_1"}).secret == "shpss_1"


def test_woocommerce_needs_its_secret_too() -> None:
    with pytest.raises(SettingsError, match="PARLEY_ORDERS_SECRET"):
        read({**WOOCOMMERCE, "PARLEY_ORDERS_SECRET": ""})
