"""Files that contradict themselves, each other or the law are named with the line that says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.policy_terms import Evidence, Part
from bot.errors import SettingsError
from bot.services.policy_files import load_policy

SHIPPED = Path(__file__).resolve().parents[3] / "data" / "policy"

Change = Callable[..., list[str]]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Return a function that changes one text in a file that ships and returns the problems that come of it."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "policy"))

    def problems(file: str, written: str, instead: str, *, after: str = "") -> list[str]:
        # Reading a file with its lines takes a moment: only those that a test is about stay.
        for path in folder.iterdir():
            if path.name not in ("shop.yml", "eu.yml", file):
                path.unlink()
        text = (folder / file).read_text("utf-8")
        start = text.index(after)
        assert written in text[start:]
        changed = text[:start] + text[start:].replace(written, instead, 1)
        (folder / file).write_text(changed, "utf-8")
        with pytest.raises(SettingsError) as error:
            load_policy(folder)
        found = str(error.value).splitlines()
        line = changed[: changed.index(instead, start)].count("\n") + 1 if instead else 0
        return [problem.replace(f"{file}:{line}:", f"{file}:HERE:") for problem in found]

    return problems


@pytest.mark.parametrize(
    ("row", "written", "instead", "problem"),
    [
        (
            "defective",
            "{refund_partial: 20}, {refund_partial: 40}",
            "{refund_partial: 40}, {refund_partial: 20}",
            "issues.defective.ladder: goes down: refund_partial is worth no more than refund_partial before it",
        ),
        (
            "damaged",
            "{refund_partial: 30}, return_refund",
            "{refund_partial: 41}, return_refund",
            "issues.damaged.ladder: refund_partial of 41 percent is above caps.percent_of_order (40)",
        ),
        (
            "damaged",
            "[{refund_partial: 15}",
            "[{coupon: 10}, {refund_partial: 15}",
            "issues.damaged.ladder: coupon is not among the remedies of this issue",
        ),
        (
            "damaged",
            "{refund_partial: 15}",
            "{refund_partial: 15.5}",
            "issues.damaged.ladder: refund_partial needs a whole percentage from 1 to 100, not 15.5",
        ),
        (
            "damaged",
            "{refund_partial: 15}",
            "refund_partial",
            "issues.damaged.ladder: refund_partial needs a whole percentage from 1 to 100, not null",
        ),
        (
            "damaged",
            "return_refund]\n    refund_without",
            "{return_refund: 9}]\n    refund_without",
            "issues.damaged.ladder: return_refund stands alone, without 9",
        ),
        (
            "defective",
            "{warranty_extension: 12}",
            "{warranty_extension: 1200}",
            "issues.defective.ladder: warranty_extension needs months from 1 to 120, not 1200",
        ),
        (
            "damaged",
            "{refund_partial: 15}",
            "{hug: 15}",
            "issues.damaged.ladder: must hold steps such as {coupon: 10}, {refund_partial: 15}, "
            "{warranty_extension: 12} or a remedy alone, not a section",
        ),
        (
            "changed_mind",
            "remedies: [return_refund, exchange]",
            "remedies: [return_refund, exchange, coupon]",
            "issues.changed_mind.remedies: coupon is not among the remedies of shop.change_of_mind",
        ),
        (
            "damaged",
            "refunds: [item,",
            "refunds: [",
            "issues.damaged.refunds: must hold item: a refund in full without the price of the goods is none",
        ),
        (
            "poor_service",
            "wait_days: null",
            "wait_days: 3",
            "issues.poor_service.wait_days: is for nothing: remedies holds none of refund_full, reship",
        ),
        (
            "refund_missing",
            "approval: review",
            "approval: automatic",
            "issues.refund_missing.remedies: refund_full would go out on the customer's word alone: set approval to "
            "review, ask for evidence, or let the carrier search first (wait_days)",
        ),
        (
            "damaged",
            "evidence: asked",
            "evidence: none",
            "issues.damaged.refund_without_return_below: money for goods that stay would go out on the customer's "
            "word alone: ask for evidence",
        ),
        (
            "poor_service",
            "refund_without_return_below: null",
            "refund_without_return_below: 9",
            "issues.poor_service.refund_without_return_below: spares a return, but remedies holds no return_refund",
        ),
        (
            "damaged",
            "refund_without_return_below: 15",
            "refund_without_return_below: 501",
            "issues.damaged.refund_without_return_below: is above review_above of shop.faulty (500)",
        ),
        (
            "damaged",
            "refund_without_return_below: 15",
            "refund_without_return_below: 301",
            "issues.damaged.refund_without_return_below: is above caps.per_customer_in_365_days (300), which ends it "
            "before",
        ),
        (
            "damaged",
            "evidence: asked",
            "evidence: maybe",
            "issues.damaged.evidence: must be one of none, asked, required, not maybe",
        ),
        (
            "damaged",
            "approval: automatic",
            "approval: soon",
            "issues.damaged.approval: must be one of automatic, review, not soon",
        ),
        ("damaged", "duties: shop", "duties: state", "issues.damaged.duties: must be one of shop, customer, not state"),
    ],
)
def test_a_row_that_contradicts_itself_is_named(
    change: Change, row: str, written: str, instead: str, problem: str
) -> None:
    found = change("shop.yml", written, instead, after=f"\n  {row}:\n")
    assert any(line.endswith(problem) and line.startswith("shop.yml:") for line in found), found


def test_the_line_is_the_one_that_says_so(change: Change) -> None:
    found = change("shop.yml", "wait_days: null", "wait_days: 3", after="\n  other:\n")
    assert found == [
        "shop.yml:HERE: issues.other.wait_days: is for nothing: remedies holds none of refund_full, reship"
    ]


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("  wrong_size:\n", "  too_small:\n", "issues.too_small: is not known; known are "),
        ("  wrong_size:\n", "  too_small:\n", "issues.wrong_size: is missing"),
        ("    wait_days: 14\n", "    patience: 14\n", "issues.lost_parcel.wait_days: is missing"),
        ("    wait_days: 14\n", "    patience: 14\n", "issues.lost_parcel.patience: is not known; known are "),
        ("  wrong_size:\n", "  defective:\n", 'is not YAML: found duplicate key "defective"'),
        (
            "  percent_of_order: 40\n",
            "  percent_of_order: 140\n",
            "caps.percent_of_order: must be at most 100, not 140",
        ),
        ("caps:\n", "limits:\n", "caps: is missing"),
    ],
)
def test_gaps_and_repetitions_of_the_table_are_named(change: Change, written: str, instead: str, problem: str) -> None:
    assert any(problem in line for line in change("shop.yml", written, instead))


@pytest.mark.parametrize(
    ("file", "written", "instead", "problem"),
    [
        (
            "br.yml",
            "  return_shipping: shop\n",
            "  return_shipping: customer\n",
            "br.yml:HERE: change_of_mind.return_shipping: must be shop (legal_return_shipping), not customer",
        ),
        (
            "uk.yml",
            "  refunds_outbound_shipping: true\n",
            "  refunds_outbound_shipping: false\n",
            "uk.yml:HERE: change_of_mind.refunds_outbound_shipping: must be true (legal_refunds), not false",
        ),
        (
            "eu.yml",
            "    refunds: [item, outbound_shipping, duties]\n",
            "    refunds: [item, duties]\n",
            "eu.yml:HERE: issues.changed_mind.refunds: must hold outbound_shipping (legal_refunds of "
            "eu.change_of_mind)",
        ),
        (
            "tr.yml",
            "    refunds: [item, outbound_shipping, duties]\n",
            "    refunds: [item]\n",
            "tr.yml:HERE: issues.changed_mind.refunds: must hold duties, outbound_shipping (legal_refunds of "
            "tr.change_of_mind)",
        ),
        (
            "br.yml",
            "  days_to_remedy: 30\n",
            "  days_to_remedy: 31\n",
            "br.yml:HERE: faulty.days_to_remedy: must be at most 30 (legal_days_to_remedy), not 31",
        ),
        (
            "br.yml",
            "  days_to_remedy: 30\n",
            "  days_to_remedy: null\n",
            "br.yml:HERE: faulty.days_to_remedy: must be at most 30 (legal_days_to_remedy), not null",
        ),
        (
            "cn.yml",
            "  remedies: [return_refund, exchange]\n",
            "  remedies: [exchange]\n",
            "cn.yml:HERE: change_of_mind.remedies: must hold one of return_refund (legal_remedies)",
        ),
        (
            "kr.yml",
            "  days: 30\n",
            "  days: 6\n",
            "kr.yml:HERE: change_of_mind.days: must be at least 7 (legal_days), not 6",
        ),
        (
            "us.yml",
            "[US]",
            "[US, DE]",
            "us.yml:HERE: countries: DE is in eu.yml already",
        ),
    ],
)
def test_what_is_below_the_law_or_overlaps_is_named(
    change: Change, file: str, written: str, instead: str, problem: str
) -> None:
    assert problem in change(file, written, instead)


@pytest.mark.parametrize(
    ("file", "written", "instead", "problem"),
    [
        (
            "uk.yml",
            "repair, return_refund, refund_full",
            "repair, refund_full",
            "uk.yml:HERE: faulty.remedies: must hold return_refund (legal_remedies_within)",
        ),
        (
            "tr.yml",
            "repair, return_refund, refund_full, refund_partial",
            "repair, refund_full",
            "tr.yml:HERE: faulty.remedies: must hold refund_partial, return_refund (legal_remedies_within)",
        ),
        (
            "au.yml",
            "repair, return_refund, refund_full",
            "repair, refund_full",
            "au.yml:HERE: faulty.remedies: must hold return_refund (legal_remedies_within)",
        ),
        (
            "cn.yml",
            "exchange, repair, return_refund, refund_full",
            "repair, return_refund, refund_full",
            "cn.yml:HERE: faulty.remedies: must hold exchange (legal_remedies_within)",
        ),
        (
            "uk.yml",
            "  days: 2192\n  legal_days: 2192\n",
            "  days: 29\n  legal_days: null\n",
            "uk.yml:HERE: faulty.days: must be at least 30 (legal_remedies_within.return_refund), not 29",
        ),
        (
            "uk.yml",
            "  changed_mind:\n",
            "  damaged: {remedies: [exchange, repair], ladder: [], refund_without_return_below: null}\n"
            "  changed_mind:\n",
            "uk.yml:HERE: issues.damaged.remedies: must hold return_refund (legal_remedies_within of uk.faulty)",
        ),
        (
            "uk.yml",
            "{return_refund: 30}",
            "{return_refund: 0}",
            "uk.yml:HERE: faulty.legal_remedies_within.return_refund: must be a whole number of at least 1, not 0",
        ),
        (
            "uk.yml",
            "{return_refund: 30}",
            "[return_refund]",
            "uk.yml:HERE: faulty.legal_remedies_within: must hold keys with values",
        ),
    ],
)
def test_a_choice_that_the_law_leaves_to_the_customer_stays_open(
    change: Change, file: str, written: str, instead: str, problem: str
) -> None:
    assert change(file, written, instead, after="\nfaulty:\n") == [problem]


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("{return_refund: 30}", "{hug: 30}", "uk.yml:HERE: faulty.legal_remedies_within.hug: is not known; known are "),
        (
            "\n  days: null\n",
            "\n  days: null\n  legal_remedies_within: {reship: 9}\n",
            "service.legal_remedies_within: is not known; known are ",
        ),
    ],
)
def test_the_law_s_choice_names_remedies_and_is_about_goods_that_were_received(
    change: Change, written: str, instead: str, problem: str
) -> None:
    (found,) = change("uk.yml", written, instead, after="\nfaulty:\n")
    assert problem in found


def test_a_row_of_the_default_below_the_law_of_a_destination_is_named_where_it_stands(tmp_path: Path) -> None:
    for file in ("shop.yml", "uk.yml"):
        shutil.copy(SHIPPED / file, tmp_path)
    text = (tmp_path / "shop.yml").read_text("utf-8")
    start = text.index("    remedies: [return_refund, exchange, refund_partial]", text.index("\n  counterfeit:\n"))
    (tmp_path / "shop.yml").write_text(text[:start] + text[start:].replace("return_refund, ", "", 1), "utf-8")
    line = text[:start].count("\n") + 1
    with pytest.raises(SettingsError) as error:
        load_policy(tmp_path)
    assert str(error.value) == (
        f"shop.yml:{line}: issues.counterfeit.remedies: must hold return_refund (legal_remedies_within of uk.faulty)"
    )


def test_rows_of_the_default_that_keep_what_the_law_gives_back_are_named_where_they_stand(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "shop.yml", tmp_path)
    text = (SHIPPED / "eu.yml").read_text("utf-8")
    (tmp_path / "eu.yml").write_text(text[: text.index("\nissues:")], "utf-8")
    with pytest.raises(SettingsError) as error:
        load_policy(tmp_path)
    default = load_policy(SHIPPED).default
    lines = {
        issue: default.issues[issue].places["refunds"].line for issue in (IssueType.CHANGED_MIND, IssueType.WRONG_SIZE)
    }
    assert set(str(error.value).splitlines()) == {
        f"shop.yml:{line}: issues.{issue}.refunds: must hold duties (legal_refunds of eu.change_of_mind)"
        for issue, line in lines.items()
    }


def test_exchanges_in_advance_are_for_nothing_where_nothing_is_exchanged(change: Change) -> None:
    written = "  remedies: [reship, refund_full, refund_partial, coupon, apology]\n"
    key = "  exchanges_in_advance: true\n"
    found = change("us.yml", written, f"{key}{written}", after="\nservice:\n")
    assert found == ["us.yml:HERE: service.exchanges_in_advance: is for nothing: remedies holds no exchange"]


def test_a_row_of_which_nothing_is_open_at_a_destination_is_a_gap(change: Change) -> None:
    found = change("us.yml", "remedies: [reship, refund_full, refund_partial, coupon, apology]", "remedies: [coupon]")
    gaps = [line for line in found if "none of them is among the remedies of us.service" in line]
    assert {line.split(": ")[1] for line in gaps} == {
        "issues.lost_parcel.remedies",
        "issues.delivered_not_received.remedies",
    }


def test_a_row_of_another_file_inherits_what_it_leaves_out(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "policy"))
    with (folder / "us.yml").open("a", encoding="utf-8") as file:
        file.write("\nissues:\n  damaged: {evidence: required}\n")
    policy = load_policy(folder)
    row, default = policy.for_country("US").issues[IssueType.DAMAGED], policy.default.issues[IssueType.DAMAGED]
    assert row.evidence is Evidence.REQUIRED
    assert (row.remedies, row.ladder, row.keep_below) == (default.remedies, default.ladder, default.keep_below)
    assert (row.places["evidence"].file, row.places["ladder"].file) == ("us.yml", "shop.yml")


def test_the_table_is_read_as_written() -> None:
    row = load_policy(SHIPPED).for_country("FR").issues[IssueType.DEFECTIVE]
    assert row.remedies[0] is Remedy.EXCHANGE
    assert row.refunds == set(Part)
    assert row.duties is Payer.SHOP
    assert [(rung.remedy, rung.worth) for rung in row.ladder] == [
        (Remedy.WARRANTY_EXTENSION, 0),
        (Remedy.REFUND_PARTIAL, 20),
        (Remedy.REFUND_PARTIAL, 40),
        (Remedy.RETURN_REFUND, 100),
    ]
