"""Searching by hulls: it contains all that zones contain, says nothing in doubt, and bites."""

from __future__ import annotations

from collections.abc import Callable
from operator import le
from types import SimpleNamespace
from typing import Any

import pytest

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import load_design
from lastchunk.model.explore import by_hulls
from lastchunk.model.explore.by_hulls import HullsDisagreeError, proved_by_hulls
from lastchunk.model.explore.matrix.cells import SLUGS
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.property_groups import PropertyGroupSearch
from lastchunk.model.explore.search import hulls
from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.search.hulls import HullSearch, InDoubtError
from lastchunk.model.explore.search.search import Budget, Exploration, Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.timing.steps import Leaf
from lastchunk.model.explore.timing.store import HullStore
from lastchunk.model.explore.timing.zone import zone_of
from lastchunk.model.explore.verify import Verification, verify
from lastchunk.model.explore.witness.cycles import Rounds
from lastchunk.model.properties import Holds, Unsettled, Violation
from lastchunk.model.scenario.schema import Scenario
from tests.explore.test_textbook import ALTERNATING_BIT, IFIP, Fischer, fischer
from tests.oracles.front import Front, Interval
from tests.oracles.petri import parse

PROMPT = "finalizes_promptly"
NEVER = "never_bad"


class Bell(Front):
    """A bell rings after a time; who goes late is near to it when he acts, who goes early is far.

    It is bad to hear it between acting and closing, which takes no time.
    """

    steps = {
        "start": {"choose early": "early", "choose late": "late"},
        "early": {"go early": "there"},
        "late": {"go late": "there"},
        "there": {"act": "acted"},
        "acted": {"close": "done"},
    }
    times = {
        "choose early": Interval(0, 0),
        "choose late": Interval(0, 0),
        "go early": Interval(0, 1),
        "go late": Interval(3, 4),
        "act": Interval(3, 3),
        "close": Interval(0, 0),
    }

    def __init__(self, rings_at: int) -> None:
        self.rings = Interval(rings_at, rings_at)
        super().__init__("start")
        self.monitor = SimpleNamespace(slugs=(NEVER,))

    def enabled(self, state: str) -> list[str]:
        following = self.steps.get(state)
        return [] if following is None else [*following, "bell"]

    def interval(self, action: str) -> Interval:
        return self.rings if action == "bell" else self.times[action]

    def after(self, state: str, action: str) -> str:
        if action == "bell":
            return "bad" if state == "acted" else "over"
        return self.steps[state][action]

    def persists(self, state: str, action: str, other: str) -> bool:
        return other == "bell" and action != "bell" and self.after(state, action) in self.steps

    def _leaf(self, state: Any, kept: dict[Any, int], columns: int, now: int) -> Leaf:
        leaf = super()._leaf(state, kept, columns, now)
        if state == "bad":
            leaf.judgements[NEVER] = Violation(0, "bad")
        if state == "done":
            leaf.judgements[NEVER] = Holds()
        return leaf


FRONTS: dict[str, Callable[[], Front]] = {
    "ifip": lambda: parse(IFIP),
    "alternating bit": lambda: parse(ALTERNATING_BIT),
    "fischer": lambda: fischer(2, 2, 1),
    "fischer, strict": lambda: Fischer(3, 10),
    "bell": lambda: Bell(5),
}


@pytest.mark.parametrize("name", FRONTS)
def test_each_class_of_zones_lies_in_the_hull_of_its_state(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hulls, "Violation", type(None))  # go on to the end
    exact, wide = Search(FRONTS[name](), inclusion=False), HullSearch(FRONTS[name]())
    exact.run()
    found = wide.run()
    assert found.classes == found.states
    known = {
        node_state(wide.machine, node): next(iter(node.store.zones))
        for node in wide.machine.nodes.values()
        if node.store is not None
    }
    for node in exact.machine.nodes.values():
        for bounds, _ in node.store.entries():
            assert all(map(le, bounds, known[node_state(exact.machine, node)]))


