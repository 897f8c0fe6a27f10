"""The figures of a report: each as files, as a piece of the page, and with the table behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from lastchunk.model.base.files import safe_name
from lastchunk.model.simulate import Run
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports import content
from lastchunk.reports.answer.race import RaceRuns, race_picture
from lastchunk.reports.base.violations import violations_of
from lastchunk.reports.behind import (
    delays_behind,
    diagram_behind,
    events_behind,
    outcomes_behind,
    sweep_behind,
)
from lastchunk.reports.figures.costs import cost_figure
from lastchunk.reports.figures.delays import delay_figure
from lastchunk.reports.figures.diagram import diagram_figure
from lastchunk.reports.figures.inline import inline_svg
from lastchunk.reports.figures.outcomes import outcome_figure, outcome_words, outcomes_met
from lastchunk.reports.figures.race import race_svg
from lastchunk.reports.figures.save import png_bytes, settle, svg_bytes
from lastchunk.reports.figures.spans import spans_of
from lastchunk.reports.figures.sweeps import sweep_figure
from lastchunk.reports.figures.timeline import panels_of, timeline_figure
from lastchunk.reports.proofs import Proofs
from lastchunk.reports.review import Review
from lastchunk.reports.timeline import timeline, told

Drawing = dict[str, Any]
"""``svg`` is the figure in the page, ``file`` its PNG, ``behind`` the table that it draws."""


@dataclass(frozen=True)
class Draughtsman:
    """Draws the figures of a review into a folder."""

    review: Review
    folder: Path

    def race(self, found: RaceRuns | None) -> Drawing | None:
        """The race of the first screen."""
        if found is None:
            return None
        picture = race_picture(found)
        path = self.folder / "race.svg"
        path.write_text(race_svg(picture, is_file=True), encoding="utf-8")
        return {"svg": Markup(race_svg(picture)), "alt": picture.alt, "file": "figures/race.svg"}

    def steps(self, found: RaceRuns | None) -> Markup | None:
        """The same session to step through: what is asked about, and what is recommended."""
        if found is None:
            return None
        names = [found.roles.asked, found.roles.recommended]
        sources = [
            told(found.runs[name], found.roles.title(name), found.schedules[name])
            for name in dict.fromkeys(names)
            if name is not None
        ]
        text = timeline(*sources, key="race", title="The race, event by event")
        return Markup(text.replace('class="tl-list" open', 'class="tl-list"'))

    def session(self, name: str, run: Run) -> Drawing:
        """A session as its timeline."""
        words = content.failure_words(self.review, run)
        panels = panels_of(spans_of(run.trace), [at_ms for at_ms, _, _ in violations_of(run)])
        behind = events_behind(run, panels)
        return self._figure(name, timeline_figure(run), words["alt"], behind) | words

    def delays(self) -> Drawing:
        """How long from the stop to the completion."""
        frames = {item.scenario.title: item.frame for item in self.review.comparisons}
        return self._captioned(
            "delays",
            delay_figure(frames),
            "Share of the stopped sessions completed by each delay. The promise was about 5 s; "
            "the other mark is the long alarm.",
            delays_behind(frames),
        )

    def outcomes(self) -> Drawing:
        """What became of the sessions."""
        tables = {item.scenario.title: item.outcomes() for item in self.review.comparisons}
        caption = outcome_words(outcomes_met(tables.values()))
        behind = outcomes_behind(tables)
        return self._captioned("outcomes", outcome_figure(tables), caption, behind)

    def sweeps(self) -> list[Drawing]:
        """Failure rates against a setting."""
        return [
            self._captioned(
                f"sweep-{axis.name}",
                sweep_figure(axis, frame),
                f"Failure rate against {axis.label}, all else as in the scenario "
                f"“{frame.attrs['scenario']}”; bands are 95 % Wilson intervals.",
                sweep_behind(axis, frame),
            )
            for axis, frame in self.review.sweeps
        ]

    def costs(self, date: str) -> Drawing:
        """Dollars by item; the tables behind it stand beneath it."""
        assert self.review.costs is not None, "asked where there are costs"
        caption = (
            "Dollars per million sessions by item, on the load of a good network; prices of "
            f"{date}."
        )
        return self._captioned("costs", cost_figure(self.review.costs), caption, None)

    def diagrams(self) -> list[Drawing]:
        """The states of each shipped design."""
        names = [name for name in self.review.designs if name in DESIGNS]
        wanted = names if self.review.costs is not None else ()
        found = [self.review.portrait(name).diagram for name in wanted]
        return [
            self._captioned(
                f"states-{item.design}",
                diagram_figure(item),
                f"The states of the {item.design} design, gathered from exploring it.",
                diagram_behind(item),
            )
            for item in found
        ]

    def map(self, proofs: Proofs) -> list[Drawing]:
        """The schedule that breaks the mapped design just below the boundary of its grace."""
        figures = []
        if proofs.example is not None:
            run = proofs.example.run
            caption = "The widest schedule that breaks the alarm design just below the boundary."
            panels = panels_of(spans_of(run.trace), [at for at, _, _ in violations_of(run)])
            behind = events_behind(run, panels)
            drawing = self._captioned("counterexample", timeline_figure(run), caption, behind)
            figures.append(drawing)
        return figures

    def _captioned(
        self, name: str, figure: Figure, caption: str, behind: dict[str, Any] | None
    ) -> Drawing:
        return self._figure(name, figure, caption, behind) | {"caption": caption}

    def _figure(
        self, title: str, figure: Figure, alt: str, behind: dict[str, Any] | None
    ) -> Drawing:
        name = safe_name(title)  # a design's label may have any sign
        settle(figure)
        svg = svg_bytes(figure)
        (self.folder / f"{name}.png").write_bytes(png_bytes(figure))
        (self.folder / f"{name}.svg").write_bytes(svg)
        return {
            "svg": Markup(inline_svg(svg, name, alt)),
            "file": f"figures/{name}.png",
            "alt": alt,
            "behind": behind,
        }
