"""The house keeps its floors: nothing imports upwards, and the designs import nothing foreign."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = [
    {"lastchunk.reference_impl"},
    {"lastchunk.model.base"},
    {"lastchunk.model.trace"},
    {"lastchunk.model.subset", "lastchunk.model.properties"},
    {"lastchunk.model.typescript.parse", "lastchunk.model.typescript.runtime"},
    {"lastchunk.model.typescript.library"},
    {"lastchunk.model.typescript.translate", "lastchunk.model.typescript.host"},
    {"lastchunk.model.typescript", "lastchunk.model.typescript.binding"},
    {"lastchunk.model.scenario"},
    {"lastchunk.model.design"},
    {"lastchunk.model.world.base", "lastchunk.model.world.code"},
    {"lastchunk.model.world.object"},
    {"lastchunk.model.world.edge"},
    {"lastchunk.model.world"},
    {"lastchunk.model.simulate"},
    {"lastchunk.model.logs.reading"},
    {"lastchunk.model.logs"},
    {"lastchunk.model.explore.timing", "lastchunk.model.explore.export"},
    {"lastchunk.model.explore.code", "lastchunk.model.explore.scope"},
    {"lastchunk.model.explore.state"},
    {"lastchunk.model.explore.search"},
    {"lastchunk.model.explore.witness"},
    {"lastchunk.model.explore"},
    {"lastchunk.model.explore.matrix"},
    {"lastchunk.model.conformance.runtime"},
    {"lastchunk.model.conformance.page"},
    {"lastchunk.model.conformance.own"},
    {"lastchunk.model.conformance"},
    {"lastchunk.model.table"},
    {"lastchunk.model.kernel"},
    {"lastchunk.model.estimate"},
    {"lastchunk.model.fit"},
    {"lastchunk.reports.base", "lastchunk.reports.figures"},
    {"lastchunk.reports.timeline", "lastchunk.reports.region"},
    {"lastchunk.reports.export"},
    {"lastchunk.reports.claims"},
    {"lastchunk.reports.matrix", "lastchunk.reports.answer"},
    {"lastchunk.reports"},
    {"lastchunk", "lastchunk.cli", "lastchunk.model"},
    {"lastchunk.reports.docs"},
]
"""The rooms of the house, the lowest first; a room's floor is that of its longest known name."""
FOLDERS = ("reference_impl", "model", "reports", "lastchunk")
SOURCES = sorted(path for top in FOLDERS for path in (ROOT / top).rglob("*.py"))


def floor_of(module: str) -> int:
    """The floor of a module; its longest known prefix counts."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        for number, floor in enumerate(FLOORS):
            if name in floor:
                return number
    raise AssertionError(f"{module} is on no floor")


def imports_of(source: str) -> set[str]:
    """The modules that a source file imports, wherever in it; not those for its types alone."""
    found = set()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        waiting += ast.iter_child_nodes(node)
    return found


def upward(module: str, source: str) -> list[str]:
    """The imports of a file that go upwards."""
    return [
        name
        for name in sorted(imports_of(source))
        if name.split(".")[0] == "lastchunk" and floor_of(name) > floor_of(module)
    ]


def circles(arrows: dict[str, set[str]]) -> list[str]:
    """The folders that can be come back to along the arrows from folder to folder."""
    reached: dict[str, set[str]] = {}
    for start in arrows:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            for other in arrows.get(waiting.pop(), set()) - found:
                found.add(other)
                waiting.append(other)
        reached[start] = found
    return sorted(folder for folder, found in reached.items() if folder in found)


def arrows_between_folders(sources: dict[str, str]) -> dict[str, set[str]]:
    """Which folder imports from which other one; ``sources`` are texts by module."""
    folders = {name.rpartition(".")[0] for name in sources}
    arrows: dict[str, set[str]] = {}
    for module, text in sources.items():
        mine = module.rpartition(".")[0]
        for name in imports_of(text):
            other = name if name in folders else name.rpartition(".")[0]
            if other in folders and other != mine:
                arrows.setdefault(mine, set()).add(other)
    return arrows


def module_of(path: Path) -> str:
    """A file's module, as it is installed."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    inside = parts if parts[0] == "lastchunk" else ("lastchunk", *parts)
    return ".".join(inside).removesuffix(".__init__")


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_no_upward_import(path: Path) -> None:
    assert upward(module_of(path), path.read_text(encoding="utf-8")) == []


