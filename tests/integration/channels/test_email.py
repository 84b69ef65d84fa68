"""Customers and agents talk by e-mail: a real Dovecot keeps their mails, and a real SMTP server takes ours."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.aftersales.identification import Identification
from bot.bootstrap import evidence_store
from bot.channels.intake import conversation_id
from bot.channels.mail import arriving, limits
from bot.channels.mail.options import MailOptions
from bot.channels.mail.sending import handed_over
from bot.conversations import courier
from bot.conversations.model import Author, Message, OutboundMessage
from bot.errors import DeliveryError
from bot.services import evidence
from bot.settings import Settings
from tests.channels import dovecot
from tests.channels.dovecot import PASSWORD, Dovecot
from tests.channels.platform_server import until
from tests.channels.smtp_server import SmtpServer, said
from tests.integration.server.parts import Server, a_server, now
from tests.integration.store import things
from tests.unit.evidence import samples

ADDRESS = "service@shop.example"
ANNA = "anna@mail.example"
FIXTURES = Path(__file__).parents[2] / "channels" / "email"


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    reason = dovecot.missing()
    if reason:
        pytest.skip(reason)
    with Dovecot() as server:
        yield server


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    server = SmtpServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "LOOKS_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(arriving, "LONGEST_PAUSE_SECONDS", 0.3)
    monkeypatch.setattr(courier, "LONGEST_PAUSE_SECONDS", 0.3)


@dataclass
class Mail:
    """Both sides: Parley, and the servers that it reads from and writes to."""

    server: Server
    imap: Dovecot
    smtp: SmtpServer
    user: str

    async def deliver(self, raw: bytes) -> None:
        await asyncio.to_thread(self.imap.deliver, self.user, raw)

    async def write(self, text: str, number: int = 1, sender: str = ANNA, **headers: str) -> str:
        """Put a mail of a customer's into the mailbox and return its Message-ID."""
        mail = EmailMessage()
        own = headers.pop("own", f"<c{number}@mail.example>")
        subject = headers.pop("subject", "Torn shirt")
        for name, value in {"From": sender, "To": ADDRESS, "Subject": subject, "Message-ID": own, **headers}.items():
            mail[name.replace("_", "-")] = value
        mail["Date"] = format_datetime(now())
        # What the mail server finds out about a customer who is who they say.
        if "Authentication_Results" not in headers:
            mail["Authentication-Results"] = "mx.shop.example; dmarc=pass"
        mail.set_content(text)
        await self.deliver(mail.as_bytes())
        return own

    async def sent(self, count: int) -> list[EmailMessage]:
        """Return what customers got, once it is so many mails."""
        await until(lambda: len(self.smtp.mails) >= count)
        return self.smtp.mails

    async def flags(self) -> list[str]:
        return await asyncio.to_thread(self.imap.flags, self.user)

    async def all_seen(self, count: int) -> None:
        """Wait until so many mails are marked as seen."""

        async def are_seen() -> bool:
            return sum("\\Seen" in flags for flags in await self.flags()) == count

        await until(are_seen)

    async def transcript(self, thread: str = "<c1@mail.example>", address: str = ANNA) -> list[Message]:
        async with self.server.parley.uow() as uow:
            return await uow.messages.of(conversation_id("email", address, thread))

    async def heard(self, thread: str = "<c1@mail.example>", address: str = ANNA) -> list[str]:
        return [m.text for m in await self.transcript(thread, address) if m.author is Author.CUSTOMER]

    async def conversations(self) -> int:
        async with self.server.parley.uow() as uow:
            return len(await uow.conversations.recent())

    async def dead(self) -> list[OutboundMessage]:
        async with self.server.parley.uow() as uow:
            return await uow.outbox.dead()


def environment(imap: Dovecot, smtp: SmtpServer, user: str, address: str = ADDRESS, **more: str) -> dict[str, str]:
    return {
        "PARLEY_EMAIL_ADDRESS": address,
        "PARLEY_EMAIL_IMAP_URL": imap.url(),
        "PARLEY_EMAIL_SMTP_URL": smtp.url,
        "PARLEY_EMAIL_USER": user,
        "PARLEY_EMAIL_PASSWORD": PASSWORD,
        "PARLEY_EMAIL_NAME": "Shop Service",
        "PARLEY_EMAIL_AUTHSERV_ID": "mx.shop.example",
        **more,
    }


