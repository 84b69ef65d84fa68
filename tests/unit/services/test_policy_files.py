"""The policy files that ship are sound, and every mistake in such a file is named with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.policy import Policy, Selection
from bot.aftersales.policy_terms import section_of
from bot.errors import SettingsError
from bot.services.policy_files import load_policy
from tests.unit.aftersales.builders import NOW, an_order

SHIPPED = Path(__file__).resolve().parents[3] / "data" / "policy"
EU_COUNTRIES = set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
EEA_COUNTRIES = EU_COUNTRIES | {"IS", "LI", "NO"}
#: Rasa reads every YAML file below data/ and takes one with such a key for its own.
KEYS_OF_RASA = set("nlu stories rules responses intents entities slots forms actions session_config version".split())
REMEDIES = ", ".join(remedy.value for remedy in Remedy)

DESTINATION = """\
countries: [DE, FR]
days_to_send: 14
legal_days_to_send: 14
days_to_refund: 14
legal_days_to_refund: 14
change_of_mind:
  source: a law
  days: 30
  legal_days: 14
  remedies: [return_refund, exchange]
  return_shipping: customer
  refunds_outbound_shipping: true
  review_above: 500
faulty:
  source: another law
  days: 731
  legal_days: 731
  remedies: [exchange]
  return_shipping: shop
  refunds_outbound_shipping: true
  review_above: 499.50
service:
  source: a rule of the shop
  days: null
  legal_days: null
  remedies: [apology]
  return_shipping: shop
  refunds_outbound_shipping: false
  review_above: null
