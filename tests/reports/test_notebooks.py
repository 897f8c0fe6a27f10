"""The notebooks run from top to bottom, have outputs, and each pair says the same in both files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from lastchunk.reports.docs.notebooks import WIDGET, without_noise

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
UNTYPED: Any = nbformat
BYTES_MAX = 500_000
SECONDS_MAX = 240
"""Of one notebook on a busy machine; alone each takes less than a minute."""


def named(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="module")
def told() -> str:
    """What a run of all notebooks says, one after another: what runs them takes seconds to load."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbmake", f"--nbmake-timeout={SECONDS_MAX}",
         "-p", "no:cacheprovider", "-q", "-rA",
         *(str(script.with_suffix(".ipynb")) for script in NOTEBOOKS)],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("script", NOTEBOOKS, ids=named)
def test_a_notebook_runs(script: Path, told: str) -> None:
    assert re.search(rf"^PASSED \S*{re.escape(script.stem)}\.ipynb", told, re.MULTILINE), told


@pytest.mark.parametrize("script", NOTEBOOKS, ids=named)
def test_a_pair_says_the_same(script: Path) -> None:
    text = jupytext.read(script)
    notebook = jupytext.read(script.with_suffix(".ipynb"))
    assert [(cell.cell_type, cell.source) for cell in text.cells] == [
        (cell.cell_type, cell.source) for cell in notebook.cells
    ], "python -m lastchunk.reports.docs.notebooks writes it anew"


@pytest.mark.parametrize("script", NOTEBOOKS, ids=named)
def test_outputs_are_there_and_small(script: Path) -> None:
    path = script.with_suffix(".ipynb")
    assert path.stat().st_size < BYTES_MAX
    notebook = UNTYPED.read(path, as_version=4)
    UNTYPED.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells), "each cell was run"
    outputs = [item for cell in cells for item in cell.outputs]
    assert len(outputs) >= 5
    assert not any(item.output_type == "error" for item in outputs)
    assert WIDGET not in path.read_text(encoding="utf-8")


def test_there_are_eight_and_a_figure_in_most() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02}" for number in range(1, 9)]
    texts = [path.with_suffix(".ipynb").read_text(encoding="utf-8") for path in NOTEBOOKS]
    assert sum("image/png" in text for text in texts) >= 6


def test_a_widget_s_view_and_noise_are_left_out() -> None:
    cell = UNTYPED.v4.new_code_cell("1")
    cell.metadata["execution"] = {"iopub.execute_input": "now"}
    cell.outputs = [
        UNTYPED.v4.new_output("display_data", {WIDGET: {"model_id": "random"}}),
        UNTYPED.v4.new_output("stream", name="stderr", text="a warning"),
        UNTYPED.v4.new_output("stream", name="stdout", text="kept"),
    ]
    (left,) = without_noise(UNTYPED.v4.new_notebook(cells=[cell])).cells
    assert [item.text for item in left.outputs] == ["kept"]
    assert left.metadata == {}
