"""The ``parley`` command."""

from __future__ import annotations

import sys

import typer

from bot import logs
from bot.commands import (
    agents,
    api_tokens,
    cases,
    doctor,
    evaluate,
    ledger,
    locale,
    policy,
    privacy,
    returns,
    serve,
    shop,
    stats,
    train,
    translate,
    webhooks,
)
from bot.errors import ImportRejectedError, ParleyError, StartupError
from bot.settings import Settings

app = typer.Typer(help="Parley, the after-sales desk.", no_args_is_help=True, pretty_exceptions_enable=False)
app.command("serve")(serve.serve)
app.command("actions")(serve.actions)
app.command("chat")(serve.chat)
app.command("train")(train.train)
app.command("doctor")(doctor.doctor)
app.add_typer(cases.app, name="cases")
app.command("translate")(translate.translate)
app.command("export")(privacy.export)
app.command("erase")(privacy.erase)
app.command("stats")(stats.stats)
app.command("patterns")(stats.find_patterns)
app.add_typer(evaluate.app, name="eval")
app.add_typer(shop.app, name="shop")
app.add_typer(shop.database, name="db")
app.add_typer(agents.app, name="agents")
app.add_typer(api_tokens.app, name="api-tokens")
app.add_typer(ledger.app, name="ledger")
app.add_typer(locale.app, name="locale")
app.add_typer(policy.app, name="policy")
app.add_typer(returns.app, name="return")
app.add_typer(webhooks.app, name="webhooks")


@app.callback()
def _begin(context: typer.Context) -> None:
    # The doctor is asked most when the settings are wrong, and says so in its own form.
    if context.invoked_subcommand != "doctor":
        settings = Settings.from_environment()
        logs.configure(settings.log_level, settings.secret, as_json=settings.log_format == "json")


def main() -> None:
    """Run a subcommand; whatever is wrong ends in one clear line and a non-zero exit."""
    logs.quiet_libraries()
    try:
        app()
    except ImportRejectedError as error:
        for path, problem in error.problems:
            print(f"{path}: {problem}", file=sys.stderr)
        sys.exit(f"parley: nothing was imported, {len(error.problems)} problems found")
    except StartupError as error:
        sys.exit(f"parley: {error}")
    except ParleyError as error:
        sys.exit(f"parley: {error.code}: {error}")


if __name__ == "__main__":
    main()
