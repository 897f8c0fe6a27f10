"""Whole numbers that code keeps in storage become registers, until code needs the very number.

A count in a record grows with each chunk, and most code only adds to it. So a plain whole number
that stands in a stored value, or under a name in a stored dictionary, is taken for a count: it is a
register of the state. Comparing it is a question; whatever else needs it makes it a part of the
state again, for the whole table (`Demoted`).
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import Counted
from lastchunk.model.table.step import RunningStep


class Promoter:
    """Makes registers of the numbers in a world's storage."""

    def __init__(self, step: RunningStep, demoted: frozenset[str]) -> None:
        self.step = step
        self.demoted = demoted
        self.made: dict[int, tuple[Any, Any]] = {}

    def promote(self, world: Any) -> None:
        """No plain number is left in what is stored, unless it is known to be needed."""
        if Counted.STORED in self.demoted:
            return
        storage = world.object.storage
        self.made.clear()
        storage.values = self._values(storage.values)
        if storage.waits:
            disk = storage.disk
            storage.disk = disk._replace(values=self._values(disk.values))
            for number, image in storage.batches.items():
                storage.batches[number] = image._replace(values=self._values(image.values))

    def _values(self, values: dict[str, Any]) -> dict[str, Any]:
        found = {key: self._value(key, value) for key, value in values.items()}
        return values if all(found[key] is values[key] for key in values) else found

    def _value(self, key: str, value: Any) -> Any:
        """One stored value; the same object is the same count wherever it is kept."""
        kind = type(value)
        if kind is not int and (kind is not dict or int not in map(type, value.values())):
            return value
        known = self.made.get(id(value))
        if kind is dict and known is not None:
            return known[1]
        kept = f"{Counted.STORED} {key}"
        if kind is int:
            return self._number(kept, value)
        made = {
            name: self._number(f"{kept}.{name}", item) if type(item) is int else item
            for name, item in value.items()
        }
        is_same = all(made[name] is value[name] for name in value)
        self.made[id(value)] = value, value if is_same else made
        return self.made[id(value)][1]

    def _number(self, kind: str, number: int) -> Any:
        if kind in self.demoted:
            return number
        return Number(self.step, self.step.counting(kind, number))
