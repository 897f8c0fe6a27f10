"""The scopes of the matrix are what their words say: prose against the loaded settings."""

from __future__ import annotations

import re

import pytest

from lastchunk.model.explore.matrix.fault_classes import BUILDERS, FaultClass
from lastchunk.model.explore.matrix.scopes import Scope, fault, faults, recorder, small, spread
from lastchunk.model.explore.scope.refusals import refuse_scope
from lastchunk.model.properties import EXPLORABLE, PROPERTIES
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario

CHUNKS = 3
CLASSES: dict[str, FaultClass] = {name: build(CHUNKS) for name, build in BUILDERS.items()}
SCOPES: dict[str, Scope] = {
    f"{name} {number}": scope
    for name, item in CLASSES.items()
    for number, scope in enumerate(
        [*item.scopes, *(s for best in item.impossible.values() for s in best.scopes)]
    )
}


def legs(scenario: Scenario) -> tuple[int, int | None]:
    return scenario.network.request_delay_ms.low_ms, scenario.network.request_delay_ms.high_ms


def kinds(scenario: Scenario) -> list[str]:
    return [item.kind for item in scenario.faults if item.probability > 0]


@pytest.mark.parametrize("name", SCOPES)
def test_a_scope_can_be_explored_and_expects_nothing(name: str) -> None:
    scenario = SCOPES[name].load()
    refuse_scope(scenario)
    assert scenario.expect.sometimes == ()
    assert scenario.client.retry_jitter == 0
    assert scenario.design.get("grace_ms", 5_000) == 5_000
    assert scenario.design.get("long_alarm_ms", 600_000) == 600_000


@pytest.mark.parametrize("name", SCOPES)
def test_the_words_of_a_scope_are_its_settings(name: str) -> None:
    words, scenario = SCOPES[name].bounds, SCOPES[name].load()
    platform, network = scenario.platform, scenario.network
    if words.startswith("the recorder for 25 s, chunks of 10 s"):
        assert scenario.recording.duration_ms.low_ms == 25_000
        assert (scenario.client.chunk_ms, scenario.client.uploads_parallel) == (10_000, 1)
        assert scenario.recording.chunks is None
    else:
        assert words.startswith(f"{CHUNKS} chunks and the stop at time 0")
        assert (scenario.recording.chunks, scenario.start.session) == (CHUNKS, "created")
        is_serial = "one after another" in words
        assert scenario.client.uploads_parallel == (1 if is_serial else CHUNKS)
    ways = {
        "10 ms to 2 s": (10, 2_000),
        "10 ms to 1 h": (10, 3_600_000),
        "each leg takes 10 ms": (10, 10),
    }
    (way,) = [limits for said, limits in ways.items() if said in words]
    assert legs(scenario) == way
    put = scenario.blobs.put_delay_ms
    if "puts 0 to 1 s" in words:
        assert (put.low_ms, put.high_ms) == (0, 1_000)
    assert ("a put 20 ms" in words) == ((put.low_ms, put.high_ms) == (20, 20))
    assert ("pauses for 12 minutes" in words) == (scenario.recording.pause_for_ms == 720_000)
    found = set(kinds(scenario))
    said = {"tab_closed": "tab is closed", "tab_reloaded": "reload", "stray_stop": "stray stop"}
    for kind, text in said.items():
        if "trouble of all" not in words and "troubles of all" not in words:
            assert (kind in found) == (text in words), kind
    if re.search(r"any one trouble|any two troubles", words):
        assert scenario.limits.strikes_max == (1 if "any one" in words else 2)
        assert ("tab_closed" in found) == ("but for the closed tab" not in words)
    else:
        assert scenario.limits.strikes_max is None
        is_lossy = "may fail once" in words
        assert (network.failures_per_chunk_max == 1 and network.request_loss > 0) == is_lossy
        assert (platform.instance_loss > 0) == ("instance is lost once" in words)
        assert (platform.commit_failure > 0) == ("is not confirmed" in words)
        assert (platform.alarm_late_ms.high_ms == 60_000) == ("up to 60 s late" in words)
        assert (platform.alarm_counted_failure > 0) == ("fails in any of three ways" in words)
        assert ("network_down" in found) == ("one disconnect at any instant" in words)


def test_the_classes_are_named_once_and_give_reasons_for_what_is_impossible() -> None:
    assert list(CLASSES) == [item.slug for item in CLASSES.values()]
    assert len({item.title for item in CLASSES.values()}) == len(CLASSES)
    for item in CLASSES.values():
        assert item.scopes
        for slug, best in item.impossible.items():
            assert slug in PROPERTIES
            assert best.reason
            assert best.best
            assert bool(best.slug) != bool(best.scopes), "one way to show the best possible"
            assert not best.slug or best.slug in EXPLORABLE
            for scope, whole in zip(best.scopes, item.scopes, strict=False):
                assert scope.load() != whole.load() or item.slug == "client-lost"


def test_the_recorder_comes_first_where_most_designs_fail_soon() -> None:
    for item in CLASSES.values():
        recorded = [scope.load().recording.chunks is None for scope in item.scopes]
        assert recorded[0]
        assert recorded == sorted(recorded, reverse=True)


@pytest.mark.parametrize("chunks", [1, 2, 5])
def test_a_class_has_as_many_chunks_as_was_asked(chunks: int) -> None:
    for build in BUILDERS.values():
        for scope in build(chunks).scopes:
            scenario = scope.load()
            assert scenario.recording.chunks in (None, chunks)
            assert scenario.recording.chunks is None or scope.bounds.startswith(f"{chunks} chunks")


def test_the_pieces_of_a_scope_are_settings() -> None:
    scope = small(2, "words", "back_off_ms=7", serial=True)
    assert scope.bounds == "2 chunks and the stop at time 0, sent one after another; words"
    assert scope.load().client.retry_ms == 7, "what is said last counts"
    assert small(2, "words").bounds.endswith("sent at once; words")
    assert recorder("words").bounds.endswith("sent one after another; words")
    wide = load_scenario("everything-fast", [spread("blobs.put_delay_ms", 3, 9)])
    assert (wide.blobs.put_delay_ms.low_ms, wide.blobs.put_delay_ms.high_ms) == (3, 9)
    strikes = [fault("stray_stop", 40), fault("tab_reloaded", 50, "for_ms=6", chance=0.25)]
    first, second = load_scenario("everything-fast", [faults(*strikes)]).faults
    assert (first.kind, first.probability, first.offset_ms.high_ms) == ("stray_stop", 1.0, 40)
    assert (second.kind, second.probability, second.offset_ms.low_ms) == ("tab_reloaded", 0.25, 0)
