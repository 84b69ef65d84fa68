"""What people tell the bot when they give a conversation back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import InvalidInputError
from bot.services.instructions import Instruction, InstructionKind, parse


@pytest.mark.parametrize("instruction", [
    Instruction(InstructionKind.OFFER, 30, "regular customer"),
    Instruction(InstructionKind.ASK_PHOTO),
    Instruction(InstructionKind.GO_ON, note="nothing else"),
])  # fmt: skip
def test_an_instruction_is_kept_as_it_was_given(instruction: Instruction) -> None:
    assert parse(instruction.as_json()) == instruction


def test_no_instruction_is_none() -> None:
    assert parse(None) is None


@pytest.mark.parametrize(("given", "field"), [
    ("offer", "instruction"),
    ({"kind": "dance"}, "instruction"),
    ({"kind": "offer"}, "percent"),
    ({"kind": "offer", "percent": "0"}, "percent"),
    ({"kind": "offer", "percent": 101}, "percent"),
    ({"kind": "offer", "percent": "٣٠"}, "percent"),
    ({"kind": "offer", "percent": True}, "percent"),
    ({"kind": "ask_photo", "note": "x" * 1001}, "note"),
    ({"kind": "ask_photo", "note": 7}, "note"),
])  # fmt: skip
def test_what_is_no_instruction_is_refused(given: Any, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse(given)
    assert refused.value.field == field


def test_a_share_of_what_is_no_offer_is_left_out() -> None:
    assert parse({"kind": "ask_photo", "percent": 30}) == Instruction(InstructionKind.ASK_PHOTO)
