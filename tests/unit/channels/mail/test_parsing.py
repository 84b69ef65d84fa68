"""What is taken of a mail, whatever mailer wrote it and however it was spoilt on the way."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.channels.mail.parsing import Mail, parsed
from bot.channels.mail.quoting import stripped
from bot.channels.mail.verdicts import Trust
from bot.html_text import as_text
from tests.unit.evidence import samples

FIXTURES = Path(__file__).parents[3] / "channels" / "email"
TORN = "The left sleeve of my shirt is torn. Order 1001."

WORDS = {
    "plain": TORN,
    "no_message_id": TORN,
    "no_content_type": TORN,
    "bare_line_feeds": TORN,
    "alternative": "The left sleeve is torn.",
    "alternative_with_empty_text": "The left sleeve is torn.",
    "flowed": "The left sleeve of my shirt is torn.",
    "gmail_reply": "Size M, please.",
    "html_only": "The left sleeve is torn.\n\n- Order 1001\n- Size M",
    "html_gmail_reply": "Size M, please.",
    "html_outlook_reply": "Size M, please.",
    "html_apple_mail_reply": "Size M, please.",
    "html_thunderbird_reply": "Size M, please.",
    "html_yahoo_reply": "Size M, please.",
    "html_deep": "The left sleeve is torn.",
    "broken_boundary": "The left sleeve is torn.",
    "broken_base64": "The left sleeve is torn.",
    "nested_parts": "deep",
    "empty": "",
    "photo_only": "",
    "big5": "左邊的袖子破了。訂單1001",
    "euc_kr": "왼쪽 소매가 찢어졌어요. 똠방각하",
    "gb18030": "左袖破了。订单1001，请退款。",
    "gb2312_with_later_characters": "朱镕基的袖子破了",
    "iso_2022_jp": "左の袖が破れています。注文1001",
    "shift_jis_with_windows_characters": "返品①です。髙橋",
    "koi8_r": "Левый рукав порван. Заказ 1001",
    "windows_1251": "Левый рукав порван. Заказ 1001",
    "koi8_r_called_utf_8": "Левый рукав моей рубашки порван, пришлите пожалуйста новую рубашку. Номер заказа 1001",
    "windows_1255": "השרוול השמאלי קרוע. הזמנה 1001",
    "iso_8859_8_i": "השרוול השמאלי קרוע. הזמנה 1001",
    "windows_1256": "الكم الأيسر ممزق. الطلب 1001",
    "windows_1252_called_latin_1": "It’s torn – 10 €",
    "iso_8859_9": "Sol kolu yırtık, şikâyet",
    "tis_620": "แขนเสื้อซ้ายขาด",
    "utf_8_called_latin_1": "Der linke Ärmel ist zerrissen – für 10 €",
    "utf_8_called_ascii": "Der linke Ärmel ist zerrissen",
    "unknown_charset": "Ärmel zerrissen",
    "undeclared_8_bit": "Der linke Ärmel ist zerrissen",
}
SUBJECTS = {
    "plain": "Torn shirt",
    "big5": "件名",
    "iso_2022_jp": "件名",
    "koi8_r": "Рубашка",
    "subject_in_bytes": "Ärmel zerrissen",
    "subject_cut_within_a_character": "左の袖が破れています",
    "subject_language_tag": "Ärmel",
    "out_of_office": "Abwesenheitsnotiz: Torn shirt",
    "empty_without_subject": "",
}
AUTOMATIC = {
    "auto_submitted": "auto_submitted",
    "precedence_bulk": "precedence",
    "mailing_list": "mailing_list",
    "no_answer_wanted": "no_answer_wanted",
    "null_return_path": "bounce",
    "bounce_delayed": "auto_submitted",
    "read_receipt": "bounce",
    "own_address": "own_address",
    "mailer_daemon": "machine",
    "out_of_office": "out_of_office",
    "auto_submitted_no": None,
    "plain": None,
    "forwarded": None,
}
ATTACHMENTS = {
    "photo": 1,
    "photo_only": 1,
    "photo_inline": 1,
    "pdf": 1,
    "machine_parts": 0,
    "logo_and_photo_in_text": 1,
    "twelve_photos": 11,
    "plain": 0,
}


def mail(name: str) -> Mail:
    return parsed((FIXTURES / f"{name}.eml").read_bytes(), "service@shop.example", most_attachments=11)


@pytest.mark.parametrize(("name", "words"), WORDS.items(), ids=list(WORDS))
def test_the_customers_words_are_found(name: str, words: str) -> None:
    found = mail(name)
    assert stripped(found.text, found.subject).text == words


@pytest.mark.parametrize(("name", "subject"), SUBJECTS.items(), ids=list(SUBJECTS))
def test_the_subject_is_read(name: str, subject: str) -> None:
    assert mail(name).subject == subject


@pytest.mark.parametrize(("name", "reason"), AUTOMATIC.items(), ids=list(AUTOMATIC))
def test_what_no_person_wrote_is_told_apart(name: str, reason: str | None) -> None:
    assert mail(name).automatic == reason


@pytest.mark.parametrize(("name", "count"), ATTACHMENTS.items(), ids=list(ATTACHMENTS))
def test_photos_and_papers_are_taken_and_logos_and_signatures_are_not(name: str, count: int) -> None:
    assert len(mail(name).attachments) == count


def test_an_attachment_comes_out_as_it_went_in() -> None:
    assert mail("photo").attachments == (samples.photo((640, 480)),)


def test_a_bounce_names_our_letter_and_a_delay_is_none() -> None:
    bounced = mail("bounce_failed").bounced
    assert bounced is not None
    assert (bounced.message_id, bounced.reason) == (
        "<parley.7.0123456789abcdef0123@shop.example>",
        "bounced_5.1.1",
    )
    assert mail("bounce_delayed").bounced is None


def test_who_is_answered_is_who_asks_for_it_and_only_the_sender_is_the_sender() -> None:
    assert (mail("plain").address, mail("plain").trust) == ("anna@mail.example", Trust.UNKNOWN)
    assert (mail("encoded_sender").address, mail("encoded_sender").trust) == ("anna@mail.example", Trust.UNKNOWN)
    assert (mail("reply_to_elsewhere").address, mail("reply_to_elsewhere").trust) == (
        "eve@other.example",
        Trust.DOUBTED,
    )
    assert [mail(name).address for name in ("two_senders", "no_sender", "garbage", "nothing")] == ["", "", "", ""]


def test_a_sender_whose_domain_disowns_the_mail_is_forged() -> None:
    assert mail("forged").is_forged
    assert mail("forged").trust is Trust.DOUBTED
    assert not mail("plain").is_forged


def test_references_come_oldest_first_and_each_once() -> None:
    assert mail("gmail_reply").references == ("<m1@mail.example>", "<own@shop.example>")


def test_a_mail_without_an_id_gets_the_same_one_each_time() -> None:
    assert mail("no_message_id").message_id == mail("no_message_id").message_id
    assert mail("no_message_id").message_id.endswith("@no-id.invalid>")


def test_the_language_is_a_tag_or_nothing() -> None:
    assert (mail("language").language, mail("plain").language) == ("de-DE", None)


@pytest.mark.parametrize("name", sorted(file.stem for file in FIXTURES.glob("*.eml")))
def test_nothing_makes_the_parser_fail_wherever_a_mail_is_cut(name: str) -> None:
    raw = (FIXTURES / f"{name}.eml").read_bytes()
    for length in range(0, len(raw), max(1, len(raw) // 12)):
        parsed(raw[:length], "service@shop.example", most_attachments=11)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<div>" * 50_000 + "</b>" * 50_000,
        "<blockquote>x" * 900 + "</blockquote>" * 900,
        "<blockquote>x</blockquote>" * 15_000,
        "<" * 400_000,
        "<table><tr><td>" * 300 + "x",
    ],
)
def test_hostile_html_takes_seconds_at_most(html: str) -> None:
    began = time.process_time()
    as_text(html)
    assert time.process_time() - began < 8


def test_markup_in_a_text_stays_text() -> None:
    assert as_text("<p>a &lt;b&gt; &amp; c</p><p>d<br>e</p>") == "a <b> & c\n\nd\ne"


LONG = 190_000


@pytest.mark.parametrize(
    "body",
    [
        f"From: {'a' * LONG}\nSent: x\nTo: y",
        f"From: {'a@' * LONG}\nSent: x\nTo: y",
        f"On {'a' * LONG} wrote:\n> hello",
    ],
)
def test_hostile_words_take_seconds_at_most(body: str) -> None:
    started = time.process_time()
    stripped(body, "Re: my order")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("text/plain; format=flowed", ["a \n" * 2_000_000]),
        ("text/html", ["<b>" * 1_001 + "<" * 400_000] * 20),
    ],
)
def test_hostile_parts_take_seconds_at_most(kind: str, parts: list[str]) -> None:
    bodies = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{part}\r\n" for part in parts)
    head = "From: a@mail.example\r\nMessage-ID: <1@mail.example>\r\nMIME-Version: 1.0\r\n"
    raw = f'{head}Content-Type: multipart/mixed; boundary="b"\r\n\r\n{bodies}--b--\r\n'.encode()
    started = time.process_time()
    mail = parsed(raw, "us@shop.example", most_attachments=10)
    stripped(mail.text, mail.subject)
    assert time.process_time() - started < 20
