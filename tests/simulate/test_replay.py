"""Replay: the same choices give the same trace, and a schedule that does not fit is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design, shipped_designs
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate import record, replay
from lastchunk.model.simulate.schedule import Schedule, Step, read_schedule, write_schedule
from lastchunk.model.trace.events import DeployWaits, HandlerLost
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import STATE_KEY, Chunk, Response

STORM = [
    "platform.commit_ms={distribution='uniform', low_ms=0, high_ms=40}",
    "platform.commit_failure=0.1",
    "platform.instance_loss=0.05",
    "platform.alarm_uncounted_failure=0.2",
    "platform.clock_offset_ms={low_ms=-300, high_ms=300}",
    "client.retry_jitter=0.5",
]


def schedule_of(scenario: str = "lossy-mobile", *overrides: str, seed: int = 3) -> Schedule:
    loaded = load_scenario(scenario, overrides)
    return record(loaded, load_design("alarm", loaded), seed)[1]


@pytest.mark.parametrize("design", shipped_designs())
@pytest.mark.parametrize("name", shipped())
def test_a_replay_gives_the_recorded_trace(name: str, design: str, tmp_path: Path) -> None:
    for seed, overrides in ((1, []), (2, STORM), (3, [])):
        loaded = load_scenario(name, overrides)
        run, schedule = record(loaded, load_design(design, loaded), seed)
        write_schedule(schedule, tmp_path / "run.schedule")
        read = read_schedule(tmp_path / "run.schedule")
        assert read == schedule
        assert replay(read).trace == run.trace


class LeavesWork(AlarmDesign):
    """It answers an upload at once; the rest goes on behind the answer, and may die."""

    async def upload(self, chunk: Chunk) -> Response:
        """Put the chunk, and count it later."""
        await self.ctx.blobs.put(chunk)
        self.ctx.wait_until(self.count())
        return Response(200)

    async def count(self) -> None:
        """Count it, some time after."""
        await self.ctx.sleep(300)
        state = await self.ctx.storage.get(STATE_KEY)
        state["chunks_uploaded"] += 1
        await self.ctx.storage.put(STATE_KEY, state)


def test_deploys_that_wait_and_work_that_is_left_are_replayed(tmp_path: Path) -> None:
    deploy = "{kind='deploy', offset_ms={low_ms=10040, high_ms=10400}, grace_ms=250}"
    loaded = load_scenario("everything-fast", [f"faults=[{deploy}]", *STORM])
    met: set[type] = set()
    for seed in range(20):
        run, schedule = record(loaded, load_design(LeavesWork, loaded), seed)
        write_schedule(schedule, tmp_path / "run.schedule")
        read = read_schedule(tmp_path / "run.schedule")
        assert read == schedule
        assert replay(read).trace == run.trace
        met |= {type(event) for event in run.trace}
    assert {DeployWaits, HandlerLost} <= met


def test_a_replay_needs_no_seed_and_no_uplink(tmp_path: Path) -> None:
    uplink = tmp_path / "measured.up"
    uplink.write_text("3\n7\n11\n11\n20\n")
    loaded = load_scenario("everything-fast", ["client.uploads_parallel=2"], uplink)
    run, schedule = record(loaded, load_design("alarm", loaded), 5)
    assert any(step.key[0] == "drained" for step in schedule.steps)
    uplink.unlink()
    assert replay(schedule).trace == run.trace


def refusal(schedule: Schedule) -> str:
    with pytest.raises(InputError) as caught:
        replay(schedule)
    return str(caught.value)


def changed(schedule: Schedule, at: int, step: Step) -> Schedule:
    steps = (*schedule.steps[:at], step, *schedule.steps[at + 1 :])
    return Schedule(
        schedule.scenario,
        schedule.design,
        schedule.settings,
        schedule.duration_ms,
        schedule.clock_offsets_ms,
        schedule.ended,
        steps,
    )


def test_the_first_step_that_parts_is_named_with_what_was_possible() -> None:
    schedule = schedule_of("everything-fast")
    assert [step.key for step in schedule.steps[:2]] == [
        ("request", "create", -1, 0, 0),
        ("response", "create", -1, 0, 0),
    ]
    assert refusal(changed(schedule, 1, Step(("tick",), 50, ""))) == (
        "schedule, step 2: 'tick at 50 ms'; "
        "allowed: response create -1 0 0 at 50 ms; alarm at 600025 ms"
    )
    early = Step(("response", "create", -1, 0, 0), 49, "")
    assert "step 2" in refusal(changed(schedule, 1, early))
    assert "for this one at 50 ms" in refusal(changed(schedule, 1, early))
    late = Step(("alarm",), 600_025, "")
    assert "first response create -1 0 0, due by 50 ms" in refusal(changed(schedule, 1, late))
    strange = Step(("response", "create", -1, 0, 0), 50, "lost")
    assert refusal(changed(schedule, 1, strange)).endswith("an outcome of ''")


def test_a_step_after_the_end_is_refused() -> None:
    schedule = schedule_of("everything-fast")
    more = changed(schedule, len(schedule.steps), Step(("tick",), 10**6, ""))
    assert refusal(more).endswith("allowed: nothing: nothing is pending")
    ended = schedule_of("small-scope", "disconnects=0", "failures=0")
    more = changed(ended, len(ended.steps), Step(("tick",), 10**6, ""))
    assert "the run ended at its completion" in refusal(more)


def test_another_design_parts_where_it_behaves_differently() -> None:
    schedule = schedule_of("everything-fast")
    with pytest.raises(InputError, match=r"schedule, step \d+: 'request signal_stop"):
        replay(schedule, load_design("manual", schedule.scenario))


@pytest.mark.parametrize(
    ("line", "text", "words"),
    [
        (0, "{", "line 1: '{'; allowed: the header of a schedule"),
        (0, '{"format": "x"}', "whose 'format' is 'lastchunk schedule 1'"),
        (1, "[1]", "line 2: '[1]'; allowed: a step: [key, at_ms, outcome]"),
        (1, '[["tick"], 1.5, ""]', "line 2"),
        (2, "", "line 3"),
    ],
)
def test_a_broken_file_is_refused_by_its_line(
    line: int, text: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.schedule"
    write_schedule(schedule_of(), path)
    lines = path.read_text().split("\n")
    lines[line] = text
    path.write_text("\n".join(lines))
    with pytest.raises(InputError) as caught:
        read_schedule(path)
    assert words in str(caught.value)


@pytest.fixture(scope="module")
def violating(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a counterexample, as `verify --out` writes it."""
    slug = "complete_at_finalization"
    scope = load_scenario("small-scope", ["chunks=1", "grace_ms=5"])
    found = verify(scope, load_design("alarm", scope), [slug]).counterexamples[slug][0]
    path = tmp_path_factory.mktemp("found") / "found.jsonl"
    write_schedule(found.schedule, path)
    return path


