"""Importers: what a file says is in the scenario, and what is not carried over is listed."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import of_one_command
from lastchunk.model.scenario.importing.read import read_import, write_import
from lastchunk.model.scenario.mahimahi import read_mahimahi
from lastchunk.model.scenario.schema import ConstantUplinkSpec, TraceUplinkSpec

DRIVE = "1289406399 549 59.8 10.7 191850 1000\n1289406400 1550 59.8 10.7 0 1001\n" + (
    "1289406402 3551 59.8 10.7 322400 2001\n"
)
PENSIEVE = "0.0 1.53\n5.0 0.21\n10.0 0.0\n15.0 2.4\n"
TOXICS = [
    {
        "name": "session",
        "toxics": [
            {"type": "limit_data", "stream": "upstream", "attributes": {"bytes": 1_000_000}},
            {
                "type": "latency",
                "stream": "upstream",
                "attributes": {"latency": 400, "jitter": 200},
            },
            {"type": "bandwidth", "stream": "upstream", "attributes": {"rate": 250}},
            {"type": "bandwidth", "stream": "downstream", "attributes": {"rate": 9}},
        ],
    }
]
PROFILES = """[3G]
label = "3G"
bwIn=1600000
bwOut=768000
latency=300
plr=2

[LTE]
bwIn=12000000
bwOut=12000000
latency=70
plr=0
"""
PRESETS = [
    {"title": "Slow 3G", "download": 50_000, "upload": 50_000, "latency": 2_000},
    {"title": "Fast 3G", "download": 180_000, "upload": 84_375, "latency": 563},
]
TABLE = "request_delay_ms,kbps,time_ms,note\n20,800,0,a\n40,0,1000,b\n60,1600,2000,c\n"


def imported(
    folder: Path, name: str, text: str, profile: str | None = None
) -> tuple[lastchunk.Scenario, tuple[str, ...], str]:
    """The scenario of a file, what was not carried, and the text that was written."""
    source = folder / name
    source.write_text(text, encoding="utf-8")
    found = read_import(source, profile)
    out = folder / "out.toml"
    write_import(found, source, out)
    return lastchunk.load_scenario(out), found.left_out, out.read_text(encoding="utf-8")


def bytes_until(folder: Path, at_ms: int) -> int:
    """What the written uplink has let through by a time, by its own format."""
    times = read_mahimahi(folder / "out.up")
    return 1_500 * int((times <= at_ms).sum())


def test_a_drive_log_is_an_uplink_of_its_bytes(tmp_path: Path) -> None:
    scenario, left_out, text = imported(tmp_path, "drive.log", DRIVE)
    assert isinstance(scenario.uplink, TraceUplinkSpec)
    for at_ms, whole in ((1_000, 191_850), (2_001, 191_850), (4_002, 514_250)):
        assert 0 <= whole - bytes_until(tmp_path, at_ms) + 1_500 <= 3_000, at_ms
    assert read_mahimahi(tmp_path / "out.up")[-1] == 1_000 + 1_001 + 2_001
    assert "latitude" in left_out[0]
    assert "drive.log" in scenario.summary
    assert "1,028 kbit/s" in scenario.summary  # 514,250 bytes * 8 / 4,002 ms
    assert f"# Not carried: {left_out[0]}" in text


def test_seconds_and_mbps_hold_until_the_next_row(tmp_path: Path) -> None:
    imported(tmp_path, "pensieve.txt", PENSIEVE)
    for at_ms, mbit in ((5_000, 7.65), (10_000, 8.7), (15_000, 8.7), (20_000, 20.7)):
        assert abs(bytes_until(tmp_path, at_ms) - mbit * 125_000) <= 1_500, at_ms
    times = list(read_mahimahi(tmp_path / "out.up"))
    assert not [at for at in times if 10_001 < at <= 15_000], "nothing goes through at 0 Mbit/s"


def test_a_log_runs_as_a_scenario(tmp_path: Path) -> None:
    scenario, _, _ = imported(tmp_path, "pensieve.txt", PENSIEVE)
    result = lastchunk.compare(scenario, "lazy-alarm", sessions=10)
    assert result.verdicts["lazy-alarm"]["complete_at_finalization"].kind == "not seen"
    assert (result.frame["uplink_kbps"] > 0).all()


def test_toxics_become_delays_and_the_rest_is_listed(tmp_path: Path) -> None:
    scenario, left_out, _ = imported(tmp_path, "toxics.json", json.dumps(TOXICS))
    delay = scenario.network.request_delay_ms
    assert (delay.low_ms, delay.high_ms) == (200, 600)
    assert scenario.uplink == ConstantUplinkSpec(kind="constant", rate_kbps=2_000)
    assert [line.partition(" ")[0] for line in left_out] == ["bandwidth:"]
    assert scenario.network.cut_after_bytes == 1_000_000


@pytest.mark.parametrize(("size", "is_stored"), [(500_000, True), (3_000_000, False)])
def test_a_limit_of_data_cuts_what_is_larger(tmp_path: Path, size: int, is_stored: bool) -> None:
    imported(tmp_path, "toxics.json", json.dumps(TOXICS))
    sizes = f"recording.chunk_sizes={{kind='measured', bytes=[{size}]}}"
    scenario = lastchunk.load_scenario(tmp_path / "out.toml", [sizes, "recording.duration_ms=9000"])
    shown = lastchunk.simulate(scenario, "lazy-alarm")
    assert bool(shown.facts.stored) is is_stored


def test_a_limit_of_data_needs_its_bytes(tmp_path: Path) -> None:
    wrong = [{"toxics": [{"type": "limit_data", "stream": "upstream", "attributes": {}}]}]
    with pytest.raises(InputError, match=r"limit_data: \{\}; allowed: a whole number bytes"):
        imported(tmp_path, "toxics.json", json.dumps(wrong))


def test_a_connectivity_profile_is_named(tmp_path: Path) -> None:
    scenario, left_out, _ = imported(tmp_path, "profiles.ini", PROFILES, "3G")
    network = scenario.network
    legs = (network.request_delay_ms.low_ms, network.response_delay_ms.low_ms)
    assert legs == (150, 150)
    assert scenario.uplink == ConstantUplinkSpec(kind="constant", rate_kbps=768)
    assert "packet loss of 2 %" in left_out[1]
    with pytest.raises(InputError, match=r"2 profiles.*'3G', 'LTE'"):
        read_import(tmp_path / "profiles.ini")


def test_a_preset_of_devtools(tmp_path: Path) -> None:
    scenario, _, _ = imported(tmp_path, "presets.json", json.dumps(PRESETS), "Fast 3G")
    network = scenario.network
    assert network.request_delay_ms.low_ms + network.response_delay_ms.low_ms == 563
    assert scenario.uplink == ConstantUplinkSpec(kind="constant", rate_kbps=675)


@pytest.mark.parametrize(
    ("columns", "times", "rate"),
    [
        ("time_ms,kbps", (0, 2_000, 4_000), 1_200),
        ("seconds,mbps", (0, 2, 4), 1.2),
        ("time_s,bytes_per_second", (0, 2, 4), 150_000),
    ],
)
def test_each_unit_of_a_table_gives_the_same_uplink(
    tmp_path: Path, columns: str, times: tuple[int, ...], rate: float
) -> None:
    rows = "".join(f"{time},{rate}\n" for time in times)
    imported(tmp_path, "mine.csv", f"{columns}\n{rows}")
    assert [bytes_until(tmp_path, at_ms) for at_ms in (2_000, 6_000)] == [300_000, 900_000]
    assert len(read_mahimahi(tmp_path / "out.up")) == 600


def test_a_table_with_named_columns(tmp_path: Path) -> None:
    scenario, left_out, _ = imported(tmp_path, "mine.csv", TABLE)
    delay = scenario.network.request_delay_ms
    assert (delay.low_ms, delay.high_ms) == (20, 60)
    assert left_out == ("the column note",)
    for at_ms, kbit in ((1_000, 800), (2_000, 800), (3_000, 2_400)):
        assert abs(bytes_until(tmp_path, at_ms) - kbit * 125) <= 1_500, at_ms


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.har", '{"log":{"version":"1.2","entries":[]}}', "this is a HAR"),
        ("a.log", "", "this file is empty"),
        ("a.log", "1 2\n3 x\n", "a.log, line 2: '3 x'; allowed: numbers"),
        ("a.log", "1 2\n1 3\n", "a.log, line 2: 1.0; allowed: a time after"),
        ("a.log", "0 0\n5 0\n", "allowed: at least 1,500 bytes"),
        ("a.log", "0 nan\n5 1\n", "a.log, line 1: '0 nan'; allowed: numbers"),
        ("a.csv", "delay,speed\n1,2\n", "a.csv: 'delay, speed'; allowed: columns of request_"),
        ("a.json", '[{"title": "x", "upload": "fast"}]', "allowed: numbers upload"),
        ("a.json", "[1, 2]", "this is JSON"),
        ("a.up", "0\n12\n12\n", "mahimahi's format, which --uplink takes as it is"),
        ("a.up", "0\n12\nx\n", "or a CSV with named columns"),
        ("a.txt", "hello there\n", "a.txt: 'hello there'; allowed: columns of"),
    ],
)
def test_what_is_none_of_them_is_refused_in_a_line(
    tmp_path: Path, name: str, text: str, line: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_import(file)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_writes_a_scenario_and_says_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "drive.log").write_text(DRIVE, encoding="utf-8")
    words = [sys.executable, "-m", "lastchunk"]
    made = [*words, "import", "drive.log", "--out", "mine.toml"]
    done = subprocess.run(made, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "not carried: where it was measured" in done.stdout
    assert "written: mine.up" in done.stdout
    run = [*words, "simulate", "mine.toml", "--design", "lazy-alarm"]
    subprocess.run(run, cwd=tmp_path, capture_output=True, check=True)


def test_opportunities_never_go_back(tmp_path: Path) -> None:
    imported(tmp_path, "drive.log", DRIVE)
    times = list(read_mahimahi(tmp_path / "out.up"))
    assert all(before <= after for before, after in pairwise(times))


TOXICITY = '[{{"type": "latency", "attributes": {{"latency": 1}}, "toxicity": {}}}]'
LAST_IS_BAD = "time_ms,kbps,put_delay_ms\n0,100,3\n1000,100,99999999999999\n"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", LAST_IS_BAD, "a.csv, row 3, put_delay_ms: 99999999999999.0; allowed: a delay"),
        ("a.csv", "put_delay_ms\n", "a.csv: 'put_delay_ms'; allowed: at least one row below"),
        ("a.csv", "put_delay_ms,put_delay_ms\n1,2\n", "line 1: 'put_delay_ms'; allowed: each"),
        ("a.csv", f'put_delay_ms,"{"x" * 140_000}"\n1,2\n', "field larger than field limit"),
        ("a.csv", "time_ms,kbps\n0,9e9\n1000,9e9\n", "'2.25e+12 bytes in 2,000 ms'; allowed: at"),
        ("a.csv", "time_ms,kbps\n0,1\n1e14,1\n", " ms'; allowed: a log of above 0"),
        ("a.csv", "time_s,kbps\n0,1\n1e306,1\n", "row 3, time_s: 1e+306; allowed: a time of at"),
        ("a.log", "-1e306 1\n0 1\n", "a.log, line 1: -1e+306; allowed: a time of at most"),
        ("a.csv", "time_ms,mbps\n0,1\n0.4,1e300\n", "'0 ms'; allowed: a log of above 0"),
        ("a.csv", "time_s,mbps\n0,1,5\n1,1\n", "a.csv, row 2: '5'; allowed: 2 cells, as the first"),
        ("a.csv", "time_ms,kbps\n0,1\n9,-5\n", "row 3, kbps: -5.0; allowed: a rate of at least 0"),
        ("a.csv", "time_s,kbps\n5,1\n5,1\n", "a.csv, row 3, time_s: 5.0; allowed: a time after"),
        ("a.txt", "0 1\n5 -2\n", "a.txt, line 2: -2.0; allowed: a rate of at least 0"),
        ("a.txt", "0 1e305\n1 1\n", "'inf bytes in 2,000 ms'; allowed: at least 1,500"),
        ("a.ini", "[x]\nbwOut=nan\n", "[x]: nan; allowed: an upload rate of at least"),
        ("a.ini", "[x]\nbwOut=inf\n", "[x]: inf; allowed: an upload rate of at least"),
        ("a.ini", "[x]\nbwOut=1e6\nlatency=nan\n", "[x]: nan; allowed: a round trip of 0 to"),
        ("a.ini", "[x]\nbwOut=1e6\nplr=nan\n", "[x]: nan; allowed: a plr of 0 to 100 %"),
        ("a.json", '{"upload": Infinity}', "'upload': inf}; allowed: numbers upload"),
        ("a.json", '[{"toxics": null}]', "a.json: toxics: null; allowed: a list"),
        ("a.json", '[{"toxics": [3]}]', "a.json: toxics.0: 3; allowed: an object whose"),
        ("a.json", '[{"toxics": [{"attributes": [1]}]}]', "allowed: an object whose attributes"),
        (
            "a.json",
            '[{"type": "bandwidth", "stream": "upstream", "attributes": {"rate": "a"}}]',
            "a.json, bandwidth: {'rate': 'a'}; allowed: a number rate, in KB/s",
        ),
        ("a.json", TOXICITY.format(2), "a.json, latency: toxicity: 2; allowed: 0 to 1"),
        ("a.json", TOXICITY.format(-0.5), "latency: toxicity: -0.5; allowed: 0 to 1"),
        ("a.json", TOXICITY.format("NaN"), "latency: toxicity: nan; allowed: 0 to 1"),
        ("a.json", TOXICITY.format("null"), "latency: toxicity: null; allowed: 0 to 1"),
        ("a.json", TOXICITY.format("true"), "latency: toxicity: True; allowed: 0 to 1"),
        (
            "a.json",
            '[{"type": "limit_data", "stream": "upstream", "attributes": {"bytes": 10000000000}}]',
            "o.toml: network.cut_after_bytes: ",
        ),
    ],
)
def test_what_is_refused_is_named_and_leaves_nothing_behind(
    name: str, text: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        write_import(read_import(tmp_path / name), tmp_path / name, tmp_path / "o.toml")
    assert words in str(error.value)
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_one_of_two_profiles_of_one_name_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"toxics": []}, {"toxics": []}]', encoding="utf-8")
    with pytest.raises(InputError, match="'proxy'; allowed: a name that one profile has alone"):
        read_import(tmp_path / "a.json", "proxy")


def test_a_second_file_that_cannot_be_written_leaves_no_first_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "o-request_delay_ms.csv").mkdir()
    with pytest.raises(InputError, match=r"o-request_delay_ms.csv'; allowed: a place that can be"):
        write_import(read_import(tmp_path / "a.csv"), tmp_path / "a.csv", tmp_path / "o.toml")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.csv", "o-request_delay_ms.csv"]


def test_odd_names_do_not_spoil_what_is_written(tmp_path: Path) -> None:
    named = '[{"type": "slicer\\nchunks = 1", "attributes": {"a\\u0007b": "\\ud800"}}]'
    _, left_out, text = imported(tmp_path, "odd.json", named)
    assert "# Not carried: slicer chunks = 1 (a?b ?): unknown" in text
    assert len(left_out) == 1


@pytest.mark.parametrize(("name", "text"), [("a.csv", TABLE), ("a.log", PENSIEVE)])
def test_a_profile_of_a_file_that_has_none_is_refused(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="--profile: 'foo'; allowed: none: this file has no"):
        read_import(tmp_path / name, "foo")


def test_an_empty_cell_more_says_nothing(tmp_path: Path) -> None:
    plain, padded = (
        imported(tmp_path, "a.csv", f"time_ms,kbps\n0,100{more}\n1000,100{more}\n")
        for more in ("", ", ")
    )
    assert plain == padded


def test_of_two_columns_of_times_one_is_not_carried(tmp_path: Path) -> None:
    _, left_out, _ = imported(tmp_path, "a.csv", "time_ms,seconds,kbps\n0,0,100\n1000,1,100\n")
    assert left_out == ("the column seconds: another says it",)


def test_what_no_import_has_written_is_not_overwritten(tmp_path: Path) -> None:
    log = tmp_path / "drive.log"
    log.write_text(DRIVE, encoding="utf-8")
    found, out, trace = read_import(log), tmp_path / "my.toml", tmp_path / "my.up"
    trace.write_text("1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"my\.up.*it would be overwritten"):
        write_import(found, log, out)
    assert (out.exists(), trace.read_text(encoding="utf-8")) == (False, "1\n")
    trace.unlink()
    out.write_text("summary = 'by hand'\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"my\.toml.*one that import or fit has written"):
        write_import(found, log, out)
    assert (out.read_text(encoding="utf-8"), trace.exists()) == ("summary = 'by hand'\n", False)
    out.unlink()
    written = write_import(found, log, out)
    with of_one_command():  # as the command line does it: the file is no input of the command
        assert write_import(found, log, out) == written
