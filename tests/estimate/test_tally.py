"""Tallies: sums of any cuts are what pandas counts; without rows a comparison says the same."""

from __future__ import annotations

import weakref
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lastchunk.cli import app
from lastchunk.cli import compare as command
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate import precision, replicate, tally
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals import paired, wilson
from lastchunk.model.estimate.tally import SessionTally, tallied, tally_of
from lastchunk.model.properties import COLUMNS, OUTCOMES, PROPERTIES, SOMETIMES
from lastchunk.model.properties.language import at_most, event, sometimes
from lastchunk.model.scenario.load import load_scenario

TESTS = Path(__file__).parents[1]
DESIGNS = ["manual", "alarm", "lazy-alarm"]
OWN = "my_own"
ENDS = ["quiet", "completion", "horizon", "limit"]


def random_rows(seed: int, designs: list[str], sessions: int) -> pd.DataFrame:
    """Rows as a batch has them, session by session; what each column says is by chance."""
    draw = np.random.default_rng(seed)
    count = len(designs) * sessions
    data: dict[str, Any] = {name: np.zeros(count, np.int64) for name in COLUMNS}
    data |= {"scenario": ["x"] * count, "design": designs * sessions}
    data["session"] = np.repeat(np.arange(sessions) + int(draw.integers(3)), len(designs))
    for slug in (*PROPERTIES, OWN):  # of some properties no session speaks, others always hold
        data[slug] = draw.choice(draw.choice([-2, -1, 0, 1], 3), count)
    for slug in SOMETIMES:
        data[f"saw_{slug}"] = draw.random(count) < draw.choice([0, 0.2, 1])
    data["thrown"] = draw.choice([0, 0, 2], count)
    data["violation_ms"] = draw.choice([-1, -1, 0, 7], count)
    data["outcome"] = draw.choice(list(OUTCOMES), count)
    data["ended"] = draw.choice(ENDS, count)
    return replicate.typed(pd.DataFrame(data), designs, {OWN: PROPERTIES["finalizes"]})


def pieces_of(rows: pd.DataFrame, seed: int) -> list[pd.DataFrame]:
    """The rows cut between sessions, the pieces in any order, and so the rows of each."""
    draw = np.random.default_rng(seed)
    piece = draw.integers(0, 4, rows["session"].max() + 1)[rows["session"]]
    parts = [rows[piece == at] for at in draw.permutation(4)]
    return [part.sample(frac=1, random_state=seed) for part in parts]


def first_of(rows: pd.DataFrame) -> tuple[int, int]:
    """How many rows there are, and the least session; -1 of none."""
    return len(rows), int(rows["session"].min()) if len(rows) else -1


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), sessions=st.integers(1, 40), many=st.integers(1, 3))
def test_tallies_of_any_cuts_add_up_to_what_pandas_counts(
    seed: int, sessions: int, many: int
) -> None:
    names = DESIGNS[:many]
    rows = random_rows(seed, names, sessions)
    tallies = [tally_of(part, names, [OWN]) for part in pieces_of(rows, seed)]
    found = sum(tallies[1:], tallies[0])
    assert found == tally_of(rows.sort_values(["design", "session"]), names, [OWN])
    for name in names:
        mine = rows[rows["design"] == name]
        assert found.sessions[name] == len(mine)
        wanted: dict[tuple[str, str | int], pd.DataFrame] = {}
        for slug in (*PROPERTIES, OWN):
            wanted |= {(slug, code): mine[mine[slug] == code] for code in (0, 1)}
        for column, words in (("outcome", OUTCOMES), ("ended", ENDS)):
            wanted |= {(column, word): mine[mine[column] == word] for word in words}
        wanted |= {(f"saw_{slug}", 1): mine[mine[f"saw_{slug}"]] for slug in SOMETIMES}
        wanted["thrown", 1] = mine[mine["thrown"] > 0]
        wanted["violation_ms", 1] = mine[mine["violation_ms"] >= 0]
        for (column, word), such in wanted.items():
            count = found.count(name, column, word)
            assert (count.sessions, count.first) == first_of(such), (name, column, word)
    check_pairs(found, rows, names)


