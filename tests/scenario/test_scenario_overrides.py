"""Overrides and parameters: where a key leads, what a value is, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.scenario.load import (
    apply_override,
    load_scenario,
    parse_value,
    substitute,
)
from lastchunk.model.scenario.refusals import Source
from lastchunk.model.scenario.schema import Scenario
from tests.scenario.test_scenario_refusals import FAULT, refused


@pytest.mark.parametrize("override", ["", "=", "=5", "network", "network.request_loss"])
def test_an_override_is_a_key_and_a_value(override: str) -> None:
    error = refused(override)
    assert (error.field, error.value, error.allowed) == ("--set", override, "KEY=VALUE")


@pytest.mark.parametrize(
    ("override", "allowed"),
    [
        ("faults.0.offset_ms=7", "an index from 0 to -1 in place of '0'"),
        ("faults.x=7", "an index from 0 to -1 in place of 'x'"),
        ("expect.sometimes.0.x=7", "a key of a table; '0' is none"),
        ("expect.sometimes.0.x.y=7", "a key of a table; 'x' is in none"),
    ],
)
def test_a_key_that_leads_nowhere_is_refused(override: str, allowed: str) -> None:
    data = {"title": "x", "faults": [], "expect": {"sometimes": ["refused"]}}
    with pytest.raises(InputError) as caught:
        apply_override(data, override)
    assert caught.value.field == "--set"
    assert caught.value.value == override.partition("=")[0]
    assert caught.value.allowed == allowed


def test_an_index_reaches_into_a_list_and_no_further_than_its_end() -> None:
    two = f"faults=[{FAULT}, {FAULT}]"
    changed = load_scenario("everything-fast", [two, "faults.1.offset_ms=9"])
    assert [fault.offset_ms.low_ms for fault in changed.faults] == [5, 9]
    replaced = load_scenario("everything-fast", [two, "faults.0={kind='tab_closed', offset_ms=1}"])
    assert [fault.kind for fault in replaced.faults] == ["tab_closed", "stray_stop"]
    for wrong in ("faults.2.offset_ms=9", "faults.-1.offset_ms=9", "faults.last=9"):
        step = wrong.split("=")[0].split(".")[1]
        assert refused(two, wrong).allowed == f"an index from 0 to 1 in place of '{step}'"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-0.5", -0.5),
        ("true", True),
        ("'a b'", "a b"),
        ("[1, 2]", [1, 2]),
        ("{a = 1}", {"a": 1}),
        ("uniform", "uniform"),
        ("a=b", "a=b"),
        ("", ""),
        ("[1", "[1"),
    ],
)
def test_a_value_is_read_as_toml_and_a_bare_word_as_itself(text: str, value: object) -> None:
    assert parse_value(text) == value
    data = {"title": "x"}
    apply_override(data, f"title={text}")
    assert data["title"] == value


@given(st.text(max_size=20))
def test_any_text_is_a_value_or_a_word(text: str) -> None:
    assert parse_value(text) is not None


def test_a_bare_name_is_a_parameter_of_the_scenario_or_a_field_of_it() -> None:
    assert load_scenario("small-scope", ["chunks=4"]).recording.chunks == 4
    assert load_scenario("small-scope", ["title=Four"]).title == "Four"
    assert refused("zzzzzz=4").allowed.startswith("one of blobs, browser, client, ")
    assert refused("titel=x").allowed == "nearest known name 'title'"


def test_parameters_are_put_in_everywhere_but_among_themselves() -> None:
    data = {"parameters": {"a": 7, "b": "$a"}, "x": ["$a", {"y": "$a", "z": "a"}], "n": 5}
    assert substitute(data, data["parameters"], Source("my.toml")) == {  # type: ignore[arg-type]
        "parameters": {"a": 7, "b": "$a"},
        "x": [7, {"y": 7, "z": "a"}],
        "n": 5,
    }
    with pytest.raises(InputError) as caught:
        substitute({"x": [{"y": "$c"}]}, {}, Source("my.toml"))
    assert (caught.value.field, caught.value.value) == ("my.toml: x.0.y", "$c")
    assert caught.value.allowed == "a parameter of the file: no name here"


def test_a_parameter_that_is_none_is_told_with_its_file_and_its_field(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('parameters = {wait = 3}\n[client]\nretry_ms = "$wiat"\n')
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert str(caught.value) == (
        "mine.toml: client.retry_ms: '$wiat'; allowed: a parameter of the file: "
        "nearest known name 'wait'"
    )
    assert refused("client.retry_ms='$wiat'").field == "--set client.retry_ms"


def test_a_date_is_one_however_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "dated.toml"
    for written in ("2024-02-29", "'2024-02-29'", '"2024-02-29"'):
        path.write_text(f"[platform]\ncompatibility_date = {written}\n")
        for scenario in (
            load_scenario(path),
            load_scenario("everything-fast", [f"platform.compatibility_date={written}"]),
        ):
            assert scenario.platform.compatibility_date == "2024-02-29"
            assert Scenario.model_validate_json(scenario.model_dump_json()) == scenario
