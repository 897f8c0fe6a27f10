"""What the cells of a verdict matrix say of a claim, for one design.

A cell that no design can hold counts against nobody as long as the best possible is reached. A
class of faults that bears on the claim and was not explored leaves the claim open, as an unknown
cell does; cells that say nothing prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lastchunk.model.explore.matrix.cells import Cell
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.reports.base.schedules import file_of, file_of_best
from lastchunk.reports.claims.catalogue import Claim
from lastchunk.reports.claims.evidence import Evidence, name_of

WITHOUT_PAUSE = "it is violated there without a pause already, and was not explored with one"


@dataclass(frozen=True)
class Said:
    """What one class of faults says of one property: in words, with a schedule's file if any."""

    slug: str
    faults: str
    words: str = ""
    file: str | None = None


@dataclass(frozen=True)
class Explored:
    """The cells that bear on a claim, by what they say; ``titles`` are the classes that bear on it.

    ``best`` are impossible cells whose best possible is reached, ``left_open`` those that are
    unknown, and classes that were not explored.
    """

    chunks: int
    titles: tuple[str, ...]
    refuting: tuple[Said, ...] = ()
    best: tuple[Said, ...] = ()
    proved: tuple[Said, ...] = ()
    left_open: tuple[Said, ...] = ()

    @property
    def speaking(self) -> set[str]:
        """The properties that hold, as far as is possible, in some class."""
        return {said.slug for said in (*self.proved, *self.best)}

    def refuted_words(self) -> list[str]:
        """For each property what happens in the mildest class that violates it, and the others."""
        words = []
        for slug in dict.fromkeys(said.slug for said in self.refuting):
            first, *more = (said for said in self.refuting if said.slug == slug)
            line = f"{slug} is violated under “{first.faults}” ({first.words})"
            if more:
                line += f", and under {', '.join(said.faults for said in more)}"
            words.append(line)
        return words

    def schedules(self) -> list[str]:
        """One file for each property that is violated: that of the mildest class with one."""
        files: dict[str, str] = {}
        for said in self.refuting:
            if said.file is not None:
                files.setdefault(said.slug, said.file)
        return list(files.values())

    def standing_words(self) -> list[str]:
        """What is proved, what only as far as is possible, and what is not known."""
        words = []
        proved = {said.faults for said in (*self.proved, *self.best)}
        proved -= {said.faults for said in self.left_open}
        if whole := [title for title in self.titles if title in proved]:
            within = f"proved within bounds for {chunks_words(self.chunks)}"
            words.append(f"{within}: {', '.join(whole)}")
        if self.best:
            words.append("as far as is possible: " + ", and ".join(map(_best_words, self.best)))
        return words + [f"unknown: {line}" for line in _open_words(self.left_open)]


def explored(evidence: Evidence, claim: Claim, design: str) -> Explored | None:
    """What the matrix says of a claim for a design; None where it has nothing of that design."""
    matrix = evidence.matrix
    if matrix is None or design not in map(name_of, matrix.designs):
        return None
    cells = {(c.faults, c.slug): c for c in matrix.cells if name_of(c.design) == design}
    titles = {faults: BUILDERS[faults](matrix.chunks).title for faults in claim.faults}
    found: dict[str, list[Said]] = {}
    for faults, title in titles.items():
        for slug in claim.slugs:
            cell = cells.get((faults, slug))
            if cell is None:
                kind, said = "left_open", Said(slug, title, "not explored")
            else:
                kind, said = _said(cell, title, claim.of_a_pause)
            found.setdefault(kind, []).append(said)
    found.pop("silent", None)
    in_order = {kind: tuple(_in_order(items, claim)) for kind, items in found.items()}
    return Explored(matrix.chunks, tuple(titles.values()), **in_order)


def of_scope(evidence: Evidence, claim: Claim, design: str) -> dict[str, list[str]]:
    """What the report's scope proves and violates of a claim: properties, by verdict."""
    found: dict[str, list[str]] = {}
    for item in evidence.verifications if claim.is_of_the_network else ():
        for slug in claim.slugs if item.design.name == design else ():
            if slug in item.verdicts:
                found.setdefault(item.verdicts[slug].kind, []).append(slug)
    return found


def scope_name(evidence: Evidence) -> str:
    """The scope of a report, as a place where something is proved or violated."""
    return f"the scope {evidence.verifications[0].scenario.name} (every schedule)"


def property_words(matrix: Matrix | None, design: str, slug: str) -> str:
    """What every class of a matrix says of one property: the classes by verdict, in words."""
    if matrix is None:
        return ""
    by_kind: dict[str, list[str]] = {}
    titles = {item.slug: item.title for item in matrix.faults}
    for cell in matrix.cells:
        if name_of(cell.design) == design and cell.slug == slug and cell.kind != "not asked":
            kind = cell.kind if cell.reached is None else f"impossible, best {cell.reached.kind}"
            by_kind.setdefault(kind, []).append(titles[cell.faults])
    listed = (f"{kind} under {', '.join(names)}" for kind, names in by_kind.items())
    return f"Every schedule: {'; '.join(listed)}." if by_kind else ""


def chunks_words(count: int) -> str:
    """A number of chunks in words."""
    return f"{count} chunk" if count == 1 else f"{count} chunks"


def _in_order(items: Iterable[Said], claim: Claim) -> list[Said]:
    """By property, then by class, each in the claim's own order."""
    return sorted(items, key=lambda said: claim.slugs.index(said.slug))


def _said(cell: Cell, title: str, of_a_pause: bool) -> tuple[str, Said]:
    """Where a cell belongs, and what it says."""
    finding, reached = cell.finding, cell.reached
    if finding.kind == "violated":
        schedule = finding.schedule
        if of_a_pause and (schedule is None or not schedule.scenario.recording.pause_for_ms):
            return "left_open", Said(cell.slug, title, WITHOUT_PAUSE)
        return "refuting", Said(cell.slug, title, finding.reason, file_of(cell))
    if finding.kind == "impossible":
        best = cell.best or ""
        if reached is not None and reached.kind == "proved":
            return "best", Said(cell.slug, title, best)
        if reached is not None and reached.kind == "violated":
            words = f"not even the best possible is reached: {reached.reason}"
            return "refuting", Said(cell.slug, title, words, file_of_best(cell))
        why = reached.reason if reached is not None and reached.reason else "it was not explored"
        return "left_open", Said(cell.slug, title, f"whether the best possible is reached: {why}")
    if finding.kind in ("unknown", "not explored"):
        return "left_open", Said(cell.slug, title, finding.reason)
    return "proved" if finding.kind == "proved" else "silent", Said(cell.slug, title)


def _best_words(said: Said) -> str:
    return (
        f"{said.slug} can be held by no design under “{said.faults}”, and the best possible is "
        f"reached ({said.words})"
    )


def _open_words(items: Iterable[Said]) -> list[str]:
    """What is not known, once for each class and reason."""
    alike: dict[tuple[str, str], list[str]] = {}
    for said in items:
        alike.setdefault((said.faults, said.words), []).append(said.slug)
    return [f"{' and '.join(slugs)} under “{at}”: {why}" for (at, why), slugs in alike.items()]
