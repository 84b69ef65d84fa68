"""The notifier: writes announcements into conversations, each exactly once and in order."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable

import structlog

from bot import metrics
from bot.aftersales.notification import Notification
from bot.conversations.bot import Bot
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, Message, OutboundMessage
from bot.conversations.plain_links import append_link
from bot.conversations.ports import UnitOfWork
from bot.services import notifications
from bot.services.document_links import DocumentKind, DocumentLinks
from bot.services.ports import Clock

log = structlog.get_logger()

_LOOKS_EVERY_SECONDS = 1.0
_HELD_SECONDS = 60.0
_MOST_TRIES = 5


class _UnwritableError(Exception):
    """Raised when an announcement cannot be put into words, which another try may mend."""

    def __init__(self, notification: Notification) -> None:
        super().__init__(notification.response)
        self.notification = notification


class Notifier:
    """Delivers what was announced in committed transactions; several replicas may do so at the same time.

    The message, its place in the outbox and the note that the announcement was made are one transaction, and the note
    is taken only where nobody took it before: whatever dies in between leaves either all of it or nothing.
    """

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        bot: Bot,
        feed: Feed,
        clock: Clock,
        links: DocumentLinks,
        public_url: str | None = None,
    ) -> None:
        self._uow = uow
        self._bot = bot
        self._feed = feed
        self._clock = clock
        self._links = links
        self._public_url = public_url
        self._news = asyncio.Event()
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None
        self._held_until: dict[str, float] = {}
        self._tries: dict[str, int] = {}

    def start(self) -> None:
        """Begin to look for announcements, every second and whenever ``wake`` is called."""
        self._task = asyncio.create_task(self._keep_delivering(), name="notifier")

    def wake(self) -> None:
        """Look now: a transaction that announces something was committed."""
        self._news.set()

    async def close(self) -> None:
        """Deliver what is being delivered, then end."""
        self._is_closing = True
        self.wake()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=10)
            self._task.cancel()
            self._task = None

    async def deliver(self) -> int:
        """Make all announcements that wait, and return how many were made.

        Where one cannot be made, the later ones of its conversation wait with it, and it is tried again in a minute.
        What cannot be written either time is set aside after five tries, and left to a person.
        """
        now, made = asyncio.get_running_loop().time(), 0
        async with self._uow() as uow:
            waiting = await uow.notifications.conversations_waiting()
        self._held_until = {held: until for held, until in self._held_until.items() if until > now}
        for conversation_id in waiting:
            if conversation_id in self._held_until:
                continue
            try:
                while (was_ours := await self._deliver_or_set_aside(conversation_id)) is not None:
                    made += was_ours
            except Exception as caught:
                error = caught.__cause__ if isinstance(caught, _UnwritableError) and caught.__cause__ else caught
                place = traceback.extract_tb(error.__traceback__)[-1]
                log.error(
                    "notifier.failed",
                    conversation_id=conversation_id,
                    error=type(error).__name__,
                    at=f"{place.name}:{place.lineno}",
                )
                self._held_until[conversation_id] = now + _HELD_SECONDS
        return made

    async def _keep_delivering(self) -> None:
        while not self._is_closing:
            try:
                await self.deliver()
            except Exception as error:
                # Most likely the database is away; what was announced stays announced.
                log.error("notifier.looking_failed", error=type(error).__name__)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LOOKS_EVERY_SECONDS)
            self._news.clear()

    async def _deliver_or_set_aside(self, conversation_id: str) -> bool | None:
        try:
            return await self._deliver_next(conversation_id)
        except _UnwritableError as error:
            key = error.notification.key
            self._tries[key] = self._tries.get(key, 0) + 1
            if self._tries[key] < _MOST_TRIES:
                raise
            await self._set_aside(error.notification)
            del self._tries[key]
            return False

    async def _set_aside(self, notification: Notification) -> None:
        """Let what cannot be written hold up nothing any more; a person tells its customer."""
        now = self._clock()
        async with self._uow() as uow:
            if await uow.notifications.claim(notification, None, now):
                await notifications.leave_to_person(uow, notification, now)
                await uow.commit()
        log.error("notifier.set_aside", case_number=notification.case_number, response=notification.response)

    async def _deliver_next(self, conversation_id: str) -> bool | None:
        """Make a conversation's next announcement; return False where another replica did, None where there is none."""
        async with self._uow() as uow:
            notification = await uow.notifications.oldest_unsent(conversation_id)
            if notification is None:
                return None
            conversation = await self._conversation(uow, notification)
            message = self._written(notification, conversation)
            newer = None if message.buttons else await _where_customer_writes(uow, notification, conversation)
            if newer is not None:
                # What asks for an answer stays where the bot remembers why it asked.
                conversation, message = newer, self._written(notification, newer)
            # Appending waits for whoever appends to this conversation now, so order holds among replicas too.
            await uow.messages.add(message)
            assert message.id is not None
            if not await uow.notifications.claim(notification, message.id, message.at):
                # Its message stands, ours is rolled back.
                return False
            uow.outbox.add(OutboundMessage(message.id, conversation.id, conversation.channel, message.at))
            metrics.SENT.labels(conversation.channel, message.author.value).inc()
            conversation.last_message_at = message.at
            await uow.commit()
        self._feed.publish(conversation.id, {"type": "message", "message": message.as_json()})
        handoff = message.custom.get("handoff")
        if handoff:
            self._feed.publish(conversation_id, {"type": "state", "handled_by": handoff["state"]})
        return True

    def _written(self, notification: Notification, conversation: Conversation) -> Message:
        try:
            return self._message(notification, conversation)
        except Exception as error:
            raise _UnwritableError(notification) from error

    def _message(self, notification: Notification, conversation: Conversation) -> Message:
        language = conversation.language or conversation.locale or "en"
        message = self._bot.say(notification.response, language, **notification.values)
        message.conversation_id = conversation.id
        message.author = Author.BOT
        message.at = self._clock()
        paper = message.custom.get("document")
        if paper:
            # A link is good from now on, and in the language that the conversation has now.
            url = self._links.link(DocumentKind(paper["kind"]), paper["number"], language, message.at)
            message.custom["document"] = {"kind": paper["kind"], "url": url}
            append_link(message, conversation.channel, self._public_url)
        return message

    async def _conversation(self, uow: UnitOfWork, notification: Notification) -> Conversation:
        conversation = await uow.conversations.get(notification.conversation_id)
        if conversation is None:
            # Registered in a process that keeps its conversations elsewhere, such as `rasa run`.
            case = await uow.cases.get(notification.case_number)
            channel, language = (case.channel, case.language) if case else ("web", None)
            now = self._clock()
            conversation = Conversation(notification.conversation_id, channel, now, now, language=language)
            uow.conversations.add(conversation)
        return conversation


async def _where_customer_writes(
    uow: UnitOfWork, notification: Notification, conversation: Conversation
) -> Conversation | None:
    """Return another conversation in which the customer proved the same order and wrote later, or None."""
    case = await uow.cases.get(notification.case_number)
    if case is None:
        return None
    linked = await uow.identifications.conversations_of(case.customer_id, case.order_number)
    newest = await uow.messages.last_heard({conversation.id, *linked}) if len({conversation.id, *linked}) > 1 else None
    return await uow.conversations.get(newest) if newest not in (None, conversation.id) else None
