"""What the measurement of statistics calls too slow."""

from __future__ import annotations

from bench.statistics import LIMIT_MS, Question, Taken, too_slow
from bot.services.statistics_ports import Dimension

SLOW = Question("refunds", Dimension.PRODUCT)


def test_what_people_wait_for_is_too_slow_above_the_limit() -> None:
    found = {Question("counts", None): Taken(LIMIT_MS, 900), SLOW: Taken(LIMIT_MS + 1, 900)}
    assert too_slow(found, LIMIT_MS) == [SLOW]
    assert too_slow(found, LIMIT_MS + 1) == []
    assert str(SLOW) == "refunds by product"


def test_what_a_job_asks_once_a_week_may_take_its_time() -> None:
    assert too_slow({Question("complaints", Dimension.PRODUCT): Taken(2000, 2000)}, LIMIT_MS) == []
