"""Sets have no order that a design may count on; what does not look at the order is listed."""

from __future__ import annotations

from typing import Any

from tests.attack.ground import Holds, Patient, holds, patient


class OrderOfNumbers(Holds):
    """Two sets of the same numbers, filled in another order: 0 and 8 fall into one place."""

    def keep(self, is_late: bool) -> Any:
        """8 first where it is late."""
        numbers: set[int] = set()
        numbers.add(8 if is_late else 0)
        numbers.add(0 if is_late else 8)
        return numbers

    def kept(self, held: Any) -> bool:
        """Which comes first?"""
        return bool(next(iter(held)) == 8)  # refused: FrozenNumbers


class PoppedNumber(OrderOfNumbers):
    """One is taken out."""

    def kept(self, held: Any) -> bool:
        """Which one?"""
        return bool(held.pop() == 8)  # refused


class LoopOverNumbers(OrderOfNumbers):
    """A loop over them."""

    def kept(self, held: Any) -> bool:
        """Which is last?"""
        last = 0
        for number in held:  # refused
            last = number
        return last == 0


class ListedNumbers(OrderOfNumbers):
    """A list, a tuple and an unpacking of them."""

    def kept(self, held: Any) -> bool:
        """Which is first?"""
        first, second = held  # refused
        return [first, second] == list(held) == [8, 0] and [*held] == [8, 0]  # refused


class FrozenNumbers(OrderOfNumbers):
    """The same, frozen."""

    def keep(self, is_late: bool) -> Any:
        """8 first where it is late."""
        return frozenset([8, 0] if is_late else [0, 8])


class MembersOnly(Patient):
    """Members, sizes, unions, differences, sorted: nothing that has an order (control)."""

    def prepare(self) -> None:
        """Names of looks to come."""
        self.to_come = {f"look {number}" for number in range(30)}
        self.done: set[str] = set()

    def looks(self) -> int:
        """The first of those to come, in the order of the alphabet."""
        name = sorted(self.to_come - self.done)[0]
        self.done = self.done | {name}
        if name not in self.to_come or not self.done <= self.to_come:
            return 0
        return len(self.done & self.to_come)


class Smallest(Patient):
    """The smallest and the largest of a set of numbers (control)."""

    def prepare(self) -> None:
        """Numbers."""
        self.left = set(range(1, 30))

    def looks(self) -> int:
        """Take the smallest out."""
        first = min(self.left)
        self.left.remove(first)
        return first if max(self.left) == 29 else 0


TRIED = (
    *holds(
        OrderOfNumbers,
        PoppedNumber,
        LoopOverNumbers,
        ListedNumbers,
        FrozenNumbers,
    ),
    *patient(MembersOnly, Smallest),
)
