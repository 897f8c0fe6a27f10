"""Each rule can be switched off, and its own test then fails: the tests are not empty.

A switch is a patch of one method or constant of the world. Where a rule is a consequence of
another (R5 and R6 of R4), the patch puts in what the rule denies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lastchunk.model.world import faults
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.edge import lifecycle
from lastchunk.model.world.edge.client import ClientHost
from lastchunk.model.world.edge.network import Network
from lastchunk.model.world.object import blob_store, deploys, instances, keys, transactions
from lastchunk.model.world.object import runtime as object_module
from lastchunk.model.world.object.alarms import Alarms
from lastchunk.model.world.object.blob_store import Bucket
from lastchunk.model.world.object.delivery import Delivery
from lastchunk.model.world.object.runtime import ObjectRuntime
from lastchunk.model.world.object.storage import Storage
from lastchunk.reference_impl.blobs import AbortUpload, BlobDelete, BlobPut
from lastchunk.reference_impl.contract import AlarmInfo, CloseGate, OpenGate, Put
from lastchunk.reports.docs.platform import page
from lastchunk.reports.docs.platform.demo import misses, run_demo
from tests.world import test_blobs as blobs_of_the_store
from tests.world import test_deploys as deploys_that_wait
from tests.world import test_detached as detached
from tests.world import test_keys as keys_of_storage
from tests.world import test_rules as rules
from tests.world import test_rules_alarm as slot
from tests.world import test_rules_commits as commits
from tests.world import test_rules_delivery as delivery
from tests.world import test_rules_instances as side
from tests.world import test_transactions as transactions_of_storage

Patch = pytest.MonkeyPatch
Switch = Callable[[Patch], None]
SWITCHES: dict[str, tuple[Switch, Callable[[], None]]] = {}


def switches_off(rule: str, test: Callable[[], None]) -> Callable[[Switch], Switch]:
    """Register the switch of a rule, and the rule's own test."""

    def register(switch: Switch) -> Switch:
        SWITCHES[rule] = (switch, test)
        return switch

    return register


def shown_by_its_demo(rule: str) -> Callable[[], None]:
    """The demo of a rule as its test."""
    (demo,) = [demo for demo in page.DEMOS if demo.rule == rule]

    def shows_it() -> None:
        assert misses(demo, run_demo(demo)) == []

    return shows_it


@switches_off("A1", rules.test_a1_one_alarm_replaced_later_and_earlier)
def the_first_alarm_stays(patch: Patch) -> None:
    tell = Alarms.tell

    def first_stays(self: Alarms, due_ms: int | None) -> None:
        if self.told_ms is None:
            tell(self, due_ms)

    patch.setattr(Alarms, "tell", first_stays)


@switches_off("A2", rules.test_a2_the_past_is_now_and_zero_is_refused)
def the_past_is_stored_as_it_is(patch: Patch) -> None:
    patch.setattr(Alarms, "stored_time", lambda self, at_ms: at_ms)


@switches_off("A3", rules.test_a3_get_alarm_is_none_inside_alarm_unless_set_again)
def the_running_alarm_is_seen(patch: Patch) -> None:
    patch.setattr(Alarms, "get", lambda self: self.time_ms)


@switches_off("A4", rules.test_a4_an_alarm_due_while_alarm_runs_waits)
def an_alarm_due_while_one_runs_is_lost(patch: Patch) -> None:
    patch.setattr(Alarms, "next", lambda self: None)


@switches_off("A5", slot.test_a5_set_in_the_handler_and_a_throw_replaces_the_retries)
def retries_go_on_beside_a_new_alarm(patch: Patch) -> None:
    patch.setattr(Alarms, "is_replaced", lambda self: False)


@switches_off("A6", slot.test_a6_delete_in_the_handler_prevents_retries)
def retries_go_on_after_a_deletion(patch: Patch) -> None:
    patch.setattr(Alarms, "is_deleted", lambda self: False)


