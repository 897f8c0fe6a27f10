"""Holding a design to properties: by proof, by sampling, and first by what failed before."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lastchunk.gate.held import Failure, Held, sampled_words
from lastchunk.gate.kept import Kept, KeptSchedules, tried
from lastchunk.gate.timeline import timeline_lines
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import Verdict, percent
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.properties import EXPLORABLE, Property, Violation
from lastchunk.model.properties.judged import PropertiesLike, asked_of
from lastchunk.model.scenario.load import ScenarioLike, as_scenario
from lastchunk.model.scenario.schema import Scenario

PROVED_IN, SAMPLED_IN = "default-scope", "lossy-mobile"
OF_SAMPLING = ("sessions", "seed", "workers", "at_most")


@dataclass(frozen=True)
class HoldSettings:
    """How much is looked at: sessions and seed of sampling, the budget of a proof."""

    scenario: str | None = None
    sessions: int = 200
    seed: int = 1
    seconds: float = 120.0
    workers: int = 1

    def changed(self, given: Mapping[str, Any], place: str) -> HoldSettings:
        """With what is given elsewhere. Raises `InputError` for what is no setting."""
        known = vars(self)
        for key, value in given.items():
            if key not in known:
                raise InputError(f"{place}: setting", key, "one of " + ", ".join(known))
            wanted = known[key]
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if key != "scenario" and (not is_number or (isinstance(wanted, int) and value % 1)):
                raise InputError(f"{place}: {key}", value, "a number")
            if key == "scenario" and not isinstance(value, str):
                raise InputError(f"{place}: {key}", value, "a name or a path")
        return replace(self, **given)


class Holder:
    """Holds designs to properties. ``test`` names who asks; ``only`` is a schedule to replay.

    Unless it ``tries_known`` schedules first, all is looked at each time.
    """

    def __init__(
        self,
        settings: HoldSettings,
        kept: KeptSchedules,
        test: str = "",
        only: Kept | None = None,
        command: str = "",
        tries_known: bool = True,
    ) -> None:
        self.settings = settings
        self.kept = kept
        self.test = test
        self.only = only
        self.command = command
        self.tries_known = tries_known
        self.asked: list[Held] = []
        """All that was held, in order: what a report of a failure tells."""

    def hold(
        self,
        design: DesignLike,
        properties: PropertiesLike,
        scope: ScenarioLike = PROVED_IN,
        scenario: ScenarioLike = SAMPLED_IN,
        **settings: Any,
    ) -> Held:
        """By proof in a scope, and by sampling in a scenario."""
        for name in settings.keys() - {"seconds", *OF_SAMPLING}:
            raise InputError("hold(): setting", name, "one of seconds, " + ", ".join(OF_SAMPLING))
        proved = self.verify(scope, design, properties, **_of(settings, "seconds"))
        sampled = self.sample(scenario, design, properties, **_of(settings, *OF_SAMPLING))
        return proved & sampled

    def verify(
        self,
        scenario: ScenarioLike | None = None,
        design: DesignLike = "alarm",
        properties: PropertiesLike | None = None,
        **settings: Any,
    ) -> Held:
        """By proof: every schedule of a scenario, by default the deployed times."""
        from lastchunk.model.explore.verify import Budget
        from lastchunk.model.explore.verify import verify as explore

        now = self.settings.changed(settings, "verify()")
        loaded = as_scenario(scenario or now.scenario or PROVED_IN)
        spec, asked = load_design(design, loaded), _asked(properties)
        known = self._known(loaded, spec, asked)
        if known is not None:
            return known
        budget = Budget(seconds=now.seconds)
        given = None if asked is None else _names(asked)
        found = explore(loaded, spec, given, budget, kinds=("shortest", "endless"))
        held, examples = (spec.name, loaded.name), found.counterexamples
        failures = [
            self._proved_failure(held, (asked or EXPLORABLE)[slug], verdict, examples.get(slug))
            for slug, verdict in found.verdicts.items()
            if verdict.kind != "proved"
        ]
        looked = f"every schedule: {found.classes:,} classes of {found.states:,} states"
        return self._told(loaded, spec, found.verdicts, failures, looked)

    def sample(
        self,
        scenario: ScenarioLike | None = None,
        design: DesignLike = "alarm",
        properties: PropertiesLike | None = None,
        at_most: float = 0.0,
        stops_early: bool = False,
        **settings: Any,
    ) -> Held:
        """By sampling: so many sessions; at most such a share of them may fail.

        With ``stops_early`` fewer of them, where fewer show on which side of the share all are.
        """
        from lastchunk.model.simulate import record

        now = self.settings.changed(settings, "sample()")
        # A share of 1 holds nothing: only who compares the rate with a baseline may ask for it.
        is_share = isinstance(at_most, int | float) and 0 <= at_most <= 1
        if not is_share or (at_most == 1 and self.tries_known):
            allowed = "a share of sessions, from 0 to less than 1"
            raise InputError("sample(): at_most", at_most, allowed)
        loaded = as_scenario(scenario or now.scenario or SAMPLED_IN)
        spec, asked = load_design(design, loaded), _asked(properties)
        known = None if at_most and self.only is None else self._known(loaded, spec, asked)
        if known is not None:
            return known
        limit = at_most if stops_early else None
        result, wanted, known_sides = _sampled(loaded, spec, asked, now, limit)
        failures = []
        for slug, verdict in wanted.items():
            kind, reason = judged_rate(verdict, at_most, known_sides.get(slug, ""))
            if kind == "":
                continue
            item = (asked or EXPLORABLE)[slug]
            failure = Failure(item, spec.name, loaded.name, kind, reason)
            if kind == "violated":
                run, schedule = record(loaded, spec, now.seed, verdict.witness_session)
                judgement = run.check(item)[slug]
                assert isinstance(judgement, Violation)
                failure = replace(
                    failure, reason=f"{judgement.detail}; {reason}", timeline=_lines(run, judgement)
                )
                where = f"Drawn: seed {now.seed}, session {verdict.witness_session}."
                failure = self._kept(failure, schedule, where)
            failures.append(failure)
        looked = sampled_words(result.sessions, now.seed)
        return self._told(loaded, spec, wanted, failures, looked, result)

    def _proved_failure(
        self,
        held: tuple[str, str],
        item: Property,
        verdict: Verdict,
        examples: tuple[Any, ...] | None,
    ) -> Failure:
        from lastchunk.model.explore.witness.words import what_matters, what_may_vary

        reason = verdict.reason or "no reason is known"
        failure = Failure(item, *held, verdict.kind, reason)
        if not examples:
            return failure
        example = examples[0]
        failure = replace(
            failure,
            reason=example.violation.detail,
            timeline=_lines(example.run, example.violation),
            matters=tuple(what_matters(example)),
        )
        return self._kept(failure, example.schedule, what_may_vary(example))

    def _kept(self, failure: Failure, schedule: Any, varies: str) -> Failure:
        slug, design = failure.item.slug, failure.design
        kept = self.kept.keep(schedule, slug, design, varies, self.test)
        return self._with_commands(replace(failure, varies=varies), kept)

    def _with_commands(self, failure: Failure, kept: Kept) -> Failure:
        pytest = [f"{self.command} --lastchunk-replay {kept.token}"] if self.command else []
        commands = (*pytest, shlex.join(["lastchunk", "replay", str(kept.path)]))
        return replace(failure, token=kept.token, commands=commands)

    def _known(
        self, scenario: Scenario, spec: DesignSpec, asked: Mapping[str, Property] | None
    ) -> Held | None:
        """What schedules of before say; None where they say nothing."""
        if not self.tries_known:
            return None
        items = asked if asked is not None else EXPLORABLE
        if self.only is not None:
            mine = (self.only.scenario, self.only.design) == (scenario.name, spec.name)
            if not mine or self.only.slug not in items:
                return None
            again = [(self.only, items[self.only.slug])]
        else:
            again = [
                (kept, item)
                for slug, item in items.items()
                for kept in self.kept.of(scenario, spec, slug)
            ]
        failures: dict[str, Failure] = {}
        for kept, item in again:
            found = None if item.slug in failures else tried(kept.schedule, scenario, spec, item)
            if found is not None:
                failure = Failure(item, spec.name, scenario.name, "violated", found[1].detail)
                failure = replace(
                    failure, timeline=_lines(*found), varies=kept.varies, is_known=True
                )
                failures[item.slug] = self._with_commands(failure, kept)
        if not failures and self.only is None:
            return None
        counts = (len(again), len(failures), 0.0, 1.0)
        verdicts = {slug: Verdict("violated", *counts) for slug in failures}
        if not failures and self.only is not None:
            verdicts = {self.only.slug: Verdict("not seen", 1, 0, 0.0, 1.0)}
        looked = "schedules that failed before"
        return self._told(scenario, spec, verdicts, list(failures.values()), looked)

    def _told(
        self,
        scenario: Scenario,
        spec: DesignSpec,
        verdicts: Mapping[str, Verdict],
        failures: list[Failure],
        looked: str,
        measured: Any = None,
    ) -> Held:
        held = Held(spec.name, scenario.name, dict(verdicts), tuple(failures), looked, measured)
        self.asked.append(held)
        return held


def _sampled(
    scenario: Scenario,
    spec: DesignSpec,
    asked: Mapping[str, Property] | None,
    now: HoldSettings,
    limit: float | None,
) -> tuple[Any, dict[str, Verdict], Mapping[str, str]]:
    """The comparison, the verdicts that are asked for, and the sides of the limit that are known.

    Without a limit to stop at, all sessions are run and no side is asked for.
    """
    from lastchunk.model.estimate.comparison import compare
    from lastchunk.model.estimate.decided import decided

    own = tuple((asked or {}).values())
    if limit is None:
        result = compare(scenario, spec, now.sessions, now.seed, now.workers, properties=own)
        verdicts = result.verdicts[spec.name]
        return result, {s: verdicts[s] for s in _said(verdicts, asked, spec, scenario)}, {}
    few = compare(scenario, spec, 1, now.seed, properties=own).verdicts[spec.name]
    slugs = _said(few, asked, spec, scenario)
    found = decided(scenario, spec, slugs, limit, now.sessions, now.seed, now.workers, own)
    return found.comparison, {slug: found.verdict(slug) for slug in slugs}, found.sides


def judged_rate(verdict: Verdict, at_most: float, side: str = "") -> tuple[Any, str]:
    """What sampling says where such a share may fail: a kind and a reason, ("", "") if it holds.

    ``side`` is that of a sequential test, which then decides.
    """
    if verdict.kind == "unknown" and not (at_most and verdict.is_only_cut and verdict.sessions):
        return "unknown", verdict.reason
    rate = f"{verdict.violations:,} of {verdict.sessions:,} sessions"
    cut = f"; {verdict.unsettled_words}" if verdict.unsettled else ""
    span = f"{percent(verdict.low)} to {percent(verdict.high)}"
    if at_most == 0:
        return ("violated", f"{rate} fail ({span}){cut}") if verdict.violations else ("", "")
    if side == "below":
        return "", ""
    if side == "above" or (not side and verdict.low > at_most):
        return "violated", f"{rate} fail ({span}), more than {percent(at_most)}{cut}"
    if side == "open" or verdict.high > at_most:
        few = f"too few to tell whether {percent(at_most)} holds"
        return "unknown", f"{rate} fail ({span}): {few}{cut}"
    return "", ""


def _lines(run: Any, violation: Violation) -> tuple[str, ...]:
    return tuple(timeline_lines(run.trace, violation))


def _asked(properties: PropertiesLike | None) -> dict[str, Property] | None:
    """The properties that are meant; None for all that can be asked. The one place that says so."""
    if properties is None:
        return None
    asked = asked_of(properties)
    if not asked:
        raise InputError("properties", [], "at least one of " + ", ".join(EXPLORABLE))
    return asked


def _names(asked: Mapping[str, Property]) -> Iterable[Any]:
    """Properties as `verify` takes them: a shipped one by its name."""
    return [slug if slug in EXPLORABLE else item for slug, item in asked.items()]


def _said(
    verdicts: Mapping[str, Verdict],
    asked: Mapping[str, Property] | None,
    spec: DesignSpec,
    scenario: Scenario,
) -> list[str]:
    """The properties that a comparison has a verdict on. Raises `InputError` for one it has not."""
    if asked is None:
        return [slug for slug, said in verdicts.items() if said.sessions or said.unsettled]
    for slug in asked:
        if slug not in verdicts:
            allowed = f"one that {spec.name} can be asked in {scenario.name}: {', '.join(verdicts)}"
            raise InputError("properties", slug, allowed)
    return list(asked)


def _of(settings: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: settings[name] for name in names if name in settings}


__all__ = ["PROVED_IN", "HoldSettings", "Holder", "judged_rate"]
