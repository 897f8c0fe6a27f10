"""What a caller may give for a design: a class, a reference, either with a label, or a spec.

``("grace 20 s", AlarmDesign, {"grace_ms": 20_000})`` is a design under a label with settings of its
own, so that one design stands beside itself.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.reference_impl.designs import DESIGNS

GIVEN_AS = "a class, a shipped name, path/to/file.py:ClassName, or (label, design, settings)"
LABEL_MAX = 100
_OF_SESSION: dict[str, Any] = {}
"""Classes that no file can be imported for, or that must not be: by their reference."""


class GivenParts(NamedTuple):
    """A class or a reference, a label ("" for none), and settings: a mapping or an instance."""

    design: Any
    label: str
    settings: Any


def taken_apart(given: object) -> GivenParts:
    """What was given for a design. Raises `InputError` where it is none."""
    label: object = ""
    settings: Any = {}
    if isinstance(given, tuple):
        if len(given) != 3:
            raise InputError("design", given, "(label, design, settings)")
        label, given, settings = given
        if not isinstance(label, str) or not _is_line(label):
            raise InputError("design", label, "a label that is a text, on one line")
        if len(label) > LABEL_MAX:
            raise InputError("design", label, f"a label of at most {LABEL_MAX} characters")
        if not isinstance(settings, Mapping) and not is_settings(settings):
            raise InputError(f"design {label}", settings, "a mapping of settings, or Settings(...)")
    assert isinstance(label, str)
    if isinstance(given, Path):
        given = str(given)
    if not isinstance(given, str) and not inspect.isclass(given):
        raise InputError("design", given, GIVEN_AS)
    return GivenParts(given, label, settings)


def _is_line(text: str) -> bool:
    """Whether a text has something to show, and no sign that cannot be shown."""
    is_shown = all(sign.isprintable() or sign.isspace() for sign in text)
    return is_shown and bool(text.strip()) and len(text.splitlines()) == 1


def is_settings(value: object) -> bool:
    """Whether a value is an instance of a dataclass."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def reference_of(cls: type) -> str:
    """The reference of a class that was given itself: by it a command finds the class again.

    A class that is in no file, or in the script that runs, is found in this process alone.
    """
    for name, shipped in DESIGNS.items():
        if cls is shipped:
            return name
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    is_found = getattr(module, cls.__name__, None) is cls
    reference = f"{cls.__module__}:{cls.__qualname__}"
    if file is not None and is_found and Path(file).is_file():
        reference = f"{_short(Path(file))}:{cls.__name__}"
        if cls.__module__ != "__main__":
            return reference
    _OF_SESSION[reference] = cls
    return reference


def remember(reference: str, cls: Any) -> None:
    """Let this process find a class that came from another one, under its reference there."""
    _OF_SESSION[reference] = cls


def class_of_session(reference: str) -> Any:
    """The class that was given under a reference in this process; None where there is none."""
    return _OF_SESSION.get(reference)


def _short(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
