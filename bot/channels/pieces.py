"""Letters that take several requests: a text beyond the platform's limit, words with a file."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

Piece = Callable[[], Awaitable[str | None]]
"""Sends one piece and returns what the platform calls it."""

_MOST_LETTERS = 1000


class Pieces:
    """Sends letters piece by piece; another try goes on after the pieces that were taken.

    Else the words would arrive again with every try of a file that the platform does not take. It is remembered in
    memory only: a process that dies in between leaves a letter to be sent from its beginning.
    """

    def __init__(self) -> None:
        self._taken: OrderedDict[str, list[str | None]] = OrderedDict()

    async def send(self, letter_id: str, pieces: Sequence[Piece]) -> str | None:
        """Send a letter's pieces in order and return what the platform calls the last one; raises what they raise."""
        taken = await self.send_all(letter_id, pieces)
        return taken[-1] if taken else None

    async def send_all(self, letter_id: str, pieces: Sequence[Piece]) -> list[str | None]:
        """Send a letter's pieces in order and return what the platform calls each; raises what they raise."""
        taken = self._taken.setdefault(letter_id, [])
        if len(self._taken) > _MOST_LETTERS:
            self._taken.popitem(last=False)
        for piece in pieces[len(taken) :]:
            taken.append(await piece())
        self._taken.pop(letter_id, None)
        return taken

    def forget(self, letter_id: str) -> None:
        """Let the next try of a letter begin anew, since a piece that was taken did not arrive after all."""
        self._taken.pop(letter_id, None)
