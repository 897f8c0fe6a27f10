"""What a pilot tells: whether compiled code can run a design's sessions, and whether it pays."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.kernel.past.judging import RowOf
from lastchunk.model.kernel.running.nodes_known import DESIGNS_MAX, Known, from_disk, put_if_new
from lastchunk.model.kernel.running.on_disk import KeptNodes
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run
from lastchunk.model.table.engine import BY_TABLE, run_session
from lastchunk.model.table.machine import SessionTable
from lastchunk.model.table.numbers.pilot import OF_COMPILED, Pilot


@dataclass(frozen=True)
class Piloted:
    """What a pilot has told: what no node can hold, or "", and how the nodes grow."""

    scenario: Scenario
    design: DesignSpec
    told: str
    pilot: Pilot

    def answers(self, sessions: int) -> bool:
        """Whether no more of its sessions need to run."""
        return bool(self.told) or self.pilot.is_over or not self.pilot.may_pay(sessions)


_piloted: list[Piloted] = []


def unwritten(
    scenario: Scenario, design: DesignSpec, seed: int, row_of: RowOf, sessions: int
) -> tuple[str, str]:
    """What a pilot meets that no node can hold; and else why so many sessions do not pay.

    Both are "" where there is nothing.
    """
    for at, found in enumerate(_piloted):
        if found.design == design and found.scenario == scenario:
            if not found.answers(sessions):
                del _piloted[at]
                break
            return _words(found, sessions)
    known = from_disk(scenario, design)
    if known.kept is None:
        found = _run_pilot(known, seed, row_of, sessions)
    else:
        found = Piloted(scenario, design, "", told_before(known.kept))
    _piloted.append(found)
    del _piloted[:-DESIGNS_MAX]
    known.pilot = found.pilot
    put_if_new(known)
    return _words(found, sessions)


def told_before(kept: KeptNodes) -> Pilot:
    """The pilot that ran before nodes were kept."""
    pilot = Pilot(OF_COMPILED)
    pilot.sessions, pilot.events = kept.sessions, kept.events
    pilot.grown, pilot.grown_before = kept.grown, kept.grown_before
    return pilot


def _words(found: Piloted, sessions: int) -> tuple[str, str]:
    pilot = found.pilot
    if found.told or (pilot.is_over and pilot.grown and pilot.pays(sessions)):
        return found.told, ""
    return "", "too many steps that are new" if pilot.grown else "sessions that are all cut"


def _run_pilot(known: Known, seed: int, row_of: RowOf, sessions: int) -> Piloted:
    """Run the sessions of a pilot, until one is refused, or they cost too much."""
    pilot, told = Pilot(OF_COMPILED), ""
    words: list[str] = []

    def by(machine: SessionTable) -> Run:
        run, reason = known.learn(machine, seed, pilot.sessions, row_of)
        words.append("" if run.cut_by else reason)
        return run

    while not (pilot.is_over or told) and pilot.may_pay(sessions):
        given = (known.scenario, known.design, seed, pilot.sessions)
        try:
            run, reason = run_session(BY_TABLE, *given, is_checked=False, by=by)
        except InputError:  # whoever runs these sessions meets it, and says it
            told = "a session that raises an error"
        else:
            told = reason or words[-1]
            pilot.has_run(len(run.trace), known.ends)
    return Piloted(known.scenario, known.design, told, pilot)