@switches_off("A7", slot.test_a7_the_value_already_stored_is_a_no_op)
def the_same_value_is_set_again(patch: Patch) -> None:
    patch.setattr(Alarms, "is_stored", lambda self, due_ms: False)


@switches_off("A8", shown_by_its_demo("A8"))
def the_handler_is_told_of_a_first_attempt(patch: Patch) -> None:
    patch.setattr(
        object_module, "AlarmInfo", lambda at_ms, count, is_retry: AlarmInfo(at_ms, 0, False)
    )


@switches_off("D1", delivery.check_d1)
def counted_failures_are_retried_for_ever(patch: Patch) -> None:
    patch.setattr("lastchunk.model.world.object.delivery.COUNTED_RETRIES_MAX", 1_000_000)


@switches_off("D2", delivery.test_d2_uncounted_failures_are_retried_for_ever)
def every_failure_counts(patch: Patch) -> None:
    fail = Alarms.fail

    def counted(self: Alarms, failed: Delivery, _: bool, reason: str) -> None:
        fail(self, failed, True, reason)

    patch.setattr(Alarms, "fail", counted)


@switches_off("D3", delivery.test_d3_never_early_by_the_clock_of_the_object)
def the_clocks_are_not_looked_at(patch: Patch) -> None:
    def register(self: Alarms, planned: Delivery) -> None:
        world = self.runtime.world
        world.plan_alarm(max(0, planned.due_ms - world.now_ms), planned)

    patch.setattr(Alarms, "register", register)


@switches_off("D4", delivery.test_d4_past_fifteen_minutes_the_object_is_reset_and_it_counts)
def an_alarm_may_run_for_ever(patch: Patch) -> None:
    patch.setattr(object_module, "RUN_MS_MAX", 10**12)


@switches_off("D5", delivery.test_d5_a_crash_before_the_confirmation_runs_the_alarm_again)
def a_run_is_acknowledged_before_its_writes(patch: Patch) -> None:
    let_pass(patch, {"acknowledge"})


def let_pass(patch: Patch, kinds: set[str]) -> None:
    """Let these leave the object without waiting at the output gate."""
    send = Storage.send

    def at_once(self: Storage, kind: str, task: Any, payload: Any) -> None:
        if kind in kinds:
            self.runtime.leave(kind, task, payload)
        else:
            send(self, kind, task, payload)

    patch.setattr(Storage, "send", at_once)


@switches_off("R1", shown_by_its_demo("R1"))
def alarms_overlap(patch: Patch) -> None:
    patch.setattr(Alarms, "is_busy", False)


@switches_off("R2", rules.test_r2_waiters_are_served_first_in_first_out)
def the_last_waiter_is_served_first(patch: Patch) -> None:
    def serve(self: ObjectRuntime) -> None:
        while self.waiting and self.gate_holder is None and self.critical is None:
            self._admit(*self.waiting.pop())

    patch.setattr(ObjectRuntime, "serve", serve)


@switches_off("R3", rules.test_r3_the_gate_is_closed_while_storage_is_awaited)
def storage_leaves_the_gate_open(patch: Patch) -> None:
    is_open = property(lambda self: None, lambda self, task: None)
    patch.setattr(ObjectRuntime, "gate_holder", is_open, raising=False)
    patch.setattr(
        ObjectRuntime,
        "storage_answered",
        lambda self, task, answer: self.deliver("resume", task, answer),
    )
    for effect in (CloseGate, OpenGate):
        patch.setitem(object_module._ANSWERS, effect, lambda self, task, effect: None)


@switches_off("R4", shown_by_its_demo("R4"))
def a_blob_put_closes_the_gate(patch: Patch) -> None:
    blob_put = object_module._ANSWERS[BlobPut]

    def closing(self: ObjectRuntime, task: Any, effect: BlobPut) -> Any:
        self.gate_holder = task
        return blob_put(self, task, effect)

    patch.setitem(object_module._ANSWERS, BlobPut, closing)


