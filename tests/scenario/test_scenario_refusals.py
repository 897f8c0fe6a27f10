"""What a scenario may not say: each error names the field, its value and what is allowed there."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.toml_text import read_toml
from lastchunk.model.scenario.faults import FAULTS as KINDS
from lastchunk.model.scenario.load import (
    find,
    load_scenario,
    shipped,
)

FAULT = "{kind='stray_stop', offset_ms=5}"
UPLINKS = "constant or fluctuating or trace"
FAULTS = " or ".join(sorted(KINDS))
DELAYS = "constant or empirical or exponential or gamma or lognormal or uniform or weibull"


def refused(*overrides: str, name: str = "everything-fast") -> InputError:
    """How a scenario with these overrides is refused."""
    with pytest.raises(InputError) as caught:
        load_scenario(name, overrides)
    return caught.value


@pytest.mark.parametrize(
    ("override", "field", "value", "allowed"),
    [
        ("recording.chunks=0", "recording.chunks", 0, "greater than 0"),
        ("recording.chunks=100001", "recording.chunks", 100_001, "less than or equal to 100000"),
        ("recording.pause_at_ms=-1", "recording.pause_at_ms", -1, "greater than or equal to 0"),
        ("client.chunk_ms=0", "client.chunk_ms", 0, "greater than 0"),
        ("client.uploads_parallel=0", "client.uploads_parallel", 0, "greater than 0"),
        ("client.retry_factor=0.5", "client.retry_factor", 0.5, "greater than or equal to 1"),
        ("client.retry_jitter=-0.1", "client.retry_jitter", -0.1, "greater than or equal to 0"),
        ("client.retries_max=-2", "client.retries_max", -2, "greater than or equal to -1"),
        (
            "client.last_chunk='seldom'",
            "client.last_chunk",
            "seldom",
            "'after_stop', 'before_stop', 'never' or 'empty'",
        ),
        ("client.keeps_queue='si'", "client.keeps_queue", "si", "valid boolean"),
        ("network.response_loss=-0.1", "network.response_loss", -0.1, "greater than or equal to 0"),
        ("network.body=7", "network.body", 7, "'streamed' or 'buffered'"),
        ("blobs.failure=1.1", "blobs.failure", 1.1, "less than or equal to 1"),
        ("blobs.same_key_ms=-1", "blobs.same_key_ms", -1, "greater than or equal to 0"),
        ("platform.storage='sql'", "platform.storage", "sql", "'sqlite' or 'kv'"),
        ("platform.hibernate_after_ms=0", "platform.hibernate_after_ms", 0, "greater than 0"),
        ("platform.commit_failures_max=-1", "platform.commit_failures_max", -1, "equal to 0"),
        ("limits.horizon_ms=0", "limits.horizon_ms", 0, "greater than 0"),
        ("limits.strikes_max=-1", "limits.strikes_max", -1, "greater than or equal to 0"),
        ("start.session='old'", "start.session", "old", "'new', 'created' or 'active'"),
        ("title=7", "title", 7, "valid string"),
        ("uplink={kind='constant', rate_kbps=0}", "uplink.rate_kbps", 0, "greater than 0"),
        ("uplink={kind='constant'}", "uplink.rate_kbps", "missing", "a value; it has no default"),
        (
            "uplink={kind='fluctuating', mean_kbps=1, shape=1, interval_ms=1, correlation=1}",
            "uplink.correlation",
            1,
            "less than 1",
        ),
        (
            "uplink={kind='fluctuating', mean_kbps=1, shape=1e-300, interval_ms=1}",
            "uplink.shape",
            1e-300,
            "greater than or equal to 0.01",
        ),
        (
            "faults=[{kind='deploy', offset_ms=0, old_instance_ms=30001}]",
            "faults.0.old_instance_ms",
            30_001,
            "less than or equal to 30000",
        ),
        (
            "faults=[{kind='blobs_fail', offset_ms=0, for_ms=1, status=404}]",
            "faults.0.status",
            404,
            "500 or 429",
        ),
        (f"faults=[{FAULT}, {{kind='tab_closed'}}]", "faults.1.offset_ms", "missing", "no default"),
        (
            "faults=[{kind='stray_stop', offset_ms=5, probability=2}]",
            "faults.0.probability",
            2,
            "less than or equal to 1",
        ),
    ],
)
def test_a_value_out_of_range_names_its_field(
    override: str, field: str, value: object, allowed: str
) -> None:
    error = refused(override)
    assert error.field == f"--set {field}"
    assert error.value == value
    assert allowed in error.allowed


@pytest.mark.parametrize(
    ("section", "overrides", "words"),
    [
        ("network", ["request_loss=0.6", "request_duplication=0.5"], "more than 1"),
        ("platform", ["storage_read_ms=5"], "needs storage = 'kv'"),
        ("platform", ["alarm_counted_failure=0.5", "alarm_unacknowledged=0.6"], "more than 1"),
        ("platform", ["alarm_uncounted_failure=0.5", "alarm_counted_failure=0.6"], "more than 1"),
    ],
)
def test_settings_that_exclude_each_other_are_refused_together(
    section: str, overrides: list[str], words: str
) -> None:
    error = refused(*(f"{section}.{item}" for item in overrides))
    assert error.field == f"--set {section}"
    assert words in error.allowed


def test_a_pause_without_a_length_is_refused() -> None:
    error = refused("recording.pause_at_ms=5000")
    assert error.field == "everything-fast.toml: recording.pause_for_ms"
    assert error.value == 0
    assert error.allowed == "at least 1 ms where recording.pause_at_ms is set"
    error = refused("recording.pause_at_ms=5000", "recording.pause_for_ms=0")
    assert error.field == "--set recording.pause_for_ms"
    load_scenario("everything-fast", ["recording.pause_for_ms=0"])


@pytest.mark.parametrize(
    "written",
    [
        "'2026-6-1'",
        "'2026-06-01T00'",
        "2026-06-01T00:00:00Z",
        "20260601",
        "'20260601'",
        "'2026-02-30'",
        "2026-02-30",
        "'9999-99-99'",
        "0000-01-01",
    ],
)
def test_a_day_that_no_month_has_is_refused(written: str) -> None:
    error = refused(f"platform.compatibility_date={written}")
    assert error.field == "--set platform.compatibility_date"
    assert error.allowed == "a day of the calendar, as YYYY-MM-DD"


def test_shares_may_add_up_to_one_exactly() -> None:
    certain = load_scenario(
        "everything-fast",
        [
            "network.request_loss=0.5",
            "network.request_duplication=0.5",
            "platform.alarm_counted_failure=0.25",
            "platform.alarm_uncounted_failure=0.25",
            "platform.alarm_unacknowledged=0.5",
        ],
    )
    assert certain.network.request_loss + certain.network.request_duplication == 1
    kv = load_scenario("everything-fast", ["platform.storage='kv'", "platform.storage_read_ms=5"])
    assert kv.platform.storage_read_ms == 5


@pytest.mark.parametrize(
    ("override", "kinds"),
    [
        ("uplink={kind='fast'}", f"kind = {UPLINKS}"),
        ("uplink={}", f"kind = {UPLINKS}"),
        ("faults=[{kind='rain'}]", f"kind = {FAULTS}"),
        ("faults=[{offset_ms=3}]", f"kind = {FAULTS}"),
        ("blobs.put_delay_ms={distribution='normal'}", f"distribution = {DELAYS}"),
        ("faults=[{kind='tab_reloaded', for_ms={}, offset_ms=1}]", f"distribution = {DELAYS}"),
    ],
)
def test_an_unknown_kind_is_told_which_there_are(override: str, kinds: str) -> None:
    assert refused(override).allowed == f"a table with {kinds}"


def test_an_unknown_key_of_a_fault_is_told_the_nearest() -> None:
    error = refused("faults=[{kind='stray_stop', ofset_ms=5, offset_ms=5}]")
    assert error.field == "--set faults.0.ofset_ms: unknown key"
    assert error.allowed == "nearest known name 'offset_ms'"
    error = refused("network.zzzzzz=5")
    assert error.allowed.startswith("one of body, burst_begins, "), "of that table alone"


# --- files and arguments --------------------------------------------------------------------------


def test_a_scenario_is_found_by_name_before_it_is_found_by_path(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("[network]\nrequest_loss = 0.25\n")
    assert find("harmless").parent.name == "scenarios"
    assert find(mine) == mine
    loaded = load_scenario(mine)
    assert (loaded.name, loaded.title, loaded.network.request_loss) == ("mine", "mine", 0.25)
    with pytest.raises(InputError) as caught:
        find("zzzzzzzz")
    assert caught.value.allowed == "a TOML file, or one of " + ", ".join(shipped())


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    for content, allowed in ((b"\xff\xfe", "UTF-16"), (b"[network", "valid TOML")):
        bad.write_bytes(content)
        with pytest.raises(InputError) as caught:
            load_scenario(bad)
        assert caught.value.field == "scenario"
        assert allowed in caught.value.allowed
        assert str(bad) in str(caught.value.value)
    with pytest.raises(InputError, match="a readable TOML file"):
        read_toml(tmp_path, "scenario", "a readable TOML file")


def test_an_uplink_and_a_bit_rate_go_before_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "x.up").write_text("1\n2\n")
    loaded = load_scenario("cellular-driving", uplink=tmp_path / "x.up", video_mbps=0.0015)
    assert loaded.uplink is not None
    assert loaded.uplink.kind == "trace"
    assert loaded.uplink.file == tmp_path / "x.up"
    assert loaded.client.video_kbps == 2, "rounded to whole kbit/s"
    for wrong in (0, -1, float("nan")):
        with pytest.raises(InputError, match=r"--video-mbps.*a number above 0"):
            load_scenario("everything-fast", video_mbps=wrong)
