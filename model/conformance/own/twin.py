"""Somebody's class played in the place of a Python design, its twin: is what was proved deployed?

The adapter says how the class is asked. What is compared of its storage is the record's status and
count: what else it keeps, and under which names, is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.conformance.own.adapter import Adapter, read_adapter, record_of
from lastchunk.model.conformance.own.bundled import taken_apart_reference
from lastchunk.model.conformance.own.load import on_real_runtime
from lastchunk.model.conformance.own.real import end_real_objects
from lastchunk.model.conformance.own.remote import RealClass
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.run import simulate
from lastchunk.reference_impl.contract import STATE_KEY

FIRST_LOOK = "everything-fast"
"""The scenario of the one session by which a class is tried before it is played."""


@dataclass(frozen=True)
class TwinnedClass:
    """The class, and how it is asked."""

    file: Path
    name: str
    adapter: Adapter
    text: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What is played in one process."""
        return str(self.file), self.name, self.adapter.model_dump_json()

    def stored(self, values: dict[str, Any]) -> dict[str, Any]:
        """What is compared of a world's storage."""
        if STATE_KEY not in values:
            return {}
        state = values[STATE_KEY]
        return {"status": state["status"], "count": state["chunks_uploaded"]}

    def seen(self, values: dict[str, Any]) -> dict[str, Any]:
        """The same of the class's own storage. Raises `InputError`."""
        if self.adapter.record not in values:
            return {}
        status, count = record_of(self.adapter, values[self.adapter.record])
        return {"status": status, "count": count}


def load_twinned(reference: str, adapter: Path | None, twin: DesignSpec) -> TwinnedClass:
    """The class of ``worker.ts:Class``. Raises `InputError` where it is not asked as its twin."""
    file, name = taken_apart_reference(reference)
    beside = adapter or file.with_suffix(".toml")
    if not beside.is_file():
        raise InputError("--adapter", str(beside), "a file that exists; see docs/own-class.md")
    found = read_adapter(beside, name)
    if twin.cls.stop_call == "finalize_session" and found.finalize is None:
        allowed = f"a call in {beside.name}, which the page of {twin.name} sends"
        raise InputError("adapter: finalize", None, allowed)
    return TwinnedClass(file, name, found)


def try_class(twinned: TwinnedClass, twin: DesignSpec) -> None:
    """Lead the class through one session: what it, or its adapter, cannot do is told at once.

    That it does something else than its twin is not. Raises `InputError`.
    """
    scenario = on_real_runtime(with_own_settings(load_scenario(FIRST_LOOK)))
    real = RealClass(f"{twinned.file}:{twinned.name}", twinned.adapter)
    try:
        simulate(scenario, replace(twin, name=twinned.name, real=real), seed=1)
    except InternalError:
        pass  # it differs: where is what playing shows
    finally:
        end_real_objects()


def with_own_settings(scenario: Scenario) -> Scenario:
    """The scenario without settings of designs: a class's own are in its code, as its twin's."""
    return scenario.model_copy(update={"design": {}})


def check_settings(design: DesignSpec, refuse: Callable[[str], Exception]) -> None:
    """Refuse a schedule that was made with settings that the class does not have."""
    own = vars(design.cls.Settings())
    given = vars(design.settings)
    other = [f"{name}={value}" for name, value in given.items() if own[name] != value]
    if other:
        raise refuse(f"made with other settings than the class's: {', '.join(other)}")
