"""The notebooks with their outputs: each ``notebooks/NAME.py`` is run, and NAME.ipynb written.

``python -m lastchunk.reports.docs.notebooks [NAME ...]``. Outputs are what a reader sees: the view
of a widget is left out, as it is none without a kernel, and so is what differs from run to run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

from lastchunk.model.base.files import write_text

UNTYPED: Any = nbformat
FOLDER = Path(__file__).parents[2] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
SECONDS_MAX = 600


def executed(script: Path) -> Any:
    """A notebook with its outputs, from its script."""
    notebook = jupytext.read(script)
    NotebookClient(
        notebook,
        timeout=SECONDS_MAX,
        kernel_name="python3",
        resources={"metadata": {"path": str(script.parent)}},
    ).execute()
    return without_noise(notebook)


def without_noise(notebook: Any) -> Any:
    """The same without what differs from run to run."""
    language = {"name": "python"}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    formats = {"formats": "ipynb,py:percent"}
    notebook.metadata = {"jupytext": formats, "kernelspec": kernel, "language_info": language}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [item for item in cell.outputs if _is_kept(item)]
    return notebook


def _is_kept(output: Any) -> bool:
    assert output.output_type != "error", output
    is_noise = output.output_type == "stream" and output.name == "stderr"
    return not is_noise and WIDGET not in output.get("data", {})


def write_notebook(script: Path) -> Path:
    """Run a script and write its notebook beside it."""
    path = script.with_suffix(".ipynb")
    text: str = UNTYPED.writes(executed(script), indent=1)
    write_text(path, text + "\n")
    return path


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for script in sorted(FOLDER.glob("*.py")):
        if not wanted or script.stem in wanted:
            sys.stdout.write(f"written: {write_notebook(script).name}\n")
