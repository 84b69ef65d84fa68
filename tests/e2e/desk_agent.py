"""An agent at the desk, over HTTP as a browser."""

from __future__ import annotations

from bench.simulation.desk import Agent


class DeskAgent(Agent):
    """Holds conversations by their ids."""

    def page(self, path: str) -> str:
        """Return a page of the desk."""
        with self._lock:
            if not self._csrf:
                self._log_in()
            answer = self._open(path)
        self._accept(answer)
        return str(answer.body.decode())

    def take(self, conversation_id: str) -> None:
        """Take a conversation over."""
        self._accept(self._post(f"/conversations/{conversation_id}/take-over", {}))

    def answer(self, conversation_id: str, text: str) -> None:
        """Take a conversation over and write something."""
        self.take(conversation_id)
        self._accept(self._post(f"/conversations/{conversation_id}/reply", {"text": text}))

    def give_back(self, conversation_id: str) -> None:
        """Let the bot go on."""
        self._accept(self._post(f"/conversations/{conversation_id}/return", {}))
