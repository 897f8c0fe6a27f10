"""All that suspended TypeScript keeps is a part of a state: a twin in Python has the same verdict.

Each class keeps something in another place (a closure, a map, a promise with its reactions, an
object with two names) and is wrong in one schedule only, which a state that forgets it would hide.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import DesignError
from tests.typescript.field_styles import HEAD, SIGNALS

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
CLASS = """
export class Session extends DurableObject<Env> {{
  {fields}
  async create() {{
    if (!(await this.ctx.storage.get('state'))) await this.ctx.storage.put('state', {{ status: 'active', chunks_uploaded: 0 }});
  }}
  async upload(index: number, body: ReadableStream) {{
    await this.env.FILES.put(`c/${{index}}`, body);
    const state = (await this.ctx.storage.get<any>('state'))!;
    await this.ctx.storage.put('state', {{ ...state, chunks_uploaded: state.chunks_uploaded + 1 }});
    {noted}
  }}
  async stop() {{ await this.ctx.storage.setAlarm(Date.now() + 20); }}
  async alarm() {{
    const state = (await this.ctx.storage.get<any>('state'))!;
    const seen = {seen};
    if (state.status === 'active' && seen !== 1) await this.ctx.storage.put('state', {{ ...state, status: 'completed' }});
  }}
}}
"""
KEPT = {
    "a field": ("seen = 0;", "this.seen++;", "this.seen"),
    "a closure": (
        "note = (() => { let n = 0; return (more: number) => (n += more); })();",
        "this.note(1);",
        "this.note(0)",
    ),
    "a map": (
        "seen = new Map<string, number>();",
        "this.seen.set('n', (this.seen.get('n') ?? 0) + 1);",
        "this.seen.get('n') ?? 0",
    ),
    "a generator": (
        "gen = ((g: any) => (g.next(), g))(this.made()); *made(): any { let n = 0; while (true) n += yield n; }",
        "this.gen.next(1);",
        "this.gen.next(0).value",
    ),
    "a map by object": (
        "one = {}; seen = new Map<object, number>();",
        "this.seen.set(this.one, (this.seen.get(this.one) ?? 0) + 1);",
        "this.seen.get(this.one) ?? 0",
    ),
    "one of two names": (
        "one = { n: 0 }; other = this.one;",
        "this.other.n++;",
        "this.one.n",
    ),
    "the value of a promise": (
        "seen: Promise<number> = Promise.resolve(0);",
        "this.seen = this.seen.then((n) => n + 1);",
        "await this.seen",
    ),
}


def verdicts(folder: Path, kept: str) -> tuple[int, dict[str, str]]:
    fields, noted, seen = KEPT[kept]
    # Only where the second chunk is the first to come.
    noted = f"if (index === 1 && state.chunks_uploaded === 0) {{ {noted} }}"
    text = HEAD + CLASS.format(fields=fields, noted=noted, seen=seen)
    (folder / "session.ts").write_text(text, encoding="utf-8")
    (folder / "session.toml").write_text(SIGNALS, encoding="utf-8")
    proof = lastchunk.verify("small-scope", f"{folder / 'session.ts'}:Session", attack=0)
    return proof.states, {slug: verdict.kind for slug, verdict in proof.verdicts.items()}


@pytest.mark.parametrize("kept", [kept for kept in KEPT if kept != "a field"])
def test_what_is_kept_elsewhere_counts_as_a_field_does(kept: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, kept) == verdicts(tmp_path, "a field")


def test_undefined_is_stored_within_an_object(tmp_path: Path) -> None:
    noted = "await this.ctx.storage.put('seen', { n: 1, none: index === 1 ? undefined : null });"
    seen = "((await this.ctx.storage.get<any>('seen'))?.none === undefined ? 1 : 0)"
    text = HEAD + CLASS.format(fields="", noted=noted, seen=seen)
    (tmp_path / "session.ts").write_text(text, encoding="utf-8")
    (tmp_path / "session.toml").write_text(SIGNALS, encoding="utf-8")
    found = lastchunk.verify("small-scope", f"{tmp_path / 'session.ts'}:Session", attack=0)
    assert found.verdicts["finalizes"].kind == "violated"


def test_it_matters_to_a_verdict(tmp_path: Path) -> None:
    """The canary: a state that forgets what is kept would prove what is violated."""
    assert "violated" in verdicts(tmp_path, "a field")[1].values()


def test_a_promise_of_another_request_is_refused(tmp_path: Path) -> None:
    text = CLASS.format(
        fields="ready?: Promise<void>;",
        noted="this.ready ??= new Promise<void>((r) => setTimeout(r, 5)); await this.ready;",
        seen="2",
    )
    (tmp_path / "session.ts").write_text(HEAD + text, encoding="utf-8")
    (tmp_path / "session.toml").write_text(SIGNALS, encoding="utf-8")
    with pytest.raises(DesignError, match=r"session.ts, line \d+.*another event has begun"):
        lastchunk.verify("small-scope", f"{tmp_path / 'session.ts'}:Session", attack=0)


def test_a_request_that_is_answered_by_no_response_is_an_error(tmp_path: Path) -> None:
    text = "export class Session extends DurableObject<Env> { async fetch(request: Request) {} async alarm() {} x() { return ['state', { status: 'completed', chunks_uploaded: 0 }]; } }"
    (tmp_path / "session.ts").write_text(HEAD + text, encoding="utf-8")
    routes = '[calls]\ncreate = "POST /a"\nupload = "PUT /b/{chunk}"\nstop = "POST /c"\n'
    (tmp_path / "session.toml").write_text(routes, encoding="utf-8")
    trace = lastchunk.simulate("harmless", f"{tmp_path / 'session.ts'}:Session").trace
    statuses = {
        event.status for event in trace if hasattr(event, "status") and type(event.status) is int
    }
    assert statuses == {500}


@pytest.mark.parametrize(
    ("field", "word"),
    [("f = NaN;", "this.f"), ("#f = NaN;", "this.#f"), ("f: any = { a: [0 / 0] };", "this.f")],
)
def test_what_a_field_may_not_keep_is_refused_with_its_line(
    field: str, word: str, tmp_path: Path
) -> None:
    text = HEAD + CLASS.format(fields=field, noted=f"{word};", seen="2")
    (tmp_path / "session.ts").write_text(text, encoding="utf-8")
    (tmp_path / "session.toml").write_text(SIGNALS, encoding="utf-8")
    line = 1 + text[: text.index(field)].count("\n")
    with pytest.raises(DesignError, match=rf"{word} \(session.ts, line {line}\) .*no number"):
        lastchunk.verify("small-scope", f"{tmp_path / 'session.ts'}:Session", attack=0)