def node_state(front: Any, node: Any) -> Any:
    """The state of a node."""
    return node.state


def test_a_joined_zone_is_canonical_and_the_smallest() -> None:
    one, two = zone_of([[0, -1024], [2048, 0]]), zone_of([[0, -4096], [5120, 0]])
    store = HullStore()
    assert store.joined(one) is None
    store.add(one, 0)
    joined = store.joined(two)
    assert joined is not None
    assert joined.bounds == (0, -1024, 5120, 0)
    assert store.add(joined, 1) == [0]
    assert list(store.entries()) == [((0, -1024, 5120, 0), 1)]
    assert store.cover(two) == 1


def test_what_lies_between_two_zones_is_no_violation() -> None:
    exact = Search(Bell(5), stops=True)
    found = exact.run()
    assert not found.findings
    assert found.holding == {NEVER}
    assert "bad" not in exact.machine.nodes
    wide = Bell(5)
    assert not HullSearch(wide).settles(found)
    assert "bad" in wide.nodes


def test_a_violation_that_is_one_is_met_by_hulls_too() -> None:
    assert Search(Bell(3)).run().findings
    assert not HullSearch(Bell(3)).settles(Exploration(holding={NEVER}))


def test_what_holds_in_a_hull_alone_was_not_seen() -> None:
    wide = HullSearch(Bell(8))
    assert not wide.settles()
    assert not wide.found.unfinished
    assert HullSearch(Bell(8)).settles(Search(Bell(8)).run())


def test_what_holds_before_zones_are_joined_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    only_early = {"choose early": "early"}
    monkeypatch.setattr(Bell, "steps", Bell.steps | {"start": only_early})
    assert HullSearch(Bell(8)).settles()


@pytest.mark.parametrize(("least", "settled"), [(0, False), (1_000, True)])
def test_hulls_that_grow_too_often_are_given_up(
    least: int, settled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hulls, "GROWN_LEAST", least)
    monkeypatch.setattr(hulls, "GROWN_MAX", 0)
    assert HullSearch(Bell(8)).settles(Search(Bell(8)).run()) is settled


def test_what_no_class_shows_is_no_doubt_and_no_proof() -> None:
    wide, silent = Bell(8), "never_told"
    wide.monitor = SimpleNamespace(slugs=(NEVER, silent))
    search = HullSearch(wide)
    assert search.settles(Search(Bell(8)).run())
    assert search.perhaps == search.found.holding == {NEVER}


def test_a_budget_that_ends_proves_nothing() -> None:
    seen = Search(Bell(8)).run()
    assert not HullSearch(Bell(8), Budget(classes=2)).settles(seen)


# --- of designs ------------------------------------------------------------------------------


def scope_of(faults: str) -> Scenario:
    """The last scope of a class of faults, with one chunk."""
    return BUILDERS[faults](1).scopes[-1].load()


def judged(design: str, faults: str) -> Verification:
    """Whether a design finalizes promptly, by hulls where they are allowed."""
    return verify(scope_of(faults), design, PROMPT, longest=False, counterexamples=False, attack=0)


def with_few_zones(monkeypatch: pytest.MonkeyPatch, classes: int) -> None:
    """Try hulls, or ask for what is left alone, after so few classes."""
    monkeypatch.setattr(by_hulls, "HULLS_FROM", classes)
    monkeypatch.setattr(by_hulls, "LEFT_FROM", classes)


def machine_of(design: str, faults: str) -> Machine:
    """The machine that looks at promptness alone."""
    scenario = scope_of(faults)
    spec = load_design(design, scenario)
    return Machine(spec, scenario, monitor_for(spec, scenario, [PROMPT]), symmetry=False)


