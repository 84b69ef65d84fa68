"""Rasa in a process that leaves TensorFlow out; processes of their own, since a module is imported once in each."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from bot.settings import ROOT
from bot.settings.components import component_names

_BEGINNING = """
import sys
from bot.dialogue.without_tensorflow import leave_out_tensorflow
"""


def _run(code: str) -> subprocess.CompletedProcess[str]:
    whole = _BEGINNING + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", whole], cwd=ROOT, capture_output=True, text=True, timeout=120)


def _printed(code: str) -> str:
    done = _run(code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_rasa_is_imported_without_it() -> None:
    printed = _printed(
        f"""
        print(leave_out_tensorflow({component_names()!r}))
        import rasa.core.agent, rasa.engine.recipes.default_components
        print(hasattr(sys.modules["tensorflow"], "__version__"))
        """
    )
    assert printed.split() == ["True", "False"]


@pytest.mark.parametrize("component", ["DIETClassifier", "TEDPolicy", "shop.nlu.TheirOwn"])
def test_a_component_that_may_need_tensorflow_gets_it(component: str) -> None:
    assert _printed(
        f"""
        print(leave_out_tensorflow(["bot.nlu.entity_extractor.EntityExtractor", "RulePolicy", {component!r}]))
        import tensorflow
        print(tensorflow.constant(1) is not None)
        """
    ).split() == ["False", "True"]


def test_what_is_imported_already_stays() -> None:
    assert _printed('sys.modules["tensorflow"] = sys; print(leave_out_tensorflow(["RulePolicy"]))') == "False"


def test_it_can_be_asked_for_twice() -> None:
    assert (
        _printed(
            """
        before = len(sys.meta_path)
        print(leave_out_tensorflow(["RulePolicy"]), leave_out_tensorflow(["RulePolicy"]), len(sys.meta_path) - before)
        """
        )
        == "True True 1"
    )


def test_computing_without_it_says_what_is_wrong() -> None:
    done = _run(
        """
        leave_out_tensorflow(["RulePolicy"])
        import tensorflow as tf
        tf.keras.layers.Dense(1)
        """
    )
    assert done.returncode != 0
    assert "tensorflow.keras.layers.Dense was asked for, but no component in config.yml needs TensorFlow" in done.stderr
