"""Every action that is written into the audit log has words at the desk."""

from __future__ import annotations

from functools import lru_cache

import pytest
from babel.messages.catalog import Catalog

from bot.aftersales.customs import CustomsState
from bot.desk.audit_codes import ACTIONS, GROUPS, code_of, group_code
from bot.desk.case_codes import HAPPENED
from bot.desk.template_catalogue import template
from bot.desk.texts import DESK_LANGUAGES, LABEL, label_text
from bot.l10n.catalogue import translator
from bot.settings import ROOT
from tests.unit.desk.written_actions import Written, written

COMPUTED = {
    ("customs.py", "f'customs.{outcome}'"): {f"customs.{state.value}" for state in CustomsState},
    ("shop_upserts.py", "f\"{kind}.{('added' if written.is_new else 'changed')}\""): {
        f"{kind}.{what}" for kind in ("customer", "order", "product") for what in ("added", "changed")
    },
}
"""Actions that the source puts together, by file and expression."""


@lru_cache(maxsize=1)
def found() -> Written:
    return written([ROOT / "bot", ROOT / "actions"])


@lru_cache(maxsize=1)
def english() -> Catalog:
    return template()


def actions() -> set[str]:
    return found().actions.union(*COMPUTED.values())


def test_the_source_is_understood() -> None:
    assert found().unread == set(COMPUTED)
    assert {"case.registered", "account.logged_in", "task.taken", "customer.erased"} <= found().actions


def test_every_action_has_words() -> None:
    assert {action for action in actions() if code_of(action) not in {*HAPPENED, *map(code_of, ACTIONS)}} == set()
    assert {action.partition(".")[0] for action in actions()} == set(GROUPS)


def test_no_words_are_left_over() -> None:
    assert set(ACTIONS) - actions() == set()
    assert {code_of(action) for action in ACTIONS} & set(HAPPENED) == set()


@pytest.mark.parametrize("language", [language for language in DESK_LANGUAGES if language != "en"])
def test_the_words_are_translated(language: str) -> None:
    catalogue, known = translator("desk").catalogues[language], english()
    codes = {code_of(action) for action in actions()} | {group_code(group) for group in GROUPS}
    for code in codes:
        message = catalogue.get(label_text(code), LABEL)
        assert known.get(label_text(code), LABEL) is not None, code
        assert message is not None and message.string and not message.fuzzy, code
