from __future__ import annotations

from typing import Any

import pytest

from bot.channels import limits


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["et", "de-AT"], ["et", "de-AT"]),
        (["et", 7, None, "not a tag", ["de"], "fr"], ["et"]),
        (["et", "", "fr"], ["et", "fr"]),
        (["et", "lv", "lt", "sk", "sl", "de"], ["et", "lv", "lt", "sk", "sl"]),
        ("de", []),
        ({"de": 1}, []),
        (None, []),
    ],
)
def test_at_most_five_valid_languages_are_read(given: Any, kept: list[str]) -> None:
    assert limits.languages(given) == kept
