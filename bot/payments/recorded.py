"""The embedded payment provider: it keeps what it would send, for people or another system to carry out."""

from __future__ import annotations

from collections.abc import Callable

from bot.aftersales.payment import Instruction, Receipt, RecordedInstruction
from bot.errors import ConflictError, PaymentRefusedError
from bot.services.ports import Clock, UnitOfWork

# How many days money of each kind travels at most; banks promise these for refunds.
_DAYS = {"card": 5, "wallet": 1, "bank_transfer": 2, "invoice": 2}
_DAYS_OTHERWISE = 5


class RecordedPayments:
    """Takes every instruction on, once for each idempotency key, and writes it into the database."""

    def __init__(self, uow_factory: Callable[[], UnitOfWork], clock: Clock) -> None:
        self._uow = uow_factory
        self._clock = clock

    async def refund(self, instruction: Instruction) -> Receipt:
        """Keep an instruction and return its receipt; the same key returns the first receipt.

        Raises PaymentRefusedError where a key comes back with another amount or payment.
        """
        try:
            return await self._record(instruction)
        except ConflictError:
            # Another process has recorded the same key in the meantime.
            return await self._record(instruction)

    async def _record(self, instruction: Instruction) -> Receipt:
        async with self._uow() as uow:
            known = await uow.payment_instructions.get(instruction.key)
            if known is None:
                known = self._taken(instruction)
                uow.payment_instructions.add(known)
                await uow.commit()
        if (known.amount, known.payment_id) != (instruction.amount, instruction.payment_id):
            raise PaymentRefusedError("key_used_before")
        return Receipt(known.reference, known.days)

    def _taken(self, instruction: Instruction) -> RecordedInstruction:
        return RecordedInstruction(
            key=instruction.key,
            order_number=instruction.order_number,
            refund_number=instruction.refund_number,
            method=instruction.method,
            amount=instruction.amount,
            payment_id=instruction.payment_id,
            reference=f"recorded-{instruction.key}",
            days=_DAYS.get(instruction.method, _DAYS_OTHERWISE),
            recorded_at=self._clock(),
        )
