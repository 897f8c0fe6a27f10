"""Classes as the field writes them, each as it should be and with one mistake planted in it.

A style is a text with a binding; a mistake replaces one piece of the text by another.
"""

from __future__ import annotations

from typing import NamedTuple

HEAD = "import { DurableObject } from 'cloudflare:workers';\n"


class Style(NamedTuple):
    """A class: its text, its binding, and a mistake: what stands there, what is put in its place,
    and the property that it violates."""

    text: str
    binding: str
    right: str
    wrong: str
    slug: str


ROUTING = """
type State = { status: string; chunks: number[]; chunks_uploaded: number; expected?: number };
const json = (body: unknown, status = 200): Response => Response.json(body, { status });
export class Session extends DurableObject<Env> {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, action] = pathname.split('/');
    try {
      switch (`${request.method} ${action}`) {
        case 'POST create': return await this.start();
        case 'PUT chunk': return await this.record(parseInt(searchParams.get('index') ?? '', 10), request);
        case 'POST stop': return await this.stop(Number(searchParams.get('count') ?? '0'));
        default: return json({ error: 'not found' }, 404);
      }
    } catch (error) {
      return json({ error: error instanceof Error ? error.message : String(error) }, 500);
    }
  }
  private async load() { return (await this.ctx.storage.get<State>('state')) ?? null; }
  private async start() {
    if (!(await this.load())) {
      await this.ctx.storage.put('state', { status: 'active', chunks: [], chunks_uploaded: 0 });
    }
    return json({ ok: true });
  }
  private async record(index: number, request: Request) {
    if ((await this.load())?.status !== 'active') return json({ error: 'closed' }, 403);
    await this.env.FILES.put(`chunks/${index}`, request.body);
    const state = (await this.load())!;
    const chunks = state.chunks.includes(index) ? state.chunks : [...state.chunks, index];
    await this.save({ ...state, chunks, chunks_uploaded: chunks.length });
    return json({ recorded: chunks.length });
  }
  private async stop(count: number) {
    const state = await this.load();
    if (!state) return json({ error: 'unknown' }, 404);
    await this.save({ ...state, expected: count });
    return json({ ok: true });
  }
  private async save(state: State) {
    if (state.expected !== undefined && state.chunks.length >= state.expected) state.status = 'completed';
    await this.ctx.storage.put('state', state);
  }
}
"""
CACHE = """
export class Session extends DurableObject<Env> {
  #state: { status: string; chunks: number[]; chunks_uploaded: number; expected?: number } | null = null;
  async #load() { return (this.#state ??= (await this.ctx.storage.get<any>('state')) ?? null); }
  async create() {
    if (await this.#load()) return;
    this.#state = { status: 'active', chunks: [], chunks_uploaded: 0 };
    await this.#save();
  }
  async upload(index: number, body: ReadableStream) {
    if ((await this.#load())?.status !== 'active') return 403;
    await this.env.FILES.put(`${index}`, body);
    this.#note(index); await this.#finish();
    return 200;
  }
  #note(index: number) {
    const state = this.#state!;
    if (!state.chunks.includes(index)) { state.chunks.push(index); state.chunks_uploaded++; }
  }
  async stop(chunks: number) { (await this.#load())!.expected = chunks; await this.#finish(); return 200; }
  async #finish() {
    const state = (await this.#load())!;
    if (state.chunks.length === state.expected) state.status = 'completed';
    await this.#save();
  }
  async #save() { await this.ctx.storage.put('state', this.#state!); }
}
"""
LISTED = """
export class Session extends DurableObject<Env> {
  private chunks = new Set<number>();
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      for (const key of (await ctx.storage.list({ prefix: 'chunk:' })).keys()) this.chunks.add(Number(key.slice(6)));
    });
  }
  async create() {
    if (await this.ctx.storage.get('state')) return;
    await Promise.all([
      this.ctx.storage.put('state', { status: 'active', chunks_uploaded: 0 }),
      this.ctx.storage.setAlarm(Date.now() + 40),
    ]);
  }
  async upload(index: number, body: ReadableStream) {
    await this.env.FILES.put(`c/${index}`, body);
    this.chunks.add(index);
    await this.ctx.storage.transaction(async (txn) => {
      const state = (await txn.get<any>('state'))!;
      await txn.put({ [`chunk:${index}`]: true, state: { ...state, chunks_uploaded: this.chunks.size } });
      await this.finish(txn, { ...state, chunks_uploaded: this.chunks.size });
    });
  }
  async stop(chunks: number) {
    await this.ctx.storage.transaction(async (txn) => {
      const state = { ...(await txn.get<any>('state'))!, expected: chunks };
      await txn.put('state', state);
      await this.finish(txn, state);
    });
  }
  private async finish(txn: DurableObjectTransaction, state: any) {
    if (state.expected === this.chunks.size) await txn.put('state', { ...state, status: 'completed' });
  }
  async alarm() { /* nothing: a page that dies leaves its session active */ }
}
"""
RETRIES = """
const GRACE_MS = 20;
export class Session {
  constructor(private readonly state: DurableObjectState, private readonly env: Env) {}
  async create() {
    if ((await this.state.storage.get('state')) === undefined) {
      await this.state.storage.put('state', { status: 'active', chunks_uploaded: 0 });
    }
    await this.state.storage.setAlarm(Date.now() + 40);
  }
  async upload(index: number, body: ReadableStream) {
    const session = await this.state.storage.get<any>('state');
    if (session?.status !== 'active') return 403;
    await this.env.FILES.put(`c/${index}`, body);
    const now = await this.state.storage.get<any>('state');
    await this.state.storage.put('state', { ...now, chunks_uploaded: now.chunks_uploaded + 1 });
    return 200;
  }
  async stop() { await this.state.storage.setAlarm(Date.now() + GRACE_MS); }
  async alarm(info?: { retryCount: number; isRetry: boolean }) {
    const session = await this.state.storage.get<any>('state');
    if (session.status !== 'active') return;
    if (info?.retryCount === 0 && info.isRetry) throw new Error('impossible');
    await this.state.storage.put('state', { ...session, status: 'completed' });
  }
}
"""
WORDS = """
export class Session extends DurableObject<Env> {
  get store() { return this.ctx.storage; }
  async create() {
    const known = await this.store.get('recording');
    if (!known) await this.store.put('recording', { phase: 'open', parts: [] });
  }
  async upload(index: number, body: ReadableStream) {
    const put = this.env.FILES.put(`parts/${index}`, body);
    await put.catch((error: Error) => { throw error; });
    const record = (await this.store.get<any>('recording'))!;
    const parts = [...new Set([...record.parts, index])].sort((a, b) => a - b);
    await this.keep({ ...record, parts });
  }
  async stop(chunks: number) { await this.keep({ ...(await this.store.get<any>('recording'))!, total: chunks }); }
  keep(record: any) {
    const phase = record.total === record.parts.length ? 'done' : record.phase;
    return this.store.put('recording', { ...record, phase });
  }
}
"""
DETACHED = """
abstract class Base extends DurableObject<Env> {
  protected abstract readonly graceMs: number;
  async create() {
    const found = await this.ctx.storage.get(['state']);
    if (found.size === 0) await this.ctx.storage.put({ state: { status: 'active', chunks_uploaded: 0 } });
    this.ctx.waitUntil(this.later(40));
  }
  protected async later(ms: number) { await this.ctx.storage.setAlarm(Date.now() + ms); }
  async upload(index: number, body: ReadableStream) {
    await this.env.FILES.put(`c${index}`, body);
    const state = (await this.ctx.storage.get<any>('state'))!;
    state.chunks_uploaded += 1;
    this.ctx.storage.put('state', state);
    void this.later(40);
  }
  async stop() { await this.later(this.graceMs); }
}
export class Session extends Base {
  protected readonly graceMs = 20;
  async alarm() {
    const state = await this.ctx.storage.get<any>('state');
    if (state?.status !== 'active') return;
    await this.ctx.storage.put('state', Object.assign({}, state, { status: 'completed' }));
  }
}
"""
MATCHED = """
const ROUTES: [RegExp, string, string][] = [
  [/^\\/sessions\\/(?<id>[\\w-]+)\\/start$/, 'POST', 'start'],
  [/^\\/sessions\\/(?<id>[\\w-]+)\\/parts\\/(?<part>\\d+)$/, 'PUT', 'part'],
  [/^\\/sessions\\/(?<id>[\\w-]+)\\/end$/, 'POST', 'end'],
];
export class Session extends DurableObject<Env> {
  async fetch(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    for (const [pattern, method, name] of ROUTES) {
      const found = method === request.method ? pattern.exec(path) : null;
      if (!found) continue;
      const { id, part = '' } = found.groups!;
      if (id !== 'one') break;
      if (name === 'start') return this.start();
      return name === 'part' ? this.part(Number(part), request) : this.end(await request.json());
    }
    return new Response('not found', { status: 404 });
  }
  private async start() {
    const known = await this.ctx.storage.get('state');
    if (!known) await this.ctx.storage.put('state', { status: 'active', have: [], chunks_uploaded: 0 });
    return Response.json({ ok: true }, { status: known ? 200 : 201 });
  }
  private *missing(state: any): Generator<number> {
    for (let part = 0; part < state.total; part++) if (!state.have.includes(part)) yield part;
  }
  private async keep(state: any) {
    if (state.total !== undefined) {
      const [first] = this.missing(state);
      if (first === undefined) state.status = 'completed';
    }
    await this.ctx.storage.put('state', state);
    return Response.json({ missing: [...this.missing(state)] });
  }
  private async part(index: number, request: Request) {
    await this.env.FILES.put(`parts/${index}`, request.body);
    const state = (await this.ctx.storage.get<any>('state'))!;
    const have = [...new Set([...state.have, index])];
    return this.keep({ ...state, have, chunks_uploaded: have.length });
  }
  private async end({ total }: { total: number }) {
    return this.keep({ ...(await this.ctx.storage.get<any>('state'))!, total });
  }
}
"""
TABLES = """
interface Row { [column: string]: SqlStorageValue; n: number }
export class Session extends DurableObject<Env> {
  private sql: SqlStorage;
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`CREATE TABLE IF NOT EXISTS session (
      id INTEGER PRIMARY KEY CHECK (id = 1), status TEXT NOT NULL, uploaded INTEGER NOT NULL DEFAULT 0, expected INTEGER);
      CREATE TABLE IF NOT EXISTS parts (part INTEGER PRIMARY KEY, at_size INTEGER)`);
  }
  async create() { this.sql.exec('INSERT OR IGNORE INTO session (id, status) VALUES (1, ?)', 'recording'); }
  async upload(index: number, body: ReadableStream) {
    await this.env.FILES.put(`c/${index}`, body);
    this.sql.exec('INSERT INTO parts (part) VALUES (?) ON CONFLICT (part) DO NOTHING', index);
    this.finish();
  }
  async stop(chunks: number) {
    this.sql.exec('UPDATE session SET expected = ? WHERE id = 1', chunks);
    this.finish();
  }
  private finish() {
    this.ctx.storage.transactionSync(() => {
      const { n } = this.sql.exec<Row>('SELECT count(*) AS n FROM parts').one();
      this.sql.exec('UPDATE session SET uploaded = ?', n);
      for (const row of this.sql.exec('SELECT expected FROM session WHERE status = ?', 'recording').toArray()) {
        if (row.expected !== null && n >= row.expected) this.sql.exec("UPDATE session SET status = 'finished'");
      }
    });
  }
}
"""
PARTS = """
interface State { status: string; chunks_uploaded: number; uploadId: string; parts: R2UploadedPart[]; total?: number }
const KEY = 'recording.webm';
export class Session extends DurableObject<Env> {
  async create() {
    await this.ctx.blockConcurrencyWhile(async () => {
      if (await this.ctx.storage.get('state')) return;
      const { uploadId } = await this.env.FILES.createMultipartUpload(KEY);
      await this.ctx.storage.put('state', { status: 'active', chunks_uploaded: 0, uploadId, parts: [] });
    });
  }
  async upload(index: number, body: ReadableStream) {
    const { uploadId } = (await this.ctx.storage.get<State>('state'))!;
    const part = await this.env.FILES.resumeMultipartUpload(KEY, uploadId).uploadPart(index + 1, body);
    const state = (await this.ctx.storage.get<State>('state'))!;
    const parts = [...state.parts.filter((p) => p.partNumber !== part.partNumber), part];
    parts.sort((a, b) => a.partNumber - b.partNumber);
    await this.keep({ ...state, parts, chunks_uploaded: parts.length });
  }
  async stop(chunks: number) { await this.keep({ ...(await this.ctx.storage.get<State>('state'))!, total: chunks }); }
  private async keep(state: State) {
    await this.ctx.storage.put('state', state);
    if (state.parts.length !== state.total || state.status !== 'active') return;
    await this.env.FILES.resumeMultipartUpload(KEY, state.uploadId).complete(state.parts);
    await this.ctx.storage.put('state', { ...state, status: 'completed' });
  }
}
"""
AT_ONCE = """
export class Session extends DurableObject<Env> {
  get kv() { return this.ctx.storage.kv; }
  create() { this.kv.put('state', this.kv.get('state') ?? { status: 'active', chunks_uploaded: 0 }); }
  async upload(index: number, body: ReadableStream) {
    await this.env.FILES.put(`c/${index}`, body);
    this.kv.put(`part:${index}`, 1);
    this.finish();
  }
  async stop(chunks: number) { this.kv.put('total', chunks); this.finish(); }
  private finish() {
    const parts = [...this.kv.list({ prefix: 'part:' })].length;
    const state = this.kv.get<any>('state')!;
    const total = this.kv.get<number>('total');
    this.kv.put('state', { ...state, chunks_uploaded: parts, status: parts === total ? 'completed' : state.status });
  }
}
"""
RPC = """[calls]
create = "create()"
upload = "upload(chunk, body)"
stop = "STOP"
[env]
FILES = "bucket"
"""
COUNTS = 'page = "manifest"\n' + RPC.replace("STOP", "stop(chunks)")
SIGNALS = 'page = "alarm"\n' + RPC.replace("STOP", "stop()")
ROUTES = """page = "manifest"
[calls]
create = "POST /create"
upload = "PUT /chunk?index={chunk}"
stop = "POST /stop?count={chunks}"
[env]
FILES = "bucket"
"""
ROWS = """[record]
query = "SELECT status, uploaded FROM session"
status = "status"
count = "uploaded"
active = "recording"
completed = "finished"
"""
PATHS = """page = "manifest"
[calls]
create = "POST /sessions/one/start"
upload = "PUT /sessions/one/parts/{chunk}"
stop = "POST /sessions/one/end {\\"total\\": {chunks}}"
[env]
FILES = "bucket"
"""
RECORD = """[record]
key = "recording"
status = "phase"
count = "length of parts"
active = "open"
completed = "done"
"""
COMPLETE, LOST = "complete_at_finalization", "nothing_lost"
STYLES = {
    "routes in fetch": Style(
        ROUTING, ROUTES, ">= state.expected", ">= state.expected - 1", COMPLETE
    ),
    "a cache in a private field": Style(
        CACHE,
        COUNTS,
        "state.chunks.length === state.expected",
        "state.chunks.length + 1 === state.expected",
        COMPLETE,
    ),
    "keys listed by the constructor": Style(
        LISTED, COUNTS, "state.expected === this.chunks.size", "state.expected", COMPLETE
    ),
    "an alarm that is told of retries": Style(
        RETRIES, SIGNALS, "GRACE_MS = 20", "GRACE_MS = 5", COMPLETE
    ),
    "a record in other words": Style(
        WORDS,
        COUNTS + RECORD,
        "'done' : record.phase",
        "'done' : record.total ? 'done' : 'open'",
        COMPLETE,
    ),
    "work that nobody waits for": Style(DETACHED, SIGNALS, "graceMs = 20", "graceMs = 2", COMPLETE),
    "tables of SQL": Style(
        TABLES, COUNTS + ROWS, "n >= row.expected", "n + 1 >= row.expected", COMPLETE
    ),
    "keys without a wait": Style(
        AT_ONCE, COUNTS, "parts === total", "parts + 1 === total", COMPLETE
    ),
    "paths by pattern, and what is missing": Style(
        MATCHED, PATHS, "part < state.total", "part < state.total - 1", COMPLETE
    ),
}
"""Classes in the styles of the field, by what is theirs."""
IN_PARTS = Style(
    PARTS, COUNTS, "parts.length !== state.total", "parts.length + 1 !== state.total", COMPLETE
)
"""An upload in parts: it is simulated, and refused by name while exploring."""
