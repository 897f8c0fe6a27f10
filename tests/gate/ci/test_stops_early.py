"""A sampled check with a share that stops as soon as it is known: fewer sessions, same side."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.estimate.intervals.confidence import rate_sequence
from lastchunk.model.estimate.intervals.rate_test import sessions_needed
from tests.gate.ci.test_ci import ran

CHECK = """
sessions = {sessions}
[[checks]]
designs = ["{design}"]
scenarios = ["everything-fast"]
properties = ["complete_at_finalization", "nothing_lost"]
by = ["sampling"]
at_most = {at_most}
stops_early = true
set = {{ "recording.duration_ms" = 10000, "network.request_loss" = 0.2 }}
"""


def sessions_of(line: str) -> int:
    """How many sessions a line of the command speaks of."""
    return int(line.partition(" of ")[2].partition(" sessions")[0].replace(",", ""))


def test_a_rate_that_is_clear_needs_few_sessions(tmp_path: Path) -> None:
    found = ran(tmp_path, CHECK.format(design="alarm", at_most=0.2, sessions=5_000))
    assert (found.code, len(found.lines)) == (0, 3)
    assert sessions_needed(0.2) < sessions_of(found.lines[0]) == 250
    assert "at most 20.0 % may; by the test that may stop early" in found.lines[0]


def test_one_that_is_above_fails_and_one_that_cannot_be_told_is_unknown(tmp_path: Path) -> None:
    above = ran(tmp_path, CHECK.format(design="manual", at_most=0.1, sessions=5_000))
    assert above.code == 1
    assert "more than 10.0 %" in above.lines[0]
    few = ran(tmp_path, CHECK.format(design="alarm", at_most=0.2, sessions=20))
    assert few.code == 3
    none, high = 0, rate_sequence(0, 20).high
    assert f"{none} of 20 sessions fail (0.00 % to {100 * high:.1f} %)" in few.lines[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [("at_most = 0.2", ""), ("at_most = 0.2", "at_most = 1.0"), ("sessions =", "baseline='x'\n#")],
)
def test_there_must_be_a_share_and_no_baseline(tmp_path: Path, old: str, new: str) -> None:
    text = CHECK.format(design="alarm", at_most=0.2, sessions=20)
    found = ran(tmp_path, text.replace(old, new))
    assert found.code == 2
    assert "stops_early" in str(found.error) or "at_most" in str(found.error)