@pytest.mark.parametrize("design", ["manual", "alarm", "manifest"])
@pytest.mark.parametrize("faults", ["loss", "commits"])
def test_hulls_prove_nothing_that_zones_violate(design: str, faults: str) -> None:
    exact = Search(machine_of(design, faults), Budget(classes=6_000), stops=True).run()
    by_hull = proved_by_hulls(machine_of(design, faults), Budget(), seen=exact)
    assert not (by_hull is not None and exact.findings)
    if by_hull is not None:
        assert by_hull.found.classes == by_hull.found.states
        assert by_hull.found.late is None


def test_a_proof_by_hulls_needs_fewer_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    by_zones = judged("manual", "commits")
    with_few_zones(monkeypatch, 50)
    by_hull = judged("manual", "commits")
    assert by_zones.verdicts[PROMPT].kind == by_hull.verdicts[PROMPT].kind == "proved"
    assert by_hull.classes == by_hull.states < by_zones.classes
    assert by_hull.late_ms is None


def test_what_was_to_be_met_sometimes_must_have_been() -> None:
    machine = machine_of("manual", "commits")
    assert proved_by_hulls(machine, Budget()) is not None
    machine.monitor.sometimes = frozenset({"what never happens"})
    assert proved_by_hulls(machine, Budget()) is None
    assert proved_by_hulls(machine, Budget(), seen=Exploration(sometimes={"what never happens"}))


def test_a_cycle_on_which_it_may_stay_violated_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = machine_of("manual", "commits")
    assert PROMPT in machine.monitor.at_end
    monkeypatch.setattr(Rounds, "violating", lambda *_: [0, 0])
    assert proved_by_hulls(machine, Budget()) is None


def test_what_may_hold_for_ever_on_a_cycle_of_hulls_is_a_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = machine_of("manual", "commits")
    monkeypatch.setattr(Rounds, "holds", lambda *_: True)
    assert proved_by_hulls(machine, Budget()) is not None, "each property was seen to hold"
    machine.monitor.slugs = (PROMPT, "what nobody tells")
    assert proved_by_hulls(machine, Budget()) is None


def judged_whole(design: str, faults: str) -> Verification:
    """What all properties of a matrix are there."""
    return verify(scope_of(faults), design, SLUGS, longest=False, attack=0, kinds=("shortest",))


