"""``parley api-tokens``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Optional

import typer

from bot import bootstrap
from bot.commands.transaction import in_transaction
from bot.services import api_tokens
from bot.services.api_ports import ApiToken, Scope

app = typer.Typer(help="Tokens with which the shop's systems use /api/v1, see docs/api.md.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What uses it, such as warehouse.")],
    scopes: Annotated[str, typer.Option(help=f"Separated by commas: {', '.join(scope.value for scope in Scope)}.")],
    days: Annotated[Optional[int], typer.Option(min=1, max=3650, help="After how many days it expires.")] = None,
) -> None:
    """Make a token and print it; it cannot be shown again."""
    wanted = _scopes(scopes)
    now = bootstrap.utc_now()
    expires_at = now + timedelta(days=days) if days else None
    _, secret = in_transaction(lambda uow: api_tokens.create(uow, name, wanted, now, expires_at=expires_at))
    typer.echo(secret)


@app.command("list")
def list_() -> None:
    """Print all tokens, without what they are."""
    now = bootstrap.utc_now()
    for token in in_transaction(lambda uow: uow.api_tokens.all()):
        typer.echo(
            f"{token.name}  {_state(token, now)}  {','.join(token.scopes)}  created {_day(token.created_at)}  "
            f"expires {_day(token.expires_at)}  last used {_day(token.last_used_at)}"
        )


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="Name of the token.")]) -> None:
    """Let a token open nothing any more, from this moment on; its name may then be given again."""
    in_transaction(lambda uow: api_tokens.revoke(uow, name, bootstrap.utc_now()))
    typer.echo(f"{name}: revoked")


def _scopes(text: str) -> list[Scope]:
    known = {scope.value: scope for scope in Scope}
    given = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [part for part in given if part not in known]
    if unknown or not given:
        raise typer.BadParameter(f"no scope {', '.join(unknown) or 'given'}; there are {', '.join(known)}")
    return [known[part] for part in given]


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "good" if token.is_good(now) else "expired"


def _day(moment: Optional[datetime]) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"
