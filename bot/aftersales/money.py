"""Money: an exact amount in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

# ISO 4217: currencies whose minor unit is not a hundredth. CLDR, by which amounts are displayed, differs for some.
_MINOR_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


@dataclass(frozen=True)
class Money:
    """An amount rounded to the minor unit of its ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", Decimal(self.amount).quantize(_quantum(self.currency), ROUND_HALF_UP))

    @classmethod
    def from_minor(cls, minor: int | None, currency: str | None) -> Money | None:
        """Return the money that a database row holds, or None where the row holds none."""
        if minor is None or currency is None:
            return None
        return cls(Decimal(minor).scaleb(-minor_digits(currency)), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return no money in a currency."""
        return cls(Decimal(0), currency)

    @property
    def minor(self) -> int:
        """Return the amount in minor units, such as cents."""
        return int(self.amount.scaleb(minor_digits(self.currency)))

    def __composite_values__(self) -> tuple[int, str]:
        return self.minor, self.currency

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        return not other < self

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")


@lru_cache(maxsize=256)
def _quantum(currency: str) -> Decimal:
    """Return the minor unit of a currency; remembered, because every amount is rounded to it."""
    return Decimal(1).scaleb(-minor_digits(currency))


def minor_digits(currency: str) -> int:
    """Return how many decimal places a currency has (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)