@pytest.fixture
async def mail(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, imap: Dovecot, smtp: SmtpServer
) -> AsyncIterator[Mail]:
    user = f"u-{tmp_path.name}"
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(imap, smtp, user)) as server:
        yield Mail(server, imap, smtp, user)


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.eml").read_bytes()


async def test_a_mail_is_answered_in_its_thread(mail: Mail) -> None:
    await mail.write("The left sleeve is torn.")
    (answer,) = await mail.sent(1)
    # The subject belongs to what a customer says first.
    assert mail.server.bot.heard == ["Torn shirt\n\nThe left sleeve is torn."]
    assert said(answer).startswith("heard Torn shirt")
    assert "1. Yes\nutter_channel_choose_number" in said(answer)
    assert (answer["From"], answer["To"]) == (f"Shop Service <{ADDRESS}>", ANNA)
    assert (answer["Subject"], answer["Reply-To"]) == ("Re: Torn shirt", ADDRESS)
    assert (answer["In-Reply-To"], answer["References"]) == ("<c1@mail.example>", "<c1@mail.example>")
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["Date"]
    assert [part.get_content_type() for part in answer.iter_parts()] == ["text/plain", "text/html"]
    assert mail.smtp.envelopes[0].mail_from == ADDRESS
    await mail.all_seen(1)


async def test_a_thread_goes_on_over_several_turns_and_the_number_typed_back_is_the_button(mail: Mail) -> None:
    await mail.write("It is torn.")
    (first,) = await mail.sent(1)
    quote = f"On Mon, Nov 23, 2026 at 10:04 AM Shop <{ADDRESS}> wrote:\n\n> Which?\n> 1. Yes\n"
    # Digits of any script, above a quote, in a mail that names only our letter.
    await mail.write(f"１\n\n{quote}", 2, subject="Re: Torn shirt", In_Reply_To=first["Message-ID"])
    answers = await mail.sent(2)
    assert mail.server.bot.heard[1] == "/affirm"
    assert answers[1]["In-Reply-To"] == "<c2@mail.example>"
    assert answers[1]["References"].split() == ["<c1@mail.example>", first["Message-ID"], "<c2@mail.example>"]
    # One that names only the customer's own mail.
    await mail.write("And the collar.", 3, subject="Re: Torn shirt", References="<c2@mail.example>")
    await mail.sent(3)
    assert await mail.heard() == ["Torn shirt\n\nIt is torn.", "１", "And the collar."]
    assert await mail.conversations() == 1


async def test_another_address_never_joins_a_thread(mail: Mail) -> None:
    await mail.write("It is torn.")
    (first,) = await mail.sent(1)
    await mail.write("Me too.", 2, sender="eve@other.example", References=f"<c1@mail.example> {first['Message-ID']}")
    answers = await mail.sent(2)
    assert (answers[1]["To"], await mail.conversations()) == ("eve@other.example", 2)
    assert await mail.heard("<c2@mail.example>", "eve@other.example") == ["Torn shirt\n\nMe too."]
    assert len(await mail.heard()) == 1


async def test_a_case_number_in_the_subject_leads_its_own_customer_back(mail: Mail) -> None:
    await mail.write("It is torn.")
    await mail.sent(1)
    await things.a_shop(mail.server.parley.uow)
    case = things.a_case("C1000042")
    case.conversation_id = conversation_id("email", ANNA, "<c1@mail.example>")
    async with mail.server.parley.uow() as uow:
        uow.cases.add(case)
        await uow.commit()
    await mail.write("Any news?", 2, subject=f"Case {case.number}")
    await mail.sent(2)
    assert await mail.conversations() == 1
    await mail.write("Any news?", 3, sender="eve@other.example", subject=f"Case {case.number}")
    found = ("mx.shop.example; dmarc=fail", "mx.shop.example; spf=fail; dmarc=none", "mx.other.example; dmarc=pass")
    for number, words in enumerate(found, 4):
        forged = {"Authentication_Results": f"{words} header.from=mail.example"}
        await mail.write("Cancel it", number, subject=f"Case {case.number}", **forged)
    await mail.sent(6)
    assert await mail.conversations() == 5
    assert await mail.heard() == ["Torn shirt\n\nIt is torn.", "Any news?"]