@pytest.mark.parametrize("fewer", [1, 2])
def test_a_file_that_was_cut_off_is_refused(fewer: int, violating: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["replay", str(violating)]).exit_code == 0
    short, drawn = tmp_path / "short.jsonl", tmp_path / "drawn.jsonl"
    write_schedule(schedule_of(), drawn)
    for whole in (violating, drawn):
        lines = whole.read_text().splitlines()
        short.write_text("\n".join(lines[:-fewer]) + "\n")
        count = len(lines) - 1
        said = f"line 1: steps: {count}; allowed: {count - fewer}, as many as there are"
        with pytest.raises(InputError, match=re.escape(said)):
            read_schedule(short)


def test_a_violation_that_is_not_shown_any_more_is_said(violating: Path, tmp_path: Path) -> None:
    words = "ends at a violation, and it violates none"
    shown = CliRunner().invoke(app, ["replay", str(violating)]).stdout
    assert words not in " ".join(shown.split())
    header, *steps = violating.read_text().splitlines()
    older = json.loads(header)
    del older["steps"]  # as an older version wrote it
    file = tmp_path / "older.jsonl"
    file.write_text("\n".join([json.dumps(older), *steps[:-1]]) + "\n")
    again = CliRunner().invoke(app, ["replay", str(file)]).stdout
    assert words in " ".join(again.split())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_ms", "long"),
        ("clock_offsets_ms", []),
        ("settings", 3),
        ("seed", True),
        ("steps", "3"),
    ],
)
def test_a_broken_header_is_refused_by_its_field(field: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "run.schedule"
    write_schedule(schedule_of(), path)
    head, rest = path.read_text().split("\n", 1)
    path.write_text(json.dumps(json.loads(head) | {field: value}) + "\n" + rest)
    with pytest.raises(InputError, match=field):
        read_schedule(path)


def test_the_commands_write_and_replay(tmp_path: Path) -> None:
    file, first, again = tmp_path / "x.schedule", tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    command = ["simulate", "lossy-mobile", "--seed", "4", "--schedule", str(file)]
    assert CliRunner().invoke(app, [*command, "--out", str(first)]).exit_code == 0
    done = CliRunner().invoke(app, ["replay", str(file), "--out", str(again)])
    assert done.exit_code == 0
    assert first.read_bytes() == again.read_bytes()
    assert "seed 4, session 0" in done.stdout
