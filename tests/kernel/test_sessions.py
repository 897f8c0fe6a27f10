"""Sessions by compiled code: the rows of SimPy, whatever is new; and what differs is found."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.base.memory import LESS_OFTEN
from lastchunk.model.design.load import load_design
from lastchunk.model.estimate import comparison, replicate
from lastchunk.model.kernel import learning
from lastchunk.model.kernel.base.names import draw_name
from lastchunk.model.kernel.grown import Grown
from lastchunk.model.kernel.nodes import NEW_STEP, NODE_AT, SESSION_ROOM, NodeStore, as_arrays
from lastchunk.model.kernel.past.judging import NUMBER_COLUMNS
from lastchunk.model.kernel.running import choice, nodes_known, piloted, sessions
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.table import engine, machine
from lastchunk.model.table.engine import check_same, session_table
from lastchunk.model.table.machine import SessionTable, State
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.walk import TableWalk, run_by_table
from lastchunk.properties import event, never

pytest.importorskip("numba", reason="compiled code needs numba")
BENCHMARK = [
    "network.request_delay_ms={distribution='exponential', mean_ms=700}",
    "network.response_delay_ms={distribution='exponential', mean_ms=80}",
    "blobs.put_delay_ms={distribution='exponential', mean_ms=300}",
]
SETTINGS = {
    "as shipped": ("everything-fast", []),
    "the protocol of the benchmark": ("everything-fast", BENCHMARK),
    "losses and choices": ("small-scope", ["network.response_loss=0.1"]),
    "faults": ("default-scope", []),
    "a pause": ("twelve-minute-pause", []),
    "a clock that is off": ("harmless", ["platform.clock_offset_ms={low_ms=-40, high_ms=60}"]),
    "cut at the horizon": ("harmless", ["limits.horizon_ms=27000"]),
    "cut after so many": ("harmless", ["limits.happenings_max=31"]),
    "a page whose clock is off": (
        "harmless",
        ["browser.clock_offset_ms={low_ms=-40, high_ms=60}"],
    ),
    "requests and responses that are lost": ("lossy-mobile", []),
    "handlers that are lost": ("deploy-while-recording", []),
    "a tab that is closed": ("tab-closed-while-recording", []),
    "a fixed duration": ("everything-fast", ["recording.duration_ms=31000", BENCHMARK[0]]),
    "a stray stop": ("stray-stop", []),
    "an uplink of one rate": ("slow-uplink", []),
    "an uplink that fluctuates": ("cellular-lte", []),
    "an uplink whose rate is soon another": ("cellular-lte", ["uplink.interval_ms=70"]),
    "a measured uplink, with transfers that are broken off": ("tab-reloaded", ["measured"]),
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test learns its nodes anew, in small rounds."""
    monkeypatch.setattr(nodes_known, "_known", [])
    monkeypatch.setattr(piloted, "_piloted", [])
    monkeypatch.setattr(sessions, "LEARNED_AT_ONCE", 20)


@pytest.mark.parametrize("words", SETTINGS)
def test_rows_are_those_of_simpy(words: str, tmp_path: Path) -> None:
    name, overrides = SETTINGS[words]
    file = tmp_path / "measured.up"
    file.write_text("\n".join(str(at) for at in range(0, 9_000, 5) if at % 400 < 300))
    measured = f"uplink={{kind='trace', file='{file}'}}"
    given = [measured if words == "measured" else words for words in overrides]
    scenario = load_scenario(name, given)
    for _ in range(2):  # the second time their steps are known
        by_kernel = comparison.compare(scenario, ["manual", "alarm"], 40, 3, engine="kernel")
    assert by_kernel.engines == {"manual": "kernel", "alarm": "kernel"}
    plain = comparison.compare(scenario, ["manual", "alarm"], 40, 3, engine="simpy")
    pd.testing.assert_frame_equal(by_kernel.frame, plain.frame, check_exact=True)


def test_most_sessions_take_steps_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    comparison.compare("everything-fast", "alarm", 400, engine="kernel")
    known = nodes_known._known[-1]
    assert known.learned <= 64 + 20  # the pilot's, and a few
    assert known.seen == 400


