"""Figures: stages add up to the turn, and nobody outside can make a new label."""

from __future__ import annotations

import time

import pytest
from prometheus_client import REGISTRY

from bot import metrics


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_stage_inside_of_another_is_not_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "perf_counter", lambda: now)
    before = {stage: value("parley_turn_seconds_sum", stage=stage) for stage in ("dialogue", "nlu", "whole")}
    with metrics.turn(), metrics.stage("dialogue"):
        now += 2
        with metrics.stage("nlu"):
            now += 5
        now += 2
    took = {stage: value("parley_turn_seconds_sum", stage=stage) - before[stage] for stage in before}
    assert took == {"dialogue": pytest.approx(4), "nlu": pytest.approx(5), "whole": pytest.approx(9)}


def test_a_stage_that_comes_twice_in_a_turn_is_observed_once() -> None:
    before = value("parley_turn_seconds_count", stage="actions")
    with metrics.turn():
        for _ in range(3):
            with metrics.stage("actions"):
                pass
    assert value("parley_turn_seconds_count", stage="actions") == before + 1


def test_a_stage_outside_of_a_turn_is_not_observed() -> None:
    before = value("parley_turn_seconds_count", stage="store")
    with metrics.stage("store"):
        pass
    assert value("parley_turn_seconds_count", stage="store") == before


def test_a_turn_that_fails_is_observed_with_its_stages() -> None:
    before = value("parley_turn_seconds_count", stage="whole"), value("parley_turn_seconds_count", stage="prepare")
    try:
        with metrics.turn(), metrics.stage("prepare"):
            raise RuntimeError
    except RuntimeError:
        pass
    assert value("parley_turn_seconds_count", stage="whole") == before[0] + 1
    assert value("parley_turn_seconds_count", stage="prepare") == before[1] + 1


def test_reasons_of_platforms_become_few_labels() -> None:
    reasons = ["timeout", "status_503", "status_502", "status_404", "graph_131026", "+49 30 123456"]
    before = {kind: value("parley_channel_errors_total", channel="c", reason=kind) for kind in _KINDS}
    for reason in reasons:
        metrics.channel_error("c", reason)
    counted = {kind: value("parley_channel_errors_total", channel="c", reason=kind) - before[kind] for kind in _KINDS}
    assert counted == {"timeout": 1, "status_5xx": 2, "status_4xx": 1, "other": 2}
    assert value("parley_channel_errors_total", channel="c", reason="+49 30 123456") == 0


_KINDS = ("timeout", "status_5xx", "status_4xx", "other")


def test_only_known_intents_are_labels() -> None:
    def counted(intent: str) -> float:
        return value("parley_nlu_intents_total", intent=intent)

    before = counted("ask_status"), counted("nlu_fallback"), counted("other")
    for intent in ("ask_status", "nlu_fallback", "made_up_by_a_customer"):
        metrics.understood(intent, 0.7, frozenset({"ask_status"}), "nlu_fallback")
    assert (counted("ask_status"), counted("nlu_fallback"), counted("other")) == tuple(n + 1 for n in before)
    assert counted("made_up_by_a_customer") == 0


def test_what_is_no_longer_there_is_not_told_as_it_was() -> None:
    metrics.set_all(metrics.OUTBOX_DEPTH, {("telegram", "pending"): 3, ("web", "failed"): 1})
    metrics.set_all(metrics.OUTBOX_DEPTH, {("web", "failed"): 2})
    assert REGISTRY.get_sample_value("parley_outbox_depth", {"channel": "telegram", "state": "pending"}) is None
    assert value("parley_outbox_depth", channel="web", state="failed") == 2
