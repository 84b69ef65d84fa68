"""What the served process does without."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.process import Parley


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which libraries a process has loaded")
def test_customers_are_understood_without_tensorflow(parley: Parley, visit: Visit) -> None:
    customer = visit("en")
    customer.say("Where is my parcel?")
    assert customer.responses == ["utter_ask_order_number"]
    libraries = Path(f"/proc/{parley.pid}/maps").read_text()
    assert "numpy" in libraries
    assert "tensorflow" not in libraries
