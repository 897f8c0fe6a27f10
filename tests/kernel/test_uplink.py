"""What is shared on an uplink in compiled code against the uplink of the world itself."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.estimate import replicate
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.table.machine import SessionTable
from lastchunk.model.table.start import SessionDraws, Transfers

pytest.importorskip("numba", reason="compiled code needs numba")
from lastchunk.model.kernel import learning, uplink, uplink_rows
from lastchunk.model.kernel.base.compiling import in_machine_code, pointer_to
from lastchunk.model.kernel.base.draws import compiled_key, seed_words
from lastchunk.model.kernel.drawing import NOT_DRAWN
from lastchunk.model.kernel.grown import Grown
from lastchunk.model.kernel.nodes import SESSION_ROOM, UPLINK, as_arrays
from lastchunk.model.kernel.running import nodes_known, sessions
from lastchunk.model.kernel.uplink_rows import FIRST_ENDS, IS_KEPT, TRANSFERS_MAX

Asked = list[tuple[int, int, int, int]]
"""What is done, to which transfer, the size of one that begins, and when."""
BEGINS, ENDS, ASKS, TAKES_BACK, STEPS = range(5)
UPLINKS = {
    "one rate": "{kind='constant', rate_kbps=700}",
    "fluctuating": "{kind='fluctuating', mean_kbps=830, shape=14, interval_ms=1000,"
    " correlation=0.9}",
    "wild": "{kind='fluctuating', mean_kbps=400, shape=0.3, interval_ms=90}",
    "measured": "{kind='trace', file='%s'}",
}
VAST = {
    "many bits": "{kind='fluctuating', mean_kbps=1000000000, shape=14, interval_ms=100000000}",
    "long intervals": "{kind='fluctuating', mean_kbps=900, shape=14, interval_ms=1000000000000}",
    "a fast line": "{kind='constant', rate_kbps=1000000000}",
}


@in_machine_code
def played(arrays: Any, room: Any, seed: Any, number: Any, asked: Any, answers: Any) -> None:
    """Do one thing after another to an uplink."""
    ints, floats, words = arrays
    numbers, rates = room
    normal = np.zeros(1, np.float64)
    work = pointer_to(numbers)
    tables = (pointer_to(ints), pointer_to(floats), pointer_to(words))
    session = (compiled_key(seed, number), work, pointer_to(rates), pointer_to(normal))
    uplink.begin_uplink(tables, session)
    for at in range(len(asked)):
        what, which, size, now_ms = asked[at]
        if what == BEGINS:
            answers[at, 0] = uplink.transfer_begins(tables, session, size, now_ms)
        elif what == ENDS:
            answers[at, 0] = uplink.transfer_ends(tables, session, which, now_ms)
        elif what == ASKS:
            answers[at, 1] = uplink.first_to_end(tables, session, now_ms)
            answers[at, 0] = numbers[UPLINK + FIRST_ENDS]
        elif what == TAKES_BACK:
            uplink.take_back(work)
        else:
            numbers[UPLINK + IS_KEPT] = 0


@pytest.fixture
def measured(tmp_path: Path) -> str:
    """A file of a measured uplink."""
    file = tmp_path / "measured.up"
    file.write_text("\n".join(map(str, [1, 1, 1, 7, 30, 30, 200, 201, 202, 900, 2_400])))
    return str(file)


def grown_for(kind: str, measured: str) -> Grown:
    """Nodes of a scenario with an uplink."""
    given = (UPLINKS | VAST)[kind]
    given = given % measured if "%s" in given else given
    scenario = load_scenario("harmless", [f"uplink={given}"])
    return Grown(SessionTable(scenario, load_design("alarm", scenario)), replicate._row)


def by_chance(number: int, most: int) -> Asked:
    """What is done to an uplink: one thing after another, as the steps of a design may do."""
    chance = random.Random(number)
    asked: Asked = []
    now_ms = known = before = 0
    for _ in range(most):
        now_ms += chance.choice((0, 0, 1, 20, 300, 4_000))
        what = chance.choices((BEGINS, ENDS, ASKS, TAKES_BACK, STEPS), (4, 3, 5, 1, 3))[0]
        which = chance.randrange(-1, known) if known else -1
        if what == TAKES_BACK:
            known = before
        elif what == STEPS:
            before = known
        known += (what == BEGINS) - (what == ENDS and which >= 0)
        asked.append((what, which, chance.choice((0, 1, 1_500, 1_501, 40_000)), now_ms))
        if what == TAKES_BACK:  # a step is taken back as it ends
            asked.append((STEPS, 0, 0, now_ms))
    return asked


def in_python(transfers: Transfers, asked: Asked) -> list[list[int]]:
    """The same, done to the uplink of the world."""
    answers = []
    for what, which, size, now_ms in asked:
        answer = [0, 0]
        if what in (BEGINS, ENDS):
            transfers.change("start" if what == BEGINS else "cancel", which, size, now_ms)
            answer[0] = 1
        elif what == ASKS:
            answer = list(transfers.plan(now_ms))
        elif what == TAKES_BACK:
            transfers.take_back()
        else:
            transfers.before = None
        answers.append(answer)
    return answers


def compiled(grown: Grown, session: int, asked: Asked) -> tuple[list[list[int]], Any]:
    """The same in compiled code: its answers, and all its numbers."""
    room = np.zeros(SESSION_ROOM, np.int64), np.zeros(uplink_rows.INTERVALS_MAX + 1, np.int64)
    answers = np.zeros((len(asked), 2), np.int64)
    arrays, given = tuple(as_arrays(grown.store)), (seed_words(3), session, np.array(asked))
    played(arrays, room, *given, answers)
    return answers.tolist(), room[0]


@pytest.mark.parametrize("kind", UPLINKS)
def test_transfers_share_it_alike(kind: str, measured: str) -> None:
    grown = grown_for(kind, measured)
    for session in range(40):
        asked = by_chance(session, 120)
        transfers = SessionDraws(grown.machine.scenario, 3, session).transfers
        assert transfers is not None
        answers, room = compiled(grown, session, asked)
        assert answers == in_python(transfers, asked)
        other = Transfers(transfers.uplink)
        uplink_rows.put_transfers(other, room[UPLINK:].tolist())
        assert other.shared.fingerprint() == transfers.shared.fingerprint()
        assert (other.shared.at_ms, other.order) == (transfers.shared.at_ms, transfers.order)
        assert other.began == transfers.began


def test_very_many_transfers_are_left_to_python(measured: str) -> None:
    grown = grown_for("one rate", measured)
    asked = [(BEGINS, -1, 40_000, 0)] * (TRANSFERS_MAX + 1)
    answers, _ = compiled(grown, 0, asked)
    assert [done for done, _ in answers] == [1] * TRANSFERS_MAX + [0]


def test_very_many_rates_are_left_to_python(measured: str) -> None:
    grown = grown_for("wild", measured)
    asked = [(BEGINS, -1, 10**10, 0), (ASKS, 0, 0, 0), (ENDS, -1, 0, 90 * 2**17)]
    answers, _ = compiled(grown, 0, asked)
    assert [answers[0][0], answers[1][1], answers[2][0]] == [1, NOT_DRAWN, 0]


@pytest.mark.parametrize("kind", VAST)
def test_what_64_bits_do_not_hold_is_left_to_python(kind: str, measured: str) -> None:
    grown = grown_for(kind, measured)
    answers, _ = compiled(grown, 0, [(BEGINS, -1, 40_000, 10**10)])
    assert answers[0][0] == 0


def test_sessions_that_it_leaves_have_the_rows_of_simpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate that changes each few ms has more values than there is room for."""
    monkeypatch.setattr(nodes_known, "_known", [])
    given = ["uplink.interval_ms=5", "recording.duration_ms=340000"]
    scenario = load_scenario("cellular-driving", given)
    spec = load_design("alarm", scenario)
    batch = sessions.run_sessions(scenario, spec, 1, range(2), replicate._row)
    rows = [replicate._row(simulate(scenario, spec, 1, session)) for session in range(2)]
    for at, row in enumerate(rows):
        assert batch.row(at).items() <= row.items()
    assert batch.uplink_kbps.min() > 500


def test_draws_begin_again_where_a_room_says(measured: str) -> None:
    grown = grown_for("measured", measured)
    draws = SessionDraws(grown.machine.scenario, 3, 0)
    _, room = compiled(grown, 0, [(BEGINS, -1, 40_000, 0), (BEGINS, -1, 9_000, 800)])
    first, there = (
        learning.draws_again(draws).transfers,
        learning.draws_again(draws, room).transfers,
    )
    assert first is not None
    assert there is not None
    assert (first.order, there.order, there.shared.at_ms) == ([], [0, 1], 800)
    assert there.plan(900)[1] > 900
