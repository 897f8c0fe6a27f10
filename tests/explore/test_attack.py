"""A proof is attacked before it is told: an explorer made unsound on purpose is caught."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.matrix.cells import joined
from lastchunk.model.explore.matrix.pairs import explore_pairs
from lastchunk.model.explore.matrix.scopes import FIXED, PUTS, small
from lastchunk.model.explore.shared import SharedScope
from lastchunk.model.explore.state import node, worlds
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.timing.bounds import bounds_of
from lastchunk.model.explore.timing.store import Store
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.explore.witness import attack
from lastchunk.model.explore.witness.attack import LEAST, Attack, RefutedProofError, violations
from lastchunk.model.properties import PROPERTIES, Violation
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Response
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.matrix.page import _shown
from tests.explore.small import COMPLETE, explored

EDGE = "grace_ms=16"  # of the small scope: violated up to here, by one instant alone
PROVED = "grace_ms=17"


class Patient(AlarmDesign):
    """Its alarm waits for what is being stored, but twice at the most (bug)."""

    def __init__(self, ctx: Any, settings: Any) -> None:
        super().__init__(ctx, settings)
        self.waited = 0
        self.storing = 0

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and count what is being stored."""
        self.storing += 1
        response = await super().upload(chunk)
        self.storing -= 1
        return response

    async def alarm(self) -> None:
        """Wait once more, or complete."""
        self.waited += 1
        if self.storing and self.waited < 3:
            await self.ctx.storage.set_alarm(self.ctx.now() + 4)
            return
        await super().alarm()


PATIENT = ("chunks=1", "failures=0", "disconnects=0", "grace_ms=4", "high_ms=2")
SLOW = "blobs.put_delay_ms={distribution='uniform', low_ms=1, high_ms=20}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is found is written into the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def all_covered(store: Store, zone: Any) -> int:
    """Whatever comes to a known state counts as covered."""
    return next(iter(store.zones.values()), -1)


def early(delay: Any, now: Any, times: Any) -> Any:
    """The bounds of a delay, less the last ms."""
    base, low_ms, high_ms = bounds_of(delay, now, times)
    return base, low_ms, high_ms if high_ms is None or high_ms == low_ms else high_ms - 1


def forget_fields(monkeypatch: pytest.MonkeyPatch, *fields: str) -> None:
    """These fields of an instance are no part of the state any more; without a name, none is."""
    whole = StatePart.__init__

    def without(self: StatePart, parts: tuple[Any, ...], *more: Any) -> None:
        forgotten = parts[1:2] == ("field",) and (not fields or parts[2] in fields)
        whole(self, parts[:3] if forgotten else parts, *more)

    monkeypatch.setattr(StatePart, "__init__", without)


def test_a_field_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explored(Patient, [COMPLETE], *PATIENT, SLOW).verdict == "violated"
    forget_fields(monkeypatch, "waited")
    assert explored(Patient, [COMPLETE], *PATIENT, SLOW, attack=0).verdict != "violated"
    with pytest.raises(RefutedProofError, match=f"{COMPLETE} was proved of Patient"):
        explored(Patient, [COMPLETE], *PATIENT, SLOW)


def test_zones_that_count_as_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "cover", all_covered)
    assert explored("alarm", [COMPLETE], "grace_ms=10", attack=0).verdict == "proved"
    with pytest.raises(RefutedProofError):
        explored("alarm", [COMPLETE], "grace_ms=10", attack=200)


def test_a_window_without_its_last_ms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "bounds_of", early)
    assert explored("alarm", [COMPLETE], EDGE, attack=0).verdict == "proved"
    with pytest.raises(RefutedProofError):
        explored("alarm", [COMPLETE], EDGE, attack=1_000)


def test_an_outcome_that_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = node.outcomes_of
    monkeypatch.setattr(node, "outcomes_of", lambda *args: whole(*args)[-1:])
    overrides = ("grace_ms=9", "disconnects=0")
    assert explored("alarm", [COMPLETE], *overrides, attack=0).verdict == "proved"
    with pytest.raises(RefutedProofError):
        explored("alarm", [COMPLETE], *overrides)


def test_what_was_found_is_written_and_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "cover", all_covered)
    arguments = ["verify", "small-scope", "--set", "grace_ms=10", "--property", COMPLETE]
    arguments += ["--attack", "200"]
    result = CliRunner().invoke(app, arguments)
    error = result.exception
    assert isinstance(error, RefutedProofError)
    assert COMPLETE in str(error)
    assert error.file in str(error)
    file = Path(f"refuted-alarm-{COMPLETE}.jsonl")
    assert str(file) in error.file
    run = replay(read_schedule(file))
    assert isinstance(PROPERTIES[COMPLETE].check(run.facts, run.judge), Violation)
    again = pickle.loads(pickle.dumps(error))  # as from a worker of the matrix
    assert (str(again), again.schedule.steps) == (str(error), error.schedule.steps)


