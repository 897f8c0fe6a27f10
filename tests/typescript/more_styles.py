"""More classes as the field writes them; see field_styles.py."""

from __future__ import annotations

from tests.typescript.field_styles import COMPLETE, COUNTS, ROUTES, SIGNALS, STYLES, Style

ENUMS = """
enum Phase { Active = 'active', Completed = 'completed' }
interface Session_ { status: Phase; chunks_uploaded: number; seen: Record<string, true>; total?: number }
class Ledger {
  constructor(private readonly storage: DurableObjectStorage) {}
  async read(): Promise<Session_ | undefined> { return this.storage.get<Session_>('state'); }
  async change(work: (session: Session_) => void): Promise<number> {
    const session = await this.read();
    if (session === undefined) return 404;
    work(session);
    if (session.total !== undefined && session.chunks_uploaded === session.total) session.status = Phase.Completed;
    await this.storage.put('state', session);
    return 200;
  }
}
export class Session extends DurableObject<Env> {
  private readonly ledger = new Ledger(this.ctx.storage);
  async create() {
    if (await this.ledger.read()) return 200;
    await this.ctx.storage.put('state', { status: Phase.Active, chunks_uploaded: 0, seen: {} });
    return 201;
  }
  async upload(index: number, body: ReadableStream) {
    await this.env.FILES.put(`chunks/${index}`, body);
    return this.ledger.change((session) => {
      if (session.seen[`${index}`]) return;
      session.seen[`${index}`] = true;
      session.chunks_uploaded += 1;
    });
  }
  async stop(chunks: number) { return this.ledger.change((session) => { session.total = chunks; }); }
}
"""
LEASES = """
const GRACE_MS = 20, LEASE_MS = 40;
export class Session extends DurableObject<Env> {
  async create() {
    if (await this.ctx.storage.get('state')) return;
    await this.ctx.storage.put({ state: { status: 'active', chunks_uploaded: 0 }, open: [] });
  }
  async upload(index: number, body: ReadableStream) {
    if ((await this.ctx.storage.get<any>('state'))?.status !== 'active') return 403;
    await this.env.FILES.put(`c/${index}`, body);
    const found = await this.ctx.storage.get<any>(['state', 'open']);
    const state = found.get('state')!, open: number[] = (found.get('open') as any) ?? [];
    if (!open.includes(index)) {
      state.chunks_uploaded++;
      await this.ctx.storage.put({ state, open: [...open, index] });
    }
    await this.ctx.storage.setAlarm(Date.now() + LEASE_MS);
    return 200;
  }
  async stop() {
    await this.ctx.storage.put('stopped_at', Date.now());
    await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
  }
  async alarm() {
    const stoppedAt = await this.ctx.storage.get<number>('stopped_at');
    const state = await this.ctx.storage.get<any>('state');
    if (stoppedAt === undefined || state.status !== 'active') return;
    if (Date.now() - stoppedAt < GRACE_MS) return this.ctx.storage.setAlarm(stoppedAt + GRACE_MS);
    await this.ctx.storage.put('state', { ...state, status: 'completed' });
  }
}
"""
THENS = """
export class Session extends DurableObject<Env> {
  private loaded?: Promise<any>;
  private state(): Promise<any> { return (this.loaded ??= this.ctx.storage.get<any>('state').then((s) => s ?? null)); }
  create() {
    return this.state().then((known) => {
      if (known) return;
      const made = { status: 'active', chunks_uploaded: 0, have: [] as number[] };
      this.loaded = Promise.resolve(made);
      return this.ctx.storage.put('state', made);
    });
  }
  upload(index: number, body: ReadableStream) {
    return this.env.FILES.put(`c/${index}`, body)
      .then(() => this.state())
      .then((state) => {
        if (!state.have.includes(index)) state.have.push(index);
        state.chunks_uploaded = state.have.length;
        return this.settle(state);
      });
  }
  stop(chunks: number) { return this.state().then((state) => this.settle(Object.assign(state, { total: chunks }))); }
  private settle(state: any) {
    if (state.have.length === state.total) state.status = 'completed';
    return this.ctx.storage.put('state', state).then(() => 200);
  }
}
"""
HANDLERS = """
type Handler = (session: Session, request: Request, url: URL) => Promise<Response>;
const ok = (body: object = {}) => new Response(JSON.stringify({ ok: true, ...body }), { status: 200 });
const HANDLERS: Record<string, Handler> = {
  async create(session) { await session.begin(); return ok(); },
  async chunk(session, request, url) { return session.take(Number(url.searchParams.get('index')), request); },
  async stop(session, _request, url) { await session.ends(Number(url.searchParams.get('count'))); return ok(); },
};
export class Session extends DurableObject<Env> {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const handler = HANDLERS[url.pathname.slice(1)];
    return handler ? handler(this, request, url) : new Response(null, { status: 404 });
  }
  async begin() {
    if (!(await this.ctx.storage.get('state'))) await this.ctx.storage.put('state', { status: 'active', chunks_uploaded: 0, parts: [] });
  }
  async take(index: number, request: Request) {
    await this.env.FILES.put(`${index}.webm`, request.body);
    const state = (await this.ctx.storage.get<any>('state'))!;
    const parts = Array.from(new Set([...state.parts, index]));
    await this.write({ ...state, parts, chunks_uploaded: parts.length });
    return ok({ parts: parts.length });
  }
  async ends(count: number) { await this.write({ ...(await this.ctx.storage.get<any>('state'))!, count }); }
  private async write(state: any) {
    const isWhole = state.count !== undefined && state.parts.length === state.count;
    await this.ctx.storage.put('state', { ...state, status: isWhole ? 'completed' : state.status });
  }
}
"""
COUNTED = """
const key = (index: number) => `chunk/${String(index).padStart(6, '0')}`;
export class Session extends DurableObject<Env> {
  async create() {
    if (!(await this.ctx.storage.get('state'))) await this.ctx.storage.put('state', { status: 'active', chunks_uploaded: 0 });
  }
  async upload(index: number, body: ReadableStream) {
    try {
      await this.env.FILES.put(key(index), body);
    } catch {
      return 503;
    }
    await this.ctx.storage.put(key(index), true);
    await this.count();
    return 200;
  }
  private async count() {
    const listed = await this.ctx.storage.list<boolean>({ prefix: 'chunk/' });
    const [state, total] = [await this.ctx.storage.get<any>('state'), await this.ctx.storage.get<number>('total')];
    const status = total !== undefined && listed.size >= total ? 'completed' : state.status;
    await this.ctx.storage.put('state', { ...state, status, chunks_uploaded: listed.size });
  }
  async stop(chunks: number) { await this.ctx.storage.put('total', chunks); await this.count(); }
}
"""
MORE = {
    "enums and a ledger": Style(
        ENUMS, COUNTS, "session.chunks_uploaded === session.total", "session.total > 0", COMPLETE
    ),
    "an alarm that looks at when the stop came": Style(
        LEASES, SIGNALS, "GRACE_MS = 20", "GRACE_MS = 4", COMPLETE
    ),
    "promises without await": Style(
        THENS, COUNTS, "state.have.length === state.total", "state.total", COMPLETE
    ),
    "a table of handlers": Style(
        HANDLERS,
        ROUTES,
        "state.parts.length === state.count",
        "state.parts.length + 1 >= state.count",
        COMPLETE,
    ),
    "a key for each chunk, counted": Style(
        COUNTED, COUNTS, "listed.size >= total", "total >= listed.size", COMPLETE
    ),
}
TWELVE = STYLES | MORE
"""All of them, by what is theirs."""
