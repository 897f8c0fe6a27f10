"""Replications: many sessions of several designs on common random numbers.

Sessions are cut into batches of fixed size, so neither the number of workers nor their speed can
show in the results. Batches are handed on as they come, in order: memory does not grow with them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.memory import MemoryLimit
from lastchunk.model.base.step_limit import steadily
from lastchunk.model.base.workers import is_shared, pool
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.kernel.running.choice import chosen_path, may_be_compiled
from lastchunk.model.properties import OUTCOMES, PROPERTIES, SOMETIMES, Property, row_of
from lastchunk.model.properties.judged import judge_trace
from lastchunk.model.properties.row import COLUMNS, row_code
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run
from lastchunk.model.simulate.storm import busiest
from lastchunk.model.table.engine import FEWEST, Path, run_session, runs_both_ways

BATCH = 250
BATCH_SHARED = 1_000
"""Of one design, where each batch is a process of its own: a table that grew pays by then."""
BATCHES, BATCH_MAX, FAST = 40, 10_000, ("auto", "kernel")
"""Where compiled code may run sessions, many make larger batches; rows do not depend on them."""
SMALL = 20_000
"""Sessions that are cut at fewer happenings cost little, and are counted as cut."""
Progress = Callable[[int], None]
T = TypeVar("T")
Own = Mapping[str, Property]
"""Properties that a person brings, by name: each is a column more."""
NO_OWN: Own = {}
_TEXT = ("scenario", "design", "ended")


def run_batch(
    scenario: Scenario,
    designs: Sequence[DesignSpec],
    seed: int,
    sessions: range,
    own: Own = NO_OWN,
    engine: str | Path = "simpy",
    of_all: int = 0,
) -> pd.DataFrame:
    """The rows of some sessions under each design, session by session.

    ``engine`` may be the way that was chosen already; ``of_all`` is how many sessions there are in
    all batches. ``attrs["paths"]`` says how each design's are run, and ``attrs["left"]`` how many
    were left to SimPy all the same, by reason.
    """
    with MemoryLimit(scenario.name, scenario.limits.memory_mb_max), steadily():
        paths = [_way(engine, scenario, design, own, of_all) for design in designs]
        ways = list(zip(designs, paths, strict=True))
        left: Counter[tuple[str, str]] = Counter()
        frames = [_one_by_one(scenario, ways, seed, sessions, own, left)]
        for design, path in ways:
            if path.by_kernel:
                frames.append(_at_once(scenario, design, seed, sessions, left))
    names = [design.name for design in designs]
    frames = [typed(frame, names, own) for frame in frames if len(frame)]
    frame = frames[0] if len(frames) == 1 else pd.concat(frames)
    if len(frames) > 1:
        frame = frame.sort_values(["session", "design"], ignore_index=True)
    frame.attrs = {"paths": {design.name: str(path) for design, path in ways}, "left": left}
    return frame


def _way(engine: str | Path, scenario: Scenario, design: DesignSpec, own: Own, of_all: int) -> Path:
    """How the sessions of a design are run."""
    if isinstance(engine, Path):
        return engine
    return chosen_path(engine, scenario, design, of_all, _row, bool(own))


def run_compiled(
    scenario: Scenario,
    designs: Sequence[DesignSpec],
    seed: int,
    sessions: range,
    own: Own,
    engine: str,
    of_all: int,
) -> pd.DataFrame | Path:
    """The same, of one design, where compiled code runs them; else the way that was chosen."""
    with MemoryLimit(scenario.name, scenario.limits.memory_mb_max), steadily():
        (path,) = (_way(engine, scenario, design, own, of_all) for design in designs)
    if not path.by_kernel:
        return path
    return run_batch(scenario, designs, seed, sessions, own, path, of_all)


def _one_by_one(
    scenario: Scenario,
    ways: Sequence[tuple[DesignSpec, Path]],
    seed: int,
    sessions: range,
    own: Own,
    left: Counter[tuple[str, str]],
) -> pd.DataFrame:
    """The rows of the designs that compiled code does not run; the designs take turns."""
    slow = [(design, path) for design, path in ways if not path.by_kernel]
    rows = []
    for session in sessions:
        for design, path in slow:
            checked = runs_both_ways(session, sessions)
            run, reason = run_session(path, scenario, design, seed, session, checked)
            rows.append(_row(run, own))
            if reason:
                left[design.name, reason] += 1
    return pd.DataFrame(rows)


def _at_once(
    scenario: Scenario,
    design: DesignSpec,
    seed: int,
    sessions: range,
    left: Counter[tuple[str, str]],
) -> pd.DataFrame:
    """The rows of a design that compiled code runs."""
    from lastchunk.model.kernel.running.sessions import run_sessions  # it loads numba

    batch = run_sessions(scenario, design, seed, sessions, _row)
    left.update({(design.name, reason): count for reason, count in batch.left.items()})
    columns: dict[str, Any] = {
        "scenario": _repeated(scenario.name, len(sessions)),
        "design": _repeated(design.name, len(sessions)),
        "session": np.arange(sessions.start, sessions.stop),
    } | batch.columns()
    return pd.DataFrame({name: columns[name] for name in COLUMNS})


def _repeated(word: str, count: int) -> pd.Series[Any]:
    return pd.Series([word], dtype="category").repeat(count).reset_index(drop=True)


def _row(run: Run, own: Own = NO_OWN) -> dict[str, Any]:
    refuse_endless(run)
    row = row_of(run.facts, run.judge, run.scenario.name, run.design.name, run.session)
    row["uplink_kbps"] = run.uplink_kbps
    row["request_delay_ms"] = run.mean_request_delay_ms
    row["media_lost_ms"] = run.media_lost_ms
    row["alarm_writes"] = run.alarm_writes
    for slug, item in own.items():
        row[slug] = row_code(judge_trace(item, run.trace, run.facts, run.judge))
    return row


def refuse_endless(run: Run) -> None:
    """Refuse a design whose session is cut only after very many happenings: each would be.

    Raises `DesignError` with what went on for ever.
    """
    most = run.scenario.limits.happenings_max
    if most >= SMALL and run.cut_by == "happenings_max":
        raise DesignError(
            f"{run.design.name}, session {run.session}: no end after {most:,} happenings; "
            f"{busiest(run.design, run.trace)}; allowed: a session that ends within "
            "limits.happenings_max"
        )


def typed(frame: pd.DataFrame, designs: Sequence[str], own: Own = NO_OWN) -> pd.DataFrame:
    """The frame with small, fixed types, the same whatever the values are."""
    types: dict[str, Any] = dict.fromkeys([*PROPERTIES, *own], np.int8)
    types |= {f"saw_{slug}": np.bool_ for slug in SOMETIMES}
    types |= {"uplink_kbps": np.float64, "request_delay_ms": np.float64}
    types |= dict.fromkeys(_TEXT, "category")
    types["design"] = pd.CategoricalDtype(list(designs))
    types["outcome"] = pd.CategoricalDtype(list(OUTCOMES))
    types["ended"] = pd.CategoricalDtype(["quiet", "completion", "horizon", "limit"])
    wanted = {name: types.get(name, np.int64) for name in frame.columns}
    there = frame.dtypes.to_dict()
    wrong = {name: kind for name, kind in wanted.items() if there[name] != kind}
    return frame.astype(wrong) if wrong else frame


def stream(
    scenario: Scenario,
    designs: Sequence[DesignSpec],
    sessions: int,
    seed: int,
    workers: int = 1,
    first: int = 0,
    own: Own = NO_OWN,
    engine: str = "simpy",
    of_all: int = 0,
) -> Iterator[pd.DataFrame]:
    """Batches of rows, in the order of their sessions. Raises what a design raises.

    ``of_all`` is how many sessions there are, where these are a part of more.
    """
    last, of_all = first + sessions, max(sessions, of_all)
    is_split = is_shared() and engine != "simpy" and sessions >= FEWEST
    size = BATCH_SHARED if is_split else BATCH
    if engine in FAST:
        size = min(max(size, of_all // BATCHES), BATCH_MAX)
    # What compiled code learns in one process no other one knows.
    is_whole = is_split and may_be_compiled(engine, of_all)
    cuts = _cut(range(first, last), BATCH_MAX if is_whole else size)
    if workers == 1 or (len(cuts) == 1 and not is_shared()):
        for cut in cuts:
            yield run_batch(scenario, designs, seed, cut, own, engine, of_all)
        return
    # Where all workers are shared each task is a process: a table grows in one of them, for all.
    split = [[design] for design in designs] if is_split else [list(designs)]
    with pool(min(workers, len(cuts) * len(split))) as executor:

        def task(
            share: list[DesignSpec], work: Callable[..., T], cut: range, path: str | Path
        ) -> Future[T]:
            return executor.submit(work, scenario, share, seed, cut, own, path, of_all)

        shares = [_Share(partial(task, share), size, engine, is_whole) for share in split]
        waiting = iter(cuts)
        under_way = deque(cut for cut in islice(waiting, workers * 2))
        for cut in under_way:
            for share in shares:
                share.begin(cut)
        while under_way:
            cut = under_way.popleft()
            frames = [frame for share in shares for frame in share.frames(cut)]
            for following in islice(waiting, 1):
                under_way.append(following)
                for share in shares:
                    share.begin(following)
            yield _joined(frames, [design.name for design in designs])


class _Share:
    """The tasks of some designs: a cut is one where compiled code runs it, else it is cut again."""

    def __init__(
        self, task: Callable[..., Future[Any]], size: int, engine: str | Path, is_whole: bool
    ) -> None:
        self.task = task
        self.size = size
        self.engine = engine
        self.is_whole = is_whole
        self.begun: dict[range, list[Future[Any]]] = {}

    def begin(self, cut: range) -> None:
        """Hand a cut out."""
        work: Callable[..., Any] = run_compiled if self.is_whole else run_batch
        pieces = [cut] if self.is_whole else _cut(cut, self.size)
        self.begun[cut] = [self.task(work, piece, self.engine) for piece in pieces]

    def frames(self, cut: range) -> list[pd.DataFrame]:
        """What came of it."""
        frames = [future.result() for future in self.begun.pop(cut)]
        if isinstance(frames[0], Path):
            self.engine, self.is_whole = frames[0], False
            self.begin(cut)
            frames = [future.result() for future in self.begun.pop(cut)]
        return frames


def _cut(sessions: range, size: int) -> list[range]:
    return [sessions[at : at + size] for at in range(0, len(sessions), size)]


def _joined(frames: Sequence[pd.DataFrame], designs: Sequence[str]) -> pd.DataFrame:
    """The rows of some designs' sessions in one frame, session by session."""
    if len(frames) == 1:
        return frames[0]
    paths = {name: words for each in frames for name, words in each.attrs["paths"].items()}
    left: Counter[tuple[str, str]] = Counter()
    for frame in frames:
        left += frame.attrs["left"]
    kind = pd.CategoricalDtype(list(designs))
    for frame in frames:
        frame.attrs = {}
    whole = pd.concat([frame.astype({"design": kind}) for frame in frames], ignore_index=True)
    whole = whole.sort_values(["session", "design"], ignore_index=True)
    whole.attrs = {"paths": paths, "left": left}
    return whole


