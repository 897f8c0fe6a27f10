"""The exports ask the scenario's own question, or refuse: their texts are run, settings changed.

The text for TChecker is read and run by `tests.oracles.automata`, and must come to the verdict of
`tests.oracles.ticks`, which shares nothing with it.
"""

from __future__ import annotations

import random
import re

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.export.promela import promela
from lastchunk.model.explore.export.small_scope import SmallScope, small_scope_of
from lastchunk.model.explore.export.tchecker import tchecker
from lastchunk.model.scenario.load import load_scenario
from tests.explore.test_small_scope import random_config
from tests.oracles.automata import parse, reaches
from tests.oracles.ticks import Config, violated_by_ticks


def test_the_automata_reach_the_violation_exactly_if_ticks_do() -> None:
    dice = random.Random(100)
    violated = 0
    for _ in range(12):
        config = random_config(dice)
        config = config._replace(n=min(config.n, 2), high=min(config.high, config.low + 3))
        found = reaches(
            parse(tchecker(load_scenario("small-scope", config.overrides()))), "violated"
        )
        assert found == violated_by_ticks(config), config
        violated += found
    assert 0 < violated < 12, "the configurations are all of one kind"


def test_the_automata_at_the_boundary_of_the_grace() -> None:
    for grace, expected in ((3, True), (4, True), (5, False)):
        config = Config(2, 1, 2, 1, grace, 9, 1, 1)
        assert (
            reaches(parse(tchecker(load_scenario("small-scope", config.overrides()))), "violated")
            is expected
        )


def test_the_promela_text_has_the_scenario_s_numbers() -> None:
    config = Config(3, 2, 5, 7, 11, 13, 1, 1)
    text = promela(load_scenario("small-scope", config.overrides()))
    defines = dict(re.findall(r"^#define (\w+) (-?\d+)$", text, re.MULTILINE))
    assert defines == {
        "N": "3", "LOW": "2", "HIGH": "5", "BACK_OFF": "7", "GRACE": "11", "LONG": "13",
        "RETRIES": "1",
    }  # fmt: skip
    assert "short fault = 0;" in text
    quiet = promela(
        load_scenario("small-scope", config._replace(retries=0, disconnects=0).overrides())
    )
    assert "short fault = -1;" in quiet
    assert "#define RETRIES 0" in quiet


def test_the_numbers_are_read_off_the_scenario() -> None:
    config = Config(3, 2, 5, 7, 11, 13, 0, 1)
    assert small_scope_of(load_scenario("small-scope", config.overrides())) == SmallScope(
        3, 2, 5, 7, 11, 13, retries=False, disconnect=True
    )


@pytest.mark.parametrize("key", ["high_ms", "long_alarm_ms", "grace_ms", "back_off_ms"])
def test_what_spin_cannot_count_is_refused(key: str) -> None:
    assert promela(load_scenario("small-scope", [f"{key}=30000"]))
    with pytest.raises(InputError, match="at most 30,000 ms"):
        promela(load_scenario("small-scope", [f"{key}=30001"]))


OTHERS = [
    "start.session='new'",
    "recording.duration_ms=5",
    "client.uploads_parallel=1",
    "client.keeps_queue=true",
    "client.retry_jitter=0.5",
    "network.response_delay_ms=1",
    "network.request_loss=0.0",
    "network.response_loss=0.1",
    "network.request_duplication=0.1",
    "network.stop_delay_ms=4",
    "network.stop_may_fail=true",
    "network.failures_per_chunk_max=2",
    "network.body='streamed'",
    "blobs.put_delay_ms=1",
    "blobs.failure=0.1",
    "platform.commit_ms=5",
    "platform.storage='kv'",
    "platform.alarm_late_ms=5",
    "platform.alarm_counted_failure=0.1",
    "platform.instance_loss=0.1",
    "platform.clock_offset_ms=3",
    "consumer.reads_after_ms=5",
    "faults=[{kind='tab_closed', offset_ms=1}]",
    "faults=[{kind='network_down', offset_ms={low_ms=0, high_ms=8}, for_ms=1}]",
    "faults=[{kind='network_down', offset_ms={low_ms=1, high_ms=8}, for_ms=0}]",
    "faults=[{kind='network_down', offset_ms={low_ms=0, high_ms=7}, for_ms=0}]",
    "faults=[{kind='network_down', offset_ms={low_ms=0, high_ms=8}, for_ms=0, probability=0.5}]",
    "faults=[{kind='network_down', anchor='stop', offset_ms={low_ms=0, high_ms=8}, for_ms=0}]",
    "limits.end_at_completion=false",
    "uplink={kind='constant', rate_kbps=500}",
]


@pytest.mark.parametrize("override", OTHERS)
def test_a_scenario_that_asks_something_else_is_refused(override: str) -> None:
    try:
        scenario = load_scenario("small-scope", [override])
    except InputError as error:
        pytest.fail(f"no such setting: {error}")
    for export in (promela, tchecker):
        with pytest.raises(InputError, match="small-scope with other numbers"):
            export(scenario)


@pytest.mark.parametrize(
    "override",
    [
        "title='mine'",
        "expect.sometimes=[]",
        "loss=0.9",
        "limits.horizon_ms=99000",
        "design.lease_ms=7",
    ],
)
def test_what_is_no_part_of_the_question_may_differ(override: str) -> None:
    assert promela(load_scenario("small-scope", [override])) == promela(
        load_scenario("small-scope")
    )


def test_a_leg_of_one_length_is_a_leg() -> None:
    fixed = load_scenario("small-scope", ["network.request_delay_ms=8", "disconnects=0"])
    assert small_scope_of(fixed)[:3] == (2, 8, 8)
