"""``parley locale``: the templates and the catalogues of all texts that customers and agents see."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from rich.console import Console
from rich.table import Table

from bot import bootstrap
from bot.desk import template_catalogue
from bot.desk.texts import DESK_LANGUAGES
from bot.desk.texts import DOMAIN as DESK
from bot.errors import SettingsError, StartupError
from bot.l10n.catalogue import LOCALES
from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES, SPOKEN, locale_of
from bot.l10n.template import template
from bot.settings import Settings
from bot.store.repositories.translations import StoredTranslations
from bot.translation.result import Reason, Translation
from bot.widget.strings import STRINGS

app = typer.Typer(help="Texts and translations.", no_args_is_help=True)

#: Longer titles are shortened by WhatsApp, Messenger and LINE, whose quick replies end after 20 characters.
BUTTON_LENGTH = 20
#: No channel shows more on a button (Telegram: 64 bytes, and many of our letters take two).
LONGEST_BUTTON = 48

_DOMAIN = Path(__file__).resolve().parents[2] / "domain"


@app.command()
def update() -> None:
    """Write the templates anew and bring every catalogue up to date with them; changed texts become fuzzy."""
    for domain, (fresh, languages) in _domains().items():
        _write(LOCALES / f"{domain}.pot", fresh)
        for language in languages:
            path = catalogue_path(language, domain)
            known = _read(path, language) if path.exists() else _empty(language)
            known.update(fresh)
            known.obsolete.clear()
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, known)
            missing = sum(1 for message in known if message.id and (not all(_texts(message.string)) or message.fuzzy))
            typer.echo(f"{domain} {language}: {len(known)} texts, {missing} to translate")


@app.command()
def new(
    language: Annotated[str, typer.Argument(help="BCP 47 code from bot/l10n/languages.py.")],
) -> None:
    """Draft a catalogue by the engines of PARLEY_TRANSLATION.

    Every text stays fuzzy, and so unused, until a person reviewed it. After a failure call it again: what was
    translated is remembered.
    """
    if language not in LANGUAGES:
        raise SettingsError(f"'{language}' is not in bot/l10n/languages.py: add it there first")
    path = catalogue_path(language)
    if path.exists():
        raise SettingsError(f"{path} exists already: remove it to draft it anew")
    messages = [message for message in template(_DOMAIN, STRINGS) if message.id]
    texts = asyncio.run(_drafts([_texts(message.id)[-1] for message in messages], language))
    draft = Catalog(locale=locale_of(language))
    for message, text in zip(messages, texts, strict=True):
        drafted = (text,) * draft.num_plurals if message.pluralizable else text
        draft.add(
            message.id, drafted, context=message.context, auto_comments=message.auto_comments,
            flags=["fuzzy"] if text else [],
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, draft)
    typer.echo(f"{path}: {len(draft)} drafts, {texts.count('')} left empty because a placeholder was damaged")


async def _drafts(texts: list[str], language: str) -> list[str]:
    """Return English texts in a language, empty where the engines damaged them."""
    settings = Settings.from_environment()
    if not settings.translation.orders:
        raise SettingsError("PARLEY_TRANSLATION is empty: name the engines to draft with, see docs/translation.md")
    store = await bootstrap.open_store(settings)
    translations = bootstrap.translations(
        settings, StoredTranslations(store.uow), deadline_seconds=180, patience_seconds=90
    )
    drafts = []
    try:
        for text in texts:
            result = await translations.translate(text, "en", language)
            if isinstance(result, Translation):
                drafts.append(result.text)
            elif result.reason is Reason.NOTHING_TO_TRANSLATE:
                drafts.append(text)
            elif result.reason is Reason.DAMAGED:
                drafts.append("")
            else:
                reasons = ", ".join(f"{name}: {reason.value}" for name, reason in result.tried)
                raise StartupError(f"no translation into '{language}': {reasons or result.reason.value}")
    finally:
        await translations.close()
        await store.close()
    return drafts


@app.command()
def check() -> None:
    """Fail, naming each problem, where a catalogue is behind its template or not fit to use."""
    found = problems()
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        raise typer.Exit(1)
    for domain, (fresh, languages) in _domains().items():
        typer.echo(f"{domain} catalogues: ok, {len(fresh)} texts in {len(languages) + 1} languages")


def problems() -> list[str]:
    """Return all problems of all catalogues, each with the file that has it."""
    return [
        f"{path.relative_to(LOCALES)}: {problem}"
        for domain, (fresh, languages) in _domains().items()
        for language in languages
        for path in [catalogue_path(language, domain)]
        for problem in problems_of(path, language, fresh)
    ]


@app.command()
def stats() -> None:
    """Print, language by language, how far its catalogue is and which button titles channels must shorten."""
    fresh = template(_DOMAIN, STRINGS)
    table = Table("language", "tier", "texts", "translated", "fuzzy", f"buttons over {BUTTON_LENGTH}", "longest button")
    for code in SPOKEN:
        if code == "en" or not catalogue_path(code).exists():
            continue
        known = _read(catalogue_path(code), code)
        found = [known.get(_texts(message.id)[0], message.context) for message in fresh if message.id]
        done = [message for message in found if message and all(_texts(message.string)) and not message.fuzzy]
        buttons = sorted(len(text) for message in done if is_button(message) for text in _texts(message.string))
        table.add_row(
            f"{code} {LANGUAGES[code].native_name}",
            LANGUAGES[code].tier,
            str(len(found)),
            str(len(done)),
            str(sum(1 for message in found if message and message.fuzzy)),
            str(sum(1 for length in buttons if length > BUTTON_LENGTH)),
            str(buttons[-1] if buttons else 0),
        )
    Console().print(table)


def _domains() -> dict[str, tuple[Catalog, tuple[str, ...]]]:
    """Return, domain by domain, the template and the languages that it has to be translated into."""
    return {
        "bot": (template(_DOMAIN, STRINGS), tuple(code for code in SPOKEN if code != DEFAULT_LANGUAGE)),
        DESK: (template_catalogue.template(), tuple(code for code in DESK_LANGUAGES if code != DEFAULT_LANGUAGE)),
    }


def is_button(message: Message) -> bool:
    """Tell whether a text stands on a button."""
    return any("button" in comment.lower() for comment in message.auto_comments)


def problems_of(path: Path, language: str, fresh: Catalog) -> Iterator[str]:
    """Yield what is wrong with one catalogue: missing, fuzzy or left-over texts, placeholders, plural forms, syntax."""
    if not path.exists():
        yield "missing"
        return
    known = _read(path, language)
    wanted = {(message.context, _texts(message.id)) for message in fresh if message.id}
    for message in known:
        if message.id and (message.context, _texts(message.id)) not in wanted:
            yield f"{message.context}: left over: {message.id!r}"
    for context, texts in sorted(wanted, key=lambda found: (found[0] or "", found[1])):
        found = known.get(texts[0], context)
        strings = _texts(found.string) if found is not None else ()
        if found is None or not all(strings):
            yield f"{context}: not translated: {texts[0]!r}"
        elif found.fuzzy:
            yield f"{context}: fuzzy: {texts[0]!r}"
        elif len(texts) > 1 and len(strings) != known.num_plurals:
            yield f"{context}: {len(strings)} of {known.num_plurals} plural forms: {texts[0]!r}"
        elif any(_placeholders(texts[-1]) != _placeholders(string) for string in strings):
            yield f"{context}: placeholders differ: {' | '.join(strings)!r}"
        elif is_button(found) and max(map(len, strings)) > LONGEST_BUTTON:
            yield f"{context}: longer than the {LONGEST_BUTTON} characters a button can have: {strings[0]!r}"
    # Babel's own check misses a renamed placeholder in one plural form; gettext's finds it.
    if msgfmt := shutil.which("msgfmt"):
        result = subprocess.run([msgfmt, "-c", "-o", "/dev/null", str(path)], capture_output=True, text=True)
        if result.returncode:
            yield result.stderr.strip()


def _texts(text: Any) -> tuple[str, ...]:
    """Return the forms of a message: one, or as many as there are plural forms."""
    return tuple(text) if isinstance(text, (tuple, list)) else (text,)


def _placeholders(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{\w+\}", text)))


def catalogue_path(language: str, domain: str = "bot") -> Path:
    """Return where a language's catalogue of a domain is kept."""
    return LOCALES / locale_of(language) / "LC_MESSAGES" / f"{domain}.po"


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale_of(language))


def _empty(language: str) -> Catalog:
    name = LANGUAGES[language].english_name
    return Catalog(
        locale=locale_of(language),
        header_comment=f"# {name} translations for Parley.\n# Copyright (C) YEAR The Parley authors\n"
        "# This file is distributed under the same license as the Parley project.\n#",
        project="Parley",
        version="0.1",
        msgid_bugs_address="",
        last_translator="The Parley authors",
        language_team=name,
        revision_date=datetime.now(timezone.utc),
        fuzzy=False,
    )


def _write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue, unless nothing but its date is new."""
    for message in catalogue:
        # Babel takes a per cent sign for a format of its own; ours have braces.
        message.flags.discard("python-format")
    buffer = BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=False, sort_output=True, include_lineno=False)
    fresh = buffer.getvalue()
    if not path.exists() or _undated(path.read_bytes()) != _undated(fresh):
        path.write_bytes(fresh)


def _undated(text: bytes) -> bytes:
    return re.sub(rb'^"POT-Creation-Date: .*$', b"", text, flags=re.MULTILINE)