def test_the_cells_of_a_matrix_are_attacked(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = node.outcomes_of
    monkeypatch.setattr(node, "outcomes_of", lambda *args: whole(*args)[-1:])
    with pytest.raises(RefutedProofError):
        explore_pairs([("re-read", "crashes")], 2, 60)


def test_a_cell_says_by_how_many_schedules_it_was_attacked() -> None:
    (found,) = explore_pairs([("lazy-alarm", "reliable")], 1, 60).values()
    cells = {cell.slug: cell for cell in found}
    for cell in cells.values():
        assert (cell.finding.attacked > 0) == (cell.kind == "proved"), cell
    tried = cells["completed_is_final"].finding.attacked
    assert tried >= LEAST
    assert f"attacked by {tried} schedules" in _shown(cells["completed_is_final"])["title"]
    both = joined(cells["completed_is_final"].finding, cells["count_true"].finding)
    assert both.attacked == tried + cells["count_true"].finding.attacked


def test_a_schedule_of_a_scope_is_played_once_and_tests_what_each_answer_proves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played: list[int] = []
    judged: list[tuple[str, ...]] = []

    def noted(way: Any) -> Any:
        def play(design: Any, scenario: Any, number: int, most: int) -> Any:
            played.append(number)
            return way(design, scenario, number, most)

        return play

    def violated(run: Any, schedule: Any, slugs: Any, *rest: Any) -> Any:
        judged.append(tuple(slugs))
        return violations(run, schedule, slugs, *rest)

    for name in ("play_edges", "simulate_edges"):
        monkeypatch.setattr(attack, name, noted(getattr(attack, name)))
    monkeypatch.setattr(attack, "violations", violated)
    monkeypatch.setattr(attack, "PLAYED_MAX", 30)
    shared, slugs = SharedScope(), (COMPLETE, "finalizes")
    told = [explored("alarm", [slug], PROVED, attack=40, shared=shared).attack for slug in slugs]
    assert told[0] == told[1] == Attack(40, told[0].happenings)
    assert judged == [(slugs[0],)] * 40 + [(slugs[1],)] * 40
    assert played == [*range(40), *range(30, 40)]


@pytest.mark.parametrize("name", DESIGNS)
def test_the_proofs_of_the_shipped_designs_survive(name: str) -> None:
    for words, *overrides in (("", *FIXED, PUTS), ("", *FIXED, "failures=1", "loss=0.5", PUTS)):
        scenario = small(2, words, *overrides).load()
        result = verify(scenario, load_design(name, scenario), longest=False, attack=150)
        kinds = [verdict.kind for verdict in result.verdicts.values()]
        assert "proved" in kinds
        assert result.attack.schedules == 150


def test_how_many_are_tried_follows_from_what_was_explored() -> None:
    few, again = (explored("alarm", [COMPLETE], PROVED) for _ in range(2))
    many = explored("alarm", [COMPLETE], PROVED, "chunks=4")
    assert few.attack == again.attack
    assert LEAST <= few.attack.schedules < many.attack.schedules
    assert few.attack.happenings > few.attack.schedules
    assert "20 schedules" in few.attack.sentence() or few.attack.schedules > LEAST
    assert explored("alarm", [COMPLETE], PROVED, attack=77).attack.schedules == 77


def test_what_is_not_proved_is_not_attacked() -> None:
    found = explored("alarm", [COMPLETE], "grace_ms=9")
    assert found.attack.schedules == 0
    assert found.attack.sentence() == "what is proved was not attacked"


def test_an_attack_ends_with_its_time_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lastchunk.model.explore.verify.SHARE", 0.0)
    monkeypatch.setattr("lastchunk.model.explore.verify.SECONDS_LEAST", 0.0)
    found = explored("alarm", [COMPLETE], PROVED)
    assert found.attack.schedules == 1
    assert found.attack.unfinished.endswith("s were used up")
    assert found.attack.unfinished in found.attack.sentence()


def test_a_session_that_is_cut_says_nothing_of_its_end() -> None:
    found = explored("alarm", ["finalizes", COMPLETE], PROVED, budget=Budget())
    scenario, design = found.scenario, found.design
    attacker = attack.Attacker(design, scenario, ["finalizes"], {"finalizes"})
    assert attacker.attack(5, 0, 60).schedules == 5


def test_a_number_below_0_is_refused() -> None:
    with pytest.raises(InputError, match="--attack: -1; allowed: a whole number, at least 0"):
        explored("alarm", [COMPLETE], attack=-1)


def test_the_command_says_how_many_were_tried(folder: Path) -> None:
    arguments = ["verify", "small-scope", "--property", COMPLETE, "--attack", "30"]
    result = CliRunner().invoke(app, [*arguments, "--out", "out"])
    assert result.exit_code == 0
    assert "attacked by 30 schedules at the edges of the bounds" in result.output
    data = json.loads((folder / "out" / "verify.json").read_text(encoding="utf-8"))
    assert data["attack"]["schedules"] == 30
    assert data["attack"]["unfinished"] == ""