def test_an_upward_import_is_seen() -> None:
    for module, source, found in (
        ("model.world.world", "from lastchunk.model.simulate import run", "model.simulate"),
        ("reference_impl.alarm", "import lastchunk.model.base.errors", "model.base.errors"),
        ("reports.write", "def f():\n    import lastchunk.cli", "cli"),
        ("model.simulate.run", "from lastchunk.model.world.world import World", ""),
        (
            "model.trace.facts",
            "from lastchunk.model.scenario.load import shipped",
            "model.scenario",
        ),
    ):
        seen = upward(f"lastchunk.{module}", source)
        assert [name.startswith(f"lastchunk.{found}") for name in seen] == [True] * bool(found)


def test_no_folder_can_be_come_back_to() -> None:
    texts = {
        f"{module_of(path)}.__init__" if path.name == "__init__.py" else module_of(path): path
        for path in SOURCES
        if path.parent != ROOT / "lastchunk"  # the public names stand for all of it
    }
    arrows = arrows_between_folders({m: p.read_text(encoding="utf-8") for m, p in texts.items()})
    assert circles(arrows) == []


def test_a_circle_of_folders_is_seen() -> None:
    sources = {
        "lastchunk.model.trace.facts": "from lastchunk.model.scenario.load import shipped",
        "lastchunk.model.scenario.load": "from lastchunk.model.properties.base import Sometimes",
        "lastchunk.model.properties.base": "from lastchunk.model.trace.facts import Facts",
        "lastchunk.model.world.world": "from lastchunk.model.trace.facts import Facts",
    }
    found = circles(arrows_between_folders(sources))
    assert found == [f"lastchunk.model.{name}" for name in ("properties", "scenario", "trace")]


def test_a_folder_holds_few_files() -> None:
    folders = {path.parent for path in SOURCES if path.is_relative_to(ROOT / "model")}
    assert {folder: len(list(folder.glob("*.py"))) for folder in folders if folder.is_dir()}
    assert [str(f) for f in folders if len(list(f.glob("*.py"))) > 12] == []


def test_designs_import_the_standard_library_alone() -> None:
    for path in (ROOT / "reference_impl").glob("*.py"):
        names = imports_of(path.read_text(encoding="utf-8"))
        tops = {n if n.startswith("lastchunk") else n.split(".")[0] for n in names}
        tops = {".".join(top.split(".")[:2]) for top in tops}
        assert tops <= set(sys.stdlib_module_names) | {"lastchunk.reference_impl"}, path.name


def tracked(*patterns: str) -> list[Path]:
    """The files that git tracks; all files where there is no git."""
    done = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [ROOT / name for name in done.stdout.split()]


def test_files_and_functions_fit_a_screen() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= 60, f"{path}: {node.name} has {length} lines"


def test_the_project_names_no_machine() -> None:
    machine = re.compile(r"/(work|root|home|Users)/\w|pythonhosted|pypi\.org")
    for path in tracked("*.py", "*.md", "*.toml", "*.lock", "Makefile", "*.j2", ".ci/run"):
        if path.exists() and path.name != Path(__file__).name:
            assert machine.search(path.read_text(encoding="utf-8")) is None, path


def test_the_changelog_and_the_lock_fit_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {re.split(r"[<>=\[]", item)[0] for item in wanted} <= locked


def test_the_readme_names_commands_that_exist() -> None:
    from typer.main import get_command

    from lastchunk.cli import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = set(re.findall(r"^lastchunk ([a-z-]+)", text, re.MULTILINE))
    assert names == set(getattr(get_command(app), "commands", {})), "each is named, and is there"
