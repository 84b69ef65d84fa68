"""What the settings of the desk are made of, and how each is read from JSON or YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.aftersales.labels import IssueType, Label
from bot.l10n.languages import LANGUAGES, SPOKEN
from bot.services.policy_section import Section, shown

MOST_TEAMS, MOST_TAGS, LONGEST_NAME, LONGEST_QUESTION = 40, 200, 60, 300
SHORTEST_ANSWER, LONGEST_ANSWER = 30, 24 * 3600

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)


@dataclass(frozen=True)
class DeskTeam:
    """People who deal with some languages (BCP 47) and issues, all where none are named.

    ``calendar`` names the service levels whose hours, holidays and targets count.
    """

    id: str
    name: str
    languages: tuple[str, ...] = ()
    issue_types: tuple[IssueType, ...] = ()
    calendar: str = ""

    def takes(self, language: str, issue: IssueType | None) -> bool:
        """Tell whether a conversation in a language, about an issue if any is known, is this team's."""
        codes = {language, language.split("-")[0]}
        knows_language = not self.languages or bool(codes & set(self.languages))
        return knows_language and (not self.issue_types or issue in self.issue_types)

    @property
    def breadth(self) -> tuple[bool, bool]:
        """Return what sorts teams that name issues and languages before those that take all of them."""
        return not self.issue_types, not self.languages


@dataclass(frozen=True)
class Tag:
    """Something that agents stick on conversations."""

    id: str
    name: str


class RoutingMode(Label):
    """Whether waiting conversations are given to people, or taken by them."""

    PUSH = "push"
    PULL = "pull"


@dataclass(frozen=True)
class Routing:
    """How waiting conversations come to people, and how soon they answer what they were given."""

    mode: RoutingMode = RoutingMode.PULL
    answer_within_seconds: int = 300


@dataclass(frozen=True)
class Survey:
    """Whether customers are asked to rate; ``questions`` maps languages to words other than Parley's own."""

    is_on: bool = True
    questions: Mapping[str, str] = field(default_factory=dict)


def teams(section: Section, key: str) -> tuple[DeskTeam, ...]:
    """Return the teams of a list; each has an id and a name of its own."""
    found = []
    for one in _entries(section, key, frozenset({"id", "name", "languages", "issue_types", "calendar"}), MOST_TEAMS):
        languages = _codes(one, "languages", lambda code: code in LANGUAGES, "is no language such as de or pt-BR")
        issues = _codes(one, "issue_types", lambda code: code in _ISSUES, "is no issue such as wrong_item")
        found.append(
            DeskTeam(
                one.text("id"),
                one.text("name").strip(),
                languages,
                tuple(IssueType(code) for code in issues),
                one.text("calendar"),
            )
        )
    return tuple(found)


def tags(section: Section, key: str) -> tuple[Tag, ...]:
    """Return the tags of a list; each has an id and a name of its own."""
    entries = _entries(section, key, frozenset({"id", "name"}), MOST_TAGS)
    return tuple(Tag(one.text("id"), one.text("name").strip()) for one in entries)


def routing(section: Section) -> Routing:
    """Return how waiting conversations come to people."""
    section.check_keys(frozenset({"mode", "answer_within_seconds"}))
    mode = section.label("mode", RoutingMode)
    seconds = section.whole_number("answer_within_seconds", least=SHORTEST_ANSWER)
    if seconds is not None and seconds > LONGEST_ANSWER:
        section.problem("answer_within_seconds", f"must be at most {LONGEST_ANSWER}, not {seconds}")
    return Routing(mode or RoutingMode.PULL, seconds or SHORTEST_ANSWER)


def survey(section: Section) -> Survey:
    """Return whether and how customers are asked."""
    section.check_keys(frozenset({"is_on", "questions"}))
    questions = section.section("questions")
    found = {}
    for code in questions.content:
        text = questions.text(code).strip()
        if code not in SPOKEN:
            questions.problem(code, "is no language that the bot answers in")
        elif len(text) > LONGEST_QUESTION:
            questions.problem(code, f"must have at most {LONGEST_QUESTION} characters")
        else:
            found[code] = text
    return Survey(section.yes_or_no("is_on"), found)


def channels(section: Section, key: str) -> frozenset[str]:
    """Return the channels of a list that may be empty."""
    found = _codes(section, key, lambda code: CHANNEL.fullmatch(code) is not None, "is no channel such as web")
    return frozenset(found)


_ISSUES = frozenset(issue.value for issue in IssueType)


def _entries(section: Section, key: str, fields: frozenset[str], most: int) -> Iterator[Section]:
    """Yield the entries of a list, noting ids and names that are malformed or occur twice."""
    ids: set[str] = set()
    names: set[str] = set()
    for index, (item, line) in enumerate(section.items(key)):
        path = f"{section.path}.{key}.{index}".lstrip(".")
        if not isinstance(item, Mapping) or index >= most:
            what = f"must be at most {most}" if isinstance(item, Mapping) else f"must hold keys, not {shown(item)}"
            section.problem(key, what, line)
            return
        one = Section(section.file, path, item, section.problems, line)
        one.check_keys(fields)
        entry_id, name = one.text("id"), one.text("name").strip()
        if not ID.fullmatch(entry_id):
            one.problem("id", "must have up to 40 small letters, digits, - or _")
        elif entry_id in ids:
            one.problem("id", f"{entry_id} is listed twice")
        if len(name) > LONGEST_NAME:
            one.problem("name", f"must have at most {LONGEST_NAME} characters")
        elif name.casefold() in names:
            one.problem("name", f"{name} is listed twice")
        ids.add(entry_id)
        names.add(name.casefold())
        yield one


def _codes(section: Section, key: str, is_known: Callable[[str], bool], otherwise: str) -> tuple[str, ...]:
    """Return the codes of a list that may be empty, each once."""
    found: list[str] = []
    for item, line in section.items(key):
        if not isinstance(item, str) or not is_known(item):
            section.problem(key, f"{shown(item)} {otherwise}", line)
        elif item not in found:
            found.append(item)
    return tuple(found)
