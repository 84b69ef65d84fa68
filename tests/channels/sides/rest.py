"""A customer behind a program that speaks REST."""

from __future__ import annotations

from tests.channels.sides.browser import BrowserSide
from tests.channels.sides.side import Event, NotTakenError, Received, request
from tests.channels.world import World


class RestSide(BrowserSide):
    """Asks for what is new, and knows by its id what it has."""

    channel = "rest"

    def __init__(self, world: World, number: int, language: str) -> None:
        super().__init__(world, number, language)
        self._after = "0"

    async def send(self, event: Event) -> None:
        body = {"sender": self.own, "message": event["text"], "metadata": {"language": self.language}, **event}
        await request(self.world, "POST", f"{self.world.base}/webhooks/rest/webhook", json=body)

    async def got(self) -> list[Received]:
        url = f"{self.world.base}/webhooks/rest/conversations/{self.own}/messages"
        try:
            while page := await request(self.world, "GET", f"{url}?after={self._after}"):
                for message in page:
                    if message["author"] != "customer":
                        self.take(message["message_id"], message["text"], message["buttons"])
                self._after = page[-1]["message_id"]
        except NotTakenError:
            # Nobody is there now; the next look sees it.
            pass
        return self.received
