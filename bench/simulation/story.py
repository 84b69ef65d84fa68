"""One complaint from its first message to its end: the steps of a scenario, carried out when their time has come."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bench.simulation.clock import Time
from bench.simulation.desk import Agent as DeskAgent
from bench.simulation.goods import Bought, tracking_number
from bench.simulation.plan import Agent, Later, Says, Scan, Scenario, Sends, Shop, Step, TakeOver, Until, reason
from bench.simulation.process import SHOP_SECRET
from bench.simulation.talk import Mismatch, Talk
from bench.simulation.wire import send
from bot.channels import shop_events, signatures

_PATIENCE = timedelta(days=45)
_REFUND = re.compile(r"F\d{7}")
#: By the first word of an event's type: the field that names what it is about, and what the customer knows it as.
_ABOUT = {
    "return": ("rma", "return"),
    "replacement": ("rma", "return"),
    "difference": ("rma", "return"),
    "refund": ("refund", "refund"),
    "repair": ("repair", "repair"),
    "reshipment": ("reshipment", "reship"),
    "customs": ("customs", "customs"),
}


@dataclass
class World:
    """What all stories share."""

    base: str
    time: Time
    agent: DeskAgent


@dataclass
class Story:
    """A complaint that is being played; ``problems`` is what went otherwise than planned."""

    serial: int
    scenario: Scenario
    bought: Bought
    starts_at: datetime
    opening: str
    steps: list[Step]
    talk: Talk
    aftermath: str = ""
    due_at: datetime = field(init=False)
    is_over: bool = False
    had_person: bool = False
    turns_to_outcome: int = 0
    problems: list[str] = field(default_factory=list)
    _waits_since: datetime | None = None
    _events: int = 0

    def __post_init__(self) -> None:
        self.due_at = self.starts_at
        start = self.scenario.start
        self.steps.insert(0, Says(start, self.scenario.until, self.scenario.answers))

    @property
    def name(self) -> str:
        """Return how this complaint is named in reports."""
        return f"#{self.serial} {self.scenario.name} ({self.talk.language}, order {self.bought.number})"

    def play(self, world: World) -> None:
        """Carry out every step that is due by now."""
        now = world.time.now()
        try:
            while self.steps and self.due_at <= now and self._take(self.steps[0], world, now):
                self.steps.pop(0)
        except Mismatch as mismatch:
            self.problems.append(str(mismatch))
            self.steps.clear()
        self.is_over = not self.steps

    def _take(self, step: Step, world: World, now: datetime) -> bool:
        """Carry a step out, and tell whether it is done."""
        if isinstance(step, Later):
            self.due_at = self.due_at + timedelta(days=step.days, hours=0 if step.days else step.hours)
        elif isinstance(step, Until):
            return self._is_told(step.response, now)
        elif isinstance(step, Says):
            self._converse(step)
        elif isinstance(step, Sends):
            self.talk.send_photo()
            self._expect(step.until)
        elif isinstance(step, Shop):
            self._report(world, step.type, self._data(step, now))
        elif isinstance(step, Scan):
            number = {"order": tracking_number(self.bought), "back": self._value("back", now)}.get(step.parcel)
            data = {"tracking_number": number or self._value("new", now), "state": step.state}
            self._report(world, "shipment.scanned", data)
        elif isinstance(step, Agent):
            body = dict(step.body)
            if step.worth is not None:
                body["amount"] = str(step.worth(self.bought))
            world.agent.decide(self.talk, step.decision, body)
        elif isinstance(step, TakeOver):
            world.agent.take_over(self.talk, step.ending)
        return True

    def _converse(self, step: Says) -> None:
        button = self._filled(step.opening)
        opening = self.opening if step.opening == self.scenario.start and not self.talk.turns else button
        self.talk.hold(opening, button, self._answers(step.answers), step.until)
        self.turns_to_outcome = self.turns_to_outcome or self.talk.turns

    def _answers(self, own: Mapping[str, tuple[str, ...]]) -> dict[str, Callable[[int], str]]:
        usual: dict[str, tuple[str, ...]] = {
            "utter_ask_order_number": (self.bought.number,),
            "utter_ask_verification": (self.bought.email,),
            "utter_ask_reason": (reason(self.scenario.issue),),
            "utter_ask_details": (reason(self.scenario.issue),),
            "utter_ask_confirmation": ("/affirm",),
        }
        return {question: self._in_turn(question, answers) for question, answers in {**usual, **own}.items()}

    def _in_turn(self, question: str, answers: tuple[str, ...]) -> Callable[[int], str]:
        def answer(time: int) -> str:
            if time > len(answers) + 1:
                raise Mismatch(f"asked {question} again and again")
            return self._filled(answers[min(time, len(answers)) - 1])

        return answer

    def _is_told(self, response: str, now: datetime) -> bool:
        self._waits_since = self._waits_since or now
        for message in self.talk.transcript():
            if message["response"] == "utter_notify_refund_sent":
                self.talk.facts["refund"] = _REFUND.findall(message["text"])[-1]
        if self.count(response):
            self._waits_since, self.due_at = None, now
            return True
        if now - self._waits_since > _PATIENCE:
            raise Mismatch(f"{response} was never said")
        return False

    def count(self, response: str) -> int:
        """Return how often the bot has said something so far."""
        return sum(message["response"] == response for message in self.talk.transcript())

    def _expect(self, response: str) -> None:
        if self.talk.last != response:
            raise Mismatch(f"said {self.talk.last}, expected {response}")

    def _data(self, step: Shop, now: datetime) -> dict[str, Any]:
        # The newest numbers are in what the customer was told last.
        self.talk.transcript()
        data = {
            key: self._value(value[1:], now) if isinstance(value, str) and value.startswith("@") else value
            for key, value in step.data.items()
        }
        if step.type == "stock.changed":
            return {"sku": self.bought.sku(1), **data}
        key, known_as = _ABOUT[step.type.partition(".")[0]]
        if known_as not in self.talk.facts:
            raise Mismatch(f"the customer was never told the number of the {known_as}")
        return {key: self.talk.facts[known_as], **data}

    def _report(self, world: World, kind: str, data: dict[str, Any]) -> None:
        self._events += 1
        at = world.time.now()
        event = {"id": f"e-{self.serial}-{self._events}", "type": kind, "at": at.isoformat(), "data": data}
        body = json.dumps([event]).encode()
        while True:
            signed = signatures.sign(SHOP_SECRET.encode(), body, world.time.now())
            headers = {"Content-Type": "application/json", signatures.HEADER: signed}
            answer = send(world.base + shop_events.PATH, body, headers)
            if answer.status == 200:
                break
            if answer.status != 409:
                raise Mismatch(f"{kind} was answered {answer.status} {answer.body[:200]!r}")
        (taken,) = answer.json["events"]
        # Carriers scan what the customer has announced already.
        is_known = kind == "shipment.scanned" and taken["state"] == "ignored"
        if taken["state"] != "applied" and not is_known:
            raise Mismatch(f"{kind} was {taken['state']}: {taken['result']}")

    def _filled(self, text: str) -> str:
        return re.sub(r"(?<!\w)@(\w+)", lambda found: self._value(found[1], self.due_at), text)

    def _value(self, name: str, now: datetime) -> str:
        place = self.bought.place
        if name in ("S", "M", "L", "XL"):
            return self.bought.sku(1, name)
        values = {
            "address": f"Garden Lane 12, {place.postcode} {place.city}",
            "currency": place.currency,
            "new": f"KN{self.bought.number}Y",
            "back": f"RR{self.bought.number}5DE",
            "due": (now + timedelta(days=10)).date().isoformat(),
            **self.talk.facts,
        }
        return values[name]
