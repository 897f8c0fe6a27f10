"""A number of numpy's or of a table is the number that it is, wherever one is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError

ANY: Any = lastchunk
SLUG = "complete_at_finalization"
NUMBERS: dict[str, Callable[[int], Any]] = {
    "int64": np.int64,
    "uint8": np.uint8,
    "of an array": lambda number: np.asarray(number),
    "of a column": lambda number: pd.Series([number])[0],
}


def traced(number: Any) -> object:
    """One session of a seed and a number."""
    run = ANY.simulate("lossy-mobile", "alarm", number, number)
    return repr(run), run.trace


def compared(number: Any) -> object:
    """Sessions by their number, the most of them and their seed."""
    given = {"sessions": number, "seed": number, "half_width": np.float32(0.4)}
    found = ANY.compare("lossy-mobile", "alarm", **given, sessions_max=number)
    return repr(found), found.to_frame().to_csv()


def set_design(number: Any) -> object:
    """A session of a design with a setting."""
    return ANY.simulate("lossy-mobile", ("mine", "alarm", {"grace_ms": number})).trace


def scoped(number: Any) -> object:
    """A boundary between two ends."""
    ends = {"low_ms": number, "high_ms": number + 20, "near_ms": number + 10}
    return repr(ANY.find_threshold("small-scope", [], "alarm", SLUG, "grace_ms", **ends))


def mapped(number: Any) -> object:
    """A map over two values."""
    found = ANY.region_of(
        "small-scope", x="high_ms", y="grace_ms", x_values=[number, 8], y_range=(number, 40)
    )
    return repr([found, found.columns, found.span_ms])


def swept(number: Any) -> object:
    """A sweep of a few sessions."""
    axis = ANY.Axis.of("client.retry_ms", [100, number])
    return ANY.sweep("lossy-mobile", axis, "alarm", number, number).to_csv()


def sampled(number: Any) -> object:
    """Points between whole bounds: they are whole."""
    given = {"client.retry_ms": (number, number * 20)}
    return repr([F(given, number, number).points for F in (ANY.latin_hypercube, ANY.sobol)])


def bounded(number: Any) -> object:
    """A proof within a budget."""
    budget = ANY.Budget(classes=number * 20, seconds=number * 20, memory_mb=number * 50)
    return repr(ANY.verify("small-scope", "alarm", SLUG, budget).verdicts)


ASKED = [bounded, traced, compared, set_design, scoped, mapped, swept, sampled]


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("asked", ASKED, ids=lambda each: str(each.__name__))
def test_it_says_what_the_plain_number_says(asked: Callable[[Any], object], kind: str) -> None:
    assert asked(NUMBERS[kind](4)) == asked(4)


def test_a_recorded_session_of_such_a_number_can_be_written() -> None:
    _, schedule = ANY.record("lossy-mobile", "alarm", np.int64(2), np.int64(3))
    assert (type(schedule.seed), type(schedule.session)) == (int, int)


@pytest.mark.parametrize("wrong", [np.float64(4.5), np.float64("nan"), np.bool_(True)])
def test_what_is_no_whole_number_is_refused_all_the_same(wrong: Any) -> None:
    calls: list[Callable[[], object]] = [
        lambda: ANY.simulate("harmless", "alarm", seed=wrong),
        lambda: ANY.compare("harmless", "alarm", sessions=wrong),
        lambda: ANY.simulate("harmless", ("mine", "alarm", {"grace_ms": wrong})),
        lambda: ANY.latin_hypercube({"client.retry_ms": (1, 9)}, wrong),
        lambda: ANY.find_threshold("small-scope", [], "alarm", SLUG, "grace_ms", low_ms=wrong),
        lambda: ANY.region_of("small-scope", x="high_ms", y="grace_ms", x_values=[wrong, 8]),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()