def test_batches_and_workers_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    one = comparison.compare("everything-fast", "alarm", 200, engine="kernel")
    monkeypatch.setattr(replicate, "BATCH", 70)
    other = comparison.compare("everything-fast", ["alarm"], 200, workers=2, engine="kernel")
    pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)


def test_the_trace_of_a_session_is_there_on_demand() -> None:
    scenario = load_scenario("everything-fast", BENCHMARK)
    spec = load_design("alarm", scenario)
    comparison.compare(scenario, "alarm", 60, engine="kernel")
    check_same(run_by_table(session_table(scenario, spec), 1, 59), simulate(scenario, spec, 1, 59))


def test_what_is_not_written_down_any_more_is_still_right(monkeypatch: pytest.MonkeyPatch) -> None:
    comparison.compare("small-scope", "alarm", 20, engine="kernel")
    monkeypatch.setattr(nodes_known, "MOVES_MAX", 10)
    before = len(grown_of(nodes_known._known[-1]).store.moves)
    by_kernel = comparison.compare("small-scope", "alarm", 80, engine="kernel")
    plain = comparison.compare("small-scope", "alarm", 80, engine="simpy")
    pd.testing.assert_frame_equal(by_kernel.frame, plain.frame, check_exact=True)
    assert len(grown_of(nodes_known._known[-1]).store.moves) == before


def grown_of(known: nodes_known.Known) -> Grown:
    """What is written down of a design."""
    assert known.grown is not None
    return known.grown


def wrong_number(grown: Grown, name: str) -> None:
    """Let one number be wrong."""
    store = grown.store
    if name == "rows":
        for row in store.rows:
            row[0] += 1
    elif name == "names":
        (first, *rest) = store.names
        assert first[0] == draw_name("recording duration", ())
        wrong = (draw_name("another duration", ()), ())
        store.names = {name: at for at, name in enumerate([wrong, *rest])}
    elif name == "moves":
        spent = grown.memory.places["spent", "requests"]
        for move in store.moves:
            move[3] += move[0] == spent
    else:
        for varying in store.varying:
            varying[3] += 1


@pytest.mark.parametrize("name", ["rows", "names", "moves", "varying"])
def test_one_wrong_number_is_found(name: str) -> None:
    comparison.compare("harmless", "alarm", 40, engine="kernel")
    known = nodes_known._known[-1]
    wrong_number(grown_of(known), name)
    grown_of(known).store.flat = NodeStore().flat
    known.arrays = None
    scenario = load_scenario("harmless")
    spec = load_design("alarm", scenario)
    with pytest.raises(InternalError, match=r"compiled code and SimPy differ in \w+ .* and "):
        sessions.run_sessions(scenario, spec, 1, range(40), replicate._row)


def test_every_1000th_session_is_checked_whatever_the_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = []
    monkeypatch.setattr(sessions, "_check", lambda row, other, design, at: checked.append(at))
    scenario = load_scenario("harmless")
    spec = load_design("alarm", scenario)
    sessions.run_sessions(scenario, spec, 1, range(40), replicate._row)
    sessions.run_sessions(scenario, spec, 1, range(990, 2_010), replicate._row)
    assert checked[-3:] == [990, 1_000, 2_000]


def test_garbage_is_looked_for_seldom_while_steps_are_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen, learn_on, before = [], learning.learn_on, gc.get_threshold()

    def noting(*given: Any) -> None:
        seen.append(gc.get_threshold()[0])
        learn_on(*given)

    monkeypatch.setattr(nodes_known, "learn_on", noting)
    scenario = load_scenario("lossy-mobile", ["client.retry_ms=1717"])
    sessions.run_sessions(scenario, load_design("alarm", scenario), 1, range(120), replicate._row)
    assert seen
    assert set(seen) == {LESS_OFTEN}
    assert gc.get_threshold() == before


