"""Finds the desk's own words in its Python code, templates and scripts.

Python and templates are read as syntax trees rather than as text, so that ``_.count(…)``, both sides of a conditional
expression and the values of a literal dictionary are found too.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
from jinja2 import nodes

_TEXT, _COUNT, _MARK, _OF_REQUEST = "_", "count", "mark", "texts_of"
_REFUSALS = "HTTP"
"""Reasons of ``web.HTTPBadRequest`` and its like are shown to people; the middleware translates them."""

_templates = jinja2.Environment()


@dataclass(frozen=True)
class Found:
    """A text with the forms for one and several where it depends on a number."""

    line: int
    text: str
    several: str | None = None


class NotALiteralError(Exception):
    """Raised when a text is made at run time, so that no catalogue can have it."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}:{line}: the text is not a literal")


def in_python(source: str, path: Path) -> Iterator[Found]:
    """Yield the texts of ``_("…")``, ``texts_of(request)("…")``, ``….count("…", "…", n)``, ``mark`` and refusals."""
    tree = ast.parse(source)
    speakers = {_TEXT, _MARK} | set(_speakers(tree))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute):
            if call.func.attr == _COUNT and _speaks(call.func.value, speakers):
                yield _counted(list(_python_literals(call.args[0])), list(_python_literals(call.args[1])), call, path)
            elif call.func.attr.startswith(_REFUSALS):
                yield from (
                    Found(call.lineno, text)
                    for keyword in call.keywords
                    if keyword.arg == "reason"
                    for text in _python_literals(keyword.value)
                )
        elif _speaks(call.func, speakers) and call.args:
            # What a variable holds was marked where the constant is.
            yield from (Found(call.lineno, text) for text in _python_literals(call.args[0]))


def _speakers(tree: ast.AST) -> Iterator[str]:
    """Yield the names under which a module keeps texts: annotated, or assigned from ``texts_of``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name) and node.annotation.id == "Texts":
            yield node.arg
        elif isinstance(node, ast.Assign) and _is_texts_of(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _speaks(function: ast.expr, speakers: set[str]) -> bool:
    return (isinstance(function, ast.Name) and function.id in speakers) or _is_texts_of(function)


def _is_texts_of(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == _OF_REQUEST


def _python_literals(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _python_literals(value.body)
        yield from _python_literals(value.orelse)
    elif isinstance(value, ast.Subscript) and isinstance(value.value, ast.Dict):
        for item in value.value.values:
            yield from _python_literals(item)


def in_template(source: str, path: Path) -> Iterator[Found]:
    """Yield the texts of ``_("…")`` and ``_.count("…", "…", n)``."""
    for call in _templates.parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == _TEXT and call.args:
            yield from (Found(call.lineno, text) for text in _template_literals(call.args[0]))
        elif (
            isinstance(call.node, nodes.Getattr)
            and call.node.attr == _COUNT
            and isinstance(call.node.node, nodes.Name)
            and call.node.node.name == _TEXT
        ):
            yield _counted(list(_template_literals(call.args[0])), list(_template_literals(call.args[1])), call, path)


def _template_literals(value: nodes.Expr) -> Iterator[str]:
    if isinstance(value, nodes.Const) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, nodes.CondExpr):
        for branch in (value.expr1, value.expr2):
            if branch is not None:
                yield from _template_literals(branch)
    elif isinstance(value, nodes.Getitem) and isinstance(value.node, nodes.Dict):
        for pair in value.node.items:
            yield from _template_literals(pair.value)


def _counted(one: list[str], several: list[str], call: ast.Call | nodes.Call, path: Path) -> Found:
    if len(one) != 1 or len(several) != 1:
        raise NotALiteralError(path, call.lineno)
    return Found(call.lineno, one[0], several[0])


def in_script(source: str, path: Path) -> Iterator[Found]:
    """Yield the texts of ``_("…")`` and ``_.count("…", "…", n)``; raise NotALiteralError for a text made by code."""
    # Blanked rather than removed, so that lines keep their numbers.
    source = _COMMENT.sub(lambda comment: re.sub(r"\S", " ", comment[0]), source)
    for call in _CALL.finditer(source):
        line = source.count("\n", 0, call.start()) + 1
        if choice := _CHOICE.match(source, call.end()):
            yield from (Found(line, _unquoted(choice[name])) for name in ("yes", "no"))
            continue
        arguments = (_TWO if call["count"] else _ONE).match(source, call.end())
        if arguments is None:
            raise NotALiteralError(path, line)
        yield Found(line, *(_unquoted(text) for text in arguments.groups()))


_LITERAL = r'(?:"(?:[^"\\\n]|\\.)*"(?:\s*\+\s*"(?:[^"\\\n]|\\.)*")*)'
_COMMENT = re.compile(r"^[^\S\n]*//[^\n]*|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?<![\w$.])(?<!function )_(?P<count>\.count)?\(\s*")
_ONE = re.compile(rf"({_LITERAL})\s*[,)]")
_TWO = re.compile(rf"({_LITERAL})\s*,\s*({_LITERAL})\s*,")
_CHOICE = re.compile(rf"[^\"\'`;{{}}]*\?\s*(?P<yes>{_LITERAL})\s*:\s*(?P<no>{_LITERAL})\s*[,)]")


def _unquoted(literal: str) -> str:
    return "".join(str(json.loads(piece)) for piece in re.findall(r'"(?:[^"\\]|\\.)*"', literal))


_READERS: dict[str, Callable[[str, Path], Iterator[Found]]] = {".py": in_python, ".html": in_template, ".js": in_script}


def texts_in(folder: Path) -> Iterator[tuple[Path, Found]]:
    """Yield every text of the desk with its file, in the order of files and lines."""
    for path in sorted(_files(folder)):
        reader = _READERS[path.suffix]
        for found in sorted(reader(path.read_text("utf-8"), path), key=lambda text: text.line):
            yield path, found


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.suffix in _READERS)
