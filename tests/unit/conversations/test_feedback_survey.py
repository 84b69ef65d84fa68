"""The questions after a case is done, with and without a survey."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from actions.feedback_form import ValidateFeedbackForm
from tests.fakes import FakeDatabase, fake_unit_of_work_factory


class Answers:
    """What the form has heard so far."""

    def __init__(self, is_on: bool, **answers: str) -> None:
        self.uow = fake_unit_of_work_factory(FakeDatabase())
        self.is_on = is_on
        self.answers = answers
        self.context = SimpleNamespace(uow=self.uow)

    def __getitem__(self, slot: str) -> str | None:
        return self.answers.get(slot)

    async def asked(self) -> list[str]:
        async with self.uow() as uow:
            await uow.desk_settings.put("survey", {"is_on": self.is_on, "questions": {}}, 0)
            await uow.commit()
        form, nobody = ValidateFeedbackForm(), None
        this: Any = self
        return [slot for slot in form.questions if await form.is_needed(nobody, this, slot)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        (Answers(True), ["solved", "rating"]),
        (Answers(True, solved="yes"), ["rating"]),
        (Answers(True, solved="yes", rating="4"), ["rating_comment"]),
        (Answers(False), ["solved"]),
        (Answers(False, solved="yes"), []),
        (Answers(False, rating="2"), ["rating_comment"]),
    ],
)
async def test_without_a_survey_nobody_is_asked_for_a_rating(answers: Answers, asked: list[str]) -> None:
    assert await answers.asked() == asked