def test_nodes_that_grow_are_the_arrays_that_all_of_them_make_at_once() -> None:
    scenario = load_scenario("lossy-mobile", ["client.retry_ms=1718"])
    spec = load_design("alarm", scenario)
    laid_out = []
    for batch in (range(60), range(60, 400), range(400, 2_000)):
        sessions.run_sessions(scenario, spec, 1, batch, replicate._row)
        store = grown_of(nodes_known._known[-1]).store
        grown = as_arrays(store)
        anew = NodeStore()
        store.flat, store.floats = anew.flat, anew.floats
        for one, other in zip(grown, as_arrays(store), strict=True):
            np.testing.assert_array_equal(one, other)
        laid_out.append(len(grown.ints))
    assert laid_out == sorted(set(laid_out))


def test_a_table_that_is_made_anew_has_nodes_of_its_own() -> None:
    scenario = load_scenario("harmless")
    spec = load_design("alarm", scenario)
    sessions.run_sessions(scenario, spec, 1, range(40), replicate._row)
    known = nodes_known._known[-1]
    before = known.grown
    known.learn(SessionTable(scenario, spec), 1, 39, replicate._row)
    with_more = sessions.run_sessions(scenario, spec, 1, range(40, 200), replicate._row)
    assert known.grown is not before
    plain = comparison.compare(scenario, "alarm", 200, engine="simpy").frame
    assert np.array_equal(with_more.columns()["stop_ms"], plain["stop_ms"][40:])