@switches_off("R5", shown_by_its_demo("R5"))
def an_upload_is_never_entered(patch: Patch) -> None:
    a_blob_put_closes_the_gate(patch)
    resume = ObjectRuntime.deliver

    def opening(self: ObjectRuntime, kind: str, task: Any, payload: Any = None) -> None:
        if self.gate_holder == task:
            self.gate_holder = None
        resume(self, kind, task, payload)

    patch.setattr(ObjectRuntime, "deliver", opening)


@switches_off("R6", shown_by_its_demo("R6"))
def an_alarm_waits_for_an_idle_session(patch: Patch) -> None:
    due = Alarms.due

    def when_idle(self: Alarms, delivered: Delivery, outcome: str) -> None:
        if self.runtime.program.tasks:
            self.runtime.world.add(Pending(("alarm",), 10, (), delivered))
        else:
            due(self, delivered, outcome)

    patch.setattr(Alarms, "due", when_idle)


@switches_off("R7", rules.test_r7_sqlite_storage_is_synchronous_and_hands_out_copies)
def storage_keeps_what_the_code_holds(patch: Patch) -> None:
    patch.setattr(crossing, "clone", lambda value: value)


@switches_off("R8", commits.test_r8_another_confirmed_alarm_to_come_drops_the_delivery)
def a_stale_delivery_runs(patch: Patch) -> None:
    patch.setattr(Alarms, "meet", lambda self, delivered: delivered)


@switches_off("R9", commits.test_r9_moved_earlier_the_scheduler_is_told_before_the_commit)
def the_scheduler_is_told_after_every_commit(patch: Patch) -> None:
    patch.setattr(Alarms, "before_commit", lambda self, alarm_ms: None)


@switches_off("R10", rules.test_r10_replies_and_outgoing_calls_wait_for_earlier_writes)
def there_is_no_output_gate(patch: Patch) -> None:
    let_pass(patch, {"respond", "put_blob", "call_blobs", "notify"})


@switches_off("R11", side.test_r11_an_old_instance_goes_on_until_it_touches_storage)
def a_replaced_instance_ends_at_once(patch: Patch) -> None:
    def deploy(world: Any, fault: Any, number: int, kept: int) -> None:
        instances.lose(world.object, "deploy", kept)

    patch.setitem(faults.RULES, "deploy", faults.Rule(deploy, takes_instance=True))


@switches_off("R12", rules.test_r12_a_client_that_goes_away_does_not_cancel_the_handler)
def a_client_takes_its_handler_along(patch: Patch) -> None:
    close, deliver = lifecycle.close, ObjectRuntime.deliver

    def closing(page: ClientHost, *more: bool, **named: bool) -> None:
        close(page, *more, **named)
        for task in list(page.world.object.program.tasks):
            del page.world.object.program.tasks[task]

    def to_those_left(self: ObjectRuntime, kind: str, task: Any, payload: Any = None) -> None:
        if kind not in object_module.TO_TASKS or task in self.program.tasks:
            deliver(self, kind, task, payload)

    patch.setattr(lifecycle, "close", closing)
    patch.setattr(ObjectRuntime, "deliver", to_those_left)


@switches_off("R13", rules.test_r13_now_is_the_time_of_the_last_io)
def the_clock_stands_still_within_an_event(patch: Patch) -> None:
    send = Program._send

    def unseen(self: Program, task: Any, answer: Any, at_ms: int) -> Any:
        return send(self, task, answer, self.clock_ms)

    patch.setattr(Program, "_send", unseen)


@switches_off("R14", shown_by_its_demo("R14"))
def requests_arrive_in_the_order_sent(patch: Patch) -> None:
    arrives = Network.request_arrives

    def in_order(self: Network, pending: Pending, outcome: str) -> None:
        earlier = [p for key, p in self.world.pending.items() if key[0] == "request"]
        if earlier:
            self.world.add(pending)
        else:
            arrives(self, pending, outcome)

    patch.setattr(Network, "request_arrives", in_order)