async def test_where_no_server_vouches_for_senders_a_known_customer_is_joined_by_our_letters_id_alone(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, imap: Dovecot, smtp: SmtpServer
) -> None:
    user = f"u-{tmp_path.name}"
    options = {**environment(imap, smtp, user), "PARLEY_EMAIL_AUTHSERV_ID": ""}
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **options) as server:
        mail = Mail(server, imap, smtp, user)
        await mail.write("It is torn.")
        await mail.sent(1)
        await mail.write("The collar as well.", 2, References="<c1@mail.example>")
        (_, second) = await mail.sent(2)
        await things.a_shop(server.parley.uow)
        case, own = things.a_case("C1000042"), conversation_id("email", ANNA, "<c1@mail.example>")
        case.conversation_id = own
        async with server.parley.uow() as uow:
            uow.cases.add(case)
            uow.identifications.add(Identification(own, case.order_number, proved_at=now()))
            await uow.commit()
        await mail.write("Cancel it", 3, subject=f"Case {case.number}")
        await mail.write("Cancel it", 4, References="<c2@mail.example>")
        await mail.write("Any news?", 5, In_Reply_To=second["Message-ID"])
        await mail.sent(5)
        assert await mail.heard() == ["Torn shirt\n\nIt is torn.", "The collar as well.", "Any news?"]
        assert await mail.conversations() == 3


async def test_another_mail_under_a_known_id_adds_neither_words_nor_files(mail: Mail) -> None:
    await mail.write("It is torn.", own="<photo@mail.example>")
    await mail.sent(1)
    await mail.deliver(fixture("photo"))
    await mail.write("Hello?", 2, References="<photo@mail.example>")
    await mail.sent(2)
    await mail.all_seen(3)
    assert await mail.heard("<photo@mail.example>") == ["Torn shirt\n\nIt is torn.", "Hello?"]


async def test_the_limit_of_an_address_holds_for_its_tags_and_after_a_restart(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, imap: Dovecot, smtp: SmtpServer
) -> None:
    options = environment(imap, smtp, f"u-{tmp_path.name}")
    numbers = iter(range(1, 100))
    for start in (0, limits.ANSWERS - 2):
        async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **options) as server:
            mail = Mail(server, imap, smtp, f"u-{tmp_path.name}")
            for count in range(start, min(start + limits.ANSWERS - 2, limits.ANSWERS)):
                number = next(numbers)
                await mail.write("Hello", number, sender=f"anna+{number}@mail.example")
                await mail.sent(count + 1)
            if start:
                await until(lambda server=server: _sent(server, limits.ANSWERS))
                await mail.write("Hello", 98, sender="anna+last@mail.example")
                await until(mail.dead)
                assert [letter.error for letter in await mail.dead()] == ["too_many_answers"]
                await mail.write("Hello", 99, sender="annabel+1@mail.example")
                await mail.sent(limits.ANSWERS + 1)


async def _sent(server: Server, count: int) -> bool:
    """Tell whether so many letters are known to have arrived."""
    async with server.parley.uow() as uow:
        return await uow.correspondents.answers_to("email", "anna@mail.example", now() - limits.WITHIN) == count


async def test_who_asks_for_answers_elsewhere_gets_them_there_and_nothing_of_others(mail: Mail) -> None:
    await mail.write("It is torn.")
    await mail.sent(1)
    await mail.write("Me too.", 2, References="<c1@mail.example>", Reply_To="eve@other.example")
    assert (await mail.sent(2))[1]["To"] == "eve@other.example"
    assert await mail.conversations() == 2


@pytest.mark.parametrize("name", ["photo", "photo_only", "photo_inline"])
async def test_a_photo_by_mail_is_evidence(mail: Mail, tmp_path: Path, name: str) -> None:
    await mail.deliver(fixture(name))
    await until(lambda: any(text.startswith("/evidence_uploaded") for text in mail.server.bot.heard))
    own = conversation_id("email", ANNA, f"<{name}@mail.example>")
    async with mail.server.parley.uow() as uow:
        (piece,) = await uow.evidence.of_conversation(own)
    assert (piece.kind.value, piece.width, piece.height) == ("image", 640, 480)
    files = evidence_store(Settings.from_environment({"PARLEY_VAR": str(tmp_path)}))
    assert b"Canary" not in await files.read(piece.id)


