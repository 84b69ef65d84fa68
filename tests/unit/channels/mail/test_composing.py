"""Mails that customers get are well-formed, whatever the customer put into the headers of theirs."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timezone
from email.message import EmailMessage
from typing import Any

import pytest

from bot.channels.mail.composing import composed, message_id
from bot.channels.mail.options import MailOptions
from bot.conversations.model import Author, Correspondent
from bot.conversations.platform import Letter

NOW = datetime(2026, 11, 23, 10, 4, tzinfo=timezone.utc)
OPTIONS = MailOptions.of(
    {
        "address": "service@shop.example",
        "imap_url": "imaps://imap.shop.example",
        "smtp_url": "smtp://smtp.shop.example",
        "password": "secret",
        "name": "Größe & Söhne",
    }
)


def letter(text: str = "Hello", *, author: Author = Author.BOT, language: str = "en", **facts: Any) -> Letter:
    to = Correspondent("email~1", "email", facts.pop("address", "anna@mail.example"), NOW, facts)
    return Letter("7", to, author, text, language, NOW)


def sent(letter: Letter) -> EmailMessage:
    """Return a mail as its receiver parses it."""
    raw = composed(letter, OPTIONS, NOW).as_bytes()
    assert raw.isascii() or not letter.to.address.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_has_the_same_unguessable_id_at_every_try() -> None:
    own = message_id(letter(), OPTIONS)
    assert own == message_id(letter("changed"), OPTIONS)
    assert own.startswith("<parley.7.")
    assert own.endswith("@shop.example>")
    assert own != message_id(Letter("8", letter().to, Author.BOT, "Hello", "en", NOW), OPTIONS)


def test_long_references_and_subjects_arrive_as_they_are() -> None:
    ids = [f"<{number}{'x' * 100}@mail.example>" for number in range(20)]
    mail = sent(letter(last=ids[-1], references=ids, subject="袖が破れています" * 20))
    assert mail["References"].split() == ids
    assert mail["In-Reply-To"] == ids[-1]
    assert mail["Subject"] == "Re: " + "袖が破れています" * 20
    assert mail["From"].addresses[0].display_name == "Größe & Söhne"


def test_only_what_no_person_wrote_says_so() -> None:
    assert sent(letter())["Auto-Submitted"] == "auto-replied"
    assert sent(letter(author=Author.SYSTEM))["Auto-Submitted"] == "auto-replied"
    assert sent(letter(author=Author.AGENT))["Auto-Submitted"] is None


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("he", "rtl"), ("fa", "rtl"), ("ja", "ltr")])
def test_the_text_runs_as_its_language_does(language: str, direction: str) -> None:
    html = sent(letter("a\nb\n\n<script>", language=language)).get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert f'<body dir="{direction}">' in content
    assert "<p>a<br>b</p>" in content
    assert "<script>" not in content


def test_a_letter_without_a_subject_has_one() -> None:
    assert sent(letter())["Subject"] == "Re: Größe & Söhne"


@pytest.mark.parametrize("address", ["anna@x\r\nBcc: eve@x", "anna", "a,b@x.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises((ValueError, IndexError, TypeError)):
        composed(letter(address=address), OPTIONS, NOW)


def test_a_subject_cannot_bring_headers_with_it() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        composed(letter(subject="x\r\nBcc: eve@x"), OPTIONS, NOW)
