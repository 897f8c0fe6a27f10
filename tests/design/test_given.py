"""What may be given for a design and for a scenario, and what is refused, in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.reference_impl.alarm import AlarmDesign

SCENARIO = "harmless"
TOML = 'title = "mine"\n[recording]\nduration_ms = 15000\n'
DESIGN = """from lastchunk.reference_impl.alarm import AlarmDesign

GRACE = [3]


def doubled(value):
    return value * 2


class Mine(AlarmDesign):
    \"\"\"The alarm design, and what it leads to.\"\"\"

    async def alarm(self):
        assert doubled(GRACE[0]) == 6
        await super().alarm()
"""
SCRIPT = f"""import lastchunk
{DESIGN}
print("ran")
found = lastchunk.compare({SCENARIO!r}, [Mine, "alarm"], sessions=260, workers=2)
mine, alarm = (found.rows_of(name).drop(columns="design") for name in ("Mine", "alarm"))
print(mine.reset_index(drop=True).equals(alarm.reset_index(drop=True)))
"""
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": {"display_name": "p", "language": "python", "name": "python3"}},
}


class Mine(AlarmDesign):
    """A class of a test."""


def local_class() -> type:
    """A class that no module has."""

    class Local(AlarmDesign):
        """Local."""

    return Local


def figures(result: lastchunk.Comparison, name: str) -> Any:
    """The rows of a design, without its name."""
    return result.rows_of(name).drop(columns="design").reset_index(drop=True)


def test_a_class_a_name_and_a_path_are_one_design(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(DESIGN.replace("Mine", "ByPath"), encoding="utf-8")
    given: list[Any] = [AlarmDesign, Mine, f"{file}:ByPath", local_class()]
    result = lastchunk.compare(SCENARIO, given, sessions=40)
    names = ["alarm", "Mine", "ByPath", "Local"]
    assert [design.name for design in result.designs] == names
    for name in names[1:]:
        assert figures(result, name).equals(figures(result, "alarm")), name


def test_two_settings_of_one_design_stand_side_by_side() -> None:
    given = [(f"grace {ms}", Mine, {"grace_ms": ms}) for ms in (5_000, 20_000)]
    result = lastchunk.compare("lossy-mobile", given, sessions=60)
    for label, _, settings in given:
        overrides = [f"design.grace_ms={settings['grace_ms']}"]
        alone = lastchunk.compare(
            lastchunk.load_scenario("lossy-mobile", overrides), "alarm", sessions=60
        )
        assert figures(result, label).equals(figures(alone, "alarm")), label


def test_settings_may_be_given_as_they_are() -> None:
    settings = AlarmDesign.Settings(grace_ms=20_000)
    spec = lastchunk.load_design(("slow", "alarm", settings))
    assert (spec.name, spec.settings, spec.reference) == ("slow", settings, "alarm")


def test_workers_run_classes_that_no_file_has() -> None:
    given: list[Any] = [Mine, local_class(), ("other grace", local_class(), {"grace_ms": 9_000})]
    alone, shared = (
        lastchunk.compare("lossy-mobile", given, sessions=300, workers=count) for count in (1, 2)
    )
    assert alone.frame.equals(shared.frame)


def test_a_script_needs_no_guard_and_is_run_once(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("ran\nTrue\n", "")


def test_a_class_of_a_notebook_is_run_verified_and_replayed(tmp_path: Path) -> None:
    cells = [
        "import lastchunk",
        DESIGN,
        SCRIPT.partition("found")[1] + SCRIPT.partition("found")[2],
        "proof = lastchunk.verify('small-scope', Mine, properties='finalizes')\n"
        "assert proof.verdict == 'proved', proof",
        "run, schedule = lastchunk.record('harmless', Mine)\n"
        "assert lastchunk.replay(schedule).trace == run.trace",
        "class Clock(Mine):\n    '''Reads a clock.'''\n    async def alarm(self):\n"
        "        import time\n        time.time()\n"
        "try:\n    lastchunk.verify('small-scope', Clock)\n"
        "except lastchunk.DesignError as error:\n    print(error)",
    ]
    book = NOTEBOOK | {
        "cells": [
            {
                "cell_type": "code",
                "id": str(number),
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": text,
            }
            for number, text in enumerate(cells)
        ]
    }
    made = nbformat.from_dict(book)  # type: ignore[no-untyped-call]  # it has no types
    nbclient.NotebookClient(made, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    assert made["cells"][2]["outputs"][0]["text"] == "True\n"
    said = made["cells"][5]["outputs"][0]["text"]
    assert said.startswith("Clock at line 4, in alarm() of a cell of the notebook: ")


@pytest.mark.parametrize("given", [TOML, "harmless", Path("scenarios/harmless.toml")])
def test_a_scenario_is_a_text_a_name_or_a_path(given: Any) -> None:
    given = Path(__file__).parents[2] / given if isinstance(given, Path) else given
    run = lastchunk.simulate(given, "alarm")
    again = lastchunk.simulate(lastchunk.load_scenario(given), "alarm", 1, 0)
    assert run.trace == again.trace
    assert run.scenario == again.scenario


def test_a_scenario_that_is_there_takes_overrides() -> None:
    loaded = lastchunk.load_scenario("lossy-mobile")
    wanted = lastchunk.load_scenario("lossy-mobile", ["design.grace_ms=7", "client.chunk_ms=5000"])
    for overrides in (
        ["design.grace_ms=7", "client.chunk_ms=5000"],
        {"design.grace_ms": 7, "client.chunk_ms": 5_000},
    ):
        found = lastchunk.load_scenario(loaded, overrides)
        assert found == wanted
        assert found.client.model_fields_set == wanted.client.model_fields_set


def test_a_sweep_takes_a_scenario_and_a_class() -> None:
    axis = lastchunk.Axis("g", "grace", (5_000, 9_000), lambda ms: [f"design.grace_ms={ms}"])
    frame = lastchunk.sweep(lastchunk.load_scenario("harmless"), axis, Mine, 10, 1, workers=2)
    named = lastchunk.sweep("harmless", axis, ["alarm"], 10, 1)
    assert set(frame["design"]) == {"Mine"}
    assert frame.drop(columns="design").equals(named.drop(columns="design"))


WRONG: list[tuple[Any, str]] = [
    (lambda: lastchunk.compare("harmless", [], 10), "designs: []; allowed: at least one: "),
    (lambda: lastchunk.compare("harmless", ["alarm"], "10"), "sessions: '10'; allowed: a whole"),  # type: ignore[arg-type]
    (lambda: lastchunk.compare("harmless", ["alarm"], 10, seed=1.5), "seed: 1.5; allowed: a whole"),  # type: ignore[arg-type]
    (lambda: lastchunk.compare("harmless", 7), "designs: 7; allowed: a list"),  # type: ignore[arg-type]
    (lambda: lastchunk.compare("harmless", [7]), "design: 7; allowed: a class, "),  # type: ignore[list-item]
    (lambda: lastchunk.compare(7, ["alarm"]), "scenario: 7; allowed: a Scenario, "),  # type: ignore[arg-type]
    (lambda: lastchunk.compare("harmless", [("x", "alarm")]), "design: ('x', 'alarm'); allowed: ("),  # type: ignore[list-item]
    (
        lambda: lastchunk.compare("harmless", [("x", "alarm", {"grase_ms": 1})]),
        "design x: setting: 'grase_ms'; allowed: nearest known name 'grace_ms'",
    ),
    (lambda: lastchunk.compare("harmless", [("x", "alarm", 3)]), "design x: 3; allowed: a mapping"),
    (lambda: lastchunk.compare("harmless", ["alarm", AlarmDesign]), "--design: ['alarm', 'alarm']"),
    (lambda: lastchunk.simulate("harmless", "alarm", seed="1"), "seed: '1'; allowed: a whole"),  # type: ignore[arg-type]
    (lambda: lastchunk.verify(AlarmDesign), "scenario: <class"),  # type: ignore[arg-type]
    (lambda: lastchunk.verify("harmless", int), "design int needs Settings"),
    (lambda: lastchunk.verify("small-scope", "alarm", budget=9), "budget: 9; allowed: a Budget"),  # type: ignore[arg-type]
    (lambda: lastchunk.replay("file"), "schedule: 'file'; allowed: a Schedule"),  # type: ignore[arg-type]
    (lambda: lastchunk.load_scenario("harmless", "a=b"), "overrides: 'a=b'; allowed: a list"),
    (lambda: lastchunk.load_scenario("x = 1\ny = ="), "scenario: 'TOML text: Invalid"),
    (lambda: lastchunk.sweep("harmless", "grace", "alarm", 1, 1), "axis: 'grace'; allowed"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "line"), WRONG, ids=[line[:40] for _, line in WRONG])
def test_a_wrong_type_is_refused_by_one_line(call: Any, line: str) -> None:
    with pytest.raises(lastchunk.InputError) as caught:
        call()
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700


def test_a_name_that_is_unknown_is_never_an_empty_frame() -> None:
    result = lastchunk.compare("harmless", ["alarm", "manual"], sessions=5)
    for call in (
        lambda: result.rows_of("alram"),
        lambda: result.paired("alarm", "alram"),
        lambda: result.earliest_failure("alram"),
        lambda: result.earliest_failure("alarm", "finalises"),
    ):
        with pytest.raises(lastchunk.InputError, match="allowed: one of "):
            call()


@pytest.mark.parametrize("label", ["", "  ", "a\nb", "a\0b", "\ud800", "a\u2028b", 3, "x" * 101])
def test_a_label_is_a_text_on_one_line(label: Any) -> None:
    with pytest.raises(InputError, match="allowed: a label"):
        load_design((label, "alarm", {}))