def check_pairs(found: SessionTally, rows: pd.DataFrame, names: list[str]) -> None:
    """Hold the pairs, and the widest half interval, to rows that are joined by session."""
    widths, slugs = [0.0], [*PROPERTIES, OWN]
    table_of = rows.pivot_table(index="session", columns="design", values=slugs, observed=True)
    for slug in slugs:
        wide = table_of[slug]
        for a in names:
            counted = wide[(wide[a] >= 0) | (wide[a] == -2)]
            spoken = counted[counted[a] >= 0]
            if len(counted):
                failed, cut = int((counted[a] == 0).sum()), int((counted[a] == -2).sum())
                ends = (wilson(failed, len(counted)).low, wilson(failed + cut, len(counted)).high)
                widths.append((ends[1] - ends[0]) / 2)
            for b in names:
                both = spoken[spoken[b] >= 0]
                table = Counter(zip(both[a], both[b], strict=True))
                cells = (table[0, 0], table[0, 1], table[1, 0], table[1, 1])
                expected = paired(*cells) if len(both) else None
                said = found.paired(a, b, slug)
                if said is None or not (wide[[a, b]] == -2).to_numpy().any():
                    assert said == expected, (slug, a, b)
                else:  # the interval is wider; the counts are those that are settled
                    assert expected is not None
                    assert said.difference.estimate == expected.difference.estimate
                    counts = (said.sessions, said.both, said.only_a, said.only_b)
                    assert counts == (len(both), table[0, 0], table[0, 1], table[1, 0])
    assert found.widest() == max(widths)


def test_sessions_that_one_design_lacks_are_in_no_pair() -> None:
    rows = random_rows(3, DESIGNS[:2], 30)
    lacks = rows[(rows["design"] != "alarm") | (rows["session"] % 3 > 0)]
    both = rows[rows["session"] % 3 > 0]
    found, expected = (tally_of(each, DESIGNS[:2], [OWN]).pairs for each in (lacks, both))
    between = {key: count for key, count in expected.items() if key[1:3] == ("manual", "alarm")}
    assert sum(between.values()) > 100
    assert between == {key: found[key] for key in between}


# --- without rows ---------------------------------------------------------------------------------


def small(**given: Any) -> Comparison:
    """A comparison of some sessions in which much goes wrong, with own properties."""
    scenario = load_scenario("lossy-mobile", ["recording.duration_ms=15000"])
    mine = {
        "stored_once": at_most(1, event.BlobStored, per="chunk"),
        "is_closed": sometimes(event.TabClosed),
    }
    return compare(scenario, DESIGNS[:2], 20, seed=6, properties=mine, **given)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (replicate, precision):
        monkeypatch.setattr(module, "BATCH", 8)


@pytest.mark.parametrize("more", [{}, {"half_width": 0.13}], ids=str)
@pytest.mark.usefixtures("small_batches")
def test_a_comparison_says_the_same_without_rows_and_with_any_number_of_workers(
    more: dict[str, float],
) -> None:
    kept, one, two = (
        small(**more),
        small(keep_rows=False, **more),
        small(keep_rows=False, workers=2, **more),
    )
    assert kept.has_rows
    assert kept.sessions == len(kept.rows_of("alarm")) >= 20
    for found in (one, two):
        assert not found.has_rows
        assert found.tally == kept.tally
        assert (found.sessions, found.engines) == (kept.sessions, kept.engines)
        assert (repr(found), found.verdicts) == (repr(kept), kept.verdicts)
        assert found.paired("alarm", "manual") == kept.paired("alarm", "manual")
        for name in ("statistics", "outcomes", "sometimes"):
            pd.testing.assert_frame_equal(getattr(found, name)(), getattr(kept, name)())
    for slug in ("", "count_true", "stored_once"):
        run, again = (each.earliest_failure("alarm", slug) for each in (kept, one))
        assert run is not None
        assert again is not None
        assert (again.session, again.trace) == (run.session, run.trace)


def test_rows_that_were_not_kept_are_refused_by_name() -> None:
    found = compare("small-scope", "alarm", 3, keep_rows=False)
    reading: dict[str, Any] = {
        "frame": lambda: found.frame,
        "to_frame": found.to_frame,
        "rows_of": lambda: found.rows_of("alarm"),
    }
    for name, read in reading.items():
        with pytest.raises(InputError) as caught:
            read()
        words = "keep_rows: False; allowed: True, where the rows of sessions are asked for"
        assert str(caught.value) == words, name
    assert "<table>" in found._repr_html_()
    with pytest.raises(InputError, match="keep_rows: False; allowed: True with until"):
        compare("small-scope", "alarm", 3, keep_rows=False, until="alarm:delay_ms=5%")


