"""From what a document says to its PDF, away from the event loop and one at a time."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.documents.drawing import pdf_of
from bot.documents.invoice import invoice
from bot.documents.slip import slip_of
from bot.services.documents import Invoice, Slip


class Press:
    """Prints documents; a process has one, so that documents never take more than one of its cores."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def printed(self, paper: Slip | Invoice, now: datetime) -> bytes:
        """Return the PDF of a slip or an invoice."""
        async with self._turn:
            return await asyncio.to_thread(printed, paper, now)


def printed(paper: Slip | Invoice, now: datetime) -> bytes:
    """Return the PDF of a slip or an invoice; takes a second of one core, more at the first of a language."""
    document = slip_of(paper) if isinstance(paper, Slip) else invoice(paper)
    return pdf_of(document, now)
