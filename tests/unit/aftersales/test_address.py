from __future__ import annotations

import pytest

from bot.aftersales.address import read_address
from bot.aftersales.order import Address

KNOWN = Address("Anna Becker", "Alte Gasse 1", "60313", "Frankfurt", "DE")


@pytest.mark.parametrize(
    ("text", "street", "postcode", "city"),
    [
        ("Lindenweg 5, 10999 Berlin", "Lindenweg 5", "10999", "Berlin"),
        ("Lindenweg 5\n10999 Berlin\nDeutschland", "Lindenweg 5", "10999", "Berlin"),
        ("Lindenweg 5 10999 Berlin", "Lindenweg 5", "10999", "Berlin"),
        ("12 Harbour Street, Leeds LS1 4AP", "12 Harbour Street", "LS1 4AP", "Leeds"),
        ("350 Oak Ave, Apt 4, Austin, TX 78701", "350 Oak Ave, Apt 4", "78701", "Austin, TX"),
        ("rue des Lilas 8, 75011 Paris", "rue des Lilas 8", "75011", "Paris"),
        ("Keizersgracht 40, 1015 CR Amsterdam", "Keizersgracht 40", "1015 CR", "Amsterdam"),
        ("ul. Długa 7/3, 31-147 Kraków", "ul. Długa 7/3", "31-147", "Kraków"),
        ("Rua das Flores 10, 4050-262 Porto", "Rua das Flores 10", "4050-262", "Porto"),
        ("Storgatan 3, 111 22 Stockholm", "Storgatan 3", "111 22", "Stockholm"),
        ("〒150-0001 渋谷区神宮前1-2-3", "神宮前1-2-3", "150-0001", "渋谷区"),
        ("上海市浦东新区世纪大道100号 200120", "浦东新区世纪大道100号", "200120", "上海市"),
        ("شارع النخيل ١٢، 11564 الرياض", "شارع النخيل 12", "11564", "الرياض"),
    ],
)
def test_an_address_is_read_as_it_is_written(text: str, street: str, postcode: str, city: str) -> None:
    found = read_address(text, KNOWN)
    assert found is not None
    assert (found.street, found.postcode, found.city) == (street, postcode, city)
    assert (found.name, found.country) == (KNOWN.name, KNOWN.country)


@pytest.mark.parametrize("text", ["to my sister", "Lindenweg 5", "Berlin", "10999", "10999 Berlin", "", "5, 10999"])
def test_an_incomplete_address_is_none(text: str) -> None:
    assert read_address(text, KNOWN) is None