def runs_in_python(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sessions that are run in Python as a whole."""
    ran: list[int] = []
    real = sessions._by_python

    def noted(known: Any, seed: int, numbers: range, at: int, *more: Any) -> None:
        ran.append(numbers[at])
        real(known, seed, numbers, at, *more)

    monkeypatch.setattr(sessions, "_by_python", noted)
    return ran


def test_what_is_new_is_learned_where_compiled_code_has_come_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only a table that knows nothing runs sessions as a whole; of later ones the new steps."""
    ran = runs_in_python(monkeypatch)
    scenario = load_scenario("lossy-mobile")
    spec = load_design("alarm", scenario)
    found = sessions.run_sessions(scenario, spec, 5, range(150), replicate._row)
    assert ran == list(range(20))
    known = nodes_known._known[-1]
    before = known.ends
    more = sessions.run_sessions(scenario, spec, 5, range(150, 400), replicate._row)
    assert ran == list(range(20))
    assert known.ends > before
    plain = comparison.compare(scenario, "alarm", 400, 5, engine="simpy").frame
    for batch, numbers in ((found, slice(0, 150)), (more, slice(150, 400))):
        for name, column in batch.columns().items():
            expected = plain[name][numbers].to_numpy()
            assert list(map(repr, column)) == list(map(repr, expected)), name


@pytest.mark.parametrize("how", ["nothing is learned", "it is refused"])
def test_where_nothing_can_be_learned_python_runs_the_session(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn_on(*_: Any) -> None:
        if how == "it is refused":
            raise NotCarried("a thing")

    scenario = load_scenario("small-scope")
    spec = load_design("alarm", scenario)
    sessions.run_sessions(scenario, spec, 1, range(30), replicate._row)
    monkeypatch.setattr(nodes_known, "learn_on", learn_on)
    ran = runs_in_python(monkeypatch)
    found = sessions.run_sessions(scenario, spec, 1, range(30, 230), replicate._row)
    assert 0 < len(ran) < 200
    plain = comparison.compare(scenario, "alarm", 230, engine="simpy").frame
    assert np.array_equal(found.columns()["retries"], plain["retries"][30:])
    assert not found.left


def uplink_of(walk: TableWalk) -> Any:
    """What is on the uplink of a walk just now."""
    transfers = walk.streams.transfers
    if transfers is None:
        return None
    return transfers.shared.fingerprint(), transfers.order.copy(), transfers.began


class Followed(TableWalk):
    """A walk that notes where it is before each step."""

    def __init__(self, machine: SessionTable, seed: int, session: int) -> None:
        super().__init__(machine, seed, session)
        self.seen: list[Any] = []

    def _step(self, state: State, at: int, registers: list[int]) -> State | None:
        self.seen.append((state, list(registers), self.orders, self.born, uplink_of(self)))
        return super()._step(state, at, registers)


@pytest.mark.parametrize(
    ("name", "design"), [("lossy-mobile", "alarm"), ("cellular-driving", "lazy-alarm")]
)
def test_what_is_handed_over_is_where_a_walk_in_python_is(name: str, design: str) -> None:
    """Registers, the order of what is pending, how much has been, and the uplink: the same step."""
    scenario = load_scenario(name, ["client.uploads_parallel=3"])
    spec = load_design(design, scenario)
    sessions.run_sessions(scenario, spec, 5, range(20), replicate._row)
    known, numbers = nodes_known._known[-1], np.arange(20, 60)
    grown = grown_of(known)
    found = np.zeros((60, len(NUMBER_COLUMNS)), np.int64)
    batch = sessions.Batch(found, np.zeros(60), np.zeros(60), Counter())
    came_to, rooms = sessions._walked(known, 5, numbers, batch, numbers)
    handed = numbers[came_to == NEW_STEP].tolist()
    assert len(handed) > 5
    for session, room in zip(handed, rooms, strict=False):
        node = grown.in_order[room[NODE_AT]]
        walk = learning.NotedWalk(grown.machine, 5, session)
        walk.go_on(node, room)
        whole = Followed(grown.machine, 5, session)
        whole.run()
        at = (node.state, walk.registers, walk.orders, walk.born, uplink_of(walk))
        assert at in whole.seen


def test_a_session_is_learned_in_as_many_parts_as_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(learning, "STEPS_MAX", 2)
    ran = runs_in_python(monkeypatch)
    scenario = load_scenario("lossy-mobile")
    spec = load_design("alarm", scenario)
    found = sessions.run_sessions(scenario, spec, 8, range(60), replicate._row)
    assert ran == list(range(20))
    plain = comparison.compare(scenario, "alarm", 60, 8, engine="simpy").frame
    assert np.array_equal(found.columns()["completed_ms"], plain["completed_ms"])


def test_what_was_walked_by_other_nodes_is_not_learned() -> None:
    """A table that is made anew in the middle of a batch has nodes with other numbers."""
    scenario = load_scenario("harmless")
    spec = load_design("alarm", scenario)
    sessions.run_sessions(scenario, spec, 1, range(40), replicate._row)
    known = nodes_known._known[-1]
    other = Grown(SessionTable(scenario, spec), replicate._row)
    room = np.zeros(SESSION_ROOM, np.int64)
    assert not known.learn_on(other, 1, 41, room)
    assert not known.learn_on(None, 1, 41, room)


def test_without_numba_all_runs_by_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    monkeypatch.setattr(choice, "FEWEST_COMPILED", 500)
    result = comparison.compare("everything-fast", "alarm", 500)
    assert result.engines == {"alarm": "table"}
    with pytest.raises(InputError, match=r"'kernel'; allowed: table or auto: .* numba \(pip"):
        comparison.compare("everything-fast", "alarm", 5, engine="kernel")


def test_a_machine_that_has_no_numba_compares_all_the_same() -> None:
    source = (
        "import sys; sys.modules['numba'] = None; sys.argv[1:] = ['compare', 'harmless', "
        "'--sessions', '600', '--workers', '1', '--design', 'alarm']\n"
        "from lastchunk.model.kernel.running import choice; choice.FEWEST_COMPILED = 500\n"
        "choice.find_spec = lambda name: None\n"
        "from lastchunk.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert done.returncode == 0
    assert "engine: alarm table" in done.stderr + done.stdout


def test_what_compiled_code_does_not_carry_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "FEWEST_COMPILED", 500)
    scenario = load_scenario("harmless", ["platform.alarm_late_ms='measured'"])
    with pytest.raises(InputError, match="table or auto: alarms that are as late as measured"):
        comparison.compare(scenario, "alarm", 5, engine="kernel")
    own = never(event.AlarmDropped, name="no_drop", meaning="No alarm is dropped.")
    with pytest.raises(InputError, match="the shipped properties alone"):
        comparison.compare("harmless", "alarm", 5, engine="kernel", properties=[own])
    result = comparison.compare("harmless", "alarm", 500, properties=[own])
    assert result.engines == {"alarm": "table"}


def test_many_sessions_take_it_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "FEWEST_COMPILED", 500)
    assert comparison.compare("everything-fast", "alarm", 500).engines == {"alarm": "kernel"}


def pilots_of(design: str, scenario: str, sessions_asked: int) -> tuple[tuple[str, str], int]:
    """What a pilot says, and how many of its sessions have run."""
    loaded = load_scenario(scenario)
    spec = load_design(design, loaded)
    answer = piloted.unwritten(loaded, spec, 1, replicate._row, sessions_asked)
    return answer, piloted._piloted[-1].pilot.sessions


def test_a_pilot_that_finds_too_much_that_is_new_is_given_up() -> None:
    (told, unpaid), few = pilots_of("re-read", "lossy-mobile", 300)
    assert (told, unpaid) == ("", "too many steps that are new")
    assert few < 32
    again, as_few = pilots_of("re-read", "lossy-mobile", 300)
    assert (again, as_few) == ((told, unpaid), few)


def test_more_sessions_let_a_pilot_go_on() -> None:
    pilots_of("re-read", "lossy-mobile", 300)
    assert piloted._piloted[-1].pilot.sessions < 32
    assert pilots_of("re-read", "lossy-mobile", 10**7) == (("", ""), 64)
    assert len(piloted._piloted) == 1


def test_a_pilot_ends_where_something_is_refused() -> None:
    scenario = load_scenario("harmless", ["platform.alarm_late_ms='measured'"])
    spec = load_design("alarm", scenario)
    told, unpaid = piloted.unwritten(scenario, spec, 1, replicate._row, 10**6)
    assert (told, unpaid) == ("alarms that are as late as measured", "")
    assert piloted._piloted[-1].pilot.sessions == 1


def test_a_session_that_raises_is_told_by_whoever_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*given: Any, **more: Any) -> Any:
        raise InputError("design", "mine", "one that raises nothing")

    monkeypatch.setattr(piloted, "run_session", raises)
    scenario = load_scenario("harmless")
    answer = piloted.unwritten(scenario, load_design("alarm", scenario), 1, replicate._row, 10**6)
    assert answer == ("a session that raises an error", "")