"""
DEFAULT_WITHOUT_TABLE = DESTINATION.replace("[DE, FR]", "others") + "exchange_rates:\n  EUR: 1\n  USD: 1.1\n"


def a_row(issue: IssueType) -> str:
    """Return the row of an issue in one line, with the remedies of its section in DESTINATION."""
    remedies = {"change_of_mind": "return_refund, exchange", "faulty": "exchange", "service": "apology"}
    return (
        f"  {issue}: {{remedies: [{remedies[section_of(issue)]}], evidence: none, approval: automatic, "
        "refunds: [item], "
        "duties: shop, ladder: [], refund_without_return_below: null, wait_days: null}\n"
    )


TABLE = "caps: {percent_of_order: 40, per_customer_in_365_days: 300}\nissues:\n" + "".join(
    a_row(issue) for issue in IssueType
)
DEFAULT = DEFAULT_WITHOUT_TABLE + TABLE

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return a function that writes files, a sound default among them unless told otherwise."""

    def write(shop: str | None = DEFAULT, **files: str) -> Path:
        for name, text in (files if shop is None else {"shop": shop, **files}).items():
            (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def problems(folder: Path) -> list[str]:
    """Return the lines of the error that loading a folder raises."""
    with pytest.raises(SettingsError) as error:
        load_policy(folder)
    return str(error.value).splitlines()


@pytest.fixture(scope="module")
def shipped() -> Policy:
    return load_policy(SHIPPED)


def test_destinations_and_the_default_ship(shipped: Policy) -> None:
    assert {destination.name for destination in shipped.destinations} == set("eu uk us cn kr jp br mx tr au ca".split())
    assert shipped.default.name == "shop"
    assert shipped.for_country("ES").name == "eu"
    assert shipped.for_country("JP").name == "jp"
    assert shipped.for_country("CH") is shipped.default


def test_the_whole_european_economic_area_is_covered(shipped: Policy) -> None:
    assert shipped.for_country("DE").countries == EEA_COUNTRIES
    assert len(EU_COUNTRIES) == 27


@pytest.mark.parametrize(("country", "days"), [("DE", 30), ("NO", 30), ("GB", 30), ("US", 30), ("CN", 14), ("JP", 30)])
def test_customers_may_change_their_minds_for_so_many_days(shipped: Policy, country: str, days: int) -> None:
    for days_ago, is_open in ((days, True), (days + 1, False)):
        order = an_order(country=country, delivered_days_ago=days_ago)
        verdict = shipped.decide(order, [Selection(order.lines[0], 1)], IssueType.CHANGED_MIND, NOW, {})
        assert verdict.allows(Remedy.RETURN_REFUND) is is_open
        assert verdict.return_shipping is Payer.CUSTOMER


@pytest.mark.parametrize("country", ["DE", "GB", "US", "CN", "JP"])
def test_faulty_goods_come_back_at_the_shop_s_expense_for_two_years(shipped: Policy, country: str) -> None:
    order = an_order(country=country, delivered_days_ago=730)
    verdict = shipped.decide(order, [Selection(order.lines[0], 1)], IssueType.DEFECTIVE, NOW, {})
    assert verdict.remedies == (
        Remedy.EXCHANGE,
        Remedy.REPAIR,
        Remedy.RETURN_REFUND,
        Remedy.REFUND_PARTIAL,
        Remedy.WARRANTY_EXTENSION,
    )
    assert verdict.return_shipping is Payer.SHOP


@pytest.mark.parametrize(
    ("country", "comes_back"), [("DE", True), ("GB", True), ("US", False), ("CN", False), ("JP", False)]
)
def test_the_delivery_fee_of_a_whole_return_comes_back_where_law_says_so(
    shipped: Policy, country: str, comes_back: bool
) -> None:
    order = an_order(country=country)
    verdict = shipped.decide(order, [Selection(order.lines[0], 1)], IssueType.CHANGED_MIND, NOW, {})
    assert (verdict.refund == order.total) is comes_back


@pytest.mark.parametrize("issue", IssueType)
def test_something_can_be_done_about_every_issue_everywhere(shipped: Policy, issue: IssueType) -> None:
    for country in ("DE", "GB", "US", "CN", "JP"):
        order = an_order(country=country, delivered_days_ago=3)
        assert shipped.decide(order, [Selection(order.lines[0], 1)], issue, NOW, {}).remedies


def test_every_section_that_ships_names_its_source(shipped: Policy) -> None:
    for destination in (*shipped.destinations, shipped.default):
        for terms in (destination.change_of_mind, destination.faulty, destination.service):
            assert len(terms.source) > 10


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yml")), ids=lambda path: path.name)
def test_rasa_does_not_take_a_policy_file_for_its_own(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    keys = {line.split(":")[0] for line in lines if line and line[0].isalpha()}
    assert "countries" in keys
    assert not keys & KEYS_OF_RASA


def test_a_sound_file_is_read_as_written(folder: Folder) -> None:
    policy = load_policy(folder(eu=DESTINATION))
    assert policy.for_country("FR").name == "eu"
    assert policy.for_country("FR").change_of_mind.remedies == (Remedy.RETURN_REFUND, Remedy.EXCHANGE)
    assert policy.for_country("FR").service.days is None
    assert str(policy.for_country("FR").faulty.review_above) == "499.5"
    assert {code: str(rate) for code, rate in policy.exchange_rates.items()} == {"EUR": "1", "USD": "1.1"}


def test_exchanges_in_advance_are_allowed_section_by_section_and_not_unless_said(folder: Folder) -> None:
    text = DESTINATION.replace("review_above: 500\n", "review_above: 500\n  exchanges_in_advance: true\n")
    policy = load_policy(folder(eu=text))
    assert policy.for_country("DE").change_of_mind.exchanges_in_advance is True
    assert policy.for_country("DE").faulty.exchanges_in_advance is False
    assert policy.default.change_of_mind.exchanges_in_advance is False


def test_the_version_follows_what_the_files_say(folder: Folder) -> None:
    before = load_policy(folder(eu=DESTINATION)).version
    assert len(before) == 12
    assert load_policy(folder(eu="# a comment\n" + DESTINATION + "\n\n")).version == before
    assert load_policy(folder(eu=DESTINATION.replace("days: 30", "days: 31"))).version != before


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("days_to_send: 14\n", "", "eu.yml:1: days_to_send: is missing"),
        ("  days: 30\n", "", "eu.yml:6: change_of_mind.days: is missing"),
        (
            "  days: 30",
            "  days: -1",
            "eu.yml:8: change_of_mind.days: must be a whole number of at least 0, not -1",
        ),
        (
            "  days: 30",
            "  days: soon",
            "eu.yml:8: change_of_mind.days: must be a whole number of at least 0, not soon",
        ),
        (
            "  days: 30",
            "  days: yes",
            "eu.yml:8: change_of_mind.days: must be a whole number of at least 0, not yes",
        ),
        (
            "  days: 30",
            "  days: true",
            "eu.yml:8: change_of_mind.days: must be a whole number of at least 0, not true",
        ),
        (
            "  days: 30",
            "  days: 7.5",
            "eu.yml:8: change_of_mind.days: must be a whole number of at least 0, not 7.5",
        ),
        (
            "  days: 30",
            "  days: 13",
            "eu.yml:8: change_of_mind.days: must be at least 14 (legal_days), not 13",
        ),
        (
            "days_to_send: 14",
            "days_to_send: 7",
            "eu.yml:2: days_to_send: must be at least 14 (legal_days_to_send), not 7",
        ),
        (
            "days_to_refund: 14",
            "days_to_refund: 15",
            "eu.yml:4: days_to_refund: must be at most 14 (legal_days_to_refund), not 15",
        ),
        (
            "legal_days_to_refund: 14\n",
            "legal_days_to_refund: 14\nrefund_counts_from: parcel\n",
            "eu.yml:6: refund_counts_from: must be one of withdrawal, goods, not parcel",
        ),
        (
            "  days: 30\n",
            "  days: 30\n  hours: 2\n",
            "eu.yml:9: change_of_mind.hours: is not known; known are days, exchanges_in_advance, legal_days, "
            "legal_exceptions, legal_refunds, legal_remedies, legal_remedies_within, legal_return_shipping, "
            "refunds_outbound_shipping, remedies, return_shipping, review_above, source",
        ),
        (
            "[return_refund, exchange]",
            "[return_refund, hug]",
            f"eu.yml:10: change_of_mind.remedies: must hold only {REMEDIES}, not hug",
        ),
        (
            "  legal_days: 14\n  rem",
            "  legal_days: 14\n  legal_exceptions: [hygiene, soap]\n  rem",
            "eu.yml:10: change_of_mind.legal_exceptions: must hold only standard, hygiene, made_to_measure, "
            "perishable, sealed_media, digital, not soap",
        ),
        (
            "  legal_days: 14\n  rem",
            "  legal_days: 14\n  legal_exceptions: [standard]\n  rem",
            "eu.yml:10: change_of_mind.legal_exceptions: must not hold standard: these goods are what the right is for",
        ),
        (
            "[return_refund, exchange]",
            "[exchange, exchange]",
            "eu.yml:10: change_of_mind.remedies: exchange is listed twice",
        ),
        (
            "[apology]",
            "[]",
            f"eu.yml:26: service.remedies: must be a list of some of {REMEDIES}, not an empty list",
        ),
        (
            "return_shipping: customer",
            "return_shipping: Customer",
            "eu.yml:11: change_of_mind.return_shipping: must be one of shop, customer, not Customer",
        ),
        (
            "  review_above: 500\n",
            "  review_above: 500\n  exchanges_in_advance: maybe\n",
            "eu.yml:14: change_of_mind.exchanges_in_advance: must be true or false, not maybe",
        ),
        (
            "refunds_outbound_shipping: false",
            "refunds_outbound_shipping: no",
            "eu.yml:28: service.refunds_outbound_shipping: must be true or false, not no",
        ),
        (
            "review_above: 500",
            "review_above: much",
            "eu.yml:13: change_of_mind.review_above: must be a number of at least 0, not much",
        ),
        (
            "review_above: 500",
            "review_above: .inf",
            "eu.yml:13: change_of_mind.review_above: must be a number of at least 0, not inf",
        ),
        ("source: a law", "source: ' '", "eu.yml:7: change_of_mind.source: must be a text, not  "),
        ("source: a law", "source:", "eu.yml:7: change_of_mind.source: must be a text, not null"),
        (
            "[DE, FR]",
            "[DE, France]",
            "eu.yml:1: countries: France is no ISO 3166 code of two capital letters",
        ),
        ("[DE, FR]", "[DE, ZZ]", "eu.yml:1: countries: ZZ is no country of ISO 3166"),
        ("[DE, FR]", "[DE, UK]", "eu.yml:1: countries: UK is no country of ISO 3166; did you mean GB?"),
        ("[DE, FR]", "[DE, EU]", "eu.yml:1: countries: EU is no country of ISO 3166"),
        ("[DE, FR]", "[DE, DE]", "eu.yml:1: countries: DE is in eu.yml already"),
        (
            "[DE, FR]",
            "DE",
            'eu.yml:1: countries: must be "others" or a list of ISO 3166 codes such as [DE, FR], not DE',
        ),
        ("[DE, FR]", "others", "shop.yml:1: countries: others is in eu.yml already"),
        (
            "countries: [DE, FR]",
            "countries: [DE, FR",
            "eu.yml:2: is not YAML: expected ',' or ']', but got ':'",
        ),
        (
            "days_to_send: 14\n",
            "days_to_send: 14\ndays_to_send: 15\n",
            'eu.yml:3: is not YAML: found duplicate key "days_to_send" with value "15" (original value: "14")',
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_field(folder: Folder, written: str, instead: str, problem: str) -> None:
    assert DESTINATION.count(written) >= 1
    found = problems(folder(eu=DESTINATION.replace(written, instead, 1)))
    assert problem in found


def test_only_a_change_of_mind_has_exceptions(folder: Folder) -> None:
    (found,) = problems(folder(eu=DESTINATION.replace("  days: 731\n", "  legal_exceptions: [hygiene]\n  days: 731\n")))
    assert found.startswith("eu.yml:16: faulty.legal_exceptions: is not known")


def test_goods_are_excepted_as_the_file_says_and_all_of_them_where_it_says_nothing(folder: Folder) -> None:
    written = "  legal_days: 14\n"
    given = {"eu": "legal_exceptions: [hygiene, digital]", "fr": "legal_exceptions: []"}
    files = {
        name: DESTINATION.replace("DE, FR", name.upper().replace("EU", "DE")).replace(written, f"{written}  {key}\n", 1)
        for name, key in given.items()
    }
    policy = load_policy(folder(**files))
    assert policy.for_country("DE").change_of_mind.exceptions == {ReturnClass.HYGIENE, ReturnClass.DIGITAL}
    assert policy.for_country("FR").change_of_mind.exceptions == frozenset()
    assert policy.default.change_of_mind.exceptions == frozenset(ReturnClass) - {ReturnClass.STANDARD}


def test_only_the_mistake_is_named(folder: Folder) -> None:
    wrong = DESTINATION.replace("days: 30", "days: 13")
    assert problems(folder(eu=wrong)) == ["eu.yml:8: change_of_mind.days: must be at least 14 (legal_days), not 13"]


def test_a_missing_section_is_one_mistake(folder: Folder) -> None:
    assert problems(folder(eu=DESTINATION[: DESTINATION.index("service:")])) == ["eu.yml:1: service: is missing"]


def test_a_section_must_be_a_section(folder: Folder) -> None:
    text = DESTINATION[: DESTINATION.index("service:")] + "service: good\n"
    assert problems(folder(eu=text)) == ["eu.yml:22: service: must hold keys with values"]


def test_all_mistakes_of_all_files_are_named_at_once(folder: Folder) -> None:
    eu = DESTINATION.replace("days: 30", "days: 1").replace("[apology]", "[hug]")
    found = problems(folder(eu=eu, xx="- a list", shop=DEFAULT.replace("EUR: 1", "Euro: 0")))
    assert [line.split(" ")[0] for line in found] == ["eu.yml:8:", "eu.yml:26:", "shop.yml:31:", "xx.yml:1:"]


def test_a_file_that_would_be_passed_over_is_named(folder: Folder) -> None:
    path = folder(eu=DESTINATION)
    (path / "eu.yml").rename(path / "eu.yaml")
    assert problems(path) == ["eu.yaml:1: would be passed over: name it as the others, with .yml at the end"]


def test_places_that_iso_3166_reserves_and_kosovo_are_countries(folder: Folder) -> None:
    assert load_policy(folder(eu=DESTINATION.replace("[DE, FR]", "[DE, XK, IC]"))).for_country("XK").name == "eu"


def test_the_law_behind_the_periods_and_the_end_of_all_remedies_are_optional(folder: Folder) -> None:
    before = load_policy(folder(eu=DESTINATION)).for_country("DE")
    assert (before.source, before.faulty.days_to_remedy) == ("Shop policy", None)
    text = DESTINATION.replace("days_to_send", "source: a regulation\ndays_to_send", 1)
    text = text.replace(
        "remedies: [exchange]", "remedies: [exchange]\n  days_to_remedy: 20\n  legal_days_to_remedy: 30"
    )
    after = load_policy(folder(eu=text)).for_country("DE")
    assert (after.source, after.faulty.days_to_remedy) == ("a regulation", 20)


def test_only_faults_have_to_be_settled_within_days(folder: Folder) -> None:
    wrong = DESTINATION.replace("remedies: [apology]", "remedies: [apology]\n  days_to_remedy: 20")
    (problem,) = problems(folder(eu=wrong))
    assert problem.startswith("eu.yml:27: service.days_to_remedy: is not known")


def test_a_country_belongs_to_one_file(folder: Folder) -> None:
    other = DESTINATION.replace("[DE, FR]", "\n  - IT\n  - FR")
    assert problems(folder(eu=DESTINATION, south=other)) == ["south.yml:3: countries: FR is in eu.yml already"]


def test_one_file_has_to_be_the_default(folder: Folder) -> None:
    (problem,) = problems(folder(shop=None, eu=DESTINATION))
    assert 'no file says "others"' in problem


def test_an_empty_folder_has_no_default(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path)
    assert str(tmp_path) in problem


@pytest.mark.parametrize(
    ("rates", "problem"),
    [
        (
            "  EUR: 7\n",
            "shop.yml:30: exchange_rates: must hold exactly one currency with a rate of 1, the one of all limits, "
            "not none",
        ),
        (
            "  USD: 1\n  EUR: 1.0\n",
            "shop.yml:30: exchange_rates: must hold exactly one currency with a rate of 1, the one of all limits, "
            "not USD, EUR",
        ),
        ("  EUR: 0\n", "shop.yml:31: exchange_rates.EUR: must be more than 0"),
        ("  EUR: -1\n", "shop.yml:31: exchange_rates.EUR: must be a number of at least 0, not -1"),
        ("  euro: 1\n", "shop.yml:31: exchange_rates.euro: is no ISO 4217 code of three capital letters"),
    ],
)
def test_exchange_rates_are_checked(folder: Folder, rates: str, problem: str) -> None:
    shop = DESTINATION.replace("[DE, FR]", "others") + "exchange_rates:\n" + rates + TABLE
    assert problems(folder(shop=shop)) == [problem]


def test_exchange_rates_belong_into_the_default_only(folder: Folder) -> None:
    found = problems(folder(eu=DESTINATION + "exchange_rates: {EUR: 1}\n"))
    assert [line.split(";")[0] for line in found] == ["eu.yml:30: exchange_rates: is not known"]


def test_a_file_that_is_no_text_is_named(folder: Folder) -> None:
    path = folder(eu=DESTINATION)
    (path / "eu.yml").write_bytes(b"\xff\xfe\x00")
    assert problems(path) == ["eu.yml:1: cannot be read: UnicodeDecodeError"]
