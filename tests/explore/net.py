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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.design_grammar import random_design
from benchmarks.wider_grammar import WIDER_FROM, wider_design
from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.explore.witness.attack import violations
from lastchunk.model.properties import EXPLORABLE, Property, Violation
from lastchunk.model.properties.judged import asked_of
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.edges import CUT, play_edges, simulate_edges
from lastchunk.model.simulate.schedule import Schedule, read_schedule, write_schedule
from tests.explore.judged import AT_END, REVERTIBLE
from tests.oracles.whole_ms import by_brute_force
from tests.support.formula_words import random_formula

SLUGS = (
    "complete_at_finalization",
    "nothing_refused",
    "nothing_lost",
    "completed_is_final",
    "count_true",
    "finalizes",
)
Reading = Callable[[list[Any]], str]
OWN_MADE = 3
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

MORE_TROUBLES = TROUBLES | {
    "a deploy that waits": (
        "failures=0",
        "disconnects=0",
        "faults=[{kind='deploy', offset_ms={low_ms=0, high_ms=3}, grace_ms=2}]",
    ),
    "two deploys": (
        "failures=0",
        "faults=[{kind='deploy', offset_ms=1, grace_ms=3},"
        " {kind='deploy', offset_ms={low_ms=1, high_ms=3}, grace_ms=1, old_instance_ms=2}]",
    ),
    "alarms that fail": (
        "failures=0",
        "disconnects=0",
        "platform.alarm_counted_failure=0.5",
        "limits.strikes_max=1",
    ),
    "alarms that are lost": (
        "failures=0",
        "disconnects=0",
        "platform.alarm_uncounted_failure=0.5",
        "limits.strikes_max=1",
    ),
    "commits that fail": (
        "failures=0",
        "disconnects=0",
        "platform.commit_ms=1",
        "platform.commit_failure=0.5",
        "platform.commit_failures_max=1",
    ),
    "a tab that is closed": (
        "failures=0",
        "faults=[{kind='tab_closed', offset_ms={low_ms=0, high_ms=4}}]",
    ),
    "a tab that is reloaded": (
        "failures=0",
        "client.keeps_queue=true",
        "faults=[{kind='tab_reloaded', offset_ms={low_ms=0, high_ms=4}, for_ms=1}]",
    ),
    "a tab that is frozen": (
        "failures=0",
        "faults=[{kind='tab_frozen', offset_ms=2, for_ms=3}]",
    ),
    "unread storage that fails": (
        "failures=0",
        "disconnects=0",
        "platform.storage='kv'",
        "platform.storage_read_ms=1",
        "platform.commit_ms=1",
        "platform.commit_failure=0.5",
        "platform.commit_failures_max=1",
    ),
}
"""What may befall a wider design, beside the troubles of any."""


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
    troubles = MORE_TROUBLES if number >= WIDER_FROM else TROUBLES
    trouble = dice.choice(["nothing fails", *troubles])
    put_ms = dice.choice((0, 1, 2, 3))
    return [
        *BASE,
        f"chunks={dice.choice((1, 2, 2))}",
        f"high_ms={dice.choice((1, 2, 3))}",
        f"back_off_ms={dice.choice((1, 2))}",
        f"grace_ms={dice.choice((1, 3, 5))}",
        f"blobs.put_delay_ms={{distribution='uniform', low_ms=0, high_ms={put_ms}}}",
        *troubles[trouble],
    ]


def design_of(number: int) -> str:
    """The source text of the design of that number."""
    return wider_design(number) if number >= WIDER_FROM else random_design(number)


def own_of(number: int) -> dict[str, tuple[Property, Reading]]:
    """Properties of a wider design's own, each with a slow reading of a finished trace."""
    if number < WIDER_FROM:
        return {}
    dice = random.Random(f"own {number}")
    made = [random_formula(dice, 6) for _ in range(OWN_MADE)]
    made = [(item, read) for item, read in made if item.kind != "sometimes"]
    asked = asked_of([item for item, _ in made])
    return {slug: (item, read) for (slug, item), (_, read) in zip(asked.items(), made, strict=True)}


def judged(number: int, folder: Path, effort: Effort | None = None, source: str = "") -> Outcome:
    """The outcome of the design of that number, or of another text in its scope."""
    began = time.perf_counter()
    outcome = Outcome(number)
    path = folder / f"design_{number}.py"
    path.write_text(source or design_of(number), encoding="utf-8")
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
    own = own_of(outcome.number)
    asked: list[Any] = [*SLUGS, *(item for item, _ in own.values())]
    result = verify(scenario, design, asked, budget, kinds=("shortest",), attack=0)
    outcome.verdicts = {slug: verdict.kind for slug, verdict in result.verdicts.items()}
    path = folder / f"design_{outcome.number}.jsonl"
    outcome.false_alarms |= false_alarms(result, path, own)
    proved = [slug for slug, kind in outcome.verdicts.items() if kind == "proved"]
    if proved:
        found = by_the_world(design, scenario, proved, outcome.number, effort, own)
        outcome.false_proofs = {slug: words_of(item) for slug, item in found.items()}


def false_alarms(
    result: Verification, path: Path, own: dict[str, tuple[Property, Reading]]
) -> dict[str, str]:
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
            if example.kind == "endless":
                continue
            if slug in own:
                judgement: Any = own[slug][1](run.trace)
                is_violated = judgement == "Violation"
            else:
                judgement = EXPLORABLE[slug].check(run.facts, run.judge)
                is_violated = isinstance(judgement, Violation)
            if not is_violated:
                wrong[slug] = f"its replay says {judgement}"
    return wrong


def by_the_world(
    design: DesignSpec,
    scenario: Scenario,
    slugs: list[str],
    number: int,
    effort: Effort,
    own: dict[str, tuple[Property, Reading]],
) -> dict[str, Schedule]:
    """Schedules that violate some properties: by brute force, and at the edges of the bounds."""
    dice = random.Random(number)
    shipped = [slug for slug in slugs if slug not in own]
    brute = by_brute_force(design, scenario, effort.worlds, effort.late_ms, dice)
    found = {slug: item for slug, item in brute.violated.items() if slug in shipped}
    for at in range(effort.schedules):
        way = simulate_edges if at % 4 == 3 else play_edges
        run, schedule = way(design, scenario, at, effort.happenings)
        for slug in violations(run, schedule, shipped, UNDECIDED):
            found.setdefault(slug, schedule)
        for slug in slugs if schedule.ended not in (CUT, "horizon") else ():
            if slug in own and own[slug][1](run.trace) == "Violation":
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
