"""``parley policy``: what the policy decides about an order, and whether its files are sound."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime, time, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import bootstrap
from bot.aftersales.labels import IssueType, Label
from bot.aftersales.order import normalised_number
from bot.aftersales.policy import Verdict
from bot.errors import NotFoundError
from bot.services import cases
from bot.services.policy_files import load_policy
from bot.services.policy_report import report
from bot.settings import Settings


class Photos(Label):
    """What the customer answered when photos were asked for."""

    GIVEN = "given"
    DECLINED = "declined"


app = typer.Typer(help="The policy: what is decided, and by which rules.", no_args_is_help=True)


@app.callback()
def _policy() -> None:
    """The policy: what is decided, and by which rules."""


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of policy files; the configured one if absent.")
    ] = None,
) -> None:
    """Check the policy files; every mistake is one line with file, line and field."""
    policy = load_policy(folder or Settings.from_environment().policy)
    countries = sum(len(destination.countries) for destination in policy.destinations)
    typer.echo(
        f"sound: version {policy.version}, {len(policy.destinations)} destinations with {countries} countries, "
        f"all others by {policy.default.name}.yml"
    )


@app.command()
def explain(
    order: Annotated[str, typer.Option(help="Order number.")],
    issue: Annotated[IssueType, typer.Option(help="Issue type.")],
    line: Annotated[int | None, typer.Option(min=1, help="Position of the line; the whole order if absent.")] = None,
    quantity: Annotated[int, typer.Option(min=1, help="Pieces of the line.")] = 1,
    evidence: Annotated[Photos | None, typer.Option(help="Photos; not asked for yet if absent.")] = None,
    at: Annotated[str | None, typer.Option(help="Day of the decision such as 2026-03-31; now if absent.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Print what is decided about an order, and every rule that had a say in it."""
    now = _moment(at) if at else bootstrap.utc_now()
    lines = {line: quantity} if line else {}
    given = None if evidence is None else evidence is Photos.GIVEN
    verdict = asyncio.run(_decide(normalised_number(order), issue, lines, now, given))
    found = report(verdict)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for text in _told(found):
        typer.echo(text)


async def _decide(
    number: str, issue: IssueType, lines: dict[int, int], now: datetime, evidence_given: bool | None
) -> Verdict:
    settings = Settings.from_environment()
    policy = load_policy(settings.policy)
    store = await bootstrap.open_store(settings)
    try:
        async with store.uow() as uow:
            order = await uow.orders.read(number)
            if order is None:
                raise NotFoundError("order", number)
            return await cases.decide(uow, policy, order, issue, lines, now, evidence_given=evidence_given)
    finally:
        await store.close()


def _moment(text: str) -> datetime:
    """Return noon of a day in UTC, or the moment that is written."""
    try:
        if len(text) == len("2026-03-31"):
            return datetime.combine(date.fromisoformat(text), time(12), timezone.utc)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no day such as 2026-03-31", param_hint="--at") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _told(found: dict[str, Any]) -> list[str]:
    if not found["remedies"]:
        outcome = "refused; a person may look at it"
    else:
        outcome = "open, a person decides" if found["needs_review"] else "open, carried out at once"
    told = [
        f"policy     {found['policy']}, version {found['policy_version']}",
        f"decision   {outcome} ({', '.join(found['reasons'])})",
        f"remedies   {', '.join(found['remedies']) or 'none'}",
        f"until      {found['window_closes'] or 'no end'}; goods sent by {found['send_by']}, "
        f"money within {found['days_to_refund']} days"
        + (f", all within {found['days_to_remedy']} days of the complaint" if found["days_to_remedy"] else ""),
        f"costs      return shipping: {found['return_shipping']}; import duties: {found['duties']}",
        f"evidence   {found['evidence']}",
        f"in full    {_amount(found['refund'])} = goods {found['breakdown']['goods']} + shipping "
        f"{found['breakdown']['shipping']} + duties {found['breakdown']['duties']} - deductions "
        f"{found['breakdown']['deducted']}" + ("; the goods stay" if found["goods_stay"] else ""),
        f"goodwill   at most {_amount(found['cap'])}" if found["cap"] else "goodwill   no cap",
    ]
    if found["exchanges_in_advance"]:
        told.append("exchange   the replacement leaves before the goods are back")
    if found["owed"]:
        told.append(f"owed       {_amount(found['owed'])} paid beyond the order's total")
    if found["reviewed"]:
        told.append(f"reviewed   {', '.join(found['reviewed'])} waits for a person")
    if found["searched_until"]:
        told.append(f"search     the carrier searches until {found['searched_until']}")
    for number, step in enumerate(found["ladder"], start=1):
        size = f" {step['percent']} %" if step["percent"] else f" {step['months']} months" if step["months"] else ""
        worth = f" = {_amount(step)}" if step["amount"] else ""
        told.append(f"step {number}     {step['remedy']}{size}{worth}")
    told.append("rules")
    for rule in found["rules"]:
        place = f"{rule['file']}:{rule['line']}" if rule["file"] else "built in"
        told += [f"  {rule['id']}  ({place})", f"      {rule['text']}", f"      source: {rule['source']}"]
    return told


def _amount(money: dict[str, str]) -> str:
    return f"{money['amount']} {money['currency']}"