def test_sessions_that_are_all_cut_do_not_pay() -> None:
    scenario = load_scenario("harmless", ["limits.horizon_ms=27000"])
    spec = load_design("alarm", scenario)
    answer = piloted.unwritten(scenario, spec, 1, replicate._row, 10**7)
    assert answer == ("", "sessions that are all cut")


def forget_design(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of its own for the test."""
    monkeypatch.setattr(engine, "_tables", [])


def held_to_simpy() -> str:
    """How 200 further sessions were run in compiled code, whose rows are held to SimPy's."""
    by_kernel, plain = (
        comparison.compare("lossy-mobile", "alarm", 200, seed=6, engine=engine)
        for engine in ("kernel", "simpy")
    )
    pd.testing.assert_frame_equal(by_kernel.frame, plain.frame, check_exact=True)
    return by_kernel.engines["alarm"]


def test_where_few_sessions_come_to_something_new_nothing_is_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget_design(monkeypatch)
    comparison.compare("lossy-mobile", "alarm", 300, seed=5, engine="kernel")
    known = nodes_known._known[-1]
    before = known.cells, len(grown_of(known).machine.states), known.learned
    monkeypatch.setattr(sessions, "FEW", 1)
    engines = held_to_simpy()
    assert (known.cells, len(grown_of(known).machine.states), known.learned) == before
    assert f"in SimPy ({sessions.SELDOM})" in engines
    monkeypatch.setattr(sessions, "FEW", 201)
    assert held_to_simpy() == "kernel"
    assert known.cells > before[0]


def test_a_full_table_is_not_walked_to_where_it_would_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget_design(monkeypatch)
    comparison.compare("lossy-mobile", "alarm", 100, seed=5, engine="kernel")
    known = nodes_known._known[-1]
    monkeypatch.setattr(machine, "STATES_MAX", len(grown_of(known).machine.states))
    walked: list[int] = []
    monkeypatch.setattr(sessions, "_by_python", lambda *given: walked.append(given[3]))
    engines = held_to_simpy()
    assert walked == []
    assert f"in SimPy ({known.full})" in engines
