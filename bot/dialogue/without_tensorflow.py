"""Loading Rasa without TensorFlow, which only some of its own components use.

Rasa imports TensorFlow for every program, whatever its model is made of: more than 300 MB of memory and four seconds of
each start. Where no component of ``config.yml`` computes with it, placeholders are imported instead: enough to define
Rasa's classes, none of which is then used.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

#: Components of Rasa's that do without. Ours do, too; of all others we do not know.
_RASAS_OWN = frozenset({"AugmentedMemoizationPolicy", "MemoizationPolicy", "RulePolicy"})
_LEFT_OUT = frozenset({"keras", "tensorflow", "tensorflow_hub", "tensorflow_text"})


def leave_out_tensorflow(components: Sequence[str]) -> bool:
    """Let Rasa be imported without TensorFlow if a model of these components can be used so; tell whether it will be.

    It must be called before Rasa is imported. A program that has imported TensorFlow keeps it.

    Args:
        components: Names as in the ``pipeline`` and the ``policies`` of ``config.yml``.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return True
    is_needed = any(name not in _RASAS_OWN and not name.startswith("bot.nlu.") for name in components)
    if is_needed or not _LEFT_OUT.isdisjoint(sys.modules):
        return False
    sys.meta_path.insert(0, _Finder())
    return True


class _Nameable(type):
    """Makes every attribute of a placeholder a placeholder, like ``tf.keras.layers.Layer``."""

    def __getattr__(cls, name: str) -> type:
        return _placeholder(cls.__name__, name)


class _Placeholder(metaclass=_Nameable):
    """Can be a base class or a type in a signature; nothing can be computed with it."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise RuntimeError(f"{cls.__name__} was asked for, but no component in config.yml needs TensorFlow")


def _placeholder(parent: str, name: str) -> type:
    if name.startswith("__"):
        # Python and other libraries look for these in whatever they meet.
        raise AttributeError(name)
    return _Nameable(f"{parent}.{name}", (_Placeholder,), {})


class _PlaceholderModule(ModuleType):
    def __getattr__(self, name: str) -> type:
        return _placeholder(self.__name__, name)


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        is_left_out = fullname.partition(".")[0] in _LEFT_OUT
        return ModuleSpec(fullname, self, is_package=True) if is_left_out else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: all there is is made when it is asked for."""
