"""docs/designs.md is what the designs do now; a diagram follows from exploring, not from a list."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from lastchunk.model.explore.diagram import (
    EXPLORED,
    NOWHERE,
    Diagram,
    Transition,
    diagram_of,
    shipped_diagram,
)
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, INCOMPLETE
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports import simplicity
from lastchunk.reports.docs import designs as page
from lastchunk.reports.figures.diagram import PLACES, diagram_figure, points_of
from lastchunk.reports.figures.save import png_bytes
from tests.oracles.mutants import (
    AlarmCompletes,
    ForgetsThatCompletedIsFinal,
    IgnoresLateStop,
    RefusesLateChunks,
    StopCompletes,
    StopDoesNotComplete,
)
from tests.support.worlds import spec_of

DOCS = Path(__file__).parents[2] / "docs"
LADDER = page.read_ladder(page.LADDER.read_text(encoding="utf-8"))
STEPS = [name for name in DESIGNS if name in LADDER]
CUT_SHORT = Transition(ACTIVE, COMPLETED, "alarm: chunks missing")


@pytest.fixture(scope="module")
def diagrams() -> dict[str, Diagram]:
    """The diagram of each shipped design."""
    return {name: shipped_diagram(name) for name in DESIGNS}


def test_the_page_is_what_the_designs_do_now() -> None:
    written = (DOCS / page.PAGE).read_text(encoding="utf-8")
    is_fresh = written == page.designs_page_text()  # a plain flag: a diff would say less
    assert is_fresh, f"docs/{page.PAGE} is stale; write it anew: {page.COMMAND}"


def test_every_design_has_a_section_with_a_diagram() -> None:
    text = (DOCS / page.PAGE).read_text(encoding="utf-8")
    sections = re.findall(r"^## ([\w-]+)\n.*?^```mermaid\nstateDiagram-v2$", text, re.M | re.S)
    assert sections == list(DESIGNS)
    for name in DESIGNS:
        assert re.search(rf"^\| {name} \| \d", text, re.M)


# --- diagrams ------------------------------------------------------------------------------------


def test_the_deployed_design_cuts_short_and_reopens(diagrams: dict[str, Diagram]) -> None:
    assert diagrams["alarm"].states == (NOWHERE, ACTIVE, COMPLETED)
    assert diagrams["alarm"].transitions == (
        Transition(NOWHERE, ACTIVE, "create"),
        Transition(ACTIVE, ACTIVE, "upload: chunk recorded"),
        CUT_SHORT,
        Transition(ACTIVE, COMPLETED, "alarm: every chunk stored"),
        Transition(COMPLETED, ACTIVE, "upload: an old copy is written back"),
    )


def test_completed_is_left_by_no_design_from_the_re_read_on(diagrams: dict[str, Diagram]) -> None:
    leave = {name for name, d in diagrams.items() if any(t[0] == COMPLETED for t in d.transitions)}
    assert leave == {"manual", "alarm", "outbox", "short-grace"}


def test_no_design_with_a_manifest_cuts_short(diagrams: dict[str, Diagram]) -> None:
    cut = {
        name
        for name, d in diagrams.items()
        if any(t.after == COMPLETED and "missing" in t.trigger for t in d.transitions)
    }
    assert cut == set(DESIGNS) - {"manifest", "lazy-alarm"}


def test_the_recommended_design_meets_every_status(diagrams: dict[str, Diagram]) -> None:
    diagram = diagrams["lazy-alarm"]
    assert set(diagram.states) == set(PLACES)
    assert diagram.statuses == 6
    assert diagram.triggers("active, stopping", COMPLETED) == ["upload: every chunk stored"]
    assert diagram.triggers(ACTIVE, COMPLETED) == ["signal_stop: every chunk stored"]
    assert diagram.triggers(INCOMPLETE, INCOMPLETE) == ["upload: late chunk recorded"]


@pytest.mark.parametrize(
    ("mutant", "adds", "removes"),
    [
        (StopCompletes, Transition(ACTIVE, COMPLETED, "signal_stop: chunks missing"), None),
        (
            AlarmCompletes,
            Transition("active, stopping", COMPLETED, "alarm: chunks missing"),
            Transition("active, stopping", "incomplete, stopping", "alarm: chunks missing"),
        ),
        (
            ForgetsThatCompletedIsFinal,
            Transition(COMPLETED, "incomplete, stopping", "alarm: every chunk stored"),
            None,
        ),
        (
            StopDoesNotComplete,
            Transition("active, stopping", "incomplete, stopping", "alarm: every chunk stored"),
            Transition(ACTIVE, COMPLETED, "signal_stop: every chunk stored"),
        ),
        (
            IgnoresLateStop,
            None,
            Transition(INCOMPLETE, COMPLETED, "signal_stop: every chunk stored"),
        ),
        (
            RefusesLateChunks,
            None,
            Transition(INCOMPLETE, INCOMPLETE, "upload: late chunk recorded"),
        ),
    ],
)
def test_a_changed_design_has_another_diagram(
    mutant: type, adds: Transition | None, removes: Transition | None, diagrams: dict[str, Diagram]
) -> None:
    before = diagrams["lazy-alarm"]
    after = diagram_of(spec_of(mutant))
    assert after.mermaid() != before.mermaid()
    assert adds is None or (adds in after.transitions and adds not in before.transitions)
    assert removes is None or (removes in before.transitions and removes not in after.transitions)


def test_each_exploration_is_as_it_should_be_without_order(diagrams: dict[str, Diagram]) -> None:
    backwards = list(reversed(list(EXPLORED.values())))
    assert diagram_of("manifest", backwards) == diagrams["manifest"]
    alone = [set(diagram_of("manifest", [item]).transitions) for item in EXPLORED.values()]
    assert set().union(*alone) == set(diagrams["manifest"].transitions)


def test_the_mermaid_text_is_well_formed(diagrams: dict[str, Diagram]) -> None:
    name = r"(?:\[\*\]|[a-z_]+)"
    line = re.compile(rf"    (?:[a-z_]+: [a-z, ]+|{name} --> {name}: [^:;]+)")
    for diagram in diagrams.values():
        first, *others = diagram.mermaid().splitlines()
        assert first == "stateDiagram-v2"
        assert len(others) >= len(diagram.transitions)
        assert all(line.fullmatch(text) for text in others), others


def test_a_drawing_is_the_same_bytes_and_names_every_state(diagrams: dict[str, Diagram]) -> None:
    diagram = diagrams["lazy-alarm"]
    first, again = (png_bytes(diagram_figure(diagram)) for _ in range(2))
    assert first == again
    (axes,) = diagram_figure(diagram).axes
    shown = {text.get_text() for text in axes.texts}
    assert {state or "start" for state in diagram.states} <= shown
    assert {"\n".join(diagram.triggers(t.before, t.after)) for t in diagram.transitions} <= shown


def test_a_state_that_is_not_known_gets_a_place_of_its_own() -> None:
    odd = Diagram("odd", (ACTIVE, "paused", "parked"), (Transition(ACTIVE, "paused", "pause"),))
    assert len(set(points_of(odd).values())) == 3
    assert png_bytes(diagram_figure(odd)).startswith(b"\x89PNG")


# --- figures and words ---------------------------------------------------------------------------


def test_the_rows_of_the_simplicity_table() -> None:
    (row,) = simplicity.simplicity_rows(["alarm"])
    assert (row.design, row.awaits, row.statuses, row.classes, row.states) == (
        "alarm",
        14,
        2,
        284,
        99,
    )
    assert simplicity.simplicity_table([row]).count("\n") == 3


def test_the_words_of_a_step() -> None:
    ladder: page.Ladder = {"alarm": {"F1": ("a", "b")}, "short-grace": {"F1": ("b", "c")}}
    assert page.ladder_words("manual", ladder) == "It is not a step of the ladder.\n"
    assert page.ladder_words("short-grace", ladder) == (
        "Mends, of what *alarm* leaves:\n\n- F1: `a`\n\n"
        "Violates anew:\n\n- F1: `c`\n\n"
        "Still violated:\n\n- F1: `b`, `c`\n"
    )


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_step_mends_every_fact_that_it_says_it_mends(step: str) -> None:
    words = sys.modules[DESIGNS[step].__module__].__doc__ or ""
    before = LADDER[STEPS[STEPS.index(step) - 1]]
    for claim in re.findall(r"Mends ([^.;:]*?)(?: and nothing else)?[.;:]", words):
        for number in re.findall(r"F\d+", claim):
            mended = {
                slug
                for fact, slugs in before.items()
                if number in fact.split("-")
                for slug in slugs
                if slug not in LADDER[step][fact]
            }
            assert mended, f"{step} says that it mends {number}"
