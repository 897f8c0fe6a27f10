"""Scenarios: what is shipped loads, what is wrong is refused by its name."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import pytest
import scipy.stats
from pydantic import TypeAdapter

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.design.load import load_design, load_designs, shipped_designs
from lastchunk.model.scenario.delay import Delay
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.scenario.schema import Client, Scenario
from lastchunk.reference_impl.recorder import RecorderSettings

DELAY: TypeAdapter[Any] = TypeAdapter(Delay)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_loads_and_travels(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.summary
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    for design in load_designs(list(shipped_designs()), scenario):
        assert pickle.loads(pickle.dumps(design)) == design


def test_every_default_is_what_its_check_would_make_of_it() -> None:
    """Defaults are constructed without a check, which would take longer than to read a scenario."""
    default = Scenario(name="a", title="b")
    checked = Scenario.model_validate(default.model_dump())
    assert checked == default
    assert repr(vars(checked)) == repr(vars(default))


def test_the_client_of_a_scenario_is_the_deployed_one() -> None:
    assert Client().to_settings({}) == RecorderSettings()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("network.request_dealy_ms=5", "unknown key.*nearest known name 'request_delay_ms'"),
        ("netwrok.request_loss=0.5", "unknown key.*nearest known name 'network'"),
        ("network.request_delay_ms=-5", "network.request_delay_ms.*-5.*greater than or equal to 0"),
        ("network.response_delay_ms.value_ms=-5", "response_delay_ms.value_ms: -5"),
        ("network.stop_delay_ms.value_ms=5", "stop_delay_ms: .*distribution = constant or"),
        ("network.stop_delay_ms={distribution='uniform', low_ms=1}", "high_ms: 'missing'"),
        ("network.request_loss=1.5", "network.request_loss: 1.5.*less than or equal to 1"),
        ("network.request_loss", "KEY=VALUE"),
        ("chunk=3", "nearest known name 'chunks'"),
        ("network.body='chunked'", "network.body: 'chunked'"),
        ("faults.7.kind='tab_closed'", "an index"),
        ("expect.sometimes=['retry_hapened']", "nearest known name 'retry_happened'"),
        ("client.retry_ms='$bakc_off_ms'", "nearest known name 'back_off_ms'"),
        (
            "network.request_delay_ms={distribution='uniform', low_ms=9, high_ms=2}",
            "high_ms 2 is below low_ms 9",
        ),
    ],
)
def test_a_wrong_setting_is_refused_by_name(override: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_scenario("small-scope", [override])


def test_an_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(InputError, match="cellular-lte"):
        load_scenario("celular-lte")


def test_overrides_and_parameters() -> None:
    scenario = load_scenario(
        "small-scope", ["chunks=4", "high_ms=30", "network.response_delay_ms=7", "grace_ms=11"]
    )
    assert scenario.recording.chunks == scenario.client.uploads_parallel == 4
    assert scenario.network.request_delay_ms.high_ms == 30
    assert load_design("alarm", scenario).settings.grace_ms == 11
    faster = load_scenario("everything-fast", video_mbps=0.5)
    assert faster.client.video_kbps == 500


def test_one_part_of_a_delay_that_the_scenario_does_not_name() -> None:
    shorter = load_scenario("everything-fast", ["network.request_delay_ms.value_ms=7"])
    assert shorter.network.request_delay_ms.high_ms == 7
    parts = ["low_ms=3", "high_ms=9", "distribution=uniform"]
    uniform = load_scenario("everything-fast", [f"network.request_delay_ms.{p}" for p in parts])
    assert uniform.network.request_delay_ms.low_ms == 3
    assert uniform.network.request_delay_ms.high_ms == 9


def test_design_settings_by_name_or_for_all() -> None:
    scenario = load_scenario("everything-fast", ["design.grace_ms=9", "design.manual.poll_ms=7"])
    manual, alarm = load_designs(["manual", "alarm"], scenario)
    assert alarm.settings.grace_ms == 9
    assert manual.settings.poll_ms == 7
    for override in ("design.grase_ms=9", "design.alarm.grase_ms=9", "design.alrm.grace_ms=9"):
        with pytest.raises(InputError, match="nearest known name"):
            load_designs(["alarm"], load_scenario("everything-fast", [override]))
    with pytest.raises(InputError, match="at least 0 ms"):
        load_designs(["alarm"], load_scenario("everything-fast", ["design.grace_ms=-1"]))
    with pytest.raises(InputError, match="type int"):
        load_designs(["alarm"], load_scenario("everything-fast", ["design.grace_ms='soon'"]))


@pytest.mark.parametrize("u", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_quantiles_equal_scipy(u: float) -> None:
    frozen = {
        "exponential": ({"mean_ms": 4e5}, scipy.stats.expon(scale=4e5)),
        "lognormal": (
            {"median_ms": 3e5, "sigma": 0.7},
            scipy.stats.lognorm(0.7, scale=3e5),
        ),
        "gamma": ({"mean_ms": 5e5, "shape": 2.5}, scipy.stats.gamma(2.5, scale=2e5)),
    }
    for name, (settings, reference) in frozen.items():
        delay = DELAY.validate_python({"distribution": name, **settings})
        assert delay.quantile(u) == pytest.approx(reference.ppf(u), abs=1)


def test_bounds_are_never_left() -> None:
    delay = DELAY.validate_python({"distribution": "uniform", "low_ms": 3, "high_ms": 8})
    drawn = [delay.quantile(u) for u in (1e-12, 0.1, 0.5, 0.9, 1 - 1e-12)]
    assert (min(drawn), max(drawn)) == (delay.low_ms, delay.high_ms) == (3, 8)
    counts = [delay.quantile((k + 0.5) / 600) for k in range(600)]
    assert {value: counts.count(value) for value in range(3, 9)} == dict.fromkeys(range(3, 9), 100)
    assert DELAY.validate_python(25).quantile(0.3) == 25


def test_empirical_delays_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "delays.csv"
    path.write_text("delay_ms\n30\n10\n20.4\n")
    delay = DELAY.validate_python({"distribution": "empirical", "file": str(path)})
    assert [delay.quantile(u) for u in (0.1, 0.5, 0.9)] == [10, 20, 30]
    assert math.isclose(delay.mean_ms, 20)
    for text, words in (("1\nx\n", "line 2"), ("5\n-2\n", "line 2"), ("", "at least one delay")):
        path.write_text(text)
        with pytest.raises(InputError, match=words):
            load_scenario(
                "everything-fast",
                [f"network.request_delay_ms={{distribution='empirical', file='{path}'}}"],
            )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class Other: pass", "a class of .*Other"),
        ("class D: pass", "needs Settings"),
        ("import nowhere_to_be_found", "raised ModuleNotFoundError"),
    ],
)
def test_a_design_file_that_is_no_design_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text + "\n")
    with pytest.raises(InputError, match=words):
        load_design(f"{path}:D")


def test_a_missing_design_is_refused() -> None:
    with pytest.raises(InputError, match="nearest known name 'alarm'"):
        load_design("alrm")
    with pytest.raises(InputError, match="a Python file that exists"):
        load_design("nowhere.py:D")
    with pytest.raises(InputError, match="each design once"):
        load_designs(["alarm", "alarm"], load_scenario("everything-fast"))


def test_a_design_error_names_design_method_and_line() -> None:
    from lastchunk.model.simulate import simulate
    from tests.oracles.canaries import AwaitsUnknown, SleepsForReal
    from tests.support.worlds import spec_of

    scenario = load_scenario("everything-fast")
    with pytest.raises(
        DesignError,
        match=r"SleepsForReal at line \d+, in upload\(\).*: the module asyncio",
    ):
        simulate(scenario, spec_of(SleepsForReal), 1)
    with pytest.raises(DesignError, match=r"AwaitsUnknown at line \d+"):
        simulate(scenario, spec_of(AwaitsUnknown), 1)
