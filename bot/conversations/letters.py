"""From a message of the transcript to what one platform can show of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.aftersales.evidence import Evidence
from bot.conversations.choices import buttons_of, fits, numbered, text_of, titles_of
from bot.conversations.model import Correspondent, Message
from bot.conversations.platform import Attachment, Button, Letter, Shape
from bot.conversations.ports import UnitOfWork
from bot.errors import DeliveryError, NotFoundError
from bot.services.evidence_ports import EvidenceStore

CHOOSE_NUMBER = "utter_channel_choose_number"

Phrase = Callable[[str, str], str]
"""Returns what the bot would say by a response name in a language."""

FileLink = Callable[[str, datetime], str]
"""Returns the address at which a file that an agent sent, given its id, opens for a while from a moment on."""


class Letters:
    """Writes letters: text as its customer reads it, buttons or numbered lines, and an agent's file or a link to it.

    ``translated`` returns, in a language, the remark that a text was translated by a machine. ``file_link`` is None
    where nobody outside can reach this server: then no platform gets links.
    """

    def __init__(
        self,
        files: EvidenceStore,
        phrase: Phrase,
        translated: Callable[[str], str],
        file_link: FileLink | None = None,
    ) -> None:
        self._files = files
        self._phrase = phrase
        self._translated = translated
        self._file_link = file_link

    async def write(
        self, uow: UnitOfWork, messages: Sequence[Message], to: Correspondent, shape: Shape
    ) -> Letter | None:
        """Return messages as one letter, or None where nothing is left of them to send (they were retracted)."""
        sent = [message for message in messages if message.text or message.image or message.custom.get("attachment")]
        if not sent:
            return None
        first, last = sent[0], sent[-1]
        texts: list[str] = []
        buttons: tuple[Button, ...] = ()
        for message in sent:
            text, native = self._shown(message, shape, is_last=message is last)
            texts.append(text)
            buttons = native or buttons
        language = last.language or "en"
        attached = await self._attached(uow, sent)
        if attached is not None and not shape.files and self._file_link is not None:
            texts.append(self._file_link(attached.id, last.at))
            attached = None
        text = "\n\n".join(filter(None, texts))
        return Letter(str(first.id), to, first.author, text, language, first.at, buttons, self._attachment(attached))

    def _shown(self, message: Message, shape: Shape, *, is_last: bool) -> tuple[str, tuple[Button, ...]]:
        language = message.language or "en"
        text, titles = text_of(message), titles_of(message)
        if message.image:
            # An address leads to the picture on every platform.
            text = "\n".join(filter(None, (text, message.image)))
        if message.custom.get("shown_in"):
            # Whoever reads it must know that nobody has checked it.
            text += f"\n({self._translated(language)})"
        if not titles:
            return text, ()
        if fits(message, shape) and is_last:
            return text, buttons_of(message, titles)
        return f"{text}\n\n{numbered(titles)}\n{self._phrase(CHOOSE_NUMBER, language)}", ()

    @staticmethod
    async def _attached(uow: UnitOfWork, messages: Sequence[Message]) -> Evidence | None:
        for message in messages:
            attached = message.custom.get("attachment")
            piece = await uow.evidence.get(str(attached["id"])) if attached else None
            if piece is not None:
                return piece
        return None

    def _attachment(self, piece: Evidence | None) -> Attachment | None:
        if piece is None:
            return None
        kind = piece.media_type.partition("/")[2]
        return Attachment(f"{piece.kind.value}.{kind}", piece.media_type, _reader(self._files, piece.id))


def _reader(files: EvidenceStore, evidence_id: str) -> Callable[[], Awaitable[bytes]]:
    async def read() -> bytes:
        try:
            return await files.read(evidence_id)
        except NotFoundError as error:
            # Its time is over, and it will not come back.
            raise DeliveryError("no_file", is_permanent=True) from error

    return read


def parts(text: str, most: int) -> list[str]:
    """Return a text in pieces of at most ``most`` characters, cut between lines or words where that is possible."""
    pieces = []
    while len(text) > most:
        cut = max(text.rfind("\n", 0, most), text.rfind(" ", 0, most)) + 1 or most
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text or not pieces else pieces
