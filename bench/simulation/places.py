"""Where simulated customers live: language, money, and what law and shop grant there.

What is granted is written down here a second time, by hand, because the simulation's expectations must not come out of
the policy files that they are to check.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Place:
    """A country as the simulation needs it; ``rate`` is what a euro buys, ``digits`` are those of the currency.

    ``withdrawal_shipping`` and ``withdrawal_duties`` tell whether a change of mind brings back the delivery fee and the
    duties paid at checkout, ``withdrawal_is_free`` whether the shop pays the way back then.
    """

    country: str
    language: str
    currency: str
    rate: str
    digits: int
    city: str
    postcode: str
    withdrawal_shipping: bool = False
    withdrawal_duties: bool = False
    withdrawal_is_free: bool = False
    has_duties: bool = True

    def price(self, euros: Decimal) -> Decimal:
        """Return what a price in euros comes to here."""
        return self.rounded(euros * Decimal(self.rate))

    def rounded(self, amount: Decimal) -> Decimal:
        """Return an amount in whole minor units, halves up."""
        return amount.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_UP)


def _eu(country: str, language: str, city: str, postcode: str, currency: str = "EUR", rate: str = "1") -> Place:
    return Place(country, language, currency, rate, 2, city, postcode, True, True, has_duties=False)


PLACES = (
    Place("US", "en", "USD", "1.1", 2, "Portland, OR", "97205"),
    _eu("DE", "de", "Leipzig", "04109"),
    _eu("ES", "es", "Madrid", "28004"),
    Place("CN", "zh", "CNY", "7.8", 2, "北京市朝阳区", "100020"),
    _eu("FR", "fr", "Paris", "75011"),
    _eu("IT", "it", "Milano", "20121"),
    Place("BR", "pt", "BRL", "6", 2, "São Paulo", "01310-100", True, True, True),
    _eu("NL", "nl", "Utrecht", "3511 AB"),
    _eu("PL", "pl", "Poznań", "61-001", "PLN", "4.3"),
    _eu("LV", "ru", "Daugavpils", "5401"),
    Place("TR", "tr", "TRY", "40", 2, "İzmir", "35220", True, True, True),
    Place("AE", "ar", "USD", "1.1", 2, "Dubai", "12345"),
    Place("JP", "ja", "JPY", "165", 0, "東京都新宿区", "160-0022"),
    Place("KR", "ko", "KRW", "1480", 0, "서울특별시 강남구", "06164"),
    Place("TW", "zh-TW", "USD", "1.1", 2, "臺北市", "10041"),
    Place("TH", "th", "USD", "1.1", 2, "กรุงเทพมหานคร", "10110"),
    Place("GB", "en", "GBP", "0.86", 2, "London", "SE1 7PB", True, True),
    _eu("AT", "de", "Wien", "1010"),
    Place("MX", "es", "MXN", "20", 2, "Ciudad de México", "06000"),
    _eu("PT", "pt", "Porto", "4000-322"),
)
"""The first sixteen have a language each; the others follow."""

LANGUAGES = tuple(place.language for place in PLACES[:16])
