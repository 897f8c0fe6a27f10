"""Instants of the past: which of them a state may forget, and how much of the others counts.

A stored instant that lies long ago is told apart by no later comparison: `now - stored < 5000` has
the same answer for ever once 5 s have gone by. A zone that keeps the distance all the same has a
new one at each round of a design that goes on for ever, and exploring never ends.

What *counts* of a stored instant q in a state is, for each other instant y that its future compares
it with, a number of ms g: wherever ``y - q >= g``, every such comparison to come has one answer. It
is read off the decision trees of the steps, backwards: a comparison asks for its own bound, and a
step for what its target asks for, shifted by what the step adds. Compared with what is pending, a
long past q takes the one branch alone, so what code does with an instant that is not past (set an
alarm by it, say) asks for nothing. A set F of stored instants is *long past* in a zone where each
of F is so far from each instant outside F that its future compares it with.

Why this is exact. Take a state and two valuations that differ in that F is moved as a whole, F long
past in both. The same may happen in both at the same time, for F is nothing that happens. Each
comparison within F, and each without it, has the same answer in both, and each one between them has
its one answer. So both come to the same state, where they differ in the copies of F alone, and
these are long past, which is what the shifted numbers say. So they have the same future (a
bisimulation), and a zone may take in all valuations from which F can be moved into it, but no
further than long past: neither a violation nor a proof comes or goes by that.

That set is a zone if F and the others may be chosen apart: Z[y,y'] + Z[f',f] <= Z[y,f] + Z[f',y']
for all of them, which always holds where F, or the rest, is one instant; elsewhere it is looked at.
Then the bounds within F and without it stay, and between them only ``f - y <= -g`` is left. This is
the extrapolation by maximal constants of timed automata (Daws & Tripakis, TACAS 1998), by state and
by pair of instants; comparing two stored instants makes the usual one unsound (Bouyer, FMSD 24(3),
2004), and is covered here.

The trees grow while a search goes on. What was used is therefore compared with what they say at the
end (`Past.is_still_true`); where it was too little the search begins again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lastchunk.model.explore.state.node import Move, Node
from lastchunk.model.explore.timing.steps import Branch, Draw, Leaf, Slot
from lastchunk.model.explore.timing.zone import HALF, NONE, SCALE, Pick, Zone, at_most

Need = dict[int, int]
"""For each instant that q is compared with, by column, how many ms later it must be than q."""
Needs = list[Need | None]
"""One for each column; None: this one stays where it is."""
Asked = tuple[int | None, int]
"""An instant, and by how many ms it must be later; None: this one must stay where it is."""
WHOLE_DISTANCE = 1 << 50
"""So many ms that nothing is so far away: the whole distance counts."""
FAR_MS = 1 << 40
ROUNDS_MAX = 200
"""A number that grows for so many rounds grows for ever."""


class Past:
    """What counts of each stored instant in each of a machine's states, as far as it is known."""

    def __init__(self, nodes: Iterable[Node], has_origin: bool) -> None:
        self.has_origin = has_origin
        self.needs: dict[int, Needs] = {}
        self.used: set[tuple[int, int]] = set()
        known = list(nodes)[::-1]
        for node in known:
            self.needs[node.number] = [
                {} if self._may_be_past(node, at) else None for at in range(len(node.places))
            ]
        rounds, changed = 0, True
        while changed:
            changed = bool([node for node in known if self._grows(node, rounds >= ROUNDS_MAX)])
            rounds += 1

    def _may_be_past(self, node: Node, column: int) -> bool:
        """What may happen is never past; the beginning is what all is measured from."""
        if self.has_origin and column == node.places[0][0]:
            return False
        return column not in node.pending

    def _grows(self, node: Node, gives_up: bool) -> bool:
        """Look at a state once more; whether more counts than was known."""
        needs = self.needs[node.number]
        found: Needs = [None if n is None else self._need(node, at) for at, n in enumerate(needs)]
        _make_symmetric(node, found)
        if found == needs:
            return False
        self.needs[node.number] = [
            None if gives_up and new != old else new for new, old in zip(found, needs, strict=True)
        ]
        return True

    def _need(self, node: Node, column: int) -> Need | None:
        """What counts of an instant in a state, given what counts in the states after it."""
        need: Need = {}
        pending = set(node.pending)
        for move in node.moves:
            places = _places_of(move, len(node.places))
            moved = {at for at, place in enumerate(places) if place in pending}
            for other, ms in self._asked(move.slot, places.index(column), moved):
                if other is None:
                    return None
                need[places[other]] = max(ms, need.get(places[other], -WHOLE_DISTANCE))
        for other, ms in self._asked(node.ends, column, pending):
            assert other is not None, "an end has no state after it"
            need[other] = max(ms, need.get(other, -WHOLE_DISTANCE))
        return need

    def _asked(self, slot: Slot, at: int, pending: set[int]) -> Iterator[Asked]:
        """What a step asks for of an instant that is long past."""
        stack = [slot]
        while stack:
            content = stack.pop().content
            if isinstance(content, Leaf):
                yield from self._asked_after(content, at)
            elif isinstance(content, Draw):
                stack += content.slots.values()
            elif isinstance(content, Branch):
                asked = _asked_by(content, at)
                if asked is not None:
                    yield asked
                is_known = asked is not None and content.bound is not None and asked[0] in pending
                taken: Any = content.left == at if is_known else None
                stack += [to for answer, to in content.slots.items() if taken in (None, answer)]

    def _asked_after(self, leaf: Leaf, at: int) -> Iterator[Asked]:
        """What the state after a step asks for, and whoever wants to know how long it took."""
        if leaf.late is not None and at in leaf.late[:2]:
            yield from ((other, WHOLE_DISTANCE) for other in leaf.late[:2] if other != at)
        layout = leaf.layout
        if layout is None:
            return
        needs = self.needs.get(leaf.target.number)
        for column in (to for to, source in enumerate(layout.sources) if source == at):
            need = {} if needs is None else needs[column]
            shift_ms = layout.lows_ms[column]
            if need is None or shift_ms != layout.highs_ms[column]:
                yield None, 0
                return
            for other, ms in need.items():
                if layout.sources[other] != at:  # two copies of one instant stay as they are
                    ms += shift_ms - layout.lows_ms[other]
                    yield layout.sources[other], ms if ms < FAR_MS else WHOLE_DISTANCE

    def relaxed(self, node: Node, zone: Zone) -> Zone:
        """The zone with all that is the same for the future of its long past instants."""
        needs = self.needs.get(node.number)
        done: set[int] = set()
        for column, need in enumerate(needs or ()):
            if need is None or column in done:
                continue
            assert needs is not None
            group = _long_past(zone, column, needs)
            if group and _is_free(zone, group):
                done |= group
                self.used |= {(node.number, each) for each in group}
                zone = _freed(zone, group, needs)
        return zone

    def is_still_true(self, now: Past) -> bool:
        """Whether no more counts than what was made use of."""
        for number, column in self.used:
            before, after = self.needs[number][column], now.needs[number][column]
            if before is None or after is None:
                return False
            if any(ms > before.get(other, -WHOLE_DISTANCE - 1) for other, ms in after.items()):
                return False
        return True


