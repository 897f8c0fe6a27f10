"""A fault is two entries: its class in the schema, and its rule in the world."""

from __future__ import annotations

from lastchunk.model.scenario.faults import FAULTS, Fault
from lastchunk.model.world.faults import RULES


def test_each_class_of_faults_has_a_rule_and_words() -> None:
    assert list(FAULTS) == list(RULES)
    assert set(FAULTS.values()) == set(Fault.__subclasses__())
    assert all(item.words and item.__doc__ for item in FAULTS.values())
