"""Reading and checking the files of ``data/policy``; what the keys mean is explained in docs/policy.md."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from babel import Locale
from babel.core import get_global
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.policy import Policy
from bot.aftersales.policy_terms import EXCEPTIONS, Caps, DestinationPolicy, Floor, Part, Place, RefundStart, Row, Terms
from bot.errors import SettingsError
from bot.services.policy_checks import contradictions
from bot.services.policy_rows import read_rows
from bot.services.policy_section import Problem, Section

OTHERS = "others"
"""What ``countries`` says in the file that is the shop's default."""

_LENGTH_OF_VERSION = 12
_DESTINATION_KEYS = frozenset(
    {
        "countries",
        "source",
        "days_to_send",
        "legal_days_to_send",
        "days_to_refund",
        "legal_days_to_refund",
        "refund_counts_from",
        "change_of_mind",
        "faulty",
        "service",
        "issues",
    }
)
_DEFAULT_KEYS = _DESTINATION_KEYS | {"exchange_rates", "caps"}
_TERMS_KEYS = frozenset(
    {
        "source",
        "days",
        "legal_days",
        "remedies",
        "legal_remedies",
        "return_shipping",
        "legal_return_shipping",
        "refunds_outbound_shipping",
        "legal_refunds",
        "review_above",
        "exchanges_in_advance",
    }
)
# Its days count from receipt; what falls under service often comes up before anything was received.
_GOODS_KEYS = _TERMS_KEYS | {"legal_remedies_within"}
_CHANGE_OF_MIND_KEYS = _GOODS_KEYS | {"legal_exceptions"}
_FAULTY_KEYS = _GOODS_KEYS | {"days_to_remedy", "legal_days_to_remedy"}
_CAPS_KEYS = frozenset({"percent_of_order", "per_customer_in_365_days"})

# CLDR knows groups of countries, and codes for tests and for the unknown, among those of ISO 3166 and its reservations.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_COUNTRIES = frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2) - _NO_COUNTRIES


def load_policy(folder: Path) -> Policy:
    """Return the policy that a folder's ``*.yml`` files state.

    Raises SettingsError with one line for every mistake in any of them: file, line, field, and what is wrong.
    The version is a digest of what the files say; comments and layout do not change it.
    """
    problems: list[Problem] = []
    files = list(_read(folder, problems))
    defaults = [file for file in files if _is_default(file)]
    rows = [read_rows(file, None) for file in defaults]
    destinations = {file.file: _destination(file, rows[0] if rows else None) for file in files}
    rates = [_exchange_rates(file) for file in defaults]
    caps = [_caps(file) for file in defaults]
    _check_countries(files)
    if not defaults:
        message = f'no file says "{OTHERS}", so the remaining destinations are without a policy'
        problems.append(Problem(str(folder), 1, "countries", message))
    # Files that cannot be read right would contradict each other in ways that nobody wrote.
    problems += [] if problems else contradictions(destinations.values(), caps[0])
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in sorted(set(problems))))
    default = destinations.pop(defaults[0].file)
    return Policy(tuple(destinations.values()), default, _version(files), rates[0], caps[0])


def _read(folder: Path, problems: list[Problem]) -> Iterator[Section]:
    """Yield the files that are YAML mappings, in the order of their names."""
    for path in folder.glob("*.yaml"):
        problems.append(Problem(path.name, 1, "", "would be passed over: name it as the others, with .yml at the end"))
    for path in sorted(folder.glob("*.yml")):
        try:
            # The round-trip reader is the one that knows the line of every key.
            content = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            problems.append(Problem(path.name, line, "", f"is not YAML: {error.problem or error.context}"))
        except (YAMLError, UnicodeDecodeError, OSError) as error:
            problems.append(Problem(path.name, 1, "", f"cannot be read: {type(error).__name__}"))
        else:
            if isinstance(content, Mapping):
                yield Section(path.name, "", content, problems)
            else:
                problems.append(Problem(path.name, 1, "", "must hold keys with values"))


def _is_default(file: Section) -> bool:
    return bool(file.content.get("countries") == OTHERS)


def _destination(file: Section, rows: dict[IssueType, Row] | None) -> DestinationPolicy:
    file.check_keys(_DEFAULT_KEYS if _is_default(file) else _DESTINATION_KEYS)
    return DestinationPolicy(
        name=Path(file.file).stem,
        countries=frozenset(code for code, _ in _countries(file)),
        change_of_mind=_terms(file.section("change_of_mind"), _CHANGE_OF_MIND_KEYS),
        faulty=_terms(file.section("faulty"), _FAULTY_KEYS),
        service=_terms(file.section("service"), _TERMS_KEYS),
        days_to_send=_days_to_send(file),
        days_to_refund=_days_to_refund(file),
        refund_counts_from=_refund_counts_from(file),
        # The default's own rows have been read before the others, which build on them.
        issues=(rows or {}) if _is_default(file) else read_rows(file, rows or {}),
        source=file.text("source") if file.has("source") else "Shop policy",
        places={**file.places(), **_places_of_rates(file)},
    )


def _countries(file: Section) -> Iterator[tuple[str, int]]:
    """Yield the well-formed country codes, each with its line."""
    if _is_default(file):
        return
    for code, line in file.texts("countries", f'"{OTHERS}" or a list of ISO 3166 codes such as [DE, FR]'):
        if code in _COUNTRIES:
            yield code, line
        elif len(code) == 2 and code.isascii() and code.isalpha() and code.isupper():
            meant = get_global("territory_aliases").get(code, ())
            hint = f"; did you mean {' or '.join(meant)}?" if meant else ""
            file.problem("countries", f"{code} is no country of ISO 3166{hint}", line)
        else:
            file.problem("countries", f"{code} is no ISO 3166 code of two capital letters", line)


