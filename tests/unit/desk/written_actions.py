"""Reads from the source which actions are written into the audit log, wherever that happens."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_EVENT, _ACTION = "AuditEvent", "action"
_ACTION_PLACE = 2

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Written:
    """The actions found, and the expressions (file and text) that could not be read."""

    actions: set[str] = field(default_factory=set)
    unread: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class _Writer:
    """A function that writes an action it is given: by which name, and at which place."""

    name: str
    parameter: str
    place: int | None


def written(folders: Iterable[Path]) -> Written:
    """Return what the modules of some folders write.

    A function that passes a parameter on as an action is a writer of actions itself, so its callers are read too.
    """
    sources = {path: path.read_text("utf-8") for folder in folders for path in sorted(folder.rglob("*.py"))}
    trees = {path: ast.parse(source) for path, source in sources.items()}
    events = _Writer(_EVENT, _ACTION, _ACTION_PLACE)
    known: set[tuple[Path | None, _Writer]] = {(None, events)}
    found = Written()
    waiting = list(known)
    while waiting:
        home, writer = waiting.pop()
        for path, tree in trees.items():
            if writer.name not in sources[path]:
                continue
            for function, given in _calls(tree, writer, is_home=home in (None, path), module=home.stem if home else ""):
                for value in _values(given, function, tree):
                    if isinstance(value, str):
                        found.actions.add(value)
                    elif isinstance(value, _Writer):
                        if (path, value) not in known:
                            known.add((path, value))
                            waiting.append((path, value))
                    else:
                        found.unread.add((path.name, ast.unparse(value)))
    return found


def _calls(tree: ast.Module, writer: _Writer, *, is_home: bool, module: str) -> Iterator[tuple[Function, ast.expr]]:
    """Yield what is given to a writer as its action, with the function around it."""
    is_imported = any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[-1] == module
        and any(each.name == writer.name and each.asname is None for each in node.names)
        for node in ast.walk(tree)
    )
    for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            called = call.func
            if isinstance(called, ast.Name):
                is_it = called.id == writer.name and (is_home or is_imported)
            elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                is_own = called.value.id == "self" and is_home
                is_it = called.attr == writer.name and (is_own or called.value.id == module)
            else:
                is_it = False
            if is_it and (given := _argument(call, writer)) is not None:
                yield function, given


def _argument(call: ast.Call, writer: _Writer) -> ast.expr | None:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == writer.parameter), None)
    if named is not None or writer.place is None:
        return named
    return call.args[writer.place] if writer.place < len(call.args) else None


def _values(given: ast.expr, function: Function, tree: ast.Module) -> Iterator[str | _Writer | ast.expr]:
    """Yield what an expression may be: texts, the parameter that it comes from, or itself where it cannot be read."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        yield given.value
    elif isinstance(given, ast.IfExp):
        yield from _values(given.body, function, tree)
        yield from _values(given.orelse, function, tree)
    elif isinstance(given, ast.Subscript) and isinstance(given.value, ast.Dict):
        for value in given.value.values:
            yield from _values(value, function, tree)
    elif isinstance(given, ast.Subscript) and isinstance(given.value, ast.Name):
        yield from _of_table(given, given.value.id, function, tree)
    elif isinstance(given, ast.Name):
        yield from _of_name(given, function, tree)
    else:
        yield given


def _of_table(
    given: ast.Subscript, name: str, function: Function, tree: ast.Module
) -> Iterator[str | _Writer | ast.expr]:
    tables = [value for value in _assigned(name, [*ast.walk(function), *tree.body]) if isinstance(value, ast.Dict)]
    if not tables:
        yield given
    for value in tables[0].values if tables else ():
        yield from _values(value, function, tree)


def _of_name(given: ast.Name, function: Function, tree: ast.Module) -> Iterator[str | _Writer | ast.expr]:
    places = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    if given.id in (*places, *(each.arg for each in function.args.kwonlyargs)):
        is_method = bool(places) and places[0] == "self"
        place = places.index(given.id) - is_method if given.id in places else None
        yield _Writer(function.name, given.id, place)
        return
    values = list(_assigned(given.id, ast.walk(function))) or list(_assigned(given.id, tree.body))
    if not values:
        yield given
    for value in values:
        yield from _values(value, function, tree)


def _assigned(name: str, nodes: Iterable[ast.AST]) -> Iterator[ast.expr]:
    for node in nodes:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(each, ast.Name) and each.id == name for each in targets) and node.value is not None:
            yield node.value
