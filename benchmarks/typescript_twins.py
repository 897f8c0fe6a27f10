"""The shipped designs in TypeScript beside those in Python: the same to the byte, and how fast.

``python -m benchmarks.typescript_twins sessions 20`` compares so many sessions of every scenario,
``cells 1`` the cells of the matrix with so many chunks, ``thresholds`` the exact ms of the grace,
``times 2`` the processor time of each proof of the small scope with so many chunks.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import lastchunk
from lastchunk.model.scenario.load import shipped
from tests.typescript.twins import TWINS, twin_of

GRACES = ("alarm", "outbox", "short-grace", "re-read", "leases")
BUDGET_S = 3_000.0


def sessions(count: int) -> int:
    """Compare traces and rows of every scenario; how many sessions differ."""
    differing = compared = 0
    for scenario in shipped():
        loaded = lastchunk.load_scenario(scenario)
        for name in TWINS:
            own, twin = (
                lastchunk.compare(loaded, [("one", d, {})], sessions=count, seed=1, workers=1)
                for d in (name, twin_of(name))
            )
            rows_differ = not own.frame.equals(twin.frame)
            traces = [
                lastchunk.simulate(loaded, name, seed=1, session=session).trace
                == lastchunk.simulate(loaded, twin_of(name), seed=1, session=session).trace
                for session in range(count)
            ]
            compared += count
            differing += traces.count(False) + rows_differ
            if rows_differ or not all(traces):
                print(
                    f"{scenario}, {name}: rows {rows_differ}, {traces.count(False)} traces differ"
                )
    print(f"{compared} sessions of {len(shipped())} scenarios and {len(TWINS)} designs: ", end="")
    print(f"{differing} differ")
    return differing


def cells(chunks: int) -> int:
    """Compare the cells of the matrix; how many differ."""
    differing = compared = 0
    for name in TWINS:
        own, twin = (
            lastchunk.matrix([("one", d, {})], chunks=chunks, seconds=BUDGET_S, workers=1)
            for d in (name, twin_of(name))
        )
        pairs = list(zip(own.cells, twin.cells, strict=True))
        compared += len(pairs)
        for ours, theirs in pairs:
            if (ours.slug, ours.faults, ours.kind) != (theirs.slug, theirs.faults, theirs.kind):
                differing += 1
                print(f"{name}: {ours.slug} in {ours.faults}: {ours.kind}, {theirs.kind}")
    print(f"{compared} cells with chunks={chunks}: {differing} differ")
    return differing


def thresholds() -> int:
    """Compare the ms at which the grace is long enough; how many differ."""
    slug = "complete_at_finalization"
    differing = 0
    for name in GRACES:
        own, twin = (
            lastchunk.find_threshold("small-scope", [], d, slug, "design.grace_ms")
            for d in (name, twin_of(name))
        )
        is_same = (own.below, own.below_ms, own.above_ms) == (
            twin.below,
            twin.below_ms,
            twin.above_ms,
        )
        differing += not is_same
        print(f"{name}: {own.below} up to {own.below_ms} ms, in TypeScript {twin.below_ms} ms")
    return differing


def times(chunks: int) -> int:
    """Processor time of each proof, twins in turn."""
    print("| design | classes | Python (s) | TypeScript (s) | times |")
    print("| --- | --- | --- | --- | --- |")
    scope = lastchunk.load_scenario("small-scope", [f"chunks={chunks}"])
    differing = 0
    for name in TWINS:
        spent, classes = [], []
        for design in (name, twin_of(name)):
            lastchunk.verify(lastchunk.load_scenario("small-scope", ["chunks=1"]), design, attack=0)
            began = time.process_time()
            proof = lastchunk.verify(scope, design, attack=0)
            spent.append(time.process_time() - began)
            classes.append(proof.classes)
        differing += classes[0] != classes[1]
        counts = f"{classes[0]:,}" if classes[0] == classes[1] else f"{classes[0]:,} {classes[1]:,}"
        ratio = spent[1] / spent[0]
        print(f"| {name} | {counts} | {spent[0]:.2f} | {spent[1]:.2f} | {ratio:.2f} |", flush=True)
    return differing


WHAT: dict[str, Callable[..., int]] = {
    "sessions": sessions,
    "cells": cells,
    "thresholds": thresholds,
    "times": times,
}

if __name__ == "__main__":
    sys.exit(1 if WHAT[sys.argv[1]](*map(int, sys.argv[2:])) else 0)
