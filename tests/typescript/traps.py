"""What is not understood, each in a class of its own, on a line that the refusal has to name.

``{here}`` in `WITHIN` is where the line stands: in the handler of an upload.
"""

from __future__ import annotations

WITHIN = """import {{ DurableObject }} from 'cloudflare:workers';
{above}
export class Trap extends DurableObject<Env> {{
  field = 1;
  async create() {{ await this.ctx.storage.put('state', {{ status: 'active', chunks_uploaded: 0 }}); }}
  async upload(request: Request, index: number) {{
    const storage = this.ctx.storage; const now = Date.now(); const text = 'abc'; const list = [1, 2];
    {here}
  }}
  async stop() {{ await this.ctx.storage.put('state', {{ status: 'completed', chunks_uploaded: 0 }}); }}
}}
"""
LINE = 8
BINDING = """[calls]
create = "create()"
upload = "upload({ body, headers: 1 }, chunk)"
stop = "stop()"
[env]
B = "bucket"
"""
LANGUAGE = {
    "an async generator": "async function* g() { yield 1; } g();",
    "for await": "for await (const x of list) { x; }",
    "a tag": "String.raw`x`;",
    "a BigInt": "const n = 10n;",
    "a class in a function": "class X {}",
    "an enum in a function": "enum E { A }",
    "a label on a block": "a: { break a; }",
    "var in a block": "if (text) { var x = 1; }",
    "a class of Unicode": "/\\p{L}/u.test(text);",
    "the flag v": "/a/v.test(text);",
    "a computed generator": "new (class { *[Symbol.iterator]() {} })();",
    "a hole": "const h = [1, , 2];",
    "a getter in an object": "const o = { get a() { return 1; } };",
    "a prototype in an object": "const o = { __proto__: null };",
    "arguments": "(function () { return arguments; })();",
    "this in a function": "(function () { return this; })();",
    "an import while it runs": "await import('./x');",
    "import.meta": "import.meta.url;",
    "debugger": "debugger;",
    "a computed call of super": "super['x']();",
    "an unknown name": "nobody();",
    "a Symbol": "Symbol.iterator;",
    "a Proxy": "new Proxy({}, {});",
    "Reflect": "Reflect.ownKeys({});",
    "globalThis": "globalThis.x = 1;",
    "an assignment to a pattern inside": "const y = ([this.field] = [1]);",
    "using": "using x = text;",
    "a const that changes": "const c = 1; c = 2;",
    "an octal escape": "'\\07';",
    "new.target": "new.target;",
}
"""What the translation refuses."""
VALUES = {
    "chance": "Math.random();",
    "a random name": "crypto.randomUUID();",
    "a member of Math": "Math.cbrt(8);",
    "a time times two": "now * 2;",
    "the rest of a time": "now % 1000;",
    "a part of a time's text": "String(now).slice(0, 4);",
    "a time against a number": "now > 1700000000000;",
    "a date of numbers": "new Date(2024, 1);",
    "the year of a date": "new Date().getFullYear();",
    "a text of a date, looked into": "new Date().toISOString().split('T');",
    "a time as a key": "({ [now]: 1 });",
    "a time as a key of a map": "new Map([[now, 1]]);",
    "a member of an array": "list.copyWithin(0, 1);",
    "a field of an array": "(list as any).total;",
    "a hole by assignment": "list[5] = 1;",
    "a longer array": "list.length = 9;",
    "a member of a text": "text.normalize();",
    "a field of a text": "(text as any).size;",
    "a method without a call": "const f = text.slice;",
    "a method of the object without a call": "const f = this.create;",
    "a method taken out of the object": "const { stop } = this;",
    "bind to another": "this.create.bind({});",
    "a helper of iterators": "list.values().map((x) => x);",
    "the size of a weak map": "(new WeakMap() as any).size;",
    "a member of a map": "new Map().groupBy();",
    "a member of a promise": "(Promise.resolve(1) as any).done();",
    "Promise.any": "await Promise.any([1]);",
    "a thenable": "await { then: (f: any) => f(1) };",
    "the constructor of an object": "({}).constructor;",
    "the name of a function": "(() => 1).name;",
    "a call by call": "((x: number) => x).call(null, 1);",
    "an unknown field": "(this as any).unknown;",
    "an unknown method": "(this as any).unknown();",
    "defineProperty": "Object.defineProperty({}, 'a', {});",
    "freeze in a method": "Object.freeze({});",
    "a member of Number": "(Number as any).range(1);",
    "a replacer of JSON": "JSON.stringify({}, ['a']);",
    "a reviver of JSON": "JSON.parse('1', (k, v) => v);",
    "a clone of an object of a class": "structuredClone(this);",
    "a character of two units": "'\\u{1F600}'.length;",
    "letters beyond ASCII in capitals": "'\\u00e9'.toUpperCase();",
    "a comparison of true and false": "list.sort((a, b) => (a > b) as any);",
    "a loop through a promise": "for (const x of Promise.resolve(1) as any) { x; }",
    "an array of holes": "new Array(3);",
    "a parameter before it has a value": "((a = b, b = 1) => a)();",
    "a loop through what it declares": "for (const list of list) list;",
}
"""What the language's own objects refuse."""
PLATFORM = {
    "chance in SQL": "storage.sql.exec('SELECT random()');",
    "the hour in SQL": "storage.sql.exec(\"SELECT datetime('now')\");",
    "the hour as a default": "storage.sql.exec('CREATE TABLE t (a INT, b TEXT DEFAULT CURRENT_TIMESTAMP); INSERT INTO t (a) VALUES (1)');",
    "a pragma": "storage.sql.exec('PRAGMA table_list');",
    "SQLite's own tables": "storage.sql.exec('SELECT * FROM sqlite_master');",
    "a transaction by SQL": "storage.sql.exec('BEGIN');",
    "a trigger": "storage.sql.exec('CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END');",
    "a table that is not there": "storage.sql.exec('SELECT * FROM nobody');",
    "a time in a table": "storage.sql.exec('SELECT ?', now);",
    "a boolean in a table": "storage.sql.exec('SELECT ?', true);",
    "too few values": "storage.sql.exec('SELECT ?');",
    "rows that are counted by the platform": "storage.sql.exec('SELECT 1').rowsRead;",
    "rows that changed meanwhile": "const c = storage.sql.exec('SELECT 1 AS a'); storage.sql.exec('CREATE TABLE t (a)'); c.toArray();",
    "the size of the tables": "storage.sql.databaseSize;",
    "options of a synchronous put": "storage.kv.put('a', 1, {});",
    "a write beneath a list of keys": "storage.kv.put('a', 1); storage.kv.put('b', 1); for (const [k] of storage.kv.list()) storage.kv.delete(k);",
    "two lists of keys at once": "const l = storage.kv.list(); [...storage.kv.list()]; [...l];",
    "a list of keys behind a wait": "const l = storage.kv.list(); await storage.get('a'); [...l];",
    "a list of no keys": "storage.kv.list({ limit: 0 });",
    "a wait in a transaction at once": "storage.transactionSync(async () => 1);",
    "an alarm in a transaction at once that fails": "storage.transactionSync(() => { storage.deleteAlarm(); throw 1; });",
    "an upload by a text": "this.env.B.resumeMultipartUpload('a', 'id').abort();",
    "a write behind a rollback": "await storage.transaction(async (txn) => { txn.rollback(); await txn.put('a', 1); });",
    "a transaction in another one": "await storage.transaction(async () => { await storage.transaction(async () => 1); });",
    "no record under its key": "await storage.put('state', 5);",
    "a list with two beginnings": "await storage.list({ start: 'a', startAfter: 'b' });",
    "too many keys at once": "await storage.get(Array.from({ length: 200 }, (_, i) => `k${i}`));",
    "options of a get": "await storage.get('a', { allowConcurrency: true });",
    "options of a put": "await storage.put('a', 1, { allowUnconfirmed: true });",
    "null in storage": "await storage.put('a', null);",
    "a map in storage": "await storage.put('a', new Map());",
    "a function in storage": "await storage.put('a', { f: () => 1 });",
    "an object in two places": "const o = {}; await storage.put('a', { o, p: o });",
    "an alarm at a number": "await storage.setAlarm(5000);",
    "a list by what there is not": "await storage.list({ allowConcurrency: true } as any);",
    "a socket": "this.ctx.acceptWebSocket(null as any);",
    "an abort": "this.ctx.abort();",
    "another name of env": "this.env.OTHER.get('a');",
    "a list of the bucket": "await this.env.B.list();",
    "a put of a text": "await this.env.B.put('a', 'text');",
    "all chunks under one key": "await this.env.B.put('same', request.body);",
    "a fetch": "await fetch('https://example.com');",
    "an interval": "setInterval(() => 1, 10);",
    "a timer without whole ms": "setTimeout(() => 1, 0.5);",
    "two timers at once": "const w = (ms: number) => new Promise((r) => setTimeout(r, ms)); await Promise.all([w(5), w(6)]);",
    "a wait for nothing": "await new Promise(() => 1);",
    "a read and a write at once": "await Promise.all([storage.get('a'), storage.put('a', 1)]);",
    "an encoder": "new TextEncoder().encode(text);",
    "a digest": "crypto.subtle;",
    "the time of a page": "performance.now();",
    "a part of the body": "request.body.getReader();",
    "an address with a base": "new URL('/a', 'https://b');",
    "a strange address": "new URL('https://b/../c');",
    "a member of a URL": "new URL('https://b/').username;",
    "a change of a URL": "new URL('https://b/').pathname = '/x';",
    "a member of a response": "new Response('a').arrayBuffer();",
    "a redirect": "Response.redirect('https://b/');",
    "a member of the id": "this.ctx.id.equals(this.ctx.id);",
}
"""What the platform's objects refuse."""
TOP = {
    "a variable of the module": ("let count = 0;", "count += 1;"),
    "a call as it is loaded": ("const made = ((n: number) => n)(1);", "made;"),
    "a package": ("import { nanoid } from 'nanoid';", "nanoid();"),
    "all of a package": ("import * as z from 'zod';", "z.string();"),
    "a namespace": ("namespace N { export const a = 1; }", "N.a;"),
}
"""What a module may not keep or do: what stands above, and its use."""
CHANGED = {
    "an array of the module": ("const seen: number[] = [];", "seen.push(1);"),
    "a map of the module": ("const seen = new Map<string, number>();", "seen.set('a', 1);"),
    "an object of the module": ("const config = { a: 1 };", "config.a += 1;"),
    "a static array": ("class Kept { static seen: number[] = []; }", "Kept.seen.push(1);"),
    "a static array that is emptied again": (
        "class Kept { static seen: number[] = []; }",
        "Kept.seen.push(1); await storage.get('x'); Kept.seen.pop();",
    ),
    "an object that is changed back": (
        "const lock = { busy: false };",
        "lock.busy = true; await this.env.B.head('x'); lock.busy = false;",
    ),
    "a list that is emptied again": (
        "const seen: number[] = [];",
        "seen.push(1); await storage.get('x'); seen.pop();",
    ),
    "a set that is emptied again": (
        "const seen = new Set<number>();",
        "seen.add(1); await storage.get('x'); seen.delete(1);",
    ),
    "an object inside that is changed back": (
        "const all = { one: { n: 1 } };",
        "all.one.n = 2; await storage.get('x'); all['one']!.n = 1;",
    ),
    "a pattern that goes on": ("const p = /b/g;", "p.lastIndex = 0; p.test(text);"),
}
"""What a module keeps, and a method changes."""
TWO_AT_ONCE = {
    "two operations of the bucket": "await Promise.all([this.env.B.head('x'), this.env.B.put(`c/${index}`, request.body)]);",
    "a read of a key and a put of a chunk": "await Promise.all([storage.get('x'), this.env.B.put(`c/${index}`, request.body)]);",
    "a read of a key and a list": "await Promise.all([storage.get('x'), storage.list()]);",
    "two lists": "await Promise.all([storage.list(), storage.list({ prefix: 'a' })]);",
    "reads of several keys": "await Promise.all([storage.get(['x', 'y']), storage.get('z')]);",
    "a put that is awaited later": "const p = this.env.B.put(`c/${index}`, request.body); await storage.get('x'); await p;",
    "a put that nobody awaits": "this.env.B.put(`c/${index}`, request.body); await storage.get('x');",
    "a race with a timer": "await Promise.race([new Promise((r) => setTimeout(r, 5)), this.env.B.put(`c/${index}`, request.body)]);",
    "two timers": "await Promise.all([new Promise((r) => setTimeout(r, 5)), new Promise((r) => setTimeout(r, 7))]);",
    "sync() and a read": "await Promise.all([storage.sync(), storage.get('x')]);",
}
"""Two operations of one event that take time at once: only several reads of a key are one."""
PARTS = {
    "parts of a text": "(await this.env.B.createMultipartUpload('a')).uploadPart(1, 'text');",
    "a part by no number": "(await this.env.B.createMultipartUpload('a')).uploadPart('1' as any, request.body);",
    "parts that nobody uploaded": "(await this.env.B.createMultipartUpload('a')).complete([{ partNumber: 1, etag: 'x' }]);",
}
"""What an upload in parts refuses, behind an answer of the bucket."""
