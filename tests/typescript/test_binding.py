"""The binding: what `lastchunk bind` proposes can be used as it is, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance.own.adapter import adapter_of
from lastchunk.model.typescript.binding.proposal.propose import propose
from lastchunk.model.typescript.binding.words import read_binding
from tests.typescript.field_styles import HEAD, PATHS
from tests.typescript.more_styles import TWELVE

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
ROOM = """
export class Room extends DurableObject<Env> {
  async start(id: string) {
    if (!(await this.ctx.storage.get('rec'))) await this.ctx.storage.put('rec', { phase: 'recording', parts: [] });
    await this.ctx.storage.setAlarm(Date.now() + 40);
  }
  async addPart(n: number, body: ReadableStream) {
    const rec = (await this.ctx.storage.get<any>('rec'))!;
    if (rec.phase !== 'recording') return 403;
    await this.env.FILES.put(`part-${n}`, body);
    rec.parts.push(n);
    await this.ctx.storage.put('rec', rec);
    return 200;
  }
  async finish() { await this.ctx.storage.setAlarm(Date.now() + 20); }
  async alarm() {
    const rec = (await this.ctx.storage.get<any>('rec'))!;
    if (rec.phase === 'recording') { rec.phase = 'done'; await this.ctx.storage.put('rec', rec); }
  }
}
"""


def test_what_is_proposed_can_be_used_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "room.ts"
    file.write_text(HEAD + ROOM, encoding="utf-8")
    made = propose(file).text
    (tmp_path / "room.toml").write_text(made, encoding="utf-8")
    for line in ("start('session')", "addPart(chunk, body)", "finish()", 'key = "rec"'):
        assert line in made
    for line in ('status = "phase"', 'count = "length of parts"', 'completed = "done"'):
        assert line in made
    proof = lastchunk.verify("small-scope", f"{file}:Room", properties="complete_at_finalization")
    assert proof.verdicts["complete_at_finalization"].kind == "proved"


ROUTES_UNSEEN = ("paths by pattern, and what is missing", "a table of handlers")
"""Whose routes are data: the proposal leaves them to a person."""


@pytest.mark.parametrize("name", sorted(set(TWELVE) - set(ROUTES_UNSEEN)))
def test_what_is_proposed_for_a_class_of_the_field_is_its_binding(
    name: str, tmp_path: Path
) -> None:
    traces = []
    for folder, binding in (("proposed", ""), ("known", TWELVE[name].binding)):
        file = tmp_path / folder / "session.ts"
        file.parent.mkdir()
        file.write_text(HEAD + TWELVE[name].text, encoding="utf-8")
        file.with_suffix(".toml").write_text(binding or propose(file).text, encoding="utf-8")
        runs = [lastchunk.simulate("small-scope", f"{file}:Session", session=n) for n in range(5)]
        traces.append([run.trace for run in runs])
    said = {getattr(event, "status", "") for trace in traces[0] for event in trace}
    assert "completed" in said
    assert traces[0] == traces[1]


@pytest.mark.parametrize("name", ROUTES_UNSEEN)
def test_a_call_that_is_not_found_is_left_to_a_person(name: str, tmp_path: Path) -> None:
    file = tmp_path / "session.ts"
    file.write_text(HEAD + TWELVE[name].text, encoding="utf-8")
    file.with_suffix(".toml").write_text(propose(file).text, encoding="utf-8")
    with pytest.raises(InputError, match=r"session.toml: calls\.\w+: 'TODO"):
        lastchunk.simulate("small-scope", f"{file}:Session")


@pytest.mark.parametrize("wrong", ['completed = "over"', 'key = "none"', 'count = "pieces"'])
def test_a_record_that_is_nowhere_in_the_file_is_refused(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "room.ts").write_text(HEAD + ROOM, encoding="utf-8")
    right = {"key": "rec", "status": "phase", "count": "length of parts", "completed": "done"}
    lines = [f'{key} = "{word}"' for key, word in right.items() if not wrong.startswith(key)]
    calls = '[calls]\ncreate = "start()"\nupload = "addPart(chunk, body)"\nstop = "finish()"\n'
    text = calls + '[env]\nFILES = "bucket"\n[record]\n' + "\n".join([*lines, wrong])
    (tmp_path / "room.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="stands nowhere"):
        lastchunk.simulate("harmless", f"{tmp_path / 'room.ts'}:Room")


CALLS = '[calls]\ncreate = "start(\\"s\\")"\nupload = "addPart(chunk, body)"\nstop = "finish()"\n'
RECORD = (
    b"[env]\nFILES = 'bucket'\n"
    b"[record]\nkey = 'rec'\nstatus = 'phase'\ncount = 'length of parts'\ncompleted = 'done'\n"
)
WRONG = {
    b"": ("at least one setting",),
    b"[calls": ("valid TOML",),
    b"x = " + b"[" * 20_000: ("valid TOML",),
    "# \xfc\n".encode("latin-1"): ("UTF-8",),
    b"pages = 'alarm'\n" + CALLS.encode(): ("'pages'", "page"),
    b"page = 3\n" + CALLS.encode(): ("page: 3",),
    b"page = 'alarms'\n" + CALLS.encode(): ("page", "'alarms'"),
    b"calls = 3": ("calls: 3", "a table"),
    b"[calls]\ncreate = 'start()'\n": ("no upload",),
    CALLS.replace("finish()", "finnish()").encode() + RECORD: ("calls.stop", "finnish"),
    CALLS.replace("finish()", "finish(").encode() + RECORD: ("calls.stop", "finish("),
    CALLS.encode() + b"begin = 'start()'\n": ("'begin'", "create, upload"),
    CALLS.encode() + b"[env]\nFILES = 'disk'\n": ("env.FILES", "bucket"),
    CALLS.encode() + b"[env]\nFILES = 'bucket'\n[settings]\ngrace_ms = 'GRACE'\n": (
        "settings.grace_ms",
        "GRACE",
    ),
    CALLS.encode() + b"[env]\nFILES = 'bucket'\n[record]\nkeys = 'rec'\n": ("'keys'", "key"),
}


@pytest.mark.parametrize("content", WRONG, ids=lambda content: content[:40].decode("latin-1"))
def test_a_wrong_binding_is_one_line_that_names_what_is_wrong(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "room.ts").write_text(HEAD + ROOM, encoding="utf-8")
    (tmp_path / "room.toml").write_bytes(content)
    with pytest.raises(InputError) as refused:
        lastchunk.simulate("harmless", f"{tmp_path / 'room.ts'}:Room")
    said = str(refused.value)
    assert "\n" not in said
    for word in WRONG[content]:
        assert word in said


def test_a_stop_that_does_not_take_what_its_page_tells_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "room.ts"
    file.write_text(HEAD + ROOM, encoding="utf-8")
    text = 'page = "lazy-alarm"\n' + propose(file).text.replace('page = "alarm"\n', "")
    (tmp_path / "room.toml").write_text(text, encoding="utf-8")
    words = r"room\.toml: calls\.stop: 'finish\(\)': .*; allowed: a call with \{chunks\}"
    with pytest.raises(InputError, match=words):
        lastchunk.simulate("harmless", f"{file}:Room")
    with pytest.raises(InputError, match=words):
        lastchunk.verify("small-scope", f"{file}:Room")


def test_the_real_runtime_takes_a_stop_with_a_body(tmp_path: Path) -> None:
    (tmp_path / "session.toml").write_text(PATHS, encoding="utf-8")
    made = adapter_of(read_binding(tmp_path / "session.ts", "Session"), "stop")
    assert made.stop == 'POST /sessions/one/end {"total": {chunks}}'
