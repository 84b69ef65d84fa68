"""The decision table of a policy file: a row for each issue type, in full or as what differs from the default's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeGuard

from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.policy_terms import Approval, Evidence, Part, Row, Rung
from bot.services.policy_section import Section, member_of, shown

_KEYS = frozenset(
    {
        "remedies",
        "evidence",
        "approval",
        "refunds",
        "duties",
        "ladder",
        "refund_without_return_below",
        "wait_days",
    }
)
_IN_PERCENT = frozenset({Remedy.COUPON, Remedy.REFUND_PARTIAL})
_LONGEST_WARRANTY = 120


def read_rows(file: Section, defaults: Mapping[IssueType, Row] | None) -> dict[IssueType, Row]:
    """Return a file's row for every issue type.

    Without ``defaults`` the file has to hold all of them with every key; with them it holds what differs.
    """
    if defaults is not None and not file.has("issues"):
        return dict(defaults)
    table = file.section("issues")
    table.check_keys(frozenset(issue.value for issue in IssueType))
    rows = dict(defaults or {})
    for issue in IssueType:
        if table.has(issue.value) or defaults is None:
            rows[issue] = _row(table.section(issue.value), rows.get(issue))
    return rows


def _row(section: Section, default: Row | None) -> Row:
    section.check_keys(_KEYS)
    given = _KEYS if default is None else frozenset(key for key in _KEYS if section.has(key))
    read: dict[str, Any] = {}
    if "remedies" in given:
        read["remedies"] = section.labels("remedies", Remedy)
    if "evidence" in given:
        read["evidence"] = section.label("evidence", Evidence) or Evidence.NONE
    if "approval" in given:
        read["approval"] = section.label("approval", Approval) or Approval.REVIEW
    if "refunds" in given:
        read["refunds"] = _parts(section)
    if "duties" in given:
        read["duties"] = section.label("duties", Payer) or Payer.SHOP
    if "ladder" in given:
        read["ladder"] = tuple(
            rung for item, line in section.items("ladder") if (rung := _rung(section, item, line)) is not None
        )
    if "refund_without_return_below" in given:
        read["keep_below"] = section.amount_or_none("refund_without_return_below")
    if "wait_days" in given:
        read["wait_days"] = section.whole_number_or_none("wait_days", least=1)
    if default is None:
        return Row(**read, places=section.places())
    return replace(default, **read, places={**default.places, **section.places()})


def _parts(section: Section) -> frozenset[Part]:
    parts = frozenset(section.labels("refunds", Part))
    if parts and Part.ITEM not in parts:
        section.problem("refunds", "must hold item: a refund in full without the price of the goods is none")
    return parts


def _rung(section: Section, item: Any, line: int) -> Rung | None:
    """Return a step such as ``{coupon: 10}`` or ``return_refund``, or None after noting a problem."""
    name, value = next(iter(item.items())) if isinstance(item, Mapping) and len(item) == 1 else (item, None)
    remedy = member_of(Remedy, name)
    if remedy is None:
        steps = "{coupon: 10}, {refund_partial: 15}, {warranty_extension: 12} or a remedy alone"
        section.problem("ladder", f"must hold steps such as {steps}, not {shown(item)}", line)
        return None
    if remedy in _IN_PERCENT:
        if not _is_whole(value) or not 1 <= value <= 100:
            section.problem("ladder", f"{remedy} needs a whole percentage from 1 to 100, not {shown(value)}", line)
            return None
        return Rung(remedy, percent=Decimal(value))
    if remedy is Remedy.WARRANTY_EXTENSION:
        if not _is_whole(value) or not 1 <= value <= _LONGEST_WARRANTY:
            section.problem("ladder", f"{remedy} needs months from 1 to {_LONGEST_WARRANTY}, not {shown(value)}", line)
            return None
        return Rung(remedy, months=value)
    if value is not None:
        section.problem("ladder", f"{remedy} stands alone, without {shown(value)}", line)
        return None
    return Rung(remedy)


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