def replicate(
    scenario: Scenario,
    designs: Sequence[DesignSpec],
    sessions: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
    first: int = 0,
    own: Own = NO_OWN,
    engine: str = "simpy",
    of_all: int = 0,
) -> pd.DataFrame:
    """One row per design and session, sorted so; shape (designs * sessions, columns).

    ``of_all`` is how many sessions there are, where these are a part of more.
    """
    batches = stream(scenario, designs, sessions, seed, workers, first, own, engine, of_all)
    used = EnginesUsed()
    rows = collected(batches, [design.name for design in designs], used, progress)
    rows.attrs["engines"] = used.words()
    return rows


def collected(
    batches: Iterable[pd.DataFrame],
    designs: Sequence[str],
    used: EnginesUsed,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """All rows of batches, sorted by design; how their sessions were run is noted in ``used``."""
    columns: dict[str, dict[str, list[Any]]] = {name: {} for name in designs}
    for rows in batches:
        used.take(rows)
        is_of = rows["design"].to_numpy()
        for name, pieces in columns.items():
            part = rows[is_of == name] if len(designs) > 1 else rows
            for column in part:  # a copy: else each column would hold all of them
                pieces.setdefault(str(column), []).append(part[column].array.copy())
        if progress is not None:
            progress(len(rows) // len(designs))
    return pd.DataFrame(dict(_whole_columns(list(columns.values()))), copy=False)


def _whole_columns(parts: list[dict[str, list[Any]]]) -> Iterator[tuple[str, Any]]:
    """Each column with the pieces of all parts joined. Of very many sessions all columns take
    gigabytes, so each lets go of its pieces before the next one is joined."""
    for column in list(parts[0]):
        pieces = [piece for part in parts for piece in part.pop(column)]
        if isinstance(pieces[0], pd.Categorical):
            yield column, union_categoricals(pieces)
        else:
            yield column, np.concatenate(pieces)


class EnginesUsed:
    """How the sessions of each design were run, from batch to batch; more of them may be run in
    another way than the first ones."""

    def __init__(self) -> None:
        self.paths: dict[str, Counter[str]] = {}
        self.left: Counter[tuple[str, str]] = Counter()

    def take(self, batch: pd.DataFrame) -> None:
        """Note what a batch says, which forgets it: frames that differ there are not joined."""
        paths: dict[str, str] = batch.attrs["paths"]
        for name, path in paths.items():
            self.paths.setdefault(name, Counter())[path] += len(batch) // len(paths)
        self.left += batch.attrs["left"]
        batch.attrs = {}

    def words(self) -> dict[str, str]:
        """The same in words, by design; with several ways each has its sessions."""
        found = {name: _ways_in_words(ways) for name, ways in self.paths.items()}
        for (name, reason), count in sorted(self.left.items()):
            found[name] += f", {count:,} in SimPy ({reason})"
        return found


def _ways_in_words(ways: Counter[str]) -> str:
    if len(ways) == 1:
        return next(iter(ways))
    return ", ".join(f"{count:,} by {way}" for way, count in ways.items())
