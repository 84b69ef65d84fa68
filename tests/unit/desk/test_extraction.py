"""Finding the desk's own words in its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.desk.extraction import Found, NotALiteralError, in_python, in_script, in_template

HERE = Path("somewhere")


def texts(found: list[Found]) -> list[str | tuple[str, str]]:
    return [(one.text, one.several) if one.several else one.text for one in found]


def test_python_is_read_as_a_syntax_tree() -> None:
    source = """
PROBLEMS = {"taken": mark("Somebody has this name.")}

async def view(request):
    words = texts_of(request)
    raise web.HTTPBadRequest(reason="There is no text.")
    return words("Saved"), texts_of(request)("Gone"), words.count("1 case", "{count} cases", 3), words(PROBLEMS[x])

def span(_: Texts, at: Texts):
    return _("now") if at else at("late" if x else "early")

other("not ours"), thing.count("a"), print("no")
"""
    assert set(texts(list(in_python(source, HERE)))) == {
        "Somebody has this name.", "There is no text.", "Saved", "Gone", ("1 case", "{count} cases"),
        "now", "late", "early",
    }  # fmt: skip


def test_templates_are_read_with_their_conditions_and_choices() -> None:
    source = """
{{ _("With {name}", name=x) }} {{ _.count("1 scan", "{count} scans", n) }} {{ _.label(code) }}
{{ _("Handoff" if open else "Last handoff") }} {{ _({"a": "Nobody waits."}[tab]) }} {{ _(name) }}
<p title="{{ _('Waiting') }}">not ours</p>
"""
    assert set(texts(list(in_template(source, HERE)))) == {
        "With {name}", ("1 scan", "{count} scans"), "Handoff", "Last handoff", "Nobody waits.", "Waiting",
    }  # fmt: skip


def test_scripts_are_read_without_their_comments() -> None:
    source = """
// Say `_("comment")` here.
import { _ } from "./texts.js";
const MODES = { reply: { label: _("Reply to the customer") } };
const url = `https://example.org/${_("inside")}`; /* _("gone") */
return _("Take over from {holder}?", { holder: _("somebody") }) + _.count("1 left", "{count} left", n);
_(isMine ? "Yours" : "Theirs"); say(_("It is \\"late\\"" + " now")); my_("x"); this._("y");
export function _(text) {}
"""
    assert texts(list(in_script(source, HERE))) == [
        "Reply to the customer", "inside", "Take over from {holder}?", "somebody", ("1 left", "{count} left"),
        "Yours", "Theirs", 'It is "late" now',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("read", "source"),
    [
        (in_script, "_(`With ${name}`)"),
        (in_script, "_(text)"),
        (in_script, '_.count("1 case", several, n)'),
        (in_template, '{{ _.count(one, "{count} cases", n) }}'),
        (in_python, 'texts_of(request).count(one, "{count} cases", 2)'),
    ],
)
def test_a_text_that_no_catalogue_can_have_is_an_error(read: object, source: str) -> None:
    with pytest.raises(NotALiteralError, match="somewhere:1"):
        list(read(source, HERE))  # type: ignore[operator]