class Batches:
    """Stands in for a batch that is run, and knows how many of its frames are still there."""

    def __init__(self) -> None:
        self.handed: list[weakref.ref[pd.DataFrame]] = []
        self.most = 0

    def __call__(self, _: Any, designs: Any, seed: int, cut: range, *__: Any) -> pd.DataFrame:
        self.most = max(self.most, sum(frame() is not None for frame in self.handed))
        rows = random_rows(seed + cut.start, [design.name for design in designs], len(cut))
        rows["session"] += cut.start - rows["session"].min()
        rows.attrs = {"paths": {"alarm": "simpy"}, "left": Counter({("alarm", "a reason"): 2})}
        self.handed.append(weakref.ref(rows))
        return rows


@pytest.mark.usefixtures("small_batches")
def test_no_batch_is_there_when_the_one_after_the_next_is_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replicate, "run_batch", batches := Batches())
    monkeypatch.setattr(tally, "ROWS_AT_ONCE", 1)
    found = compare("small-scope", "alarm", 160, engine="simpy", keep_rows=False)
    assert len(batches.handed) == 20
    assert batches.most <= 2
    assert found.tally.sessions["alarm"] == found.sessions == 160
    assert found.engines == {"alarm": "simpy, 40 in SimPy (a reason)"}


def test_a_tally_has_as_many_counts_for_any_number_of_sessions() -> None:
    def size(sessions: int) -> tuple[int, int]:
        scenario = load_scenario("small-scope")
        designs = load_designs(DESIGNS[:2], scenario)
        batches = (
            Batches()(scenario, designs, 1, range(at, at + 50)) for at in range(0, sessions, 50)
        )
        found = tallied(batches, DESIGNS[:2], replicate.EnginesUsed())
        assert found.sessions["alarm"] == sessions
        return len(found.counts), len(found.pairs)

    assert size(2_000) == size(4_000)


# --- the command ----------------------------------------------------------------------------------

SHORT = "--set recording.duration_ms=15000 --workers 1"
CANARIES = TESTS / "oracles" / "canaries.py"
ENDLESS = TESTS / "support" / "endless_designs.py"
COMMANDS = {
    "gate": f"lossy-mobile {SHORT} --sessions 30 --gate",
    "thrown": f"lossy-mobile {SHORT} --sessions 10 --design {CANARIES}:Raises --design alarm",
    "cut": f"everything-fast {SHORT} --sessions 2 --design {ENDLESS}:Heartbeat "
    "--set limits.end_at_completion=false",
    "half width": f"lossy-mobile {SHORT} --sessions 20 --half-width 0.15 --sessions-max 60",
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_the_command_says_the_same_with_and_without_rows(
    words: str, monkeypatch: pytest.MonkeyPatch, small_batches: None
) -> None:
    asked: list[bool] = []

    run_it: Any = compare

    def said(has_rows: bool) -> tuple[int, str]:
        def run(*given: Any, keep_rows: bool) -> Comparison:
            asked.append(keep_rows)
            found: Comparison = run_it(*given, keep_rows=has_rows)
            assert found.has_rows == has_rows
            return found

        monkeypatch.setattr(command, "run_compare", run)
        done = CliRunner().invoke(app, ["compare", *words.split()])
        return done.exit_code, done.output

    without = said(has_rows=False)
    assert without == said(has_rows=True)
    assert asked == [False, False]
    assert any(name in without[1] for name in ("difference of the first two", "Heartbeat"))


@pytest.mark.parametrize("more", ["--out {}", "--until alarm:finalizes=0.2", "--precision 0.2"])
def test_the_command_keeps_rows_where_something_is_made_of_them(
    more: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[bool] = []

    def run(*_: Any, keep_rows: bool) -> Comparison:
        asked.append(keep_rows)
        raise InputError("enough")

    monkeypatch.setattr(command, "run_compare", run)
    given = f"compare small-scope --design alarm --sessions 5 {more.format(tmp_path / 'out')}"
    CliRunner().invoke(app, given.split())
    assert asked == [True]
