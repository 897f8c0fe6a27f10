"""What each pair of a verdict matrix costs, and what it says: to hold two versions side by side.

    python -m benchmarks.matrix 3 now.json              # all of it, with three chunks
    python -m benchmarks.matrix 3 now.json before.json  # and beside what another version wrote
    python -m benchmarks.matrix 2 now.json - alarm      # some designs alone

A pair is a design and a class of faults. The CPU seconds are those of the process that explored it.
Verdicts and classes do not depend on the machine: the budget is so large that none is cut.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import benchmarks.matrix
from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.explore.matrix.cells import Finding, chains_of, explore_chain
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import MATRIX_DESIGNS

SECONDS = 3_000.0
Told = dict[str, Any]


def told(finding: Finding) -> list[Any]:
    """What a finding says, but for its times."""
    schedule = None if finding.schedule is None else repr(finding.schedule)
    return [finding.kind, finding.reason, finding.state_classes, finding.bounds, schedule]


def pair(design: str, faults: str, chunks: int) -> Told:
    """One pair: its cells, and the CPU seconds that they took."""
    began = time.process_time()
    slugs = [slug for group in chains_of(faults, chunks) for slug in group]
    found, reached = explore_chain(design, faults, chunks, SECONDS, slugs)
    out: Told = {"cpu_s": round(time.process_time() - began, 2)}
    out["found"] = {slug: told(item) for slug, item in found.items()}
    out["reached"] = {slug: told(item) for slug, item in reached.items()}
    return out


def measured(chunks: int, designs: list[str]) -> dict[str, Told]:
    """All pairs, one after the other, each in a process of its own."""
    out: dict[str, Told] = {}
    for design in designs:
        for faults in BUILDERS:
            with workers_or_here(2) as executor:
                said = executor.submit(benchmarks.matrix.pair, design, faults, chunks).result()
            name = f"{design} {faults}"
            out[name] = said
            print(f"{name:30} {said['cpu_s']:8.2f} s", flush=True)
    return out


def by_pair(before: dict[str, Told]) -> dict[str, Told]:
    """What a version wrote that explored the parts of a pair apart, as of the whole pair."""
    out: dict[str, Told] = {}
    for name, item in before.items():
        whole = out.setdefault(" ".join(name.split()[:2]), {"cpu_s": 0, "found": {}, "reached": {}})
        whole["cpu_s"] += item["cpu_s"]
        whole["found"] |= item["found"]
        whole["reached"] |= item["reached"]
    return out


def side_by_side(now: dict[str, Told], before: dict[str, Told]) -> None:
    """Where two versions say something else, and what each costs in all."""
    shared = [name for name in now if name in before]
    for name in shared:
        for kind in ("found", "reached"):
            for slug, said in now[name][kind].items():
                if said != (other := before[name][kind][slug]):
                    print(f"{name}, {kind} {slug}: {other[:3]} before, {said[:3]} now")
    old, new = (sum(item[name]["cpu_s"] for name in shared) for item in (before, now))
    print(f"{len(shared)} pairs: {old:.1f} CPU s before, {new:.1f} now")


def main(words: list[str]) -> None:
    """Measure, write, compare."""
    chunks, path, beside, *designs = [*words, "-"] if len(words) == 2 else words
    now = measured(int(chunks), designs or list(MATRIX_DESIGNS))
    now = json.loads(json.dumps(now))
    Path(path).write_text(json.dumps(now))
    print(f"in all {sum(item['cpu_s'] for item in now.values()):.1f} CPU s")
    if beside != "-":
        side_by_side(now, by_pair(json.loads(Path(beside).read_text())))


if __name__ == "__main__":
    main(sys.argv[1:])
