"""One random design in one small scope: what exploring says, held against what the world does.

*Proved* is wrong where brute force over whole ms, or a schedule at the edges of the bounds,
violates it (a false proof). *Violated* is wrong where its schedule, read back from its file, does
not show it (a false alarm). What exploring refuses with a word is a refusal; anything else that it
raises is a crash.
"""

from __future__ import annotations

import random
import re
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.design_grammar import random_design
from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.explore.witness.attack import violations
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.edges import play_edges, simulate_edges
from lastchunk.model.simulate.schedule import Schedule, read_schedule, write_schedule
from tests.explore.judged import AT_END, REVERTIBLE
from tests.oracles.whole_ms import by_brute_force

SLUGS = (
    "complete_at_finalization",
    "nothing_refused",
    "nothing_lost",
    "completed_is_final",
    "count_true",
    "finalizes",
)
UNDECIDED = AT_END | REVERTIBLE
BASE = (
    "expect.sometimes=[]",
    "limits.end_at_completion=false",
    "start.session='created'",
    "low_ms=1",
)
TROUBLES = {
    "nothing fails": ("failures=0", "disconnects=0"),
    "lost requests": ("disconnects=0", "loss=0.5"),
    "a disconnect": ("failures=1", "loss=0", "disconnects=1"),
    "lost responses": ("disconnects=0", "loss=0", "network.response_loss=0.5"),
    "an instance lost": (
        "failures=0",
        "disconnects=0",
        "platform.instance_loss=0.5",
        "platform.instance_losses_max=1",
    ),
    "a deploy": (
        "failures=0",
        "faults=[{kind='deploy', offset_ms={low_ms=0, high_ms=3}, old_instance_ms=2}]",
    ),
    "cold starts": ("failures=0", "disconnects=0", "platform.hibernate_after_ms=2"),
    "a stray stop": (
        "failures=0",
        "faults=[{kind='stray_stop', offset_ms={low_ms=0, high_ms=4}}]",
    ),
    "a late alarm": (
        "failures=0",
        "disconnects=0",
        "platform.alarm_late_ms={distribution='uniform', low_ms=0, high_ms=2}",
    ),
    "failed puts": ("failures=0", "disconnects=0", "blobs.failure=0.5", "limits.strikes_max=1"),
    "slow commits": ("failures=0", "disconnects=0", "platform.commit_ms=1"),
    "unread storage": (
        "failures=0",
        "disconnects=0",
        "platform.storage='kv'",
        "platform.storage_read_ms=1",
    ),
}


@dataclass(frozen=True)
class Effort:
    """How much is looked at: classes explored, worlds of brute force, schedules at the edges."""

    classes: int = 1_500
    worlds: int = 800
    schedules: int = 80
    late_ms: int = 60
    happenings: int = 150


@dataclass
class Outcome:
    """What came of one design. ``false_proofs`` and ``false_alarms`` are by property."""

    number: int
    verdicts: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    crashed: str = ""
    false_proofs: dict[str, str] = field(default_factory=dict)
    false_alarms: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def fault(self) -> str:
        """What is wrong with the explorer here, by kind; '' for nothing."""
        kinds = {"crash": self.crashed, "false proof": self.false_proofs}
        kinds["false alarm"] = self.false_alarms
        return ", ".join(kind for kind, found in kinds.items() if found)

    @property
    def crash_kind(self) -> str:
        """What was raised, without where and with which words."""
        return self.crashed.partition(" ")[0]


def scope_of(number: int) -> list[str]:
    """The overrides of the small scope for the design of that number."""
    dice = random.Random(f"scope {number}")
    trouble = dice.choice(["nothing fails", *TROUBLES])
    put_ms = dice.choice((0, 1, 2, 3))
    return [
        *BASE,
        f"chunks={dice.choice((1, 2, 2))}",
        f"high_ms={dice.choice((1, 2, 3))}",
        f"back_off_ms={dice.choice((1, 2))}",
        f"grace_ms={dice.choice((1, 3, 5))}",
        f"blobs.put_delay_ms={{distribution='uniform', low_ms=0, high_ms={put_ms}}}",
        *TROUBLES[trouble],
    ]


def judged(number: int, folder: Path, effort: Effort | None = None, source: str = "") -> Outcome:
    """The outcome of the design of that number, or of another text in its scope."""
    began = time.perf_counter()
    outcome = Outcome(number)
    path = folder / f"design_{number}.py"
    path.write_text(source or random_design(number), encoding="utf-8")
    try:
        scenario = load_scenario("small-scope", scope_of(number))
        design = load_design(f"{path}:Design", scenario)
        _judge(outcome, design, scenario, folder, effort or Effort())
    except InputError as error:
        outcome.refused = reason_of(str(error))
    except InternalError as error:
        outcome.false_alarms["internal"] = str(error)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}, line {last.lineno}"
        outcome.crashed = f"{type(error).__name__} in {where}: {error}"[:200]
    finally:
        sys.modules.pop(f"lastchunk_design_{path.stem}", None)
    outcome.seconds = time.perf_counter() - began
    return outcome


def _judge(
    outcome: Outcome, design: DesignSpec, scenario: Scenario, folder: Path, effort: Effort
) -> None:
    budget = Budget(classes=effort.classes, seconds=300.0)
    result = verify(scenario, design, SLUGS, budget, kinds=("shortest",), attack=0)
    outcome.verdicts = {slug: verdict.kind for slug, verdict in result.verdicts.items()}
    outcome.false_alarms |= false_alarms(result, folder / f"design_{outcome.number}.jsonl")
    proved = [slug for slug, kind in outcome.verdicts.items() if kind == "proved"]
    if proved:
        found = by_the_world(design, scenario, proved, outcome.number, effort)
        outcome.false_proofs = {slug: words_of(item) for slug, item in found.items()}


def false_alarms(result: Verification, path: Path) -> dict[str, str]:
    """The violations whose schedule does not show them when it is read back from its file."""
    wrong = {}
    for slug, examples in result.counterexamples.items():
        for example in examples:
            write_schedule(example.schedule, path)
            try:
                run = replay(read_schedule(path))
            except InputError as error:
                wrong[slug] = str(error)
                continue
            judgement = EXPLORABLE[slug].check(run.facts, run.judge)
            if example.kind != "endless" and not isinstance(judgement, Violation):
                wrong[slug] = f"its replay says {judgement}"
    return wrong


def by_the_world(
    design: DesignSpec, scenario: Scenario, slugs: list[str], number: int, effort: Effort
) -> dict[str, Schedule]:
    """Schedules that violate some properties: by brute force, and at the edges of the bounds."""
    dice = random.Random(number)
    brute = by_brute_force(design, scenario, effort.worlds, effort.late_ms, dice)
    found = {slug: item for slug, item in brute.violated.items() if slug in slugs}
    for at in range(effort.schedules):
        way = simulate_edges if at % 4 == 3 else play_edges
        run, schedule = way(design, scenario, at, effort.happenings)
        for slug in violations(run, schedule, slugs, UNDECIDED):
            found.setdefault(slug, schedule)
    return found


def words_of(schedule: Schedule) -> str:
    """A schedule in a line."""
    steps = (
        f"{' '.join(map(str, step.key))} at {step.at_ms} {step.outcome}".rstrip()
        for step in schedule.steps
    )
    return "; ".join(steps)


def reason_of(text: str) -> str:
    """A refusal without what differs from one design to the next."""
    text = re.sub(r"\(.*?\)|line \d+|design_\d+\.py|s\d\b|'[^']*'|\d+", "*", text)
    return re.sub(r"(\*[ ,:]*)+", "* ", text)[:90]
