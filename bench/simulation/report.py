"""What a run tells an operations lead: how much was solved without a person, in how many turns, how soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measures import percentile
from bench.simulation.story import Story


def figures(stories: list[Story]) -> dict[str, Any]:
    """Return the figures of a run as JSON takes them."""
    heard = [story.talk.first_answer_seconds * 1000 for story in stories]
    return {
        "complaints": len(stories),
        "without_a_person": round(mean(not story.had_person for story in stories), 3),
        "by_issue": _by(stories, lambda story: story.scenario.issue),
        "by_language": _by(stories, lambda story: story.talk.language),
        "turns": round(mean(story.talk.turns for story in stories), 2),
        "turns_to_the_outcome": round(mean(story.turns_to_outcome for story in stories), 2),
        "first_response_p50_ms": round(percentile(heard, 50), 1),
        "first_response_p95_ms": round(percentile(heard, 95), 1),
        "misunderstood_openings": sum(story.talk.stumbles for story in stories),
        "opened_in_words": sum(not story.opening.startswith("/") for story in stories),
    }


def show(result: dict[str, Any], console: Console) -> None:
    """Print the figures."""
    for title, found in (("issue type", result["by_issue"]), ("language", result["by_language"])):
        table = Table(title, "complaints", "without a person", "turns")
        for name, row in found.items():
            table.add_row(name, str(row["complaints"]), f"{row['without_a_person']:.0%}", f"{row['turns']:.1f}")
        console.print(table)
    console.print(
        f"{result['complaints']} complaints, {result['without_a_person']:.0%} without a person; "
        f"{result['turns_to_the_outcome']:.1f} turns to the outcome, {result['turns']:.1f} in all; "
        f"first response p50 {result['first_response_p50_ms']:.0f} ms, p95 {result['first_response_p95_ms']:.0f} ms; "
        f"{result['misunderstood_openings']} of {result['opened_in_words']} openings in words misunderstood"
    )


def _by(stories: list[Story], key: Callable[[Story], str]) -> dict[str, dict[str, Any]]:
    groups: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        groups[key(story)].append(story)
    return {
        name: {
            "complaints": len(found),
            "without_a_person": round(mean(not story.had_person for story in found), 3),
            "turns": round(mean(story.turns_to_outcome for story in found), 2),
        }
        for name, found in sorted(groups.items())
    }
