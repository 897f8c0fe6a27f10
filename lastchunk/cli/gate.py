"""What a gate that fails says: property, design, session or schedule, and the command to see it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.estimate.comparison import Comparison
    from lastchunk.model.explore.verify import Verification
    from lastchunk.model.scenario.schema import Scenario

EXAMPLES = "counterexamples"
"""The folder that a command writes counterexamples to where the user named none."""
MANY = 3_000_000
ROW_BYTES, ROW_COPIES = 280, 3
"""What a row of a comparison takes; a report is made of as many copies of it, all in all."""
ROWS_SMALL_MB = 1_000
HAPPENINGS_A_CHUNK = 8
"""A request's two legs, its body, its put, and what the recorder and the alarm do for it."""


def failed_sessions(
    result: Comparison, slugs: Sequence[str], scenario: str, settings: Sequence[str]
) -> Iterator[str]:
    """A line for each verdict that fails a comparison; ``settings`` as options."""
    for design in result.designs:
        for slug, verdict in result.verdicts[design.name].items():
            if slug not in slugs or verdict.kind not in ("violated", "unknown"):
                continue
            if verdict.kind == "unknown":
                yield f"failed: {slug}, {design.name}: unknown, {verdict.reason}"
                continue
            words = ["lastchunk", "simulate", scenario, "--design", design.reference]
            words += ["--seed", str(result.seed), "--session", str(verdict.witness_session)]
            yield (
                f"failed: {slug}, {design.name}: session {verdict.witness_session} violates it; "
                f"to see it: {shlex.join([*words, *settings])}"
            )


def failed_schedules(
    result: Verification, scenario: str, settings: Sequence[str], out: Path | None
) -> Iterator[str]:
    """A line for each verdict that fails a verification."""
    design = result.design
    for slug, verdict in result.verdicts.items():
        if verdict.kind not in ("violated", "unknown"):
            continue
        said = f"failed: {slug}, {design.name}: {verdict.kind}"
        examples = result.counterexamples.get(slug, ())
        if not examples:
            yield f"{said}, {verdict.reason}" if verdict.reason else said
            continue
        folder = str(out or EXAMPLES)
        replay = ["lastchunk", "replay", f"{folder}/{slug}-{examples[0].kind}.jsonl"]
        command = shlex.join(replay)
        if out is None:
            again = ["lastchunk", "verify", scenario, "--design", design.reference, *settings]
            again += ["--property", slug, "--out", folder]
            command = f"{shlex.join(again)}; {command}"
        yield f"{said}; to replay it: {command}"


def much_to_do(scenario: Scenario, designs: Sequence[DesignSpec], sessions: int) -> str:
    """What to say before so many sessions are begun; "" where they are soon done."""
    recording = scenario.recording
    chunks = recording.chunks or recording.duration_ms.mean_ms / scenario.client.chunk_ms
    each = int(chunks * HAPPENINGS_A_CHUNK)
    whole = each * sessions * len(designs)
    if whole < MANY and each < scenario.limits.happenings_max:
        return ""
    text = (
        f"about {whole:,} happenings to simulate: {chunks:,.0f} chunks in each of {sessions:,} "
        f"sessions of {len(designs)} designs; Ctrl-C ends it"
    )
    if each >= scenario.limits.happenings_max:
        text += f"; limits.happenings_max = {scenario.limits.happenings_max:,} will cut a session"
    return text


def many_rows(sessions: int, designs: int) -> str:
    """What to say where each session's row is kept, and these take much memory; else ""."""
    memory_mb = sessions * designs * ROW_BYTES * ROW_COPIES // 1_000_000
    if memory_mb <= ROWS_SMALL_MB:
        return ""
    return (
        f"the rows of {sessions:,} sessions of each design take up to {memory_mb / 1_000:,.1f} GB "
        "of memory; without --out, --until and --precision sessions are counted as they come, "
        "and no row is kept"
    )
