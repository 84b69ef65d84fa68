"""Both sides of a conversation over a platform of Meta's: Parley, and the fake that it talks to."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

from bot.aftersales.evidence import Evidence
from bot.bootstrap import evidence_store
from bot.channels.intake import conversation_id
from bot.conversations.model import OutboundMessage
from bot.services import evidence
from bot.settings import Settings
from tests.channels import steps
from tests.channels.graph_server import SECRET, TOKEN, VERIFY, deliver, fixture
from tests.channels.messenger_server import MessengerServer
from tests.channels.platform_server import until
from tests.channels.whatsapp_server import NUMBER, TEMPLATE, WhatsAppServer
from tests.integration.server.parts import Server, now

P = TypeVar("P", WhatsAppServer, MessengerServer)

ADDRESSES = {"whatsapp": "491701234567", "messenger": "5273812345678901"}


def environment(platform: WhatsAppServer | MessengerServer, token: str = TOKEN) -> dict[str, str]:
    """Return the variables that turn a platform's channel on."""
    name = "WHATSAPP" if isinstance(platform, WhatsAppServer) else "MESSENGER"
    values = {
        f"PARLEY_{name}_TOKEN": token,
        f"PARLEY_{name}_APP_SECRET": SECRET,
        f"PARLEY_{name}_VERIFY_TOKEN": VERIFY,
        f"PARLEY_{name}_API_URL": platform.api_url,
    }
    if name == "WHATSAPP":
        values |= {"PARLEY_WHATSAPP_PHONE_NUMBER_ID": NUMBER, "PARLEY_WHATSAPP_TEMPLATE": TEMPLATE}
    return values


@dataclass
class Talk(Generic[P]):
    """What a customer does, and what is seen of it."""

    server: Server
    platform: P
    channel: str
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def address(self) -> str:
        return ADDRESSES[self.channel]

    @property
    def own(self) -> str:
        """The conversation's id."""
        return conversation_id(self.channel, self.address)

    async def deliver(self, name: str | dict[str, Any], **replaced: str) -> None:
        """Deliver a fixture, or a payload."""
        payload = fixture(self.channel, name, **replaced) if isinstance(name, str) else name
        answer = await deliver(self.server, self.channel, payload)
        assert answer.status == 200, await answer.text()

    async def write(self, text: str) -> None:
        """Deliver a new text of the customer's."""
        await self.deliver(self.text(text))

    def text(self, text: str) -> dict[str, Any]:
        """Return the call for a new text."""
        payload, number = fixture(self.channel, "text"), next(self._numbers)
        if self.channel == "whatsapp":
            (message,) = payload["entry"][0]["changes"][0]["value"]["messages"]
            message["id"], message["text"]["body"] = f"wamid.n{number}", text
        else:
            message = payload["entry"][0]["messaging"][0]["message"]
            message["mid"], message["text"] = f"m_n{number}", text
        return payload

    async def said(self) -> list[str]:
        """Return what the customer said, as people see it."""
        return [message.text for message in await steps.heard_from(self.server, self.channel, self.address)]

    async def got(self, count: int) -> list[str]:
        """Return what the customer has read once it is that many messages."""
        await until(lambda: len(self.platform.messages) >= count)
        return self.platform.texts

    async def heard(self, count: int) -> list[str]:
        """Return what the bot was told once it is that many messages."""
        await until(lambda: len(self.server.bot.heard) >= count)
        return self.server.bot.heard

    async def say(self, text: str, **facts: Any) -> None:
        """Send what an agent writes."""
        await steps.say_as_agent(self.server, self.channel, self.address, text, **facts)

    async def dead(self) -> list[OutboundMessage]:
        """Return what was given up, once there is something."""
        return list(await until(lambda: steps.dead(self.server)))

    async def pieces(self) -> list[Evidence]:
        """Return what the customer sent as evidence."""
        async with self.server.parley.uow() as uow:
            return await evidence.of_conversation(uow, self.own)

    async def was_heard(self, ago: timedelta) -> None:
        """Let the customer's last message be some time ago."""
        async with self.server.parley.uow() as uow:
            found = await uow.correspondents.get(self.own)
            assert found is not None
            found.heard_at = now() - ago
            await uow.correspondents.keep(found)
            await uow.commit()

    async def attached(self, folder: Any, content: bytes) -> dict[str, Any]:
        """Keep a file of an agent's and return how a message names it."""
        store, evidence_id = evidence_store(Settings.from_environment({"PARLEY_VAR": str(folder)})), evidence.new_id()
        with store.receive() as file:
            file.write(content)
            copy = await store.keep(evidence_id, file)
        async with self.server.parley.uow() as uow:
            await evidence.add_of_agent(uow, evidence_id, self.own, copy, "agent-1", now())
            await uow.commit()
        return {"attachment": {"id": evidence_id, "kind": copy.kind.value}}


def stored(server: Server) -> Any:
    """Return what says whether anything was stored at all."""

    async def look() -> list[str]:
        async with server.parley.uow() as uow:
            return [conversation.id for conversation in await uow.conversations.recent()]

    return look()


def as_bytes(payload: Any) -> bytes:
    """Return a payload as Meta writes it."""
    return json.dumps(payload).encode()