async def test_photos_are_fetched_again_by_a_process_that_starts_later(mail: Mail) -> None:
    mail.server.bot.may_answer.clear()
    await mail.deliver(fixture("twelve_photos"))
    await mail.all_seen(1)
    email_channel: Any = mail.server.parley.channels["email"]
    email_channel._arriving._recent = None
    mail.server.bot.may_answer.set()
    await mail.sent(12)
    told = [said(answer) for answer in mail.smtp.mails]
    assert sum("heard /evidence_uploaded" in text for text in told) == 10
    assert sum("evidence_uploaded" not in text for text in told) == 2, "the words, and that the rest is too much"


async def test_every_fixture_is_taken_and_marked(mail: Mail) -> None:
    names = sorted(file.stem for file in FIXTURES.glob("*.eml") if file.stem not in ("nothing", "nested_parts"))
    for name in names:
        await mail.deliver(fixture(name))
    await mail.write("The last one.", 99, sender="last@mail.example")
    await mail.all_seen(len(names) + 1)
    await until(lambda: any("The last one." in text for text in mail.server.bot.heard))
    flagged = [name for name, flags in zip(names, await mail.flags(), strict=False) if "\\Flagged" in flags]
    assert flagged == ["garbage", "no_sender", "two_senders"]


@pytest.mark.parametrize(
    "name",
    ["auto_submitted", "precedence_bulk", "mailing_list", "no_answer_wanted", "null_return_path", "own_address",
     "out_of_office", "mailer_daemon", "bounce_delayed", "read_receipt"],
)  # fmt: skip
async def test_what_no_person_wrote_is_never_answered(mail: Mail, name: str) -> None:
    await mail.deliver(fixture(name))
    await mail.write("It is torn.")
    await mail.sent(1)
    await mail.all_seen(2)
    assert len(mail.server.bot.heard) == 1
    assert await mail.conversations() == 1


async def test_a_letter_that_bounces_is_dead_with_the_reason(mail: Mail) -> None:
    await mail.write("It is torn.")
    (answer,) = await mail.sent(1)
    async with mail.server.parley.uow() as uow:
        await until(lambda: uow.outbox.by_platform_id("email", answer["Message-ID"]))
    bounce = fixture("bounce_failed").replace(
        b"<parley.7.0123456789abcdef0123@shop.example>", answer["Message-ID"].encode()
    )
    await mail.deliver(bounce)
    await mail.all_seen(2)
    assert [letter.error for letter in await mail.dead()] == ["bounced_5.1.1"]
    assert len(mail.smtp.mails) == 1


async def test_a_mail_that_is_too_large_is_not_read_and_its_sender_is_told(mail: Mail) -> None:
    large = fixture("plain") + b"x" * 76 + b"\r\n"
    large += (b"y" * 76 + b"\r\n") * (arriving.MAX_MAIL_BYTES // 78)
    await mail.deliver(large)
    (answer,) = await mail.sent(1)
    assert "utter_channel_unreadable" in said(answer)
    assert mail.server.bot.heard == []


async def test_a_redelivered_mail_is_stored_once(mail: Mail) -> None:
    await mail.write("It is torn.")
    await mail.sent(1)
    await mail.write("It is torn.")
    await mail.write("Hello?", 2, References="<c1@mail.example>")
    await mail.sent(2)
    assert await mail.heard() == ["Torn shirt\n\nIt is torn.", "Hello?"]


async def test_a_mail_that_was_stored_but_not_marked_is_stored_once(mail: Mail) -> None:
    marks: list[int] = []
    broken = arriving.Mailbox.mark

    def mark(self: Any, uid: int, *flags: str) -> None:
        marks.append(uid)
        if len(marks) == 1:
            self.abort()
        broken(self, uid, *flags)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arriving.Mailbox, "mark", mark)
        await mail.write("It is torn.")
        await mail.sent(1)
        await mail.all_seen(1)
    assert len(marks) == 2
    assert await mail.heard() == ["Torn shirt\n\nIt is torn."]
    assert len(mail.smtp.mails) == 1


