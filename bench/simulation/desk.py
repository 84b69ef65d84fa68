"""A simulated agent: logs in at the desk as a browser does, takes conversations over and decides about cases."""

from __future__ import annotations

import re
import threading
import urllib.parse
from http.cookies import SimpleCookie
from typing import Any

from bench.installation import Installation
from bench.processes import BenchError
from bench.simulation.talk import Mismatch, Talk
from bench.simulation.wire import Answer, send, send_json

_NAME, _PASSWORD = "mia", "correct horse battery 7"
_OVER = frozenset({401, 403})
_GONE = frozenset({404, 409})


class Agent:
    """One account with one browser, used by one thread at a time."""

    def __init__(self, installation: Installation) -> None:
        self._base = installation.base + "/desk"
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self._password = ""
        self._lock = threading.Lock()
        made = installation.command("agents", "add", _NAME, "--display-name", "Mia Stone")
        found = re.search(rf"{_NAME}: (\S+)", made.stdout)
        if found is None:
            raise BenchError(f"no account for the desk: {made.stderr[-300:]}")
        self._one_time_password = found[1]

    def decide(self, talk: Talk, decision: str, body: dict[str, Any]) -> None:
        """Decide about the case that the customer was told, as it stands on the page."""
        case = talk.facts["case"]
        with self._lock:
            seen = self._seen(talk, case)
            answer = self._post(f"/cases/{case}/{decision}", {**body, "seen": seen})
        # Who got no answer and then hears that nothing waits for it any more has decided the first time.
        if answer.status != 200 and not (answer.was_repeated and answer.status in _GONE):
            raise Mismatch(f"{decision} was answered {answer.status} {answer.body[:200]!r}")

    def take_over(self, talk: Talk, ending: str) -> None:
        """Take a conversation over, write something, and end it."""
        place, text = f"/conversations/{urllib.parse.quote(talk.sender, safe='')}", f"Mia here, about {talk.sender}."
        with self._lock:
            self._accept(self._post(f"{place}/take-over", {}))
            said = [message["text"] for message in talk.transcript() if message["author"] == "agent"]
            already = said.count(text)
            answer = self._post(f"{place}/reply", {"text": text}, once=True)
            while answer is None:
                said = [message["text"] for message in talk.transcript() if message["author"] == "agent"]
                if said.count(text) > already:
                    break
                answer = self._post(f"{place}/reply", {"text": text}, once=True)
            if answer is not None:
                self._accept(answer)
            answer = self._post(f"{place}/{ending}", {})
            if not (answer.was_repeated and answer.status in _GONE):
                self._accept(answer)

    def _seen(self, talk: Talk, case: str) -> int:
        """Return how a case stands by the dialogs of its conversation's page."""
        path = f"/conversations/{urllib.parse.quote(talk.sender, safe='')}"
        for _ in range(3):
            page = self._open(path).body.decode()
            found = re.search(rf'data-post="/desk/cases/{case}/.*?name="seen" value="(\d+)"', page, re.DOTALL)
            if found is not None:
                return int(found[1])
            self._log_in()
        raise Mismatch(f"the page of {talk.sender} offers no decision about {case}")

    @staticmethod
    def _accept(answer: Answer) -> None:
        if answer.status != 200:
            raise Mismatch(f"the desk answered {answer.status} {answer.body[:200]!r}")

    def _post(self, path: str, body: dict[str, Any], *, once: bool = False) -> Any:
        for _ in range(3):
            headers = {"X-CSRF-Token": self._csrf, "Accept": "application/json", "Cookie": self._cookie()}
            if once:
                try:
                    answer = send_json(self._base + path, body, headers, once=True)
                except OSError:
                    return None
            else:
                answer = send_json(self._base + path, body, headers)
            if answer.status not in _OVER:
                return answer
            self._log_in()
        raise BenchError("the agent cannot log in")

    def _log_in(self) -> None:
        self._cookies = {}
        page = self._open("/login").body.decode()
        token = re.search(r'name="token" value="(\w+)"', page)
        if token is None:
            raise BenchError("the desk shows no login form")
        password = self._password or self._one_time_password
        self._submit("/login", {"name": _NAME, "password": password, "token": token[1]})
        self._read_csrf()
        if not self._password:
            change = {"csrf": self._csrf, "old": password, "new": _PASSWORD, "again": _PASSWORD}
            answer = self._submit("/password", change)
            self._password = _PASSWORD
            if answer.was_repeated:
                return self._log_in()
            self._read_csrf()
        return None

    def _read_csrf(self) -> None:
        found = re.search(r'name="csrf" value="([^"]+)"', self._open("/password").body.decode())
        self._csrf = found[1] if found else ""

    def _open(self, path: str) -> Answer:
        return self._keep(send(self._base + path, None, {"Cookie": self._cookie()}))

    def _submit(self, path: str, fields: dict[str, str]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie()}
        return self._keep(send(self._base + path, urllib.parse.urlencode(fields).encode(), headers))

    def _keep(self, answer: Answer) -> Answer:
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, cookie in SimpleCookie(header).items():
                self._cookies[name] = cookie.value
        return answer

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())
