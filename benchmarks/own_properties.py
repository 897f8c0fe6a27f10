"""Exploring with three own properties against the shipped ones alone, on the small scope.

python -m benchmarks.own_properties
"""

from __future__ import annotations

import sys
import time

from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import Property, asked
from lastchunk.model.properties.language import after, at_most, completion, event, never, state
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.alarm import AlarmDesign

ROUNDS = 5
OWN = [
    never(completion & (state.missing > 0), name="whole"),
    after(event.StopPressed).eventually(completion, within=60, of="last upload", name="soon"),
    at_most(3, event.RequestSent, per="chunk", name="few"),
]


def seconds(chunks: int, own: list[Property]) -> tuple[float, int]:
    """The best of some rounds, and the classes."""
    scenario = load_scenario("small-scope", [f"chunks={chunks}"])
    asks: list[str | Property] = [*asked(AlarmDesign, scenario), *own]
    times, classes = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        classes = verify(scenario, "alarm", asks, counterexamples=False, attack=0).classes
        times.append(time.perf_counter() - began)
    return min(times), classes


def main() -> None:
    """Print a line for each size."""
    for chunks in (2, 3):
        (plain, few), (more, many) = seconds(chunks, []), seconds(chunks, OWN)
        line = f"{chunks} chunks: {plain:.2f} s, {few} classes; with three own {more:.2f} s, "
        sys.stdout.write(f"{line}{many} classes; {more / plain:.2f} times\n")


if __name__ == "__main__":
    main()
