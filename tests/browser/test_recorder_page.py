"""The recorder page on the real runtime, in a real browser: what the system promised its users.

The recordings go on side by side, in tabs of their own. A chunk comes each second, and the grace on
slow networks is 1 s; what waits for ten minutes does so on the runtime's own clock, which jumps.
Slow networks stall from the stop until the grace is over, so nothing hangs on this machine's speed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lastchunk.cli import main
from lastchunk.model.conformance.page.built import built_page
from lastchunk.model.conformance.page.observed import judged, trace_of
from lastchunk.model.conformance.page.server import ServedPage
from lastchunk.model.properties import JudgeSettings, Violation
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule
from tests.browser.page_runs import CUT, FAST, THROTTLED, NetworkKind, PageRun, drive, page_run
from tests.browser.traced import TracedPage
from tests.support.real_runtime import tools_or_skip

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GRACE = {"grace_ms": 1_000}
SECONDS = 2.4
LINES = [
    "[Recording] Signaling stop to Durable Object...",
    "[Recording] Stop signal sent. Session will auto-finalize after pending uploads.",
]
ROUND_MS = 200
TEN_MINUTES_MS = 600_000
RUNS = [
    (design, network) for design in ("alarm", "lazy-alarm") for network in (FAST, THROTTLED, CUT)
]
LOGGED = (("alarm", THROTTLED.name), ("alarm", CUT.name))
"""The runs whose HARs are read: their contexts are closed as soon as they are over."""
Runs = dict[tuple[str, str], PageRun]
Check = Callable[[Path], dict[str, Any]]


@pytest.fixture(scope="module")
def served() -> Iterator[TracedPage]:
    """The recorder page, whose runtime tells its spans."""
    tools = tools_or_skip()
    found = TracedPage(tools, built_page(tools))
    with found:
        yield found


@pytest.fixture(scope="module")
def hars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the HARs of the runs are."""
    return tmp_path_factory.mktemp("hars")


@pytest.fixture(scope="module")
def runs(browser: Browser, served: ServedPage, hars: Path) -> Iterator[Runs]:
    """Both designs on each network, recorded at once, and watched until the grace is over."""
    with ExitStack() as stack:
        found: Runs = {
            (design, network.name): stack.enter_context(
                page_run(
                    browser,
                    served,
                    design,
                    har_of(hars, design, network.name),
                    network=network,
                    settings=settings_on(network),
                )
            )
            for at, (design, network) in enumerate(RUNS)
        }
        some = next(iter(found.values()))
        drive(some.page, *(run.recorded(2) for run in found.values()))
        for key in LOGGED:
            found[key].context.close()
        yield found


def har_of(hars: Path, design: str, network: str) -> Path | None:
    """Where the HAR of a run is to be; None where none is kept."""
    return hars / f"{network}.har" if (design, network) in LOGGED else None


def settings_on(network: NetworkKind) -> dict[str, int]:
    """The deployed settings on a fast network; a short grace on a slow one."""
    return GRACE if network.is_slow else {}


def violated(run: PageRun) -> set[str]:
    """The shipped properties that what was seen violates."""
    found = judged(
        trace_of(run.observed()), JudgeSettings(round(run.grace_seconds * 1000), notifies=True)
    )
    return {slug for slug, judgement in found.items() if isinstance(judgement, Violation)}


def refusals(run: PageRun) -> list[int]:
    return [status for _, status in run.responses if status >= 400]


def test_the_system_s_own_list_of_tests(browser: Browser, served: ServedPage) -> None:
    """Two console lines, no 403, the right duration in the list, completed 5 s after the stop."""
    with page_run(browser, served, "lazy-alarm", chunk_ms=2_000) as run:
        page = run.page
        page.get_by_role("button", name="Start recording").click()
        drive(page, iter([lambda: run.shows("recording")]))
        assert run.shown_row()[2] == "0:00"
        page.wait_for_timeout(SECONDS * 1000)
        page.get_by_role("button", name="Stop recording").click()
        page.locator("#recordings .completed").wait_for(timeout=5_000)
        assert run.console == LINES
        assert refusals(run) == []
        pressed, began = run.said("stop pressed")[0], run.said("recording started")[0]
        assert abs(pressed["recordedMs"] - (pressed["at"] - began["at"])) <= ROUND_MS
        assert run.shown_row()[2] == f"0:0{round(pressed['recordedMs'] / 1000)}"
        assert run.shown_row()[5] == "none"
        assert violated(run) == set()


@pytest.mark.parametrize("network", [FAST, THROTTLED, CUT], ids=lambda network: network.name)
def test_the_recommended_design_keeps_its_promise(runs: Runs, network: Any) -> None:
    run = runs["lazy-alarm", network.name]
    assert run.row()["status"] == "completed"
    assert refusals(run) == []
    assert violated(run) == set()


def test_the_deployed_design_completes_too_early_on_a_throttled_network(runs: Runs) -> None:
    """The grace is over before the first upload is: the alarm does not wait for it."""
    found = violated(runs["alarm", THROTTLED.name])
    assert "complete_at_finalization" in found
    # The upload had begun at the object, and makes the session active again; else it is refused.
    assert found & {"completed_is_final", "nothing_refused"}