def _days_to_send(file: Section) -> int:
    days = file.whole_number("days_to_send", least=1)
    legal = file.whole_number_or_none("legal_days_to_send", least=1)
    if days is not None and legal is not None and days < legal:
        file.problem("days_to_send", f"must be at least {legal} (legal_days_to_send), not {days}")
    return days or 0


def _days_to_refund(file: Section) -> int:
    days = file.whole_number("days_to_refund", least=1)
    legal = file.whole_number_or_none("legal_days_to_refund", least=1)
    if days is not None and legal is not None and days > legal:
        file.problem("days_to_refund", f"must be at most {legal} (legal_days_to_refund), not {days}")
    return days or 0


def _refund_counts_from(file: Section) -> RefundStart:
    found = file.label("refund_counts_from", RefundStart) if file.has("refund_counts_from") else None
    return found or RefundStart.GOODS


def _terms(section: Section, known: frozenset[str]) -> Terms:
    section.check_keys(known)
    days = section.whole_number_or_none("days")
    legal = section.whole_number_or_none("legal_days")
    if days is not None and legal is not None and days < legal:
        section.problem("days", f"must be at least {legal} (legal_days), not {days}")
    return Terms(
        days=days,
        remedies=section.labels("remedies", Remedy),
        return_shipping=section.label("return_shipping", Payer) or Payer.SHOP,
        refunds_outbound_shipping=section.yes_or_no("refunds_outbound_shipping"),
        source=section.text("source"),
        review_above=section.amount_or_none("review_above"),
        exchanges_in_advance=section.has("exchanges_in_advance") and section.yes_or_no("exchanges_in_advance"),
        exceptions=_legal_exceptions(section),
        days_to_remedy=_days_to_remedy(section),
        floor=Floor(
            days=legal,
            remedies=section.labels("legal_remedies", Remedy) if section.has("legal_remedies") else (),
            remedies_within=_legal_remedies_within(section),
            return_shipping=_legal_payer(section),
            refunds=frozenset(section.labels("legal_refunds", Part)) if section.has("legal_refunds") else frozenset(),
        ),
        places=section.places(),
    )


def _legal_exceptions(section: Section) -> frozenset[ReturnClass]:
    """Return the goods that a section excepts: all that can be unless it lists them, none for an empty list."""
    if not section.has("legal_exceptions"):
        return EXCEPTIONS
    if section.content["legal_exceptions"] == []:
        return frozenset()
    found = frozenset(section.labels("legal_exceptions", ReturnClass))
    if not found <= EXCEPTIONS:
        section.problem("legal_exceptions", "must not hold standard: these goods are what the right is for")
    return found & EXCEPTIONS


def _days_to_remedy(section: Section) -> int | None:
    found = {
        key: section.whole_number_or_none(key, least=1) if section.has(key) else None
        for key in ("days_to_remedy", "legal_days_to_remedy")
    }
    days, legal = found.values()
    if legal is not None and (days is None or legal < days):
        said = "null" if days is None else days
        section.problem("days_to_remedy", f"must be at most {legal} (legal_days_to_remedy), not {said}")
    return days


def _legal_payer(section: Section) -> Payer | None:
    return section.label("legal_return_shipping", Payer) if section.has("legal_return_shipping") else None


def _legal_remedies_within(section: Section) -> dict[Remedy, int | None]:
    if not section.has("legal_remedies_within"):
        return {}
    within = section.section("legal_remedies_within")
    within.check_keys(frozenset(remedy.value for remedy in Remedy))
    return {remedy: within.whole_number_or_none(remedy.value, least=1) for remedy in Remedy if within.has(remedy.value)}


def _caps(file: Section) -> Caps:
    section = file.section("caps")
    section.check_keys(_CAPS_KEYS)
    percent = section.whole_number("percent_of_order") or 0
    if percent > 100:
        section.problem("percent_of_order", f"must be at most 100, not {percent}")
    return Caps(Decimal(percent), section.amount_or_none("per_customer_in_365_days"), section.places())


def _exchange_rates(file: Section) -> dict[str, Decimal]:
    section = file.section("exchange_rates")
    before = len(section.problems)
    rates = {}
    for currency in section.content:
        if isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper():
            problems = len(section.problems)
            rates[currency] = section.amount(currency)
            if not rates[currency] and len(section.problems) == problems:
                section.problem(currency, "must be more than 0")
        else:
            section.problem(str(currency), "is no ISO 4217 code of three capital letters")
    bases = [currency for currency, rate in rates.items() if rate == 1]
    if len(bases) != 1 and len(section.problems) == before:
        said = ", ".join(bases) or "none"
        message = f"must hold exactly one currency with a rate of 1, the one of all limits, not {said}"
        file.problem("exchange_rates", message)
    return rates


def _places_of_rates(file: Section) -> dict[str, Place]:
    if not isinstance(file.content.get("exchange_rates"), Mapping):
        return {}
    return {f"exchange_rates.{code}": place for code, place in file.section("exchange_rates").places().items()}


def _check_countries(files: list[Section]) -> None:
    """Note every country, and every claim to be the default, that comes a second time."""
    first: dict[str, str] = {}
    for file in files:
        # What is wrong with the codes themselves has been noted before.
        unheard = Section(file.file, "", file.content, [])
        for code, line in [(OTHERS, None)] if _is_default(file) else _countries(unheard):
            if code in first:
                file.problem("countries", f"{code} is in {first[code]} already", line)
            first.setdefault(code, file.file)


def _version(files: list[Section]) -> str:
    content = {file.file: file.content for file in files}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH_OF_VERSION]
