"""The doctor looks at real databases and at servers that behave as platforms document."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor.examination import examine
from bot.findings import Finding, Level
from bot.settings import ROOT
from tests.integration.operations.places import a_platform

SECRET = "0f4c8a1be27d935611aa4422bb7788ccddee9900"
TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz01234"
PUBLIC = "http://127.0.0.1:9"
HOOK = f"{PUBLIC}/webhooks/telegram/webhook"
ME = (200, {"ok": True, "result": {"id": 1, "username": "shop_bot"}})


async def findings(folder: Path, **environment: str) -> list[Finding]:
    """Return what is found in an installation that is fine but for what is given."""
    whole = {"PARLEY_VAR": str(folder), "PARLEY_MODELS": str(folder), "PARLEY_SECRET": SECRET, **environment}
    return await examine(whole, list)


def about(found: list[Finding], part: str) -> list[Finding]:
    return [finding for finding in found if finding.about == part]


def telegram(url: str, **environment: str) -> dict[str, str]:
    own = {"PARLEY_TELEGRAM_TOKEN": TOKEN, "PARLEY_TELEGRAM_WEBHOOK_SECRET": SECRET, "PARLEY_TELEGRAM_API_URL": url}
    return {**own, "PARLEY_PUBLIC_URL": PUBLIC, **environment}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_migrated_database_is_fine(database_url: str, tmp_path: Path) -> None:
    found = about(await findings(tmp_path, PARLEY_DATABASE_URL=database_url), "database")
    assert [finding.level for finding in found] == [Level.OK]


async def test_a_server_tells_its_time(postgres_url: str, tmp_path: Path) -> None:
    (clock,) = about(await findings(tmp_path, PARLEY_DATABASE_URL=_async(postgres_url)), "clock")
    assert clock.level is Level.OK


async def test_an_empty_database_wants_to_be_migrated(tmp_path: Path) -> None:
    file = tmp_path / "parley.db"
    sqlite3.connect(file).execute("CREATE TABLE other (id INTEGER)").connection.close()
    (finding,) = about(await findings(tmp_path), "database")
    assert finding.level is Level.ERROR
    assert "parley db migrate" in finding.mend


async def test_looking_for_a_database_does_not_make_it(tmp_path: Path) -> None:
    (finding,) = about(await findings(tmp_path), "database")
    assert finding.level is Level.WARNING
    assert not (tmp_path / "parley.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://parley:pass-word@127.0.0.1:{port}/parley",
        "mysql://parley:pass-word@127.0.0.1/parley",
        "pass-word is no address",
    ],
)
async def test_a_database_that_cannot_be_used_is_an_error_without_its_password(url: str, tmp_path: Path) -> None:
    found = await findings(tmp_path, PARLEY_DATABASE_URL=url.format(port=free_port()))
    (finding,) = about(found, "database")
    assert finding.level is Level.ERROR
    assert "PARLEY_DATABASE_URL" in finding.mend
    assert "pass-word" not in str(found)


async def test_a_server_without_the_database_says_so(postgres_url: str, tmp_path: Path) -> None:
    name = _async(postgres_url).rsplit("/", 1)[0] + "/there_is_no_such_database"
    (finding,) = about(await findings(tmp_path, PARLEY_DATABASE_URL=name), "database")
    assert "there_is_no_such_database" in finding.what


async def test_a_missing_model_is_an_error(tmp_path: Path) -> None:
    (finding,) = about(await findings(tmp_path), "model")
    assert finding.level is Level.ERROR


async def test_a_platform_that_knows_us_is_fine(tmp_path: Path) -> None:
    answers = {f"/bot{TOKEN}/getMe": ME, f"/bot{TOKEN}/getWebhookInfo": (200, {"ok": True, "result": {"url": HOOK}})}
    async with a_platform(answers) as url:
        found = await findings(tmp_path, **telegram(url))
    assert [finding.level for finding in about(found, "telegram")] == [Level.OK, Level.OK]
    assert [finding.level for finding in about(found, "clock")] == [Level.OK]


async def test_a_wrong_token_is_an_error_and_is_not_repeated(tmp_path: Path) -> None:
    refusal = (401, {"ok": False, "error_code": 401, "description": f"Unauthorized {TOKEN}"})
    async with a_platform({f"/bot{TOKEN}/getMe": refusal}) as url:
        found = await findings(tmp_path, **telegram(url))
    (finding,) = about(found, "telegram")
    assert finding.level is Level.ERROR
    assert "PARLEY_TELEGRAM_TOKEN" in finding.mend
    assert TOKEN not in str(found)


@pytest.mark.parametrize(("ahead", "words"), [(90, "behind that of telegram"), (-90, "ahead of that of telegram")])
async def test_a_wrong_clock_is_a_warning_even_where_the_token_is_wrong_too(
    ahead: int, words: str, tmp_path: Path
) -> None:
    refusal = (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    async with a_platform({f"/bot{TOKEN}/getMe": refusal}, ahead=timedelta(seconds=ahead)) as url:
        (finding,) = about(await findings(tmp_path, **telegram(url)), "clock")
    assert finding.level is Level.WARNING
    assert words in finding.what


async def test_a_platform_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    found = await findings(tmp_path, **telegram(f"http://127.0.0.1:{free_port()}"))
    assert "cannot be reached" in about(found, "telegram")[0].what


async def test_line_tells_that_its_webhook_is_off(tmp_path: Path) -> None:
    answers = {
        "/v2/bot/info": (200, {"displayName": "Shop", "basicId": "@shop"}),
        "/v2/bot/channel/webhook/endpoint": (200, {"endpoint": f"{PUBLIC}/webhooks/line/webhook", "active": False}),
    }
    async with a_platform(answers) as url:
        own = {"PARLEY_LINE_TOKEN": "t" * 40, "PARLEY_LINE_CHANNEL_SECRET": SECRET, "PARLEY_LINE_API_URL": url}
        found = about(await findings(tmp_path, PARLEY_PUBLIC_URL=PUBLIC, **own), "line")
    assert [finding.level for finding in found] == [Level.OK, Level.OK, Level.ERROR]


async def test_line_without_a_webhook_says_where_to_set_it(tmp_path: Path) -> None:
    async with a_platform({"/v2/bot/info": (200, {"displayName": "Shop", "basicId": "@shop"})}) as url:
        own = {"PARLEY_LINE_TOKEN": "t" * 40, "PARLEY_LINE_CHANNEL_SECRET": SECRET, "PARLEY_LINE_API_URL": url}
        found = about(await findings(tmp_path, PARLEY_PUBLIC_URL=PUBLIC, **own), "line")
    assert f"{PUBLIC}/webhooks/line/webhook" in found[1].mend


async def test_whatsapp_and_messenger_are_asked_for_number_and_page(tmp_path: Path) -> None:
    number = {
        "verified_name": "Shop",
        "quality_rating": "RED",
        "webhook_configuration": {"application": f"{PUBLIC}/webhooks/whatsapp/webhook"},
    }
    answers = {
        "/1234567890": (200, number),
        "/me": (200, {"name": "Shop page"}),
        "/me/subscribed_apps": (200, {"data": [{"subscribed_fields": ["messages"]}]}),
    }
    async with a_platform(answers) as url:
        found = await findings(
            tmp_path,
            PARLEY_PUBLIC_URL=PUBLIC,
            PARLEY_WHATSAPP_TOKEN="t" * 40,
            PARLEY_WHATSAPP_PHONE_NUMBER_ID="1234567890",
            PARLEY_WHATSAPP_APP_SECRET=SECRET,
            PARLEY_WHATSAPP_VERIFY_TOKEN=SECRET,
            PARLEY_WHATSAPP_API_URL=url,
            PARLEY_MESSENGER_TOKEN="t" * 40,
            PARLEY_MESSENGER_APP_SECRET=SECRET,
            PARLEY_MESSENGER_VERIFY_TOKEN=SECRET,
            PARLEY_MESSENGER_API_URL=url,
        )
    whatsapp, messenger = about(found, "whatsapp"), about(found, "messenger")
    assert [finding.level for finding in whatsapp] == [Level.OK, Level.OK, Level.WARNING, Level.WARNING]
    assert "PARLEY_WHATSAPP_TEMPLATE" in whatsapp[-1].mend
    assert [finding.level for finding in messenger] == [Level.OK, Level.ERROR, Level.WARNING]
    assert "messaging_postbacks" in messenger[1].what
    assert "PARLEY_MESSENGER_TEMPLATE" in messenger[2].mend


@pytest.mark.parametrize(
    "status,answer,level,words",
    [
        (200, {"data": [{"name": "news", "language": "en", "status": "APPROVED"}]}, Level.OK, "in en"),
        (200, {"data": [{"name": "news", "language": "en"}]}, Level.OK, "in en"),
        (200, {"data": [{"name": "news", "language": "de"}]}, Level.ERROR, "'news' in English"),
        (200, {"data": [{"name": "news", "language": "en", "status": "PAUSED"}]}, Level.ERROR, "'news' in English"),
        (200, {"data": [{"name": "old_news", "language": "en"}]}, Level.ERROR, "'news' in English"),
        (403, {"error": {"code": 200, "message": "(#200) Permissions error"}}, Level.ERROR, "may not send templates"),
    ],
)
async def test_messengers_template_is_looked_for(
    tmp_path: Path, status: int, answer: dict[str, Any], level: Level, words: str
) -> None:
    answers = {
        "/me": (200, {"name": "Shop page"}),
        "/me/subscribed_apps": (200, {"data": [{"subscribed_fields": ["messages", "messaging_postbacks"]}]}),
        "/me/message_templates": (status, answer),
    }
    async with a_platform(answers) as url:
        found = await findings(
            tmp_path,
            PARLEY_MESSENGER_TOKEN="t" * 40,
            PARLEY_MESSENGER_APP_SECRET=SECRET,
            PARLEY_MESSENGER_VERIFY_TOKEN=SECRET,
            PARLEY_MESSENGER_API_URL=url,
            PARLEY_MESSENGER_TEMPLATE="news",
        )
    messenger = about(found, "messenger")
    assert [finding.level for finding in messenger] == [Level.OK, level]
    assert words in messenger[1].what


async def test_mail_servers_that_are_not_there_are_named(tmp_path: Path) -> None:
    port = free_port()
    found = await findings(
        tmp_path,
        PARLEY_EMAIL_ADDRESS="service@shop.example",
        PARLEY_EMAIL_PASSWORD="a-pass-word",
        PARLEY_EMAIL_IMAP_URL=f"imap+plain://127.0.0.1:{port}",
        PARLEY_EMAIL_SMTP_URL=f"smtp+plain://127.0.0.1:{port}",
    )
    incoming, outgoing, senders = about(found, "email")
    assert f"127.0.0.1:{port} (IMAP) cannot be reached" in incoming.what
    assert "PARLEY_EMAIL_SMTP_URL" in outgoing.mend
    assert (senders.level, "PARLEY_EMAIL_AUTHSERV_ID" in senders.mend) == (Level.WARNING, True)


async def test_the_shops_orders_are_asked_for_one_that_is_not_there(tmp_path: Path) -> None:
    own = {"PARLEY_ORDERS": "http", "PARLEY_ORDERS_TOKEN": "an-order-token"}
    async with a_platform({}) as url:
        fine = about(await findings(tmp_path, PARLEY_ORDERS_URL=url, **own), "orders")
    async with a_platform({"/orders/999999999999999": (401, {})}) as url:
        refused = about(await findings(tmp_path, PARLEY_ORDERS_URL=url, **own), "orders")
    assert [finding.level for finding in fine] == [Level.OK]
    assert [finding.level for finding in refused] == [Level.ERROR]
    assert "PARLEY_ORDERS_TOKEN" in refused[0].mend


async def test_engines_of_translation_are_asked_for_a_word(tmp_path: Path) -> None:
    async with a_platform({"/translate": (200, {"translatedText": "Hola"})}) as url:
        own = {"PARLEY_TRANSLATION": "libretranslate", "PARLEY_LIBRETRANSLATE_URL": url}
        fine = about(await findings(tmp_path, **own), "translation")
    own["PARLEY_LIBRETRANSLATE_URL"] = f"http://127.0.0.1:{free_port()}"
    broken = about(await findings(tmp_path, **own), "translation")
    assert [finding.level for finding in fine] == [Level.OK]
    assert "PARLEY_LIBRETRANSLATE_URL" in broken[0].mend


async def test_an_address_without_encryption_is_an_error(tmp_path: Path) -> None:
    found = about(await findings(tmp_path, PARLEY_PUBLIC_URL="http://chat.invalid"), "public address")
    assert Level.ERROR in {finding.level for finding in found}
    assert any("PARLEY_DEMO_SHOP=no" in finding.mend for finding in found)
    assert any("cannot be reached" in finding.what for finding in found)


def test_the_command_prints_json_without_tensorflow_and_ends_with_one(tmp_path: Path) -> None:
    # Imports are told on standard error, so it shows what the command loaded.
    own = {"PARLEY_VAR": str(tmp_path), "PARLEY_MODELS": str(tmp_path), "PARLEY_SECRET": SECRET, "NO_COLOR": "1"}
    done = _doctor("-X", "importtime", "-m", "bot", "doctor", "--json", **own)
    printed = json.loads(done.stdout)
    assert done.returncode == 1
    assert printed["errors"] == len([found for found in printed["findings"] if found["level"] == "error"]) > 0
    assert {"about", "level", "what", "mend"} == set(printed["findings"][0])
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "bot.doctor" in loaded
    assert not {"rasa", "tensorflow"} & loaded
    assert SECRET not in done.stdout


def test_the_command_tells_of_wrong_settings_in_its_own_form() -> None:
    done = _doctor("-m", "bot", "doctor", "--json", PARLEY_PORT="eighty")
    (found,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, found["about"]) == (1, "settings")


def _doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    whole = {**{name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}, **environment}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=whole, capture_output=True, text=True, timeout=180, check=False
    )


def _async(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://")