@switches_off("R15", rules.test_r15_writes_of_one_turn_are_one_commit)
def every_write_is_a_commit(patch: Patch) -> None:
    put = object_module._ANSWERS[Put]

    def alone(self: ObjectRuntime, task: Any, effect: Put) -> None:
        put(self, task, effect)
        self.storage.end_of_turn()

    patch.setitem(object_module._ANSWERS, Put, alone)


@switches_off("R16", keys_of_storage.test_r16_a_list_is_in_the_order_of_bytes_and_in_its_bounds)
def keys_are_in_the_order_of_their_writes(patch: Patch) -> None:
    patch.setattr(keys, "keys_in_order", list)


@switches_off("R17", keys_of_storage.test_r17_sync_waits_for_the_disk_with_the_gate_open)
def sync_comes_back_at_once(patch: Patch) -> None:
    let_pass(patch, {"sync"})


@switches_off("R18", transactions_of_storage.test_r18_what_throws_leaves_nothing_behind)
def what_throws_is_kept(patch: Patch) -> None:
    patch.setattr(transactions, "_restore", lambda runtime, opened: None)


@switches_off("R19", deploys_that_wait.test_r19_no_work_shorter_than_the_grace_is_lost)
def a_deploy_does_not_wait(patch: Patch) -> None:
    patch.setattr(deploys, "is_idle", lambda runtime: True)


@switches_off("R20", detached.test_r20_detached_work_goes_on_and_keeps_the_object_busy)
def detached_work_never_begins(patch: Patch) -> None:
    def drop(_: ObjectRuntime, program: Any) -> None:
        while program.to_begin:
            program.tasks.pop(program.to_begin.pop()).close()

    patch.setattr(ObjectRuntime, "begin_detached", drop)


@switches_off("R21", blobs_of_the_store.test_r21_what_is_stored_is_read_and_deleted)
def nothing_is_deleted(patch: Patch) -> None:
    patch.setitem(blob_store._DONE_BY, BlobDelete, lambda store, task, call: None)


@switches_off("R22", shown_by_its_demo("R22"))
def complete_looks_at_no_size(patch: Patch) -> None:
    patch.setattr(Bucket, "_check_sizes", lambda self, sizes: None)


@switches_off("R23", shown_by_its_demo("R23"))
def an_aborted_upload_goes_on(patch: Patch) -> None:
    patch.setitem(blob_store._DONE_BY, AbortUpload, lambda store, task, call: None)


RULES = [
    *(f"A{number}" for number in range(1, 9)),
    *(f"D{number}" for number in range(1, 6)),
    *(f"R{number}" for number in range(1, 24)),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_switched_off_fails_its_test(rule: str) -> None:
    switch, test = SWITCHES[rule]
    with pytest.MonkeyPatch.context() as patch:
        switch(patch)
        try:
            test()
        except (AssertionError, pytest.fail.Exception):
            return
    pytest.fail(f"{rule} is switched off, and {test.__name__} still passes")


def test_with_every_rule_on_the_same_tests_pass() -> None:
    passed = []
    for rule, (_, test) in SWITCHES.items():
        test()
        passed.append(rule)
    assert sorted(passed) == sorted(RULES), "a rule without a switch is not tested"


def test_every_rule_has_a_test_of_its_name_or_is_shown_by_its_demo() -> None:
    modules = (
        rules,
        slot,
        commits,
        delivery,
        side,
        keys_of_storage,
        transactions_of_storage,
        deploys_that_wait,
        detached,
        blobs_of_the_store,
    )
    names = [name for module in modules for name in vars(module)]
    shown = {rule for rule, (_, test) in SWITCHES.items() if test.__name__ == "shows_it"}
    for rule in set(RULES) - shown:
        assert any(name.startswith(f"test_{rule.lower()}_") for name in names), rule
