"""Settings of logs, metrics and traces name the variable that is wrong."""

from __future__ import annotations

import pytest

from bot.errors import SettingsError
from bot.settings import Settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PARLEY_LOG_FORMAT", "xml"),
        ("PARLEY_METRICS_TOKEN", "short"),
        ("PARLEY_METRICS_TOKEN", "with blanks, which no header carries"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user@localhost:4318"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: value})


def test_without_any_there_are_lines_of_text_no_token_and_no_traces() -> None:
    settings = Settings.from_environment({})
    assert (settings.log_format, settings.metrics_token, settings.otlp_endpoint) == ("text", None, None)


def test_the_token_is_not_shown_with_the_settings() -> None:
    token = "a-token-for-metrics-only"
    settings = Settings.from_environment({"PARLEY_METRICS_TOKEN": token})
    assert settings.metrics_token == token.encode()
    assert token not in repr(settings)
