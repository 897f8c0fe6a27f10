"""The wheel holds lastchunk alone, and works in a folder that has names of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = ("model", "reports", "reference_impl", "scenarios")
EXAMPLE = ROOT / "tests" / "example_project"
WEAKER = {
    "grace halved": ("grace_ms: int = 5_000", "grace_ms: int = 2_500", "complete_at_finalization"),
    "re-read dropped": (
        "        state = await self.ctx.storage.get(STATE_KEY)  # the re-read\n",
        "",
        "completed_is_final",
    ),
}
"""What makes the example's design weaker: a text, what takes its place, and what gets worse."""
NOTEBOOK = """{
 "cells": [{"cell_type": "code", "id": "a", "execution_count": null, "metadata": {}, "outputs": [],
  "source": ["import lastchunk\\n", "assert lastchunk.shipped()\\n",
             "assert '%s' in lastchunk.__file__"]}],
 "metadata": {"kernelspec": {"display_name": "p", "language": "python", "name": "python3"}},
 "nbformat": 4, "nbformat_minor": 5
}"""


def done(words: list[str | Path], folder: Path, code: int = 0, **more: str) -> str:
    """Run a program that must end with such a code. Returns its output."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    result = subprocess.run(
        words, cwd=folder, env={**kept, **more}, capture_output=True, text=True, check=False
    )
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tracked files."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    folders = ("lastchunk", "model", "reference_impl", "reports", "scenarios", "worker")
    files = ["pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"]
    for folder in folders:
        files += [
            str(path.relative_to(ROOT))
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and not {"__pycache__", "out", "node_modules"} & set(path.parts)
        ]
    for name in files:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    script = "from setuptools import build_meta; import sys; build_meta.build_wheel(sys.argv[1])"
    done([sys.executable, "-c", script, out], source, PYTHONPATH=site_packages())
    return next(out.glob("*.whl"))


def site_packages() -> str:
    """Where this environment keeps its packages; its own install of lastchunk is not among them."""
    return os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel, and the libraries of this one. Returns its Python."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=True)
    packages = next(place.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    text = "\n".join(site_packages().split(os.pathsep)) + "\n"
    (packages / "libraries.pth").write_text(text, encoding="utf-8")
    return place / "bin" / "python"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of somebody else's, with packages of the names that the house's folders have."""
    for name in FOREIGN:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise ImportError({name!r})\n")
    return tmp_path


def test_the_wheel_holds_lastchunk_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert tops == {"lastchunk", f"lastchunk-{version}.dist-info"}
    assert "lastchunk/scenarios/small-scope.toml" in names
    assert not [name for name in names if "reports/docs" in name or name.startswith("tests")]


def test_every_package_of_the_house_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.endswith(".py")}
    for folder in ("model", "reference_impl", "reports", "lastchunk"):
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT).parts
            name = "/".join(parts if folder == "lastchunk" else ("lastchunk", *parts))
            assert name in held or "docs" in parts, name


def test_the_command_works_beside_foreign_names(installed: Path, foreign: Path) -> None:
    assert done([installed, "-m", "lastchunk", "--version"], foreign).startswith("lastchunk ")
    assert "proved" in done([installed, "-m", "lastchunk", "verify", "small-scope"], foreign)
    words = ["report", "--scenario", "harmless", "--sessions", "20", "--sweep-sessions", "0"]
    words += ["--proof-sessions", "0", "--matrix-chunks", "0", "--workers", "2", "--out", "out"]
    done([installed, "-m", "lastchunk", *words], foreign)
    assert (foreign / "out" / "report.html").exists()


def test_pytest_and_a_notebook_import_it_beside_foreign_names(
    installed: Path, foreign: Path
) -> None:
    here = str(installed.parent.parent)
    (foreign / "test_mine.py").write_text(
        "import lastchunk\n\n\ndef test_it():\n"
        f"    assert lastchunk.shipped() and {here!r} in lastchunk.__file__\n"
    )
    (foreign / "mine.ipynb").write_text(NOTEBOOK % here)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbmake", "test_mine.py"]
    assert "2 passed" in done([installed, *words, "mine.ipynb"], foreign)


@pytest.fixture(scope="module")
def project(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project with its baseline, as its owner keeps it."""
    folder = tmp_path_factory.mktemp("project") / "example"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    words: list[str | Path] = [installed, "-P", "-m", "lastchunk", "ci", "lastchunk.toml"]
    assert "proved" in done([*words, "--update-baseline"], folder)
    assert done([*words, "--quiet"], folder) == "", "nothing has changed, so nothing is told"
    return folder


def test_the_example_s_pytest_is_red_for_the_race_and_green_for_the_count(
    installed: Path, project: Path
) -> None:
    words: list[str | Path] = [installed, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    said = done(words, project, code=1)
    assert "1 failed, 3 passed" in said
    assert "whole: No completed recording has a gap." in said
    (line,) = [line for line in said.splitlines() if "--lastchunk-replay" in line]
    again = done([*words, *line.split()[-2:]], project, code=1)
    assert "1 failed, 3 deselected" in again
    assert ">  0:20.030  violated" in again


@pytest.mark.parametrize("how", WEAKER)
def test_the_example_s_baseline_catches_a_weaker_design(
    installed: Path, project: Path, tmp_path: Path, how: str
) -> None:
    copy = tmp_path / "example"
    shutil.copytree(project, copy)
    old, new, slug = WEAKER[how]
    file = copy / "model" / "session.py"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    gate = copy / "lastchunk.toml"
    as_it_was = gate.read_text(encoding="utf-8").rpartition("[[checks]]")[2]
    gate.write_text(
        f'sessions = 60\nbaseline = "lastchunk-baseline.json"\n[[checks]]{as_it_was}',
        encoding="utf-8",
    )
    words: list[str | Path] = [installed, "-P", "-m", "lastchunk", "ci", "lastchunk.toml"]
    lines = done([*words, "--quiet"], copy, code=1).splitlines()
    assert lines[0].startswith(f"regressed: as it was: {slug}: Raced in cellular-lte"), lines
