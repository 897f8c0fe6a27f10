"""CONTRIBUTING.md is true: its examples are written into a copy of the sources, and run there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import PARTS, ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?:python|toml)\n# (\S+?)(?:, in ([^\n]+))?\n(.*?)^```", re.M | re.S)
EXAMPLES = [(match[1], match[2] or "", match[3]) for match in BLOCK.finditer(TEXT)]
BEFORE = {
    ("model/scenario/faults.py", ""): "\n\ndef fault_kind(",
    ("model/world/faults.py", "RULES"): '}\n"""What each kind of fault does."""',
    ("model/properties/catalogue.py", "PROPERTIES"): '    )\n}\n"""Every property by its slug',
    ("reference_impl/designs.py", "DESIGNS"): '}\n"""The shipped designs by name',
    ("reference_impl/designs.py", "the imports"): "\nDESIGNS: ",
}
"""Before which text an example goes; the others are files of their own, or go to a file's end."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to import lastchunk from, with all examples in it."""
    folder = tmp_path_factory.mktemp("copy")
    package = folder / "lastchunk"
    ignored = shutil.ignore_patterns("__pycache__", "out")
    shutil.copytree(ROOT / "lastchunk", package, ignore=ignored)
    for part in PARTS:
        shutil.copytree(ROOT / part, package / part, ignore=ignored)
    for name, place, lines in EXAMPLES:
        path = package / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        before = BEFORE.get((name, place))
        if before is None:
            assert not place, f"nothing is known of {place} in {name}"
            text += ("\n\n" if text else "") + lines
        else:
            assert text.count(before) == 1, (name, place)
            blank = "" if place else "\n\n"
            text = text.replace(before, blank + lines + before)
        path.write_text(text, encoding="utf-8")
    return folder


def done(folder: Path, *words: str, codes: tuple[int, ...] = (0,)) -> str:
    """What a Python program prints that imports the copy."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    result = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode in codes, result.stdout + result.stderr
    return result.stdout


def test_each_kind_of_thing_has_an_example() -> None:
    titles = re.findall(r"^### An? ([\w ]+):", TEXT, re.MULTILINE)
    kinds = ["event", "fault", "property", "scenario", "design", "platform rule", "figure"]
    assert titles == kinds
    assert len(EXAMPLES) == TEXT.count("```python") + TEXT.count("```toml") >= 9


def test_the_files_that_it_names_exist() -> None:
    examples = {name for name, _, _ in EXAMPLES}
    names = set(re.findall(r"`((?:model|tests|reports|reference_impl)/[\w/.]+\.\w+)`", TEXT))
    assert len(names) > 12
    for name in names - examples:
        assert (ROOT / name).exists(), name


def test_an_event_and_a_fault_are_in_the_trace_table(copy: Path) -> None:
    shown = done(copy, "-m", "lastchunk", "simulate", "hidden-tab", "--full")
    assert re.search(r"client\W+tab hidden", shown)


def test_a_property_is_judged_in_the_report_s_table_and_by_every_schedule(copy: Path) -> None:
    shown = done(copy, "-m", "lastchunk", "simulate", "hidden-tab", codes=(0, 1))
    assert "stop_answered" in shown
    words = ["verify", "small-scope", "--property", "stop_answered", "--attack", "5"]
    assert "proved" in done(copy, "-m", "lastchunk", *words)
    closed = "faults=[{kind='tab_closed', offset_ms={low_ms=0, high_ms=8}}]"
    words += ["--set", closed, "--set", "limits.end_at_completion=false"]
    assert "the stop was never answered" in done(copy, "-m", "lastchunk", *words, codes=(1,))


def test_a_fault_is_in_the_words_of_a_scope(copy: Path) -> None:
    told = done(copy, "-m", "lastchunk", "verify", "small-scope", "--property", "finalizes")
    assert "a hidden tab" in re.sub(r"\s+", " ", told).partition("What never happens")[2]


def test_a_design_is_shipped_and_a_scenario_too(copy: Path) -> None:
    assert "hasty" in done(copy, "-m", "lastchunk", "designs")
    assert "hidden-tab" in done(copy, "-m", "lastchunk", "scenarios")
    words = ["verify", "small-scope", "--design", "hasty", "--property", "complete_at_finalization"]
    assert "violated" in done(copy, "-m", "lastchunk", *words, codes=(1,))


def test_a_figure_is_drawn(copy: Path) -> None:
    script = (
        "import pandas as pd; from lastchunk.reports.figures.stops import stops_figure\n"
        "figure = stops_figure(pd.DataFrame({'stop_ms': [1000, 2000, 2500]}))\n"
        "print(sum(patch.get_height() for patch in figure.axes[0].patches))"
    )
    assert float(done(copy, "-c", script)) == 3
