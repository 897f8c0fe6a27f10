"""Python writes an address into the text of an object whose class says nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.estimate.simplicity import asks_of_platform, simplicity_of
from lastchunk.model.subset.check import check_subset
from lastchunk.reference_impl.clock import text_with_address
from tests.attack.ground import REFUSED, Patient, Tried, found, patient

LOG = logging.getLogger(__name__)
LOOKS_ALIKE = "01234567"


class Box:
    """Nothing is said of it."""

    def __init__(self, held: Any = None) -> None:
        self.held = held


@dataclass
class Said:
    """A text that has that of what it holds."""

    held: Any


def text_of_error(error: Exception) -> str:
    """What an exception says."""
    try:
        raise error
    except Exception as caught:
        return str(caught)


WAYS: dict[str, Callable[[Any], str]] = {
    "a text of its own": lambda self: f"{self.box}",
    "by str": lambda self: str(self.box),
    "in a list": lambda self: repr([self.box]),
    "in a dataclass": lambda self: str(Said(self.box)),
    "by map": lambda self: "".join(map(str, [self.box])),
    "of an error": lambda self: text_of_error(ValueError(self.box)),
    "of a key": lambda self: text_of_error(KeyError(self.box)),
    "as a key": lambda self: f"{sorted([self.box], key=str)}",
}


class InText(Patient):
    """An address decides how often the alarm looks."""

    way: Callable[[Any], str]

    def prepare(self) -> None:
        """A box in a box."""
        self.box = Box(Box())

    def looks(self) -> int:
        """Often, or not."""
        return 1 if type(self).way(self)[-3:] in LOOKS_ALIKE else 100


@pytest.mark.parametrize("name", WAYS)
def test_a_text_with_an_address_is_refused_where_it_is_made(name: str) -> None:
    made = {"way": staticmethod(WAYS[name]), "__module__": __name__}
    tried = Tried(type("Design", (InText,), made), REFUSED)
    kind, words = found(tried)
    assert kind == REFUSED, words
    assert "a Box, which has none of its own: it would show an address" in words
    with pytest.raises(DesignError, match="would show an address"):
        compare(tried.scenario(), [tried.spec()], 20, seed=1)


class Logged(Patient):
    """A person may read an address; and the text of a port says nothing of where it lies."""

    def prepare(self) -> None:
        """A box."""
        self.box = Box()
        self.waited = ""

    def looks(self) -> int:
        """One more."""
        LOG.info("looking at %s", self.box)
        assert f"{self.ctx}, {self.ctx.storage}, {self.ctx.blobs}".count(" at 0x") == 0
        self.waited += "x"
        return len(self.waited)


@pytest.mark.parametrize("tried", [*patient(Logged)], ids=lambda tried: tried.name)
def test_what_a_person_is_told_may_name_any_object(
    tried: Tried, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kind, words = found(tried)
    assert kind == tried.truth, words


class Plain(Patient):
    """It says nothing of its text."""

    def looks(self) -> int:
        """Once."""
        return 1


def test_what_there_is_to_read_of_a_design_is_the_same_before_and_after_it_is_explored() -> None:
    """What refuses such a text is put into its classes, and is nothing that a person wrote."""
    before, asks = simplicity_of(Plain), asks_of_platform(Plain)
    check_subset("Plain", Plain)
    assert Plain.__repr__ is text_with_address
    assert (simplicity_of(Plain), asks_of_platform(Plain)) == (before, asks)
