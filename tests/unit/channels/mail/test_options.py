"""Settings of the e-mail channel are wrong in one clear line, or right."""

from __future__ import annotations

import pytest

from bot.channels.mail.options import MailOptions, Place
from bot.errors import SettingsError
from bot.settings import Settings

RIGHT = {
    "address": "Service@Shop.example",
    "imap_url": "imaps://imap.shop.example",
    "smtp_url": "smtp://smtp.shop.example",
    "password": "secret",
}


def test_ports_folder_and_user_have_usual_values() -> None:
    options = MailOptions.of(RIGHT)
    assert options.imap == Place("imap.shop.example", 993, "tls", "INBOX")
    assert options.smtp == Place("smtp.shop.example", 587, "starttls", "INBOX")
    assert (options.address, options.user, options.domain) == (
        "service@shop.example",
        "Service@Shop.example",
        "shop.example",
    )


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("imaps://imap.example:1993/Shop/Service", Place("imap.example", 1993, "tls", "Shop/Service")),
        ("imap://imap.example/Entw%C3%BCrfe", Place("imap.example", 143, "starttls", "Entwürfe")),
        ("imap+plain://localhost", Place("localhost", 143, "plain", "INBOX")),
        ("imap+plain://[::1]:1143", Place("::1", 1143, "plain", "INBOX")),
    ],
)
def test_an_address_names_server_and_folder(url: str, place: Place) -> None:
    assert MailOptions.of({**RIGHT, "imap_url": url}).imap == place


@pytest.mark.parametrize(
    ("option", "value", "variable"),
    [
        ("address", "service", "PARLEY_EMAIL_ADDRESS"),
        ("address", "Shop <service@shop.example>", "PARLEY_EMAIL_ADDRESS"),
        ("imap_url", "imap.shop.example", "PARLEY_EMAIL_IMAP_URL"),
        ("imap_url", "https://imap.shop.example", "PARLEY_EMAIL_IMAP_URL"),
        ("imap_url", "imaps://imap.shop.example:99999", "PARLEY_EMAIL_IMAP_URL"),
        ("imap_url", "imap+plain://imap.shop.example", "PARLEY_EMAIL_IMAP_URL"),
        ("smtp_url", "smtp+plain://10.0.0.5", "PARLEY_EMAIL_SMTP_URL"),
        ("smtp_url", "smtp://smtp.shop.example/INBOX", "PARLEY_EMAIL_SMTP_URL"),
        ("smtp_url", "smtp://", "PARLEY_EMAIL_SMTP_URL"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(option: str, value: str, variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        MailOptions.of({**RIGHT, option: value})


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        MailOptions.of({**RIGHT, "imap_url": "imaps://anna:hunter2@imap.shop.example"})
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(MailOptions.of({**RIGHT, "password": "hunter2"}))


def test_an_address_without_a_password_ends_the_start() -> None:
    variables = {
        "PARLEY_EMAIL_ADDRESS": "service@shop.example",
        "PARLEY_EMAIL_IMAP_URL": RIGHT["imap_url"],
        "PARLEY_EMAIL_SMTP_URL": RIGHT["smtp_url"],
    }
    with pytest.raises(SettingsError, match="PARLEY_EMAIL_PASSWORD"):
        Settings.from_environment(variables)
