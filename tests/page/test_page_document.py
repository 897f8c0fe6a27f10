"""docs/your-page.md: its example runs, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.design.own_page import HOOKS, NEEDED
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.reference_impl.contract import Browser

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "your-page.md").read_text()


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The example's design, from a file as a reader writes it."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    file = tmp_path_factory.mktemp("page") / "my_page.py"
    file.write_text(code)
    return f"{file}:MyDesign"


def test_the_example_simulates(reference: str) -> None:
    run = simulate(load_scenario("lossy-mobile"), load_design(reference), 1)
    assert run.facts.stored.keys() == run.facts.recorded.keys()
    assert run.facts.status == "completed"


def test_the_example_is_proved(reference: str) -> None:
    found = verify(load_scenario("small-scope"), load_design(reference))
    assert found.verdicts["complete_at_finalization"].kind == "proved"


def test_the_document_names_each_method_and_each_call() -> None:
    for method, _, arguments in (*NEEDED, *HOOKS):
        assert f"`{method}{arguments}`" in TEXT
    for call in [*(name for name in vars(Browser) if not name.startswith("_"))]:
        assert f"browser.{call}(" in TEXT


def test_the_page_in_typescript_runs_and_is_proved(tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
    (page,) = re.findall(r"```ts\n(.*?)```", TEXT, re.DOTALL)
    text = (DOCS / "typescript.md").read_text()
    for language, name in (("ts", "session.ts"), ("toml", "session.toml")):
        (code,) = re.findall(rf"<!-- file: {name} -->\n```{language}\n(.*?)```", text, re.DOTALL)
        (tmp_path / name).write_text(code)
    (tmp_path / "recorder.ts").write_text(page)
    binding = tmp_path / "session.toml"
    binding.write_text('recorder = "recorder.ts:Recorder"\n' + binding.read_text())
    design = load_design(f"{tmp_path / 'session.ts'}:SessionObject")
    run = simulate(load_scenario("lossy-mobile"), design, 1)
    assert run.facts.stored.keys() == run.facts.recorded.keys()
    assert run.facts.status == "completed"
    found = verify(load_scenario("small-scope"), design)
    assert found.verdicts["complete_at_finalization"].kind == "proved"
