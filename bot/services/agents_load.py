"""What the people of the desk have on their hands, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.services.account import Account
from bot.services.ports import UnitOfWork
from bot.services.statistics import Figures


@dataclass(frozen=True)
class AgentLoad:
    """Somebody's open conversations, and the figures of the cases that were theirs last, None where there are none."""

    account: Account
    open_now: int
    figures: Figures | None

    @property
    def is_full(self) -> bool:
        """Tell whether this person has as many conversations as they shall have at once."""
        return self.open_now >= self.account.capacity


async def agents_load(uow: UnitOfWork, figures: Sequence[Figures]) -> list[AgentLoad]:
    """Return everybody who has work or may have, the busiest first; ``figures`` are those by agent."""
    held = Counter(handoff.agent_id for handoff in await uow.routing.held())
    by_agent: Mapping[str, Figures] = {one.key: one for one in figures}
    found = [
        AgentLoad(account, held[account.id], by_agent.get(account.id))
        for account in await uow.accounts.all()
        if account.is_active or held[account.id] or account.id in by_agent
    ]
    return sorted(found, key=lambda one: (-one.open_now, one.account.display_name.casefold()))
