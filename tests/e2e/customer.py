"""A customer who writes over REST, and what the bot replies."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.process import call, send_file

_ANSWERED_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Reply:
    """One message of the bot."""

    id: int
    response: str | None
    language: str
    text: str
    buttons: list[dict[str, str]]
    custom: dict[str, Any]


class Customer:
    """One conversation; every reply must come in ``language``, which a test may change on the way."""

    def __init__(self, base: str, language: str, *, locale: str | None = None) -> None:
        self.base = base
        self.language = language
        self.id = f"e2e-{uuid.uuid4().hex[:12]}"
        self._locale = locale
        self.replies: list[Reply] = []
        self.turns = 0

    def say(self, text: str, *, message_id: str | None = None, title: str | None = None) -> list[Reply]:
        """Send a message and return the replies."""
        self.replies = self.replies_to(self.post(text, message_id=message_id, title=title))
        self.turns += 1
        for reply in self.replies:
            assert reply.language == self.language, (text, reply)
        return self.replies

    def post(self, text: str, *, message_id: str | None = None, title: str | None = None) -> list[dict[str, Any]]:
        """Send a message and return the answer as it came."""
        body: dict[str, Any] = {"sender": self.id, "message": text, "message_id": message_id, "title": title}
        if self._locale:
            body["metadata"] = {"language": self._locale}
        return list(call(f"{self.base}/webhooks/rest/webhook", body))

    @staticmethod
    def replies_to(answer: list[dict[str, Any]]) -> list[Reply]:
        """Return an answer's messages."""
        return [
            Reply(
                int(message["message_id"]), message["response"], message["language"], message["text"],
                message["buttons"], message["custom"],
            )
            for message in answer
        ]  # fmt: skip

    def click(self, payload: str) -> list[Reply]:
        """Press the button of the last replies whose payload contains this."""
        found = [button for reply in self.replies for button in reply.buttons if payload in button["payload"]]
        assert len(found) == 1, (payload, [reply.buttons for reply in self.replies])
        return self.say(found[0]["payload"], title=found[0]["title"])

    def send_photo(self, photo: bytes) -> list[Reply]:
        """Send a file, wait for what the bot says to it and asks next, and return the replies."""
        before = self.transcript()[-1]["message_id"]
        send_file(f"{self.base}/webhooks/rest/conversations/{self.id}/files", photo)
        self.hear_after(before, lambda response: response != "utter_evidence_received")
        self.turns += 1
        return self.replies

    def hear_after(self, message_id: str | int, is_last: Callable[[str | None], bool]) -> list[Reply]:
        """Wait for what the bot says by itself after a message, until the last response is there, and return all."""
        deadline = time.monotonic() + _ANSWERED_WITHIN_SECONDS
        told: list[dict[str, Any]] = []
        pause = 0.02
        while not told or not is_last(told[-1]["response"]):
            assert time.monotonic() < deadline, f"it never came: {told}"
            time.sleep(pause)
            # What a job says comes after many seconds; asking all the time would go against the limit of requests.
            pause = min(2 * pause, 0.5)
            told = [message for message in self.messages_after(message_id) if message["author"] == "bot"]
        self.replies = self.replies_to(told)
        return self.replies

    def messages_after(self, message_id: str | int) -> list[dict[str, Any]]:
        """Return what came since a message."""
        return list(call(f"{self.base}/webhooks/rest/conversations/{self.id}/messages?after={message_id}"))

    def transcript(self) -> list[dict[str, Any]]:
        """Return the whole conversation."""
        return list(call(f"{self.base}/webhooks/rest/conversations/{self.id}/messages"))

    @property
    def last(self) -> Reply:
        """Return the newest reply."""
        return self.replies[-1]

    @property
    def responses(self) -> list[str | None]:
        """Return the names of the latest replies."""
        return [reply.response for reply in self.replies]

    def identify(self, number: str, email: str) -> None:
        """Give number and e-mail when asked for them."""
        assert self.last.response == "utter_ask_order_number", self.replies
        self.say(number)
        assert self.last.response == "utter_ask_verification", self.replies
        self.say(email)

    def answer(self, answers: Mapping[str, str | bytes], until: str) -> Reply:
        """Answer each question in words or with a photo as it comes, and none twice, until a response is there."""
        left = dict(answers)
        while self.last.response != until:
            question = str(self.last.response)
            assert question in left, f"unexpected or asked again: {self.replies}"
            answer = left.pop(question)
            self.send_photo(answer) if isinstance(answer, bytes) else self.say(answer)
        return self.last