@pytest.mark.parametrize(
    ("design", "faults"),
    [
        *(("manual", faults) for faults in ("loss", "commits", "client-lost", "crashes")),
        *(("alarm", "commits"), ("short-grace", "loss"), ("leases", "crashes")),
        *(("manifest", faults) for faults in ("loss", "commits")),
        ("lazy-alarm", "loss"),
    ],
)
def test_hulls_and_zones_say_the_same_of_all_properties(
    design: str, faults: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_zones = judged_whole(design, faults)
    with_few_zones(monkeypatch, 30)
    by_hull = judged_whole(design, faults)
    assert {slug: (item.kind, item.reason) for slug, item in by_hull.verdicts.items()} == {
        slug: (item.kind, item.reason) for slug, item in by_zones.verdicts.items()
    }
    assert by_hull.counterexamples.keys() == by_zones.counterexamples.keys()


def test_what_the_first_zones_violate_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    by_zones = judged_whole("manual", "loss")
    violated = {slug for slug, item in by_zones.verdicts.items() if item.kind == "violated"}
    assert violated == {"count_true", "finalizes"}
    with_few_zones(monkeypatch, 1_600)
    asked = []
    whole = Search._run

    def run(search: Any) -> Exploration:
        asked.append(set(search.machine.monitor.slugs))
        return whole(search)

    monkeypatch.setattr(Search, "_run", run)
    by_hull = judged_whole("manual", "loss")
    assert by_hull.classes < by_zones.classes / 2
    assert by_hull.frontier == 0
    plain = [slugs for slugs in asked if PROMPT not in slugs]
    assert plain[0] >= violated
    assert plain[1:] == [plain[0] - violated] * 2, "zones, and then hulls"


@pytest.mark.parametrize(
    ("asked", "unfinished", "most"),
    [(["count_true", PROMPT], "500 classes", 2_400), ([PROMPT], "2,500 classes", 2_600)],
)
def test_zones_end_sooner_where_they_violate_some(
    asked: list[str], unfinished: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They end once a violation is found; where nothing is violated, hulls are tried later."""
    monkeypatch.setattr(by_hulls, "LEFT_FROM", 500)
    monkeypatch.setattr(by_hulls, "HULLS_FROM", 2_500)
    first: list[Exploration] = []
    whole = Search._run

    def run(search: Any) -> Exploration:
        first.append(whole(search))
        return first[-1]

    monkeypatch.setattr(Search, "_run", run)
    scenario, design = scope_of("loss"), load_design("manual", scope_of("loss"))
    machine = Machine(design, scenario, monitor_for(design, scenario, asked))
    by_hulls.searched_with_hulls(machine, Budget(), False, None, Deadline(60))
    assert first[0].unfinished == unfinished
    assert 500 <= first[0].classes < most


def test_a_budget_that_ends_before_hulls_are_tried_is_no_reason_to_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_few_zones(monkeypatch, 30)
    asked, few = ["finalizes", "nothing_lost"], Budget(classes=25)
    short = verify(scope_of("loss"), "manual", asked, few, longest=False, attack=0)
    assert short.frontier > 0
    assert "25 classes" in short.verdicts["nothing_lost"].reason


@pytest.mark.parametrize(
    ("classes", "unfinished", "is_over", "expected"),
    [
        (4_000, "4,000 classes", False, True),
        (4_000, "60 seconds", True, False),  # another search would have no time for what is left
        (3_999, "3,999 classes", False, False),
        (4_000, "", False, False),
        (20_000, "20,000 classes", False, False),
    ],
)
def test_a_search_leaves_some_where_its_zones_are_many_and_there_is_time(
    classes: int, unfinished: str, is_over: bool, expected: bool
) -> None:
    found = SimpleNamespace(classes=classes, unfinished=unfinished, findings={"some": "violation"})
    search: Any = SimpleNamespace(found=found, deadline=SimpleNamespace(is_over=lambda: is_over))
    assert by_hulls.leaves_some(search, Budget(classes=20_000)) is expected
    found.findings.clear()
    assert not by_hulls.leaves_some(search, Budget(classes=20_000))


def test_each_search_tells_of_properties_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    whole = PropertyGroupSearch.verdicts

    def verdicts(group: PropertyGroupSearch) -> dict[str, Verdict]:
        found = whole(group)
        told.extend(found)
        return found

    monkeypatch.setattr(PropertyGroupSearch, "verdicts", verdicts)
    with_few_zones(monkeypatch, 1_600)
    judged_whole("manual", "loss")
    assert sorted(told) == sorted(SLUGS)


def test_the_longest_delay_is_told_by_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    with_few_zones(monkeypatch, 50)
    found = verify(scope_of("commits"), "manual", PROMPT, counterexamples=False, attack=0)
    assert found.late_ms is not None
    assert found.classes > found.states


def test_where_hulls_are_in_doubt_zones_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    before = judged("manual", "commits")
    with_few_zones(monkeypatch, 50)
    monkeypatch.setattr(hulls, "GROWN_LEAST", 0)
    monkeypatch.setattr(hulls, "GROWN_MAX", 0)
    after = judged("manual", "commits")
    assert after.verdicts == before.verdicts
    assert (after.classes, after.states) == (before.classes, before.states)


def test_hulls_that_miss_a_violation_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged("alarm", "loss").verdicts[PROMPT].kind == "violated"
    monkeypatch.setattr(hulls, "Violation", type(None))
    with pytest.raises(HullsDisagreeError, match="proved of alarm by hulls"):
        judged("alarm", "loss")


def test_what_an_end_leaves_open_is_in_doubt_by_hulls() -> None:
    search = HullSearch(fischer(2, 2, 1))
    leaf = Leaf({"a": Unsettled("the run ended at the completion")}, frozenset())
    with pytest.raises(InDoubtError):
        search._note(-1, None, leaf, zone_of([[0]]))
