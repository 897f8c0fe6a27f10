"""Random designs in random scenarios: by the table whole traces are SimPy's, by compiled code rows.

    python -m benchmarks.table_random [COUNT] [SEED]
    python -m benchmarks.table_random --show NUMBER

Every second design is a shipped one; the others are of `design_grammar` and `wider_grammar`, read
in a scenario with a recorder, whose chunks are counted. It ends with 1 where two traces differ, and
says the number that shows it again.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from random import Random

from benchmarks.wider_grammar import WIDER_FROM
from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.estimate.replicate import _row
from lastchunk.model.kernel.running.choice import MANY
from lastchunk.model.kernel.running.piloted import unwritten
from lastchunk.model.kernel.running.sessions import _check, run_sessions
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.table.engine import BY_TABLE, run_session, session_table
from lastchunk.model.table.refused import NotCarried
from lastchunk.reference_impl.designs import DESIGNS
from tests.explore.net import design_of

SPACING = 1_000_000
SESSIONS = 6
DELAY = "{{distribution='exponential', mean_ms={0}}}"
RANGE = "{{distribution='uniform', low_ms={0}, high_ms={1}}}"
SETTINGS = (
    "recording.duration_ms={low_ms=500, high_ms=90000}",
    "recording.pause_at_ms=12000",
    "recording.pause_for_ms=3456",
    "network.request_delay_ms=" + DELAY.format(400),
    "network.response_delay_ms=" + RANGE.format(0, 3_000),
    "network.request_loss=0.3",
    "network.response_loss=0.2",
    "network.request_duplication=0.2",
    "network.body='buffered'",
    "network.stop_may_fail=true",
    "network.error_delay_ms=" + RANGE.format(0, 900),
    "blobs.put_delay_ms=" + DELAY.format(900),
    "blobs.failure=0.2",
    "blobs.same_key_ms=1000",
    "client.uploads_parallel=3",
    "client.retry_jitter=0.5",
    "client.retry_factor=2.0",
    "client.retries_max=3",
    "client.looks_at_status=true",
    "client.request_timeout_ms=1500",
    "client.chunk_ms=1000",
    "client.keeps_queue=true",
    "client.last_chunk='before_stop'",
    "client.last_chunk='empty'",
    "platform.commit_ms=" + RANGE.format(0, 700),
    "platform.commit_failure=0.1",
    "platform.storage='kv'",
    "platform.storage_read_ms=4",
    "platform.alarm_late_ms='measured'",
    "platform.alarm_counted_failure=0.2",
    "platform.alarm_uncounted_failure=0.2",
    "platform.alarm_unacknowledged=0.2",
    "platform.instance_loss=0.1",
    "platform.clock_offset_ms={low_ms=-300, high_ms=300}",
    "platform.evict_after_ms=" + RANGE.format(1_000, 9_000),
    "consumer.notify_loss=0.3",
    "consumer.notify_delay_ms=" + RANGE.format(0, 900),
    "limits.end_at_completion=true",
    "limits.horizon_ms=45000",
)
FAULTS = (
    "{kind='stray_stop', offset_ms={low_ms=0, high_ms=20000}}",
    "{kind='tab_closed', offset_ms={low_ms=1000, high_ms=30000}, probability=0.7}",
    "{kind='tab_reloaded', offset_ms={low_ms=1000, high_ms=30000}, for_ms=900, probability=0.7}",
    "{kind='network_down', offset_ms={low_ms=0, high_ms=20000}, for_ms=5000}",
    "{kind='instance_lost', offset_ms={low_ms=0, high_ms=20000}}",
    "{kind='deploy', offset_ms={low_ms=0, high_ms=20000}, old_instance_ms=2000}",
    "{kind='process_killed', offset_ms={low_ms=0, high_ms=20000}, for_ms=900}",
    "{kind='second_tab', offset_ms={low_ms=0, high_ms=20000}, chunks=2}",
    "{kind='create_again', offset_ms={low_ms=0, high_ms=20000}}",
    "{kind='commits_fail', offset_ms={low_ms=0, high_ms=20000}, for_ms=900}",
    "{kind='tab_throttled', offset_ms=9000, for_ms=70000}",
)


def overrides_of(dice: Random) -> list[str]:
    """What is set on top of a shipped scenario."""
    chosen = dice.sample(SETTINGS, dice.randint(1, 8))
    struck = dice.sample(FAULTS, dice.choice((0, 0, 1, 2)))
    return [*chosen, f"faults=[{', '.join(struck)}]"] if struck else chosen


def one(number: int, folder: Path) -> str:
    """What came of one design in one scenario, in a word. Raises `InternalError`."""
    dice = Random(f"table {number}")
    scenario = load_scenario(dice.choice(("everything-fast", *shipped())), overrides_of(dice))
    design = dice.choice(list(DESIGNS))
    if number % 2:
        path = folder / f"design_{number}.py"
        path.write_text(design_of(number // 2 + (WIDER_FROM if number % 4 == 3 else 0)))
        design = f"{path}:Design"
    spec = load_design(design, scenario)
    try:
        session_table(scenario, spec)
    except NotCarried as error:
        return f"refused: {error}"
    words = [run_session(BY_TABLE, scenario, spec, number, n, True)[1] for n in range(SESSIONS)]
    left = next((f"left to SimPy: {word}" for word in words if word), "")
    return left or f"equal, {compiled_too(scenario, spec, number)}"


def compiled_too(scenario: Scenario, spec: DesignSpec, number: int) -> str:
    """Hold the rows of compiled code to SimPy's, for sessions that it has learned and for others.

    Returns in words whether it carries them. Raises `InternalError`.
    """
    if find_spec("numba") is None:
        return "no numba"
    reason = "".join(unwritten(scenario, spec, number, _row, MANY)[:1])
    if reason:
        return f"compiled code: {reason}"
    for one in (number, number + 1):
        sessions = range(2 * SESSIONS)
        batch = run_sessions(scenario, spec, one, sessions, _row)
        for session in sessions:
            row = _row(simulate(scenario, spec, one, session))
            _check(batch.row(session), row, spec, session)
    return "compiled too"


def show(number: int, folder: Path) -> None:
    """Print the scenario of a number, and where its two traces part."""
    dice = Random(f"table {number}")
    print(dice.choice(("everything-fast", *shipped())), *overrides_of(dice), sep="\n  ")
    print(one(number, folder))


def main(arguments: list[str]) -> int:
    """So many of a seed, or one of them."""
    found: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        if arguments[:1] == ["--show"]:
            show(int(arguments[1]), Path(folder))
            return 0
        count = int(arguments[0]) if arguments else 500
        seed = int(arguments[1]) if arguments[1:] else 1
        for number in range(seed * SPACING, seed * SPACING + count):
            try:
                found[one(number, Path(folder))] += 1
            except InputError as error:
                found[f"not run at all: {str(error)[:60]}"] += 1
            except InternalError as error:
                wrong += 1
                print(f"{number}: {error}", flush=True)
    print(f"{count} designs in scenarios of seed {seed}, {SESSIONS} sessions each, {wrong} differ")
    print("".join(f"{times:6,} {words}\n" for words, times in found.most_common()))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
