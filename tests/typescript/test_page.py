"""A page in TypeScript: the shipped one does what its twin in Python does, and a bug is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.conformance.own.adapter import adapter_of
from lastchunk.model.trace.events import StopFlowFailed
from lastchunk.model.typescript.binding.words import read_binding
from tests.typescript.twins import DESIGNS_TS, TWINS

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
PAGE = Path(__file__).parent / "page_recorder.ts"
FIRST = "    await this.browser.writeRow(0);\n"


def with_page(folder: Path, name: str, old: str = "", new: str = "") -> str:
    """The reference of a twin whose page is in TypeScript, with one change."""
    shutil.copytree(DESIGNS_TS.parent, folder, dirs_exist_ok=True)
    text = PAGE.read_text()
    assert old in text
    (folder / PAGE.name).write_text(text.replace(old, new, 1) if old else text)
    binding = DESIGNS_TS.with_suffix(".toml").read_text()
    words = f'recorder = "{PAGE.name}:Recorder"\n'
    (folder / "designs.toml").write_text(words + binding)
    return f"{folder / 'designs.ts'}:{TWINS[name]}"


@pytest.mark.parametrize("name", ["manual", "alarm"])
def test_the_page_has_the_same_sessions_and_verdicts(name: str, tmp_path: Path) -> None:
    twin = with_page(tmp_path, name)
    for scenario in ("default-scope", "lossy-mobile", "everything-at-once", "tab-reloaded"):
        loaded = lastchunk.load_scenario(scenario)
        own, other = (lastchunk.simulate(loaded, d, seed=1, session=1) for d in (name, twin))
        assert other.trace == own.trace
    scope = lastchunk.load_scenario("small-scope")
    own_found, found = (lastchunk.verify(scope, d, attack=0) for d in (name, twin))
    kinds, own_kinds = (
        {slug: verdict.kind for slug, verdict in item.verdicts.items()}
        for item in (found, own_found)
    )
    assert kinds == own_kinds
    assert (found.classes, found.states) == (own_found.classes, own_found.states)


@pytest.mark.parametrize("engine", ["simpy", "table"])
def test_both_engines_compare_such_a_page(engine: str, tmp_path: Path) -> None:
    scenario = lastchunk.load_scenario("tab-reloaded")
    own, other = (
        lastchunk.compare(scenario, [("one", d, {})], sessions=10, seed=3, workers=1, engine=engine)
        for d in ("alarm", with_page(tmp_path, "alarm"))
    )
    assert other.frame.equals(own.frame)


def test_a_stop_flow_that_gives_up_is_heard_as_such(tmp_path: Path) -> None:
    twin = with_page(tmp_path, "manual")
    scenario = lastchunk.load_scenario("network-down-across-stop")
    own, other = (lastchunk.simulate(scenario, d, seed=1, session=1) for d in ("manual", twin))
    assert any(isinstance(event, StopFlowFailed) for event in own.trace)
    assert other.trace == own.trace


def test_a_page_gives_up_the_stop_in_its_own_words(tmp_path: Path) -> None:
    tired = "const tired = new Error('tired'); tired.name = 'StopFlowError'; throw tired;"
    twin = with_page(tmp_path, "manual", "await this.stopFlow(this);", tired)
    trace = lastchunk.simulate("harmless", twin, seed=1).trace
    (failed,) = [event for event in trace if isinstance(event, StopFlowFailed)]
    assert failed.reason == "tired"


def test_a_page_that_drops_what_failed_is_found(tmp_path: Path) -> None:
    twin = with_page(tmp_path, "manual", "failures === this.settings.retriesMax", "failures === 0")
    found = lastchunk.verify(lastchunk.load_scenario("small-scope"), twin, attack=0)
    assert found.verdicts["complete_at_finalization"].kind == "violated"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("this.browser.uploadAll();", "line 49, in start.*uploadAll of the browser"),
        ("setTimeout(() => {}, 5);", "line 49, in start.*setTimeout"),
        ("void this.browser.sleep(5, 5); await this.browser.log('x');", "line 49.*does not await"),
        ("this.settings.chunkSize;", "line 49, in start.*chunkSize of the page's settings"),
        ("document.title = 'x';", "line 49: document"),
        ("localStorage.setItem('a', 'b');", "line 49: localStorage"),
    ],
)
def test_what_a_page_may_not_use_is_refused_with_its_line(
    line: str, words: str, tmp_path: Path
) -> None:
    twin = with_page(tmp_path, "manual", FIRST, f"{FIRST}    {line}\n")
    with pytest.raises((DesignError, InputError), match=words):
        lastchunk.simulate(lastchunk.load_scenario("lossy-mobile"), twin, seed=1)


def test_the_real_runtime_refuses_such_a_page_by_name(tmp_path: Path) -> None:
    with_page(tmp_path, "alarm")
    binding = read_binding(tmp_path / "designs.ts", "AlarmDesign")
    with pytest.raises(InputError, match=r"designs.toml: recorder: 'page_recorder.ts:Recorder'"):
        adapter_of(binding, "signal_stop")
