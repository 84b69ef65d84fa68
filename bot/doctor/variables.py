"""The environment: settings that are wrong or that nobody reads, and secrets that are none."""

from __future__ import annotations

import difflib
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import SettingsError
from bot.findings import Finding, error, ok, warning
from bot.settings import CHANNELS, TRANSLATION_ENGINES, Settings

_ABOUT = "settings"

# Those that the operator makes up; what platforms give out follows the same rules without trouble.
_SECRETS = re.compile(r"PARLEY_\w*(?:SECRET|VERIFY_TOKEN|METRICS_TOKEN)")
_EXAMPLES = re.compile(r"change[-_ ]?me|secret|passwor[dt]|example|your[-_ ]|12345|abcde|qwert", re.IGNORECASE)
_SHORTEST = 16
_FEWEST_DIFFERENT = 8

# Where containers get their secrets: nobody else is in there.
_MOUNTED = ("/run/secrets/", "/var/run/secrets/")


class Asked(dict[str, str]):
    """An environment that notes which variables are asked for."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(environment)
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Return a variable and note its name."""
        # Where there is a file the variable itself is not asked for any more.
        self.names.add(name.removesuffix("_FILE"))
        return super().get(name, default)


def read(environment: Mapping[str, str]) -> tuple[Settings | None, list[Finding]]:
    """Return the settings, None where they are unusable, and what was found about the variables they come from."""
    asked = Asked(environment)
    try:
        settings = Settings.from_environment(asked)
    except SettingsError as wrong:
        return None, [error(_ABOUT, str(wrong), "set the variable anew, see docs/configuration.md")]
    known = asked.names | _of_options()
    findings = [*_unknown(environment, known), *_secrets(environment, known), *_files(environment, known)]
    if settings.secret is None:
        mend = "set PARLEY_SECRET, for example to what `openssl rand -hex 32` prints"
        findings.append(warning("secrets", "PARLEY_SECRET is empty: every start makes another one", mend))
    if settings.database_url.startswith("postgresql") and re.search(r"//([^:@/]+):\1@", settings.database_url):
        mend = "give the account another password, and PARLEY_DATABASE_URL with it"
        findings.append(warning("secrets", "the database's password is the account's name", mend))
    return settings, findings or [ok(_ABOUT, "all variables are known, secrets are long enough")]


def secrets_in(environment: Mapping[str, str]) -> set[str]:
    """Return what must never be printed: the values of all variables that may hold a secret."""
    found = set()
    for name, value in environment.items():
        if not name.startswith(("PARLEY_", "OTEL_")):
            continue
        if name.endswith("_FILE"):
            value = _content(value)
        if re.search(r"SECRET|TOKEN|PASSWORD|_KEY|DATABASE_URL|WEBHOOK_URL|HEADERS|_URL", name):
            found.add(value.strip())
            # An address by itself is no secret; what stands between its slashes and the @ is.
            found.update(re.findall(r"//[^/@:]*:([^/@]+)@", value))
            if name.endswith("_URL") and not re.search(r"DATABASE|SLACK", name):
                found.discard(value.strip())
    return {value for value in found if len(value) >= 4}


def _of_options() -> set[str]:
    """Return the variables that are asked for only where what they belong to is on."""
    engines = (variable for options in TRANSLATION_ENGINES.values() for _, variable, _ in options)
    channels = (variable for options in CHANNELS.values() for _, variable, _ in options)
    return {*engines, *channels}


def _unknown(environment: Mapping[str, str], known: set[str]) -> Iterator[Finding]:
    names = known | {f"{name}_FILE" for name in known}
    for name in sorted(environment):
        if name.startswith("PARLEY_") and name not in names and not name.startswith("PARLEY_TEST_"):
            meant = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.8)
            mend = f"did you mean {meant[0]}?" if meant else "remove it, or look its name up in docs/configuration.md"
            yield warning(_ABOUT, f"{name} is set, but nothing reads it", mend)


def _secrets(environment: Mapping[str, str], known: set[str]) -> Iterator[Finding]:
    for name in sorted(filter(_SECRETS.fullmatch, known)):
        file = environment.get(f"{name}_FILE")
        value = _content(file) if file else environment.get(name, "")
        if not value:
            continue
        mend = f"set {name} anew, for example to what `openssl rand -hex 32` prints"
        if len(value) < _SHORTEST:
            yield error("secrets", f"{name} has {len(value)} characters and can be guessed", mend)
        elif _EXAMPLES.search(value) or len(set(value)) < _FEWEST_DIFFERENT:
            yield error("secrets", f"{name} looks like an example, which others know too", mend)


def _files(environment: Mapping[str, str], known: set[str]) -> Iterator[Finding]:
    for name in sorted(known):
        path = environment.get(f"{name}_FILE")
        if not path or path.startswith(_MOUNTED):
            continue
        try:
            mode = Path(path).stat().st_mode
        except OSError as problem:
            mend = f"correct {name}_FILE, or remove it"
            yield warning("secrets", f"{path} cannot be looked at: {problem.strerror}", mend)
            continue
        if mode & stat.S_IROTH:
            yield warning("secrets", f"{path} can be read by everybody on this machine", f"chmod o-rwx {path}")


def _content(path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
