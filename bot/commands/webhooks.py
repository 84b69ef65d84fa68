"""``parley webhooks``: who hears of events, and what became of what was sent."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from bot import bootstrap
from bot.commands.transaction import in_transaction
from bot.services import webhooks
from bot.services.webhook_events import TYPES
from bot.services.webhooks_ports import Delivery, Kind, Subscription
from bot.settings import Settings
from bot.store.unit_of_work import SqlUnitOfWork

app = typer.Typer(help="Outgoing webhooks: systems of the shop that hear of events.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="Id of a subscription, as `list` tells it.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where events are posted to, such as https://shop.example.com/parley.")],
    events: Annotated[
        str, typer.Option(help="Types, separated by commas: case.opened,refund.*; `types` lists them; * for all.")
    ] = "*",
) -> None:
    """Subscribe an address, and print the secret that its events are signed with: it is not shown again."""
    insecure = Settings.from_environment().webhooks_insecure
    added = in_transaction(
        lambda uow: webhooks.add(uow, url, events.split(","), bootstrap.utc_now(), insecure=insecure)
    )
    typer.echo(f"{added.id}  {added.url}")
    typer.echo(f"secret: {added.secret}")


@app.command()
def types() -> None:
    """Print all types of events."""
    for name in TYPES:
        typer.echo(name)


@app.command("list")
def list_() -> None:
    """Print every subscription, what it asks for, and how it fares."""

    async def read(uow: SqlUnitOfWork) -> tuple[list[Subscription], dict[str, int]]:
        return await uow.webhooks.all(), await uow.webhooks.pending()

    found, waiting = in_transaction(read)
    if not found:
        typer.echo("nobody has subscribed")
    for one in found:
        where = "Slack, PARLEY_SLACK_WEBHOOK_URL" if one.kind is Kind.SLACK else one.url
        asked = "alerts for agents" if one.kind is Kind.SLACK else ",".join(one.events)
        typer.echo(f"{one.id}  {where}  {asked}  {_standing(one)}, {waiting.get(one.id, 0)} waiting")


@app.command()
def remove(subscription: Id) -> None:
    """End a subscription; what was not delivered yet is dropped."""
    in_transaction(lambda uow: webhooks.remove(uow, subscription, bootstrap.utc_now()))
    typer.echo(f"{subscription} is removed")


@app.command()
def enable(subscription: Id) -> None:
    """Deliver again to a subscription that was disabled because nothing arrived for three days."""
    in_transaction(lambda uow: webhooks.enable(uow, subscription, bootstrap.utc_now()))
    typer.echo(f"{subscription} is enabled")


@app.command()
def test(subscription: Id) -> None:
    """Send an event of type webhook.test now and print the answer; `slack` tries PARLEY_SLACK_WEBHOOK_URL."""
    settings = Settings.from_environment()
    sender, slack = bootstrap.webhook_sender(settings), bootstrap.slack(settings)
    if subscription == webhooks.SLACK and slack is None:
        typer.echo("PARLEY_SLACK_WEBHOOK_URL is empty: set it to the address of an incoming webhook", err=True)
        raise typer.Exit(1)
    answer = in_transaction(lambda uow: webhooks.ping(uow, sender, subscription, bootstrap.utc_now(), slack))
    typer.echo(f"answer: {answer.status if answer.status is not None else answer.error}")
    raise typer.Exit(0 if answer.is_taken else 1)


@app.command()
def failures(
    subscription: Annotated[Optional[str], typer.Argument(help="Only of this subscription.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """Print what was given up, the newest first."""
    found = in_transaction(lambda uow: uow.webhooks.failures(limit, subscription))
    if not found:
        typer.echo("nothing was given up")
    for one in found:
        typer.echo(_told(one))


@app.command()
def resend(
    delivery: Annotated[Optional[int], typer.Argument(help="Number of a delivery, as `failures` tells it.")] = None,
    all_of: Annotated[Optional[str], typer.Option(help="Everything that a subscription did not get.")] = None,
) -> None:
    """Send again what was given up, with the same event id; a running Parley does it within seconds."""
    if (delivery is None) == (all_of is None):
        raise typer.BadParameter("give the number of a delivery, or --all-of with a subscription")
    if delivery is not None:
        number = delivery
        in_transaction(lambda uow: webhooks.resend(uow, number, bootstrap.utc_now()))
        count = 1
    else:
        count = in_transaction(lambda uow: webhooks.resend_failed(uow, str(all_of), bootstrap.utc_now()))
    typer.echo(f"{count} on the way")


def _standing(one: Subscription) -> str:
    if one.disabled_at is not None:
        return f"disabled since {one.disabled_at:%Y-%m-%d %H:%M} UTC"
    return "ok" if one.failing_since is None else f"failing since {one.failing_since:%Y-%m-%d %H:%M} UTC"


def _told(one: Delivery) -> str:
    why = one.error or f"answer {one.status}"
    ended = f"{one.ended_at:%Y-%m-%d %H:%M}" if one.ended_at else ""
    return f"{one.id}  {one.subscription_id}  {one.type}  {one.event_id}  {ended}  {one.attempts} attempts, {why}"
