"""Errors by whose fault they are: the caller's input, a design, or the tool itself."""

from __future__ import annotations

from typing import Any

SHOWN_MAX = 400
"""So many characters of a value are shown."""


class InputError(Exception):
    """The caller's input is wrong: which field, what it held, and what is allowed."""

    def __init__(self, field: str, value: object = None, allowed: str = "") -> None:
        self.field = field
        self.value = value
        self.allowed = allowed
        text = field if value is None else f"{field}: {_short_repr(value)}"
        super().__init__(f"{text}; allowed: {allowed}" if allowed else text)


class JsonNull:
    """The null of a file, as an error shows it: None there says that no value is to be shown."""

    def __repr__(self) -> str:
        return "null"


def as_given(value: object) -> object:
    """A value of a JSON file, for an `InputError`."""
    return JsonNull() if value is None else value


def as_written(value: object) -> str:
    """A value as Python writes it. Where its own code throws, or it is too long, what it is.

    Somebody's class may write itself as it likes, and Python writes no number of 4,300 digits.
    """
    try:
        return repr(value)
    except Exception:
        if isinstance(value, int):
            return f"a whole number of {int.bit_length(value):,} bits"
        return f"an object of {name_of_class(type(value))}, which cannot be written"


def text_of_error(error: BaseException) -> str:
    """The text of an exception; where its own code throws, that it has none."""
    try:
        return str(error)
    except Exception as inner:
        return f"its text cannot be had ({name_of_class(type(inner))})"


def name_of_class(cls: type) -> str:
    """A class's name as Python keeps it, whatever its metaclass says."""
    return str(type.__dict__["__name__"].__get__(cls))


def _short_repr(value: object) -> str:
    """A value for a line: an object that was given by mistake may have pages to say of itself."""
    text = " ".join(as_written(value).split("\n"))
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}..."


class DesignError(InputError):
    """A design throws, awaits what it may not, or answers what no handler may answer."""


class InternalError(Exception):
    """The tool contradicts itself: a counterexample that does not replay, two ways that differ.

    No input is to blame. Say what was found, and by which design and schedule it is found again.
    """


def as_plain(value: Any) -> Any:
    """A number of numpy's as Python's own; anything else as it is."""
    is_single = type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0
    return value.item() if is_single else value


def as_whole(field: str, value: Any, least: int = 0) -> int:
    """A whole number, which numpy may have made. Raises `InputError` for anything else."""
    number = as_plain(value)
    if type(number) is not int or number < least:
        raise InputError(field, value, f"a whole number, at least {least}")
    return number