def test_the_deployed_design_refuses_what_comes_after_a_cut(runs: Runs) -> None:
    """The line is cut after the stop for longer than the grace: the page's retries are refused."""
    run = runs["alarm", CUT.name]
    assert 403 in refusals(run)
    assert {"complete_at_finalization", "nothing_refused", "nothing_lost"} <= violated(run)


def test_the_deployed_design_waits_ten_minutes_on_a_fast_network(runs: Runs) -> None:
    """The last upload ends after the stop, and its long alarm replaces the short one."""
    run = runs["alarm", FAST.name]
    assert run.console == LINES
    assert refusals(run) == []
    ends = [line["procedure"] for line in run.observed().history if line["event"] == "end"]
    if ends[-1] == "signalStop":
        pytest.skip("the stop overtook the last upload's end, which happens")
    assert run.row()["status"] == "processing"
    assert run.page.locator("#recordings .pending").first.is_visible()
    run.served.clock.jump(TEN_MINUTES_MS)
    drive(run.page, iter([lambda: run.row()["status"] == "completed"]))
    assert violated(run) == {"finalizes_promptly", "finalizes_once_known"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(runs: Runs, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = runs["lazy-alarm", FAST.name].page
    page.emulate_media(color_scheme=scheme)
    found = axe.run(page).response["violations"]
    assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_har_file_has_the_calls_and_no_bodies(
    browser: Browser, served: ServedPage, tmp_path: Path
) -> None:
    with page_run(browser, served, "lazy-alarm", tmp_path / "run.har") as run:
        drive(run.page, run.recorded(1))
    text = (tmp_path / "run.har").read_text(encoding="utf-8")
    urls = [entry["request"]["url"].split("/")[3:] for entry in json.loads(text)["log"]["entries"]]
    calls = [parts[2] for parts in urls if parts[0] == "sessions"]
    assert calls[0] == "createSession"
    assert set(calls) == {"createSession", "upload", "signalStop"}
    assert len(text) < 200_000


# --- the logs of these very runs ---------------------------------------------------------------


@pytest.fixture
def check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Check:
    """What `check-log` finds, by session."""

    def run(log: Path) -> dict[str, Any]:
        words = ["--set", "design.grace_ms=1000", "--out", tmp_path / "out"]
        words += ["--json", tmp_path / "found.json"]
        monkeypatch.setattr(sys, "argv", ["lastchunk", "check-log", *map(str, (log, *words))])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (1, 3), "".join(capsys.readouterr())
        told = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
        return {item["session"]: item for item in told["failed"]}

    return run


def replayed(failed: dict[str, Any]) -> set[str]:
    """Of what the log violates, that which the schedule to replay does, too."""
    found = replay(read_schedule(failed["schedule"])).check(list(failed["violations"]))
    return {slug for slug, item in found.items() if isinstance(item, Violation)}


def test_check_log_finds_the_late_finalization_in_the_har(
    runs: Runs, hars: Path, check: Check
) -> None:
    """Completed inside the first upload, which made it active again: for ten minutes."""
    run = runs["alarm", THROTTLED.name]
    failed = check(hars / f"{THROTTLED.name}.har").get(run.session)
    seen = set() if failed is None else set(failed["violations"])
    assert seen - {"finalizes_promptly"} <= violated(run)
    if "nothing_refused" in violated(run):
        pytest.skip("the upload had not begun at the object, and was refused, which happens")
    if failed is None or "finalizes_promptly" not in seen:
        pytest.skip("the page did not look at the moments that show it, which happens")
    assert failed["way"]["key"] in ("F1", "F2", "F3")
    assert "finalizes_promptly" in replayed(failed)


def test_check_log_finds_the_403_in_the_har(runs: Runs, hars: Path, check: Check) -> None:
    run = runs["alarm", CUT.name]
    failed = check(hars / f"{CUT.name}.har")[run.session]
    assert {"nothing_refused", "nothing_lost"} <= set(failed["violations"]) <= violated(run)
    assert "was answered 403" in failed["violations"]["nothing_refused"]["detail"]
    assert failed["way"]["key"] in ("F4", "F5")
    # A HAR has no times of the object's: with those of the page a schedule need not do the same.
    assert failed["schedule"] is None or "nothing_refused" in replayed(failed)


def test_check_log_finds_both_in_the_spans_of_the_runtime(
    runs: Runs, served: TracedPage, check: Check, tmp_path: Path
) -> None:
    """Ten minutes later: each object's own spans say when it was completed."""
    late, cut = (runs[key] for key in LOGGED)
    served.clock.jump(TEN_MINUTES_MS)
    some = runs["lazy-alarm", FAST.name]
    drive(some.page, iter([lambda: late.is_settled() and cut.is_settled()]))
    some.page.wait_for_timeout(500)
    (tmp_path / "spans.json").write_text(served.exported(), encoding="utf-8")
    found = check(tmp_path / "spans.json")
    for run, wanted in ((late, "finalizes_promptly"), (cut, "nothing_refused")):
        name = served.object_of(run.session)
        if not served.has_told_all(name):
            pytest.skip("the runtime has told an alarm without its spans, which happens")
        if wanted not in violated(run):
            continue  # the upload had not begun at the object, and was refused, which happens
        failed = found[name]
        assert wanted in failed["violations"]
        assert set(failed["violations"]) <= violated(run)
        assert failed["way"] is not None
        # With the times of spans a schedule need not do the same: then none is given.
        assert failed["schedule"] is None or replayed(failed)
