from __future__ import annotations

import pytest

from bot.aftersales.order import Address
from bot.documents.postal import lines_of


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (Address("A", "Lindenstraße 3", "10115", "Berlin", "DE"), ("A", "Lindenstraße 3", "10115 Berlin")),
        (Address("A", "12 Oak Avenue", "78701", "Austin, TX", "US"), ("A", "12 Oak Avenue", "Austin, TX 78701")),
        (Address("A", "4 Royal Way", "NN11 8PQ", "Daventry", "GB"), ("A", "4 Royal Way", "Daventry", "NN11 8PQ")),
        (Address("佐藤", "丸の内1-2", "100-0005", "東京都", "JP"), ("〒100-0005", "東京都丸の内1-2", "佐藤")),
        (Address("Sato", "2-9 Daikoku", "230-0054", "Yokohama", "JP"), ("Sato", "2-9 Daikoku", "Yokohama 230-0054")),
        (Address("王", "世纪大道100号", "200120", "上海市", "CN"), ("200120", "上海市世纪大道100号", "王")),
        (Address("김", "세종대로 1", "04524", "서울", "KR"), ("서울 세종대로 1", "김", "04524")),
    ],
)
def test_an_address_is_written_as_in_its_country(address: Address, expected: tuple[str, ...]) -> None:
    assert lines_of(address) == expected


def test_from_abroad_the_country_ends_the_address_in_english_capitals() -> None:
    assert lines_of(Address("A", "Weg 1", "1010", "Wien", "AT"), is_abroad=True)[-1] == "AUSTRIA"


def test_an_address_without_a_street_has_no_empty_line() -> None:
    assert lines_of(Address("A", "", "1010", "Wien", "AT")) == ("A", "1010 Wien")