async def test_a_burst_of_ten_mails_is_heard_in_order(mail: Mail) -> None:
    mail.server.bot.may_answer.clear()
    words = [f"word-{number}" for number in range(10)]
    await mail.write(words[0], subject="x")
    for number, word in enumerate(words[1:], 2):
        await mail.write(word, number, References="<c1@mail.example>")
    mail.server.bot.may_answer.set()
    await mail.sent(10)
    assert await mail.heard() == [f"x\n\n{words[0]}", *words[1:]]
    assert [said(answer).split("\n")[0] for answer in mail.smtp.mails][1:] == [f"heard {word}" for word in words[1:]]


async def test_nothing_is_lost_while_the_imap_server_restarts(mail: Mail) -> None:
    await mail.write("One.")
    await mail.sent(1)
    await asyncio.to_thread(mail.imap.stop)
    await asyncio.sleep(0.4)
    await asyncio.to_thread(mail.imap.start)
    await mail.write("Two.", 2, References="<c1@mail.example>")
    await mail.sent(2)
    assert await mail.heard() == ["Torn shirt\n\nOne.", "Two."]


async def test_answers_wait_in_order_while_the_smtp_server_is_down(mail: Mail) -> None:
    await mail.smtp.stop()
    await mail.write("One.")
    await mail.write("Two.", 2, References="<c1@mail.example>")
    await until(lambda: len(mail.server.bot.heard) == 2)
    await asyncio.sleep(0.5)
    await mail.smtp.start()
    answers = await mail.sent(2)
    assert ["One." in said(answers[0]), "Two." in said(answers[1])] == [True, True]
    assert await mail.dead() == []


async def test_greylisting_delays_a_letter_and_an_unknown_recipient_ends_it(mail: Mail) -> None:
    mail.smtp.refusals["RCPT"] = ["451 4.7.1 Greylisted", "450 4.2.0 Try later"]
    await mail.write("One.")
    await mail.sent(1)
    assert mail.smtp.tries == 3
    mail.smtp.refusals["RCPT"] = ["550 5.1.1 Unknown user"]
    await mail.write("Two.", 2, References="<c1@mail.example>")
    await until(lambda: mail.smtp.tries == 4)
    mail.smtp.refusals["DATA"] = ["554 5.7.1 Spam"]
    await mail.write("Three.", 3, References="<c1@mail.example>")
    await until(lambda: mail.smtp.tries == 5)
    await mail.write("Four.", 4, References="<c1@mail.example>")
    await mail.sent(2)
    assert [letter.error for letter in await mail.dead()] == ["smtp_554", "smtp_550"]
    assert "Four." in said(mail.smtp.mails[1])


