"""The ways to run many sessions, in one interleaved run by CPU time.

    python -m benchmarks.engines [MANY] [FEW] [ROUNDS]

Scenario everything-fast, as shipped and with the delays of `benchmarks.simulate`, and lossy-mobile,
which the plain models in SimPy and in salabim do not know: they lose no request. With one set of
draws these two come to the same in each session, which is looked at. The delays of the benchmark
are also run by a loop of the bare protocol that is written by hand; it draws its own numbers, so
its means are held to those of compiled code (6 standard errors). In each round every arm runs
sessions of its own: compiled code and that loop MANY, the others FEW. Compiled code meets new steps
in them; then it runs the same sessions once more and knows all that it can (*known*). What an arm
takes for the first time (the table's growth, numba's loading, the ways) is told apart as its
beginning. Lines are sessions a second, median and quartiles of the rounds, and how often as fast as
the SimPy path; the rows of all engines are held to each other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import quantiles

import pandas as pd

from benchmarks.hand_written import apart, by_hand, can_be_by_hand
from benchmarks.plain_salabim import in_salabim
from benchmarks.plain_simpy import PlainSession
from benchmarks.simulate import SETTINGS
from lastchunk.model.design.load import load_design
from lastchunk.model.estimate.replicate import run_batch
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario

Arm = Callable[[range], pd.DataFrame]
DESIGN = "alarm"
COMPILED, AGAIN, BY_HAND = "compiled code", "compiled code, known", "a loop by hand"
PLAIN, SALABIM = "plain SimPy", "plain salabim"
ERRORS_MAX = 6.0


def arms_of(scenario: Scenario, is_plain: bool) -> dict[str, Arm]:
    """What runs sessions, by its name; ``is_plain``: the plain models know the scenario."""
    spec = load_design(DESIGN, scenario)

    def by(engine: str) -> Arm:
        return lambda sessions: run_batch(
            scenario, [spec], 1, sessions, engine=engine, of_all=len(sessions)
        )

    def plain(sessions: range) -> pd.DataFrame:
        runs = [PlainSession(scenario, DESIGN, 1, session).run() for session in sessions]
        return pd.DataFrame(runs)

    def salabim(sessions: range) -> pd.DataFrame:
        return pd.DataFrame(in_salabim(scenario, 1, sessions))

    kernel = by("kernel")
    arms = {"SimPy path": by("simpy"), "table walk": by("table"), COMPILED: kernel, AGAIN: kernel}
    return arms | {PLAIN: plain, SALABIM: salabim} if is_plain else arms


def seconds(arm: Arm, sessions: range) -> float:
    """CPU seconds of an arm for some sessions."""
    began = time.process_time()
    arm(sessions)
    return time.process_time() - began


def check_rows(arms: dict[str, Arm], sessions: range) -> None:
    """Hold the rows of the engines to each other, and those of the plain models."""
    frames = [arms[name](sessions) for name in ("SimPy path", "table walk", COMPILED)]
    for frame in frames:
        frame.attrs = {}
        pd.testing.assert_frame_equal(frame, frames[0], check_exact=True)
    if PLAIN in arms:
        pd.testing.assert_frame_equal(arms[PLAIN](sessions), arms[SALABIM](sessions))


def measure(
    words: str, scenario: Scenario, many: int, few: int, rounds: int, is_plain: bool = True
) -> None:
    """Print what each arm does on a scenario."""
    arms = arms_of(scenario, is_plain)
    if can_be_by_hand(scenario):
        arms[BY_HAND] = partial(by_hand, scenario)
        errors = apart(arms[BY_HAND](range(many)), arms[COMPILED](range(many)))
        assert errors < ERRORS_MAX, f"the loop and compiled code are {errors:.1f} errors apart"
    sizes = {name: many if name in (COMPILED, AGAIN, BY_HAND) else few for name in arms}
    begun = {name: seconds(arm, range(sizes[name])) for name, arm in arms.items()}
    rates: dict[str, list[float]] = {name: [] for name in arms}
    for number in range(1, rounds + 1):
        for name, arm in arms.items():
            size = sizes[name]
            took = seconds(arm, range(number * size, (number + 1) * size))
            rates[name].append(size / took)
    check_rows(arms, range(few))
    print(f"{words}, design {DESIGN}")
    for name, found in rates.items():
        low, middle, high = quantiles(found, n=4)
        ratios = [one / other for one, other in zip(found, rates["SimPy path"], strict=True)]
        least, ratio, most = quantiles(ratios, n=4)
        print(
            f"  {name}: {middle:,.0f} sessions/s ({low:,.0f} to {high:,.0f}); "
            f"{ratio:.1f} times the SimPy path ({least:.1f} to {most:.1f}); "
            f"its first {sizes[name]:,} sessions: {begun[name]:.1f} s",
            flush=True,
        )


def main(many: int, few: int, rounds: int) -> None:
    """The scenarios, one after another."""
    given = (many, few, rounds)
    measure("everything-fast as shipped", load_scenario("everything-fast"), *given)
    measure("the protocol of the benchmark", load_scenario("everything-fast", SETTINGS), *given)
    measure("lossy-mobile", load_scenario("lossy-mobile"), *given, is_plain=False)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*[*numbers, *(20_000, 200, 7)[len(numbers) :]])