def _asked_by(branch: Branch, at: int) -> Asked | None:
    """What a comparison asks for of an instant, if it is one of the two that it compares."""
    if branch.left == branch.right or at not in (branch.left, branch.right):
        return None
    is_left = branch.left == at
    other, bound = branch.right if is_left else branch.left, branch.bound
    if bound is None:
        return other, WHOLE_DISTANCE
    return other, -(bound // SCALE) if is_left else bound // SCALE + 1


def _long_past(zone: Zone, column: int, needs: Needs) -> set[int]:
    """The smallest set of long past instants that one belongs to; none where it is not past."""
    group, left = {column}, [column]
    while left:
        one = left.pop()
        row = zone.row(one)
        for other, ms in (needs[one] or {}).items():
            if other in group or row[other] <= at_most(-ms):
                continue
            if needs[other] is None:
                return set()
            group.add(other)
            left.append(other)
    # One that came later may have been far from an earlier one: it is one of them all the same.
    return group


def _is_free(zone: Zone, group: set[int]) -> bool:
    """Whether a group and the others may be chosen apart."""
    rest = [at for at in range(zone.size) if at not in group]
    if len(group) < 2 or len(rest) < 2:
        return True
    ways = (
        (zone[y, other] + zone[f, g], zone[y, g] + zone[f, other])
        for y in rest
        for other in rest
        for g in group
        for f in group
    )
    return all(apart <= together or together > HALF for apart, together in ways)


def _freed(zone: Zone, group: set[int], needs: Needs) -> Zone:
    """A zone where a group is bounded against the others by what counts of it alone."""
    size, rows = zone.size, [list(zone.row(at)) for at in range(zone.size)]
    rest = [at for at in range(size) if at not in group]
    least = [
        (f, y, at_most(-ms)) for f in group for y, ms in (needs[f] or {}).items() if y not in group
    ]
    cross = {
        (f, y): min((rows[f][g] + bound + rows[z][y] for g, z, bound in least), default=NONE)
        for f in group
        for y in rest
    }
    for (f, y), bound in cross.items():
        rows[y][f], rows[f][y] = NONE, bound
    return Zone(tuple([bound for row in rows for bound in row]), size, plain=False).settled()


def _places_of(move: Move, columns: int) -> Sequence[int]:
    """Which column of the state stands in each column as the move sees it."""
    return range(columns) if move.swap is None else permuted(move.swap, columns)


def permuted(pick: Pick, columns: int) -> list[int]:
    """The column that comes to each place."""
    picked = pick(tuple(range(columns * columns)))
    return [picked[at * columns + at] % columns for at in range(columns)]


def _make_symmetric(node: Node, needs: Needs) -> None:
    """Tied chunks may change places: what counts of one counts of all that are tied with it."""
    sorter = node.sorter
    if sorter is None:
        return
    swaps = [
        permuted(sorter.swap(group, block), len(needs))
        for group, blocks in enumerate(sorter.groups)
        for block in range(1, len(blocks))
    ]
    changed = True
    while changed:
        changed = False
        for places in swaps:
            for column, need in enumerate(needs):
                joined = _joined(needs[places[column]], need, places)
                if joined != needs[places[column]]:
                    needs[places[column]] = joined
                    changed = True


def _joined(one: Need | None, other: Need | None, places: Sequence[int]) -> Need | None:
    """The greater of two needs, the other one's instants having changed places."""
    if one is None or other is None:
        return None
    joined = dict(one)
    for column, ms in other.items():
        joined[places[column]] = max(ms, joined.get(places[column], -WHOLE_DISTANCE))
    return joined