async def test_a_wrong_password_holds_the_channel_until_it_is_right(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.mail.sending._HELD_SECONDS", 0.3)
    mail.smtp.password = "another"
    await mail.write("One.")
    await mail.write("Two.", 2, References="<c1@mail.example>")
    await until(lambda: len(mail.server.bot.heard) == 2)
    await asyncio.sleep(0.5)
    assert mail.smtp.mails == []
    mail.smtp.password = PASSWORD
    answers = await mail.sent(2)
    assert ["One." in said(answers[0]), "Two." in said(answers[1])] == [True, True]


async def test_an_agents_words_and_file_arrive_and_are_not_automatic(mail: Mail, tmp_path: Path) -> None:
    await mail.write("It is torn.")
    await mail.sent(1)
    own = conversation_id("email", ANNA, "<c1@mail.example>")
    files = evidence_store(Settings.from_environment({"PARLEY_VAR": str(tmp_path)}))
    piece = "0123456789abcdef0123456789abcdef"
    with files.receive() as file:
        file.write(samples.photo((640, 480)))
        copy = await files.keep(piece, file)
    async with mail.server.parley.uow() as uow:
        await evidence.add_of_agent(uow, piece, own, copy, "a-1", now())
        await uow.commit()
    words = Message(own, Author.AGENT, "ابعث القميص <b>", now(), language="ar", custom={"attachment": {"id": piece}})
    await mail.server.router.sender.send(words)
    letter = (await mail.sent(2))[1]
    assert (letter["Auto-Submitted"], said(letter)) == (None, "ابعث القميص <b>")
    html = letter.get_body(("html",))
    assert html is not None
    assert '<body dir="rtl">' in html.get_content()
    assert "&lt;b&gt;" in html.get_content()
    (attached,) = letter.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == (copy.media_type, "image.jpeg")
    assert attached.get_content() == await files.read(piece)


async def test_a_letter_sent_by_a_process_that_died_is_sent_at_most_once_more_under_the_same_id(mail: Mail) -> None:
    sent = asyncio.Event()

    async def settle(*_: Any) -> None:
        sent.set()
        raise RuntimeError("the process ends here")

    courier_: Any = mail.server.parley.courier
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(courier_, "_settle", settle)
        await mail.write("It is torn.")
        await asyncio.wait_for(sent.wait(), 60)
    async with mail.server.parley.uow() as uow:
        for letter in await uow.outbox.pending(conversation_id("email", ANNA, "<c1@mail.example>")):
            letter.next_attempt_at = now()
            await uow.outbox.settle(letter)
        await uow.commit()
    answers = await mail.sent(2)
    assert answers[0]["Message-ID"] == answers[1]["Message-ID"]
    await asyncio.sleep(0.3)
    assert len(mail.smtp.mails) == 2


@pytest.mark.parametrize("strips", [False, True])
async def test_two_parleys_that_write_to_each_other_end(
    strips: bool, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, imap: Dovecot, smtp: SmtpServer
) -> None:
    """A relay that takes the marks of automatic mails away leaves only the last means: the limit of each address."""
    mailboxes = {"a@shop.example": f"a-{tmp_path.name}", "b@shop.example": f"b-{tmp_path.name}"}

    def deliver(to: str, raw: bytes) -> None:
        if strips:
            raw = raw.replace(b"Auto-Submitted:", b"X-Was:").replace(b"X-Auto-Response-Suppress:", b"X-Was-Too:")
        imap.deliver(mailboxes[to], raw)

    smtp.deliver = deliver
    most = 2 * limits.ANSWERS
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    own = [environment(imap, smtp, mailboxes[f"{name}@shop.example"], f"{name}@shop.example") for name in "ab"]
    async with (
        a_server(migrated_sqlite, tmp_path / "a", aiohttp_client, **own[0]) as a,
        a_server(migrated_sqlite, tmp_path / "b", aiohttp_client, **own[1]) as b,
    ):
        await Mail(a, imap, smtp, mailboxes["a@shop.example"]).write("Hello", sender="b@shop.example")
        await until(lambda: len(smtp.mails) >= (most if strips else 1))
        await asyncio.sleep(0.7)
        assert len(smtp.mails) == (most if strips else 1)
        assert len(b.bot.heard) == (limits.ANSWERS if strips else 0)
        if strips:
            async with a.parley.uow() as uow:
                assert [letter.error for letter in await uow.outbox.dead()] == ["too_many_answers"]


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate with its key for this host, of an authority that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    own = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(own, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
async def test_mails_come_in_and_go_out_encrypted(
    scheme: str, certified: Path, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    if reason := dovecot.missing():
        pytest.skip(reason)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certified)
    smtp = SmtpServer(tls=context)
    await smtp.start()
    with Dovecot(certified) as imap:
        port = imap.tls_port if scheme == "imaps" else imap.port
        urls = {
            "PARLEY_EMAIL_IMAP_URL": f"{scheme}://127.0.0.1:{port}/INBOX",
            "PARLEY_EMAIL_SMTP_URL": f"smtp://127.0.0.1:{smtp.port}",
        }
        options = {**environment(imap, smtp, "anna"), **urls}
        async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **options) as server:
            mail = Mail(server, imap, smtp, "anna")
            await mail.write("It is torn.")
            await mail.sent(1)
    await smtp.stop()


async def test_without_encryption_or_a_trusted_certificate_no_password_leaves_the_house(
    certified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = SmtpServer()
    await plain.start()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certified)
    strange = SmtpServer(tls=context)
    await strange.start()
    monkeypatch.delenv("SSL_CERT_FILE")
    for server, reason in ((plain, "not_offered"), (strange, "certificate")):
        options = MailOptions.of(
            {
                "address": ADDRESS,
                "imap_url": "imaps://imap.example",
                "smtp_url": f"smtp://127.0.0.1:{server.port}",
                "password": PASSWORD,
            }
        )
        with pytest.raises(DeliveryError) as refused:
            await handed_over(EmailMessage(), ANNA, options)
        assert (refused.value.reason, refused.value.holds_channel) == (reason, True)
        assert server.logins == 0
        await server.stop()
