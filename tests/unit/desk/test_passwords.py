"""Passwords of the desk: which are refused, and by which rule."""

from __future__ import annotations

import pytest

from bot.errors import InvalidInputError
from bot.services.passwords import SHORTEST_PASSWORD, check_password, one_time_password


def problem_of(password: str, name: str = "ana", old: str | None = None) -> str | None:
    try:
        check_password(password, name, old=old)
    except InvalidInputError as error:
        return error.problem
    return None


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("nine char", "too_short"),
        ("x" * 201, "too_long"),
        ("I am Ana Lima", "contains_name"),
        ("ＡＮＡ in wide letters", "contains_name"),
        ("aaaaaaaaaaaa", "too_simple"),
        ("1234567890", "too_simple"),
        ("qwertyuiop12", "too_simple"),
        ("zyxwvutsrqpo", "too_simple"),
        ("Password123!", "too_common"),
        ("P@ssw0rd2026", "too_common"),
        ("2026Summer!!", "too_common"),
        ("welcome welcome", "too_common"),
        ("iloveyou-baby", "too_common"),
        ("Correct Horse Battery Staple", "too_common"),
        ("woaini520520", "too_common"),
    ],
)
def test_a_poor_password_is_refused_by_the_rule_that_it_breaks(password: str, problem: str) -> None:
    assert problem_of(password) == problem


@pytest.mark.parametrize(
    "password",
    [
        "nine tall ships",
        "correct horse 7",
        "Tr0ub4dor&3x",
        "长长的密码是安全的吗今天",
        "kein Regen auf dem Mond",
        "x7!kQ2-vvz0P",
    ],
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    assert problem_of(password) is None


def test_a_name_of_two_letters_may_occur_in_a_password() -> None:
    assert problem_of("nine tall ships", name="al") is None


def test_the_old_password_is_not_a_new_one() -> None:
    assert problem_of("nine tall ships", old="nine tall ships") == "unchanged"


def test_one_time_passwords_satisfy_the_rules_and_differ() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) >= SHORTEST_PASSWORD and problem_of(password) is None for password in made)
