"""Takes mails out of the mailbox: stored first, marked as seen after that, and none of them blocks the next."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from aiohttp import web

from bot.aftersales.evidence import MAX_PIECES
from bot.channels import intake, receipts
from bot.channels.keys import CLOCK, UOW
from bot.channels.mail.mailbox import Mailbox, MailboxError
from bot.channels.mail.options import MailOptions
from bot.channels.mail.parsing import Mail, parsed
from bot.channels.mail.quoting import stripped
from bot.channels.mail.threads import PLACE, Thread, plain_subject, thread_of
from bot.logs import described

log = structlog.get_logger()

MAX_MAIL_BYTES = 20 * 1024 * 1024
# One more than a conversation may send, so that whoever sends more is told so.
MOST_ATTACHMENTS = MAX_PIECES + 1
LOOKS_EVERY_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0
NOT_OLDER_THAN = timedelta(days=7)
"""Unread mails from before are left alone: a mailbox with a history must not be answered all at once."""

SEEN, FLAGGED = "\\Seen", "\\Flagged"
_TOO_LARGE = "too_large"

_T = TypeVar("_T")


class Arriving:
    """Looks into the mailbox every few seconds, over one connection that is opened anew where it breaks."""

    def __init__(self, channel: str, options: MailOptions) -> None:
        self._channel = channel
        self._options = options
        self._mailbox: Mailbox | None = None
        self._task: asyncio.Task[None] | None = None
        self._recent: tuple[tuple[str, int], bytes] | None = None

    def start(self, app: web.Application) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._keep_looking(app), name="mailbox")

    async def stop(self) -> None:
        """End what is going on; what is not marked as seen yet is taken again by the next process, and stored once."""
        if self._task is not None:
            self._task.cancel()
            if self._mailbox is not None:
                self._mailbox.abort()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
            await self._disconnect()

    def kept(self, validity: str, uid: int) -> bytes | None:
        """Return the mail that was taken last, where it is this one: its attachments are asked for one by one."""
        return self._recent[1] if self._recent and self._recent[0] == (validity, uid) else None

    async def _keep_looking(self, app: web.Application) -> None:
        failures = 0
        while True:
            try:
                await self._look(app)
                failures = 0
            except Exception as error:
                failures += 1
                reason = error.reason if isinstance(error, MailboxError) else described(error)
                log.warning("email.mailbox_failed", reason=reason, failures=failures)
                await self._disconnect()
            pause = min(LONGEST_PAUSE_SECONDS, LOOKS_EVERY_SECONDS * 2 ** min(failures, 6))
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))

    async def _look(self, app: web.Application) -> None:
        if self._mailbox is None:
            self._mailbox = await asyncio.to_thread(Mailbox, self._options)
        since = (app[CLOCK]() - NOT_OLDER_THAN).date()
        unseen = await self._ask(lambda mailbox: mailbox.unseen(since))
        if not unseen:
            self._recent = None
        for uid in unseen:
            try:
                flags = await self._take(app, uid)
            except MailboxError:
                raise
            except Exception as error:
                # Most likely the database is away: the mail stays unseen, and the next look tries it again.
                log.error("email.not_stored", uid=uid, error=described(error))
                continue
            if flags:
                await self._ask(lambda mailbox, uid=uid, flags=flags: mailbox.mark(uid, *flags))  # type: ignore[misc]

    async def _take(self, app: web.Application, uid: int) -> tuple[str, ...]:
        """Store a mail where it is one of a person, and return how to mark it; nothing where it shall come again."""
        size = await self._ask(lambda mailbox: mailbox.size(uid))
        is_too_large = size > MAX_MAIL_BYTES
        raw = await self._ask(lambda mailbox: mailbox.mail(uid, only_headers=is_too_large))
        if raw is None:
            return ()
        try:
            own, server = self._options.address, self._options.authserv_id
            mail = await asyncio.to_thread(parsed, raw, own, most_attachments=MOST_ATTACHMENTS, authserv_id=server)
        except Exception as error:
            log.error("email.unparseable", uid=uid, error=described(error))
            return (SEEN, FLAGGED)
        if mail.bounced is not None:
            await receipts.failed(app, self._channel, mail.bounced.message_id, mail.bounced.reason)
            return (SEEN,)
        if mail.automatic is not None:
            log.info("email.not_answered", uid=uid, reason=mail.automatic)
            return (SEEN,)
        if not mail.address:
            log.warning("email.no_address", uid=uid)
            return (SEEN, FLAGGED)
        if mail.is_forged:
            log.warning("email.forged", uid=uid)
        if not is_too_large:
            self._recent = ((self._validity, uid), raw)
        async with app[UOW]() as uow:
            thread = await thread_of(uow, self._channel, mail)
        incoming = await asyncio.to_thread(self._incoming, mail, thread, uid, _TOO_LARGE if is_too_large else None)
        try:
            await intake.take(app, self._channel, incoming)
        except web.HTTPTooManyRequests:
            # It stays unseen, and is looked at again.
            return ()
        return (SEEN,)

    def _incoming(self, mail: Mail, thread: Thread, uid: int, unreadable: str | None) -> intake.Incoming:
        words = stripped(mail.text, mail.subject)
        text, shown = words.text, None if words.is_certain else mail.text
        if thread.is_new and (subject := plain_subject(mail.subject)) and subject.casefold() not in text.casefold():
            # Many say in the subject what they want, and only there. Later on it only repeats itself.
            text = f"{subject}\n\n{text}".strip()
            shown = shown and f"{subject}\n\n{shown}".strip()
        place: dict[str, Any] = {"validity": self._validity, "uid": uid, "mail": mail.message_id}
        own = f"{self._validity}/{uid}"
        # Whoever knows a mail's id can write another one under it: its words are not stored again, nor are new files.
        is_copy = thread.taken_at not in (None, own)
        return intake.Incoming(
            address=mail.address,
            message_id=mail.message_id,
            text="" if unreadable else text,
            shown=shown,
            media=[] if is_copy else [{**place, "place": number} for number in range(len(mail.attachments))],
            unreadable=unreadable or "empty",
            language=mail.language,
            facts={**thread.facts, PLACE: own, **({"forged": True} if mail.is_forged else {})},
            thread=thread.name,
        )

    @property
    def _validity(self) -> str:
        return self._mailbox.validity if self._mailbox else ""

    async def _ask(self, what: Callable[[Mailbox], _T]) -> _T:
        if self._mailbox is None:
            raise MailboxError("unreachable")
        return await asyncio.to_thread(what, self._mailbox)

    async def _disconnect(self) -> None:
        mailbox, self._mailbox = self._mailbox, None
        if mailbox is not None:
            await asyncio.to_thread(mailbox.close)
