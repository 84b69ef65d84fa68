"""What the doctor makes of variables, secrets, clocks and folders."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot import training
from bot.channels.diagnosis import refused, webhook
from bot.channels.telegram_diagnosis import findings_of_webhook
from bot.clocks import apart, apart_by_header
from bot.commands.doctor import report, told
from bot.doctor import installation, variables
from bot.doctor.doors import _pair
from bot.errors import DeliveryError
from bot.findings import Finding, Level, error, ok, warning
from bot.settings import Settings

GOOD = "0f4c8a1be27d935611aa4422bb7788ccddee9900"
NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def texts(findings: list[Finding]) -> str:
    return "\n".join(f"{found.level.value} {found.about}: {found.what} -> {found.mend}" for found in findings)


def test_good_settings_are_one_finding() -> None:
    settings, findings = variables.read({"PARLEY_SECRET": GOOD, "PATH": "/bin"})
    assert settings is not None
    assert [found.level for found in findings] == [Level.OK]


def test_a_wrong_setting_is_named_and_ends_the_examination() -> None:
    settings, (finding,) = variables.read({"PARLEY_PORT": "eighty"})
    assert settings is None
    assert finding.level is Level.ERROR
    assert "PARLEY_PORT is 'eighty'" in finding.what


def test_a_variable_that_nothing_reads_is_named_with_what_was_meant() -> None:
    _, findings = variables.read({"PARLEY_SECRET": GOOD, "PARLEY_PUBLIC_ULR": "https://chat.example.com"})
    assert "PARLEY_PUBLIC_ULR is set, but nothing reads it -> did you mean PARLEY_PUBLIC_URL?" in texts(findings)


@pytest.mark.parametrize(
    "name", ["PARLEY_SECRET_FILE", "PARLEY_TELEGRAM_TOKEN_FILE", "PARLEY_DEEPL_KEY", "PARLEY_LOG_FORMAT"]
)
def test_variables_that_are_read_only_sometimes_are_known(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(GOOD)
    file.chmod(0o600)
    values = {"PARLEY_SECRET_FILE": str(file), "PARLEY_DEEPL_KEY": "k", "PARLEY_LOG_FORMAT": "json"}
    _, findings = variables.read({name: values.get(name, str(file)), "PARLEY_TELEGRAM_WEBHOOK_SECRET": GOOD})
    assert "nothing reads it" not in texts(findings)


@pytest.mark.parametrize(
    "secret", ["short", "change-me-please-change-me", "aaaaaaaaaaaaaaaaaaaaaaaa", "your-secret-key-1234"]
)
def test_a_secret_that_others_know_or_guess_is_an_error_and_is_not_repeated(secret: str) -> None:
    _, findings = variables.read({"PARLEY_SECRET": secret})
    assert [found.level for found in findings] == [Level.ERROR]
    assert "PARLEY_SECRET" in findings[0].what
    assert secret not in texts(findings)


def test_a_missing_secret_and_an_open_file_are_warnings(tmp_path: Path) -> None:
    file = tmp_path / "shop"
    file.write_text(GOOD)
    file.chmod(0o644)
    _, findings = variables.read({"PARLEY_SHOP_SECRET_FILE": str(file)})
    assert [found.level for found in findings] == [Level.WARNING, Level.WARNING]
    assert f"chmod o-rwx {file}" in texts(findings)


def test_secrets_are_found_wherever_they_are(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-a-file\n")
    found = variables.secrets_in(
        {
            "PARLEY_SECRET": "the-secret",
            "PARLEY_DEEPL_KEY_FILE": str(file),
            "PARLEY_DATABASE_URL": "postgresql+asyncpg://parley:pass-word@db/parley",
            "PARLEY_PUBLIC_URL": "https://chat.example.com",
            "PARLEY_PORT": "8080",
            "OTEL_EXPORTER_OTLP_HEADERS": "api-key=otel-key",
            "HOME": "/home/parley",
        }
    )
    assert {"the-secret", "from-a-file", "pass-word", "api-key=otel-key"} <= found
    assert "https://chat.example.com" not in found
    assert "8080" not in found


def test_clocks_are_apart_only_where_both_times_cannot_be_true() -> None:
    second = timedelta(seconds=1)
    assert apart(NOW, NOW + second, NOW, NOW + second) == 0
    assert apart(NOW, NOW + second, NOW + 5 * second, NOW + 6 * second) == 4
    assert apart(NOW, NOW + second, NOW - 9 * second, NOW - 8 * second) == -8


def test_a_date_header_tells_the_time() -> None:
    header = "Sun, 01 Mar 2026 12:00:00 GMT"
    assert apart_by_header(header, NOW, NOW) == 0
    assert apart_by_header(header, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)) == 59
    assert apart_by_header("yesterday", NOW, NOW) is None
    assert apart_by_header(None, NOW, NOW) is None


def test_a_folder_that_everybody_can_read_is_a_warning(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    settings = Settings.from_environment({"PARLEY_VAR": str(tmp_path)})
    assert f"chmod o-rwx {tmp_path}" in texts(installation.folder(settings))
    tmp_path.chmod(0o700)
    assert "chmod" not in texts(installation.folder(settings))


def test_a_folder_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    (finding,) = installation.folder(Settings.from_environment({"PARLEY_VAR": str(tmp_path / "new" / "var")}))
    assert finding.level is Level.OK


def test_a_missing_model_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    settings = Settings.from_environment({"PARLEY_MODELS": str(tmp_path)})
    (tmp_path / "parley-of-yesterday.tar.gz").write_bytes(b"")
    (finding,) = installation.model(settings)
    assert finding.level is Level.ERROR
    assert "the 1 others do not fit" in finding.what
    assert "parley train" in finding.mend


def test_a_damaged_model_is_told_from_a_whole_one(tmp_path: Path) -> None:
    settings = Settings.from_environment({"PARLEY_MODELS": str(tmp_path)})
    path = training.model_path(settings)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(__file__, "component")
    assert installation.model(settings)[0].level is Level.OK
    path.write_bytes(path.read_bytes()[:200])
    assert "damaged" in installation.model(settings)[0].what


def test_rules_that_are_wrong_name_the_file(tmp_path: Path) -> None:
    good = Settings.from_environment({})
    assert installation.rules(good)[0].level is Level.OK
    levels = tmp_path / "sla.yml"
    levels.write_text("teams: [")
    (finding,) = installation.rules(replace(good, service_levels=levels))
    assert finding.level is Level.ERROR
    assert "sla.yml" in finding.what


async def test_missing_translations_are_named_but_not_all() -> None:
    (finding,) = await installation.catalogues(lambda: [f"de: text {number}" for number in range(9)])
    assert "de: text 4, and 4 more" in finding.what


def test_a_refused_token_names_its_variable() -> None:
    refusal = DeliveryError("unauthorized", holds_channel=True)
    assert "PARLEY_LINE_TOKEN" in refused("line", refusal).mend
    assert "PARLEY_TELEGRAM_API_URL" in refused("telegram", DeliveryError("unreachable")).mend
    assert "PARLEY_WHATSAPP_PHONE_NUMBER_ID" in refused("whatsapp", DeliveryError("graph_100")).mend


def test_a_webhook_that_leads_elsewhere_is_an_error() -> None:
    ours, path = "https://chat.example.com", "/webhooks/telegram/webhook"
    assert webhook("telegram", f"{ours}{path}", ours, "tell it").level is Level.OK
    assert webhook("telegram", f"https://old.example.com{path}", ours, "tell it").mend == f"tell it: {ours}{path}"
    assert webhook("telegram", "", ours, "tell it").level is Level.ERROR
    assert webhook("telegram", f"{ours}{path}", None, "tell it").level is Level.WARNING


def test_telegrams_own_trouble_is_told() -> None:
    told_by = {
        "url": "https://chat.example.com/webhooks/telegram/webhook",
        "pending_update_count": 120,
        "last_error_date": int(datetime.now(timezone.utc).timestamp()) - 120,
        "last_error_message": "Wrong response from the webhook: 502 Bad Gateway",
        "allowed_updates": ["message"],
    }
    findings = texts(findings_of_webhook(told_by, "https://chat.example.com"))
    assert "120 updates wait" in findings
    assert "2 minutes ago Telegram could not bring an update: Wrong response from the webhook: 502" in findings
    assert "edited_message, callback_query" in findings


@pytest.mark.parametrize(
    ("rule", "pair"),
    [
        ("*", ("en", "es")),
        ("es-en", ("es", "en")),
        ("*-en", ("es", "en")),
        ("de-*", ("de", "en")),
        ("en-*", ("en", "es")),
        ("zh-TW-en", ("zh-TW", "en")),
        ("en-zh-TW", ("en", "zh-TW")),
    ],
)
def test_an_engine_is_tried_with_a_pair_it_is_there_for(rule: str, pair: tuple[str, str]) -> None:
    assert _pair(rule) == pair


def test_findings_are_counted_and_told_with_how_to_mend_them() -> None:
    findings = [ok("folder", "fine"), warning("clock", "5 s ahead", "use NTP"), error("model", "none", "train")]
    assert (report(findings)["errors"], report(findings)["warnings"]) == (1, 1)
    lines = list(told(findings))
    assert any("→ use NTP" in line for line in lines)
    assert lines[-1] == "1 errors, 1 warnings"
