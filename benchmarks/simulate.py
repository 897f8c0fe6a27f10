"""Sessions per second against a plain SimPy process model, side by side in one run.

Both arms run the same sessions on the same random streams. Their outcomes must be equal but where
two things meet at the very ms of the completion: the plain model lets such a pair happen in another
order (about one session in 1,500). The world's arm keeps the whole trace. Peak memory is compared
between few and many sessions.

    python -m benchmarks.simulate
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.plain_simpy import PlainSession
from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace.events import BlobStored
from lastchunk.model.trace.facts import facts_of

Outcome = tuple[int, int]
SESSIONS, ROUNDS = 400, 7
SETTINGS = [
    "network.request_delay_ms={distribution='exponential', mean_ms=700}",
    "network.response_delay_ms={distribution='exponential', mean_ms=80}",
    "blobs.put_delay_ms={distribution='exponential', mean_ms=300}",
]
MEMORY = """
import resource, sys
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.replicate import stream
from lastchunk.model.scenario.load import load_scenario
scenario = load_scenario("everything-fast")
designs = load_designs(["manual", "alarm"], scenario)
for _ in stream(scenario, designs, int(sys.argv[1]), 1):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def world_arm(scenario: Scenario, name: str) -> Callable[[int], Outcome]:
    """One session in the world, its trace kept."""
    design = load_design(name, scenario)

    def run(session: int) -> Outcome:
        trace = simulate(scenario, design, 1, session).trace
        completions = facts_of(trace).completions
        return (completions[0][0], len(completions[0][1])) if completions else (-1, 0)

    return run


def is_tied(scenario: Scenario, name: str, session: int) -> bool:
    """Whether a chunk is stored at the very ms of the first completion."""
    trace = simulate(scenario, load_design(name, scenario), 1, session).trace
    at_ms = facts_of(trace).completions[0][0]
    return any(type(event) is BlobStored and event.at_ms == at_ms for event in trace)


def plain_arm(scenario: Scenario, name: str) -> Callable[[int], Outcome]:
    """One session in the plain model."""
    return lambda session: PlainSession(scenario, name, 1, session).run()


def seconds(arm: Callable[[int], Outcome]) -> float:
    """The time for all sessions of one round."""
    began = time.perf_counter()
    for session in range(SESSIONS):
        arm(session)
    return time.perf_counter() - began


def compare(name: str) -> None:
    """Print the ratio of the two arms for one design."""
    scenario = load_scenario("everything-fast", SETTINGS)
    world, plain = world_arm(scenario, name), plain_arm(scenario, name)
    unequal = [n for n in range(SESSIONS) if world(n) != plain(n)]
    unexplained = [n for n in unequal if not is_tied(scenario, name, n)]
    assert not unexplained, f"sessions that differ without a tie: {unexplained[:5]}"
    pairs = [(seconds(world), seconds(plain)) for _ in range(ROUNDS)]
    ratios = sorted(b / a for a, b in pairs)
    best_world, best_plain = (SESSIONS / min(times) for times in zip(*pairs, strict=True))
    print(
        f"{name}: outcomes unequal by ties in {len(unequal)} of {SESSIONS} sessions {unequal[:5]}"
    )
    print(f"  world, trace and facts kept: {best_world:,.0f} sessions/s")
    print(f"  plain SimPy processes:       {best_plain:,.0f} sessions/s")
    print(f"  world / plain, median of {ROUNDS} rounds: {ratios[ROUNDS // 2]:.2f}")


def memory() -> None:
    """Print the peak memory for few and for many sessions."""
    peaks = []
    for sessions in (1_000, 8_000):
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, str(sessions)],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout) / 1024)
        print(f"peak memory over {sessions:,} sessions: {peaks[-1]:.0f} MiB")
    print(f"  ratio {peaks[1] / peaks[0]:.3f}")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, page size {resource.getpagesize()}")
    for design in ("alarm", "manual"):
        compare(design)
    memory()
