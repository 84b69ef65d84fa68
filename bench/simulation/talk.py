"""A simulated customer's side of a conversation: REST messages, files, and what comes without having been asked."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from bench.simulation.plan import PHOTO
from bench.simulation.wire import send, send_json

_MOST_TURNS = 30
_BOUNDARY = "simulated-form"
_ANSWER_SECONDS = 30


class Mismatch(Exception):
    """Raised when the other side does something else than the scenario knows; the message says what."""


_BY_NIGHT = {"utter_handoff_out_of_hours": "utter_handoff_queued"}
"""What is said at hours when nobody is there, and what a story calls it at any hour."""


class Talk:
    """One conversation; every message has an id of its own, under which it is sent until it is answered.

    ``facts`` holds the numbers that the customer was told, by their names in ``custom``.
    """

    def __init__(self, base: str, sender: str, language: str) -> None:
        self._base = base
        self.sender = sender
        self.language = language
        self.facts: dict[str, str] = {}
        self.turns = 0
        self.stumbles = 0
        self.first_answer_seconds = 0.0
        self._sent = 0
        self._newest = 0
        self._heard: list[dict[str, Any]] = []

    @property
    def last(self) -> str:
        """Return the name of what the bot said last."""
        return str(self._heard[-1]["response"]) if self._heard else ""

    def hold(self, opening: str, button: str, answers: Mapping[str, Callable[[int], str]], until: str) -> None:
        """Say something, then answer what is asked until a response is there.

        Who is not understood presses the ``button`` that says the same, once; raises Mismatch where that does not help.
        """
        asked: dict[str, int] = {}
        has_pressed = opening == button
        self.say(opening)
        for _ in range(_MOST_TURNS):
            if any(message["response"] == until for message in self._heard):
                return
            question = self.last
            if question in answers and not self._is_wrong(question, answers):
                asked[question] = asked.get(question, 0) + 1
                answer = answers[question](asked[question])
                if answer == PHOTO:
                    self.send_photo()
                else:
                    self.say(answer)
            elif has_pressed:
                raise Mismatch(f"said {[message['response'] for message in self._heard]}, expected {until}")
            else:
                # Misunderstood: from the beginning, by buttons.
                has_pressed, asked = True, {}
                self.stumbles += 1
                self.say("/stop")
                self.say(button)
        raise Mismatch(f"never came to {until}")

    def say(self, text: str) -> None:
        """Send a message and hear the answer."""
        body = {
            "sender": self.sender,
            "message": text,
            "message_id": self._next_id(),
            "metadata": {"language": self.language},
        }
        started = time.monotonic()
        answer = send_json(f"{self._base}/webhooks/rest/webhook", body)
        if not self.turns:
            self.first_answer_seconds = time.monotonic() - started
        self.turns += 1
        if answer.status != 200:
            raise Mismatch(f"{text!r} was answered {answer.status} {answer.body[:200]!r}")
        self._hear(answer.json)

    def send_photo(self) -> None:
        """Send a photo and hear the answer, which comes by itself."""
        before = self._newest_id()
        url = f"{self._base}/webhooks/rest/conversations/{self.sender}/files?message_id={self._next_id()}"
        answer = send(url, _form(self.sender), {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"})
        if answer.status != 200:
            raise Mismatch(f"a photo was answered {answer.status} {answer.body[:200]!r}")
        self.turns += 1
        deadline = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < deadline:
            said = [message for message in self.transcript(before) if message["author"] == "bot"]
            if said and said[-1]["response"] != "utter_evidence_received":
                return self._hear(said)
            time.sleep(0.05)
        raise Mismatch("a photo was never answered")

    def transcript(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the conversation after a message, which tells the bot's side that it has arrived."""
        answer = send(f"{self._base}/webhooks/rest/conversations/{self.sender}/messages?after={after}")
        messages: list[dict[str, Any]] = answer.json
        for message in messages:
            self._note(message)
        return messages

    def _newest_id(self) -> int:
        return int(self.transcript()[-1]["message_id"]) if self.turns else 0

    def _next_id(self) -> str:
        self._sent += 1
        return f"m{self._sent}"

    def _hear(self, messages: list[dict[str, Any]]) -> None:
        self._heard = [
            {**message, "response": _BY_NIGHT.get(message["response"], message["response"])} for message in messages
        ]
        for message in messages:
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        for name, fact in message["custom"].items():
            if isinstance(fact, dict):
                number = fact.get("rma") or fact.get("number")
                if isinstance(number, str):
                    self.facts[name] = number

    def _is_wrong(self, question: str, answers: Mapping[str, Callable[[int], str]]) -> bool:
        """Tell whether the bot has understood another problem than the one the customer has."""
        if question == "utter_ask_confirmation":
            summary = self._heard[-1]["custom"]["summary"]
            wanted = answers["utter_ask_reason"](1)
            return "reason" in summary and f'"{summary["reason"]}"' not in wanted
        if question == "utter_ask_remedy":
            offered = self._heard[-1]["custom"]["remedies"]
            return not any(f'"{name}"' in answers[question](1) for name in offered)
        return False


def _form(seed: str) -> bytes:
    chance, file = random.Random(seed), io.BytesIO()
    Image.new("RGB", (64, 48), tuple(chance.randrange(256) for _ in range(3))).save(file, "JPEG")
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
    return head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + file.getvalue() + f"\r\n--{_BOUNDARY}--\r\n".encode()
