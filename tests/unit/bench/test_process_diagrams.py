"""The page of lifecycles says what the code says."""

from __future__ import annotations

from bench import process_diagrams


def test_the_page_is_what_the_code_generates() -> None:
    assert process_diagrams.PAGE.read_text("utf-8") == process_diagrams.page(), "run `make docs`"


def test_every_lifecycle_has_a_sentence_and_every_sentence_a_lifecycle() -> None:
    assert set(process_diagrams.lifecycles()) == set(process_diagrams.SENTENCES)


def test_every_lifecycle_begins_somewhere() -> None:
    assert all(lifecycle.begins for lifecycle in process_diagrams.lifecycles().values())
