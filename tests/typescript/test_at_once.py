"""What storage answers without a wait: keys, tables, transactions; and that they commit together."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.trace.events import HandlerEnded
from tests.typescript.field_styles import HEAD, SIGNALS

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
CLASS = """
const same = (a: unknown, b: unknown) => {{
  if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error(`${{JSON.stringify(a)}} and not ${{JSON.stringify(b)}}`);
}};
export class Session extends DurableObject<Env> {{
  async create() {{ await this.ctx.storage.put('state', {{ status: 'active', chunks_uploaded: 0 }}); }}
  async upload(index: number) {{
    const storage = this.ctx.storage; const {{ kv, sql }} = storage;
    {here}
  }}
  async stop() {{ await this.ctx.storage.put('state', {{ status: 'completed', chunks_uploaded: 0 }}); }}
  async alarm() {{}}
}}
"""
MEANS = {
    "a key is there at once": "kv.put('a', { n: 1 }); same(kv.get('a'), { n: 1 }); same(await storage.get('a'), { n: 1 });",
    "a put that nobody awaits is there, too": "storage.put('a', 2); same(kv.get('a'), 2); storage.delete('a'); same(kv.get('a'), undefined);",
    "a value is a copy": "const v = { n: 1 }; kv.put('a', v); v.n = 2; same(kv.get('a').n, 1); kv.get('a').n = 3; same(kv.get('a').n, 1);",
    "delete says whether it was there": "kv.put('a', 1); same([kv.delete('a'), kv.delete('a')], [true, false]);",
    "keys are listed in order": "kv.put('b:2', 2); kv.put('b:1', 1); same([...kv.list({ prefix: 'b:', reverse: true })], [['b:2', 2], ['b:1', 1]]);",
    "keys are listed within bounds": "for (const k of ['a', 'b', 'c', 'd']) kv.put(k, k); same([...kv.list({ startAfter: 'a', end: 'd' })].map(([k]) => k), ['b', 'c']); same([...kv.list({ start: 'b', limit: 1 })], [['b', 'b']]);",
    "1 and 1.0 are two values of a table": "sql.exec('CREATE TABLE IF NOT EXISTS r (a)'); sql.exec('DELETE FROM r'); sql.exec('INSERT INTO r VALUES (1)'); sql.exec('UPDATE r SET a = ?', 1); same(sql.exec('SELECT typeof(a) AS t FROM r').one().t, 'real');",
    "list() shows no tables": "sql.exec('CREATE TABLE IF NOT EXISTS t (a)'); same([...(await storage.list()).keys()], ['state']);",
    "what throws is taken back": "kv.put('a', 1); try { storage.transactionSync(() => { kv.put('a', 2); sql.exec('CREATE TABLE x (a)'); throw new Error('no'); }); } catch {} same(kv.get('a'), 1); sql.exec('CREATE TABLE x (a)'); sql.exec('DROP TABLE x'); kv.delete('a');",
    "a transaction gives what its function gives": "same(storage.transactionSync(() => 7), 7);",
    "a rollback takes tables along": "sql.exec('CREATE TABLE IF NOT EXISTS t (a)'); await storage.transaction(async (txn) => { sql.exec('INSERT INTO t VALUES (1)'); txn.rollback(); }); same(sql.exec('SELECT count(*) AS n FROM t').one().n, 0);",
    "rows as objects and as arrays": "sql.exec('CREATE TABLE IF NOT EXISTS t (a INTEGER, b TEXT)'); sql.exec('DELETE FROM t'); sql.exec('INSERT INTO t VALUES (?, ?), (2, null)', 1, 'x'); const c = sql.exec('SELECT * FROM t ORDER BY a'); same(c.columnNames, ['a', 'b']); same(c.toArray(), [{ a: 1, b: 'x' }, { a: 2, b: null }]); same([...sql.exec('SELECT a FROM t').raw()], [[1], [2]]); same(c.toArray(), []);",
    "a number goes over as a float": "sql.exec('CREATE TABLE IF NOT EXISTS u (a TEXT)'); sql.exec('DELETE FROM u'); sql.exec('INSERT INTO u VALUES (?)', 2); same(sql.exec('SELECT a FROM u').one().a, '2.0');",
    "one() wants one row": "let said = ''; try { sql.exec('SELECT 1 AS a UNION SELECT 2').one(); } catch (e) { said = (e as Error).message; } same(said.includes('more than one'), true);",
    "a constraint throws": "sql.exec('CREATE TABLE IF NOT EXISTS v (a INTEGER PRIMARY KEY)'); sql.exec('INSERT OR IGNORE INTO v VALUES (1)'); let said = ''; try { sql.exec('INSERT INTO v VALUES (1)'); } catch (e) { said = (e as Error).message; } same(said.startsWith('UNIQUE constraint failed: v.a'), true); same(sql.exec('SELECT count(*) AS n FROM v').one().n, 1);",
    "a number that counts up is not given twice": "sql.exec('CREATE TABLE IF NOT EXISTS w (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT)'); const one = sql.exec('INSERT INTO w (a) VALUES (1) RETURNING id').one().id; sql.exec('DELETE FROM w'); same(sql.exec('INSERT INTO w (a) VALUES (1) RETURNING id').one().id, one + 1);",
    "deleteAll() takes tables along": "sql.exec('CREATE TABLE t (a)'); await storage.deleteAll(); sql.exec('CREATE TABLE t (a)'); sql.exec('DROP TABLE t'); await this.create();",
}


def answers(folder: Path, here: str) -> set[int]:
    (folder / "session.ts").write_text(HEAD + CLASS.format(here=here), encoding="utf-8")
    binding = SIGNALS.replace("upload(chunk, body)", "upload(chunk)")
    (folder / "session.toml").write_text(binding, encoding="utf-8")
    trace = lastchunk.simulate("harmless", f"{folder / 'session.ts'}:Session").trace
    return {
        event.status
        for event in trace
        if isinstance(event, HandlerEnded) and event.method == "upload"
    }


@pytest.mark.parametrize("what", MEANS)
def test_storage_answers_at_once(what: str, tmp_path: Path) -> None:
    assert answers(tmp_path, MEANS[what]) == {200}


def test_a_wrong_answer_would_be_seen(tmp_path: Path) -> None:
    """The canary."""
    assert answers(tmp_path, "kv.put('a', 1); same(kv.get('a'), 2);") == {500}
