"""Which rule is named for what diverges: by hand, for each way of diverging."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.conformance.blame import BY_SIGN, rules_blamed, rules_named
from lastchunk.model.conformance.result import Result
from lastchunk.model.conformance.shown import OF_LINES

OTHERWISE = "it did something else"
ENTERS, STORED = ("enter", "signal_stop", -1, 0), ("stored", 2, 0)


def diverging(shown: tuple[Any, ...], wanted: tuple[Any, ...], **more: Any) -> Result:
    return Result("s", "alarm", "diverges", more.pop("why", OTHERWISE), 3, shown, wanted, **more)


@pytest.mark.parametrize(
    ("result", "first"),
    [
        (diverging((), (ENTERS,), inside=True), "R5"),
        (diverging((), (ENTERS,)), "R2"),
        (diverging((STORED,), (ENTERS,)), "R5"),
        (diverging((("alarm", 5, 0),), (STORED,), inside=True), "R5"),
        (diverging((("alarm", 7, 0),), (("alarm", 5, 1),), needs=("retries",)), "A5"),
        (diverging((("alarm", 7, 0),), (("alarm", 5, 0),), needs=("retries",)), "A5"),
        (diverging((("alarm", 7, 0),), (("alarm", 5, 0),)), "A1"),
        (diverging((("alarm", 5, 1),), (("spoiled", 5, 0),), needs=("retries",)), "D2"),
        (diverging((), (("alarm", 5, 6),)), "D1"),
        (diverging((("alarm", 5, 7),), ()), "D1"),
        (diverging((("alarm", 5, 0),), (), needs=("process_killed",)), "D5"),
        (diverging((5,), (None,), why="another alarm", needs=("process_killed",)), "D5"),
        (diverging((5,), (None,), why="another alarm"), "A3"),
        (diverging((("end", "upload", 1, 0, 200),), (("set", 9),)), "A7"),
        (diverging((("set", 8),), (("set", 9),)), "A1"),
        (diverging(((6, "alarm", 5, 1),), ((7, "alarm", 5, 1),), why="at another ms"), "D1"),
        (diverging(((6, "alarm", 5, 0),), ((5, "alarm", 5, 0),), why="at another ms"), "D3"),
    ],
)
def test_the_likeliest_rule_is_first(result: Result, first: str) -> None:
    assert rules_blamed(result)[0] == first


def test_every_sign_has_rules_and_what_agrees_has_none() -> None:
    silent = {"get", "put", "delete", "delete all", "timer", "refused", "missing"}
    told = set(OF_LINES) - silent
    assert told - {"alarm", "spoiled"} <= {*BY_SIGN, "state"}
    for kind in (*BY_SIGN, "alarm", "spoiled"):
        sign = (kind, 1, 1, 1, 1)
        assert rules_blamed(diverging((), (sign,)))
        assert rules_blamed(diverging((sign,), ()))
    assert rules_blamed(Result("s", "alarm", "agrees")) == ()


def test_the_rule_that_most_divergences_speak_of_is_named_first() -> None:
    gate, late = diverging((), (ENTERS,), inside=True), diverging((), (("alarm", 5, 6),))
    assert rules_named([late, gate, gate])[0] == ("R5", 2)
    assert rules_named([Result("s", "alarm", "agrees")]) == []
