"""Textbook models reach the numbers of state classes that are published for them.

Two nets come with the TINA toolbox (LAAS-CNRS, version 3.7.0) together with the state class graphs
that it computed for them, whose header is ``des(0, transitions, classes)``:

* ``nets/ifip.net``, the running example of Berthomieu & Menasche (IFIP 1983), taken up in
  Berthomieu & Diaz (IEEE TSE 17(3), 1991): ``ifip.aut`` says 12 classes, 29 transitions;
* ``nets/abp.net``, the alternating bit protocol of Berthomieu & Diaz: ``abp.aut`` says 16, 22.

Fischer's protocol comes with TChecker (ticktac-project, LaBRI), together with what its
``tck-reach`` found: ``test/algos/tck-reach-fischer-async_3_10_covreach_bfs.out-expected`` is the
zone graph of three processes with subsumption, 65 stored states and 120 edges. The model beside it
(``tck-reach-fischer-async_3_10.out-expected``) is `Fischer` here: the clock of a process is reset
where `Fischer` enables a new action.

As a net, with a clock for each transition, Fischer's protocol has other classes; they are counted
by an independent search here, with Floyd & Warshall's algorithm over remaining delays. Its two
verdicts are the well-known ones (Abadi & Lamport, TOPLAS 16(5), 1994).
"""

from __future__ import annotations

import pytest

from tests.oracles.brute import count_classes
from tests.oracles.front import Front, Interval, classes_of
from tests.oracles.petri import Net, parse

IFIP = """
t1 [4,9] p2*2 p1 -> p3 p5 p4
t2 [0,2] p4 -> p2
t3 [1,3] p5 -> p2
t4 [0,2] p3 -> p3
t5 [0,3] p3 -> p1
pl p1 1
pl p2 2
"""

ALTERNATING_BIT = """
t1 [0,w] p1 -> p2 p9
t2 [5,6] p2 -> p2 p9
t3 [0,1] p2 p10 -> p3
t4 [0,w] p3 -> p4 p11
t5 [5,6] p4 -> p4 p11
t6 [0,1] p4 p12 -> p1
t7 [0,1] p5 p9 -> p6
t8 [0,2] p6 -> p7 p10
t9 [0,1] p7 p9 -> p6
t10 [0,1] p7 p11 -> p8
t11 [0,2] p8 -> p5 p12
t12 [0,1] p5 p11 -> p8
t13 [0,1] p9 ->
t14 [0,1] p10 ->
t15 [0,1] p11 ->
t16 [0,1] p12 ->
pl p1 1
pl p5 1
"""


def fischer(processes: int, write_max: int, wait_min: int) -> Net:
    """Fischer's protocol: a process may enter after it waited, if the variable is still its own."""
    lines = ["pl id0 1"]
    every = range(processes + 1)
    for i in range(1, processes + 1):
        lines.append(f"pl idle{i} 1")
        lines.append(f"try{i} [0,w] idle{i} id0 -> ask{i} id0")
        for j in every:
            lines.append(f"set{i}_{j} [0,{write_max}] ask{i} id{j} -> wait{i} id{i}")
            if j not in (0, i):
                lines.append(f"back{i}_{j} [{wait_min},{wait_min}] wait{i} id{j} -> idle{i} id{j}")
        lines.append(f"enter{i} [{wait_min},{wait_min}] wait{i} id{i} -> in{i} id{i}")
        lines.append(f"leave{i} [0,w] in{i} id{i} -> idle{i} id0")
    return parse("\n".join(lines))


Action = tuple[str, int]
State = tuple[tuple[str, ...], int]


class Fischer(Front):
    """Processes at A, req, wait or cs, and the variable ``id``; TChecker's ``fischer-async``."""

    moves = {"try": "req", "retry": "req", "set": "wait", "enter": "cs", "leave": "A"}

    def __init__(self, processes: int, limit: int, strict: bool = True) -> None:
        self.limit = limit
        self.strict = strict
        super().__init__((("A",) * processes, 0))

    def enabled(self, state: State) -> list[Action]:
        places, mine = state
        out: list[Action] = []
        for process, place in enumerate(places, 1):
            if place == "A" and mine == 0:
                out.append(("try", process))
            elif place == "req":
                out.append(("set", process))
            elif place == "wait" and mine == 0:
                out.append(("retry", process))
            elif place == "wait" and mine == process:
                out.append(("enter", process))
            elif place == "cs":
                out.append(("leave", process))
        return out

    def interval(self, action: Action) -> Interval:
        if action[0] == "set":
            return Interval(0, self.limit)
        if action[0] == "enter":
            return Interval(self.limit, None, self.strict)
        return Interval(0, None)

    def after(self, state: State, action: Action) -> State:
        (places, mine), (word, process) = state, action
        moved = list(places)
        moved[process - 1] = self.moves[word]
        return tuple(moved), {"set": process, "leave": 0}.get(word, mine)


@pytest.mark.parametrize(("text", "classes", "steps"), [(IFIP, 12, 29), (ALTERNATING_BIT, 16, 22)])
def test_the_published_numbers_of_classes(text: str, classes: int, steps: int) -> None:
    found = classes_of(parse(text))
    assert (found.classes, found.steps) == (classes, steps)


@pytest.mark.parametrize("text", [IFIP, ALTERNATING_BIT])
def test_inclusion_leaves_the_markings_as_they_are(text: str) -> None:
    net, smaller = parse(text), parse(text)
    whole, covered = classes_of(net), classes_of(smaller, inclusion=True)
    assert set(net.nodes) == set(smaller.nodes)
    assert covered.classes <= whole.classes


@pytest.mark.parametrize(("processes", "write_max", "wait_min"), [(2, 1, 2), (2, 2, 1), (3, 1, 2)])
def test_fischer(processes: int, write_max: int, wait_min: int) -> None:
    net = fischer(processes, write_max, wait_min)
    found = classes_of(net)
    assert found.classes == count_classes(fischer(processes, write_max, wait_min))
    inside = [net.places.index(f"in{i}") for i in range(1, processes + 1)]
    together = any(sum(marking[at] for at in inside) > 1 for marking in net.nodes)
    assert together == (write_max >= wait_min)


@pytest.mark.parametrize("inclusion", [True, False])
def test_fischer_reaches_the_published_zone_graph(inclusion: bool) -> None:
    found = classes_of(Fischer(3, 10), inclusion)
    assert (found.classes, found.steps) == (65, 120)


@pytest.mark.parametrize(("strict", "broken"), [(True, False), (False, True)])
def test_fischer_needs_the_wait_to_be_strictly_longer(strict: bool, broken: bool) -> None:
    front = Fischer(3, 10, strict)
    classes_of(front, inclusion=True)
    assert broken == any(places.count("cs") > 1 for places, _ in front.nodes)
