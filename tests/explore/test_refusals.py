"""What cannot be explored: all reasons in one message, and a command line that works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from lastchunk.model.base.errors import DesignError
from lastchunk.model.explore.scope.refusals import NotExplorableError, refusals, refuse_scope
from lastchunk.model.scenario.load import load_scenario, shipped
from tests.attack.blobs import InParts

UPLINK = "uplink={kind='constant', rate_kbps=500}"
CHEAP = ("--property", "complete_at_finalization", "--classes", "1000")


def nearest(message: str) -> list[str]:
    """The words of the command that a refusal names."""
    (command,) = re.findall(r"The nearest scope that works: (.*)$", message)
    return shlex.split(command)


def message_of(*overrides: str, name: str = "small-scope") -> str:
    with pytest.raises(NotExplorableError) as refused:
        refuse_scope(load_scenario(name, overrides))
    return str(refused.value)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_is_explored_or_names_a_command_that_is(name: str) -> None:
    first = CliRunner().invoke(app, ["verify", name, *CHEAP])
    if not list(refusals(load_scenario(name))):
        assert first.exit_code in (0, 1, 3), first.output
        return
    assert isinstance(first.exception, NotExplorableError)
    program, *words = nearest(str(first.exception))
    assert (program, words[:2]) == ("lastchunk", ["verify", name])
    again = CliRunner().invoke(app, [*words, *CHEAP])
    assert again.exit_code in (0, 1, 3), (again.output, again.exception)


def test_every_reason_is_in_one_message() -> None:
    message = message_of(UPLINK, "expect.sometimes=[]", name="everything-at-once")
    found = list(refusals(load_scenario("everything-at-once", [UPLINK])))
    assert "uplink" in [item.field for item in found]
    for item in found:
        assert str(item) in message
    assert message.count("\n") == 0


def test_a_throttled_tab_is_left_out() -> None:
    throttled = "faults=[{kind='tab_throttled',offset_ms=0,for_ms=60000}]"
    refused = CliRunner().invoke(app, ["verify", "small-scope", "--set", throttled])
    words = nearest(str(refused.exception))
    again = CliRunner().invoke(app, [*words[1:], *CHEAP])
    assert again.exit_code in (0, 1, 3), again.output


SPREAD = "{distribution='uniform',low_ms=1000,high_ms=3000}"
SHORT = "recording.duration_ms=25000"


def standstill(kind: str, anchor: str, low_ms: int, high_ms: int) -> str:
    when = f"anchor='{anchor}',offset_ms={{low_ms={low_ms},high_ms={high_ms}}}"
    return f"faults=[{{kind='{kind}',{when},for_ms={SPREAD}}}]"


@pytest.mark.parametrize("kind", ["laptop_asleep", "tab_frozen"])
@pytest.mark.parametrize(
    ("anchor", "low_ms", "is_refused"),
    [
        ("start", 9_000, True),
        ("stop", -9_000, True),
        ("stop", 0, True),
        ("stop", 1, False),
        ("start", 28_000, True),
        ("start", 28_001, False),
    ],
)
def test_a_standstill_in_bounds_is_explored_after_the_stop_alone(
    kind: str, anchor: str, low_ms: int, is_refused: bool
) -> None:
    # 25,000 recorded and 3,000 of standstill: from 28,001 on the recorder has surely stopped.
    fault = standstill(kind, anchor, low_ms, low_ms + 4_000)
    words = ["verify", "everything-fast", "--set", SHORT, "--set", "expect.sometimes=[]"]
    words += ["--set", fault, "--property", "complete_at_finalization", "--design", "lazy-alarm"]
    found = CliRunner().invoke(app, words)
    assert isinstance(found.exception, NotExplorableError) == is_refused
    if is_refused:
        found = CliRunner().invoke(app, [*nearest(str(found.exception))[1:], *words[-4:]])
    assert found.exit_code == 0, (found.output, found.exception)


def test_a_command_keeps_what_was_given() -> None:
    given = ["verify", "small-scope", "--design", "leases", "--set", "chunks=1", "--set", UPLINK]
    refused = CliRunner().invoke(app, given)
    words = nearest(str(refused.exception))
    assert words[: len(given) + 1] == ["lastchunk", *given]
    again = CliRunner().invoke(app, [*words[1:], *CHEAP])
    assert again.exit_code in (0, 1, 3), again.output


def test_a_scenario_of_ones_own_is_named_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "a file.toml"
    file.write_text("[uplink]\nkind = 'constant'\nrate_kbps = 500\n", encoding="utf-8")
    refused = CliRunner().invoke(app, ["verify", str(file)])
    words = nearest(str(refused.exception))
    assert words[:3] == ["lastchunk", "verify", str(file)]
    again = CliRunner().invoke(app, [*words[1:], *CHEAP])
    assert again.exit_code in (0, 1, 3), again.output


def test_a_put_takes_as_long_as_a_chunk_on_the_uplink() -> None:
    # 10 s of 2,500 kbit/s are 25,000 kbit: 9,616 ms at 2,600 kbit/s, after a put of 30 ms.
    (item,) = [i for i in refusals(load_scenario("slow-uplink")) if i.field == "uplink"]
    scenario = load_scenario("slow-uplink", item.overrides)
    assert scenario.uplink is None
    put = scenario.blobs.put_delay_ms
    assert (put.low_ms, put.high_ms) == (30, 30 + 9_616)


def test_none_takes_an_uplink_away() -> None:
    assert load_scenario("slow-uplink", ["uplink=none"]).uplink is None


def test_an_upload_in_parts_is_simulated_and_not_explored() -> None:
    scenario = load_scenario("small-scope")
    with pytest.raises(DesignError, match=r"uploads in parts, .* at line \d+, in create"):
        lastchunk.verify(scenario, InParts)
    (outcome,) = lastchunk.compare(scenario, InParts, sessions=3).verdicts.values()
    assert outcome["count_true"].sessions == 3
