"""From ``worker.ts:Class`` and an adapter to a design whose object is the real one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance.own.adapter import read_adapter
from lastchunk.model.conformance.own.bundled import bundle_own, taken_apart_reference
from lastchunk.model.conformance.own.remote import RealClass
from lastchunk.model.conformance.runtime.toolbox import NotHereError, toolbox
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.world import faults
from lastchunk.model.world.local import on_local_runtime

NOT_FOLLOWED = {
    "commits_fail": "a commit that fails",
    "commits_slow": "a commit that takes time",
    "deploy": "a deploy, in which an old instance goes on",
    "alarm_fails": "an attempt of the alarm that the platform spoils",
}
"""Faults that the real object cannot be brought to, by their kind."""


def load_real(
    reference: str, adapter: Path, scenario: Scenario, say: Callable[[str], None]
) -> DesignSpec:
    """The design: the page is a shipped one's, the object the class's. Raises `InputError`."""
    file, name = taken_apart_reference(reference)
    found = read_adapter(adapter, name)
    check_followed(scenario)
    try:
        tools = toolbox(say)
    except NotHereError as error:
        raise InputError("--adapter", str(adapter), f"the real runtime, {error}") from error
    bundle_own(tools, file, name, found)
    page = load_design(found.page, scenario)
    real = RealClass(f"{file}:{name}", found)
    return dataclasses.replace(page, name=name, reference=reference, real=real)


def on_real_runtime(scenario: Scenario) -> Scenario:
    """The scenario as the runtime of one's own machine has it, with its known bugs (A7)."""
    return on_local_runtime(scenario)


def check_followed(scenario: Scenario) -> None:
    """Refuse what the real object cannot be brought to. Raises `InputError`."""
    platform = scenario.platform
    for name in ("storage_read_ms", "commit_failure", "alarm_move_loss"):
        _check_none(f"platform.{name}", getattr(platform, name))
    _check_none("platform.commit_ms", 0 if _takes_none(platform.commit_ms) else platform.commit_ms)
    for name in ("alarm_counted_failure", "alarm_uncounted_failure", "alarm_unacknowledged"):
        _check_none(f"platform.{name}", getattr(platform, name))
    for number, fault in enumerate(scenario.faults):
        if fault.kind in NOT_FOLLOWED:
            allowed = f"any but {NOT_FOLLOWED[fault.kind]}, with --adapter"
            raise InputError(f"faults.{number}.kind", fault.kind, allowed)
    assert set(NOT_FOLLOWED) <= set(faults.RULES)


def _takes_none(delay: object) -> bool:
    return getattr(delay, "value_ms", None) == 0


def _check_none(field: str, value: object) -> None:
    if value != 0:
        raise InputError(field, value, "0 with --adapter: the real object's disk is its own")
