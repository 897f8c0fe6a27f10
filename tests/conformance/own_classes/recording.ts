// A session as somebody else writes it: routes, names and a record of its own, and a stop that is called by its name.
import { DurableObject } from "cloudflare:workers";

interface Env {
  BUCKET: R2Bucket;
}

interface Recording {
  phase: "recording" | "done";
  began: number;
  parts: { number: number; key: string }[];
}

const INACTIVE_MS = 10 * 60 * 1000;
const GRACE_MS = 5 * 1000;

export class RecordingSession extends DurableObject<Env> {
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/start") return this.start();
    const part = /^\/parts\/(\d+)$/.exec(pathname);
    if (request.method === "PUT" && part) return this.storePart(Number(part[1]), request);
    return new Response("not found", { status: 404 });
  }

  private async start(): Promise<Response> {
    if ((await this.recording()) === undefined) {
      const recording: Recording = { phase: "recording", began: Date.now(), parts: [] };
      await this.ctx.storage.put("recording", recording);
    }
    await this.ctx.storage.setAlarm(Date.now() + INACTIVE_MS);
    return Response.json({ ok: true });
  }

  protected async storePart(number: number, request: Request): Promise<Response> {
    const recording = await this.recording();
    if (recording === undefined) return new Response("no session", { status: 404 });
    if (recording.phase !== "recording") return new Response("it is over", { status: 403 });
    const key = `recordings/${this.ctx.id}/${String(number).padStart(6, "0")}.webm`;
    await this.env.BUCKET.put(key, request.body, { httpMetadata: { contentType: "video/webm" } });
    recording.parts.push({ number, key });
    await this.ctx.storage.put("recording", recording);
    await this.ctx.storage.setAlarm(Date.now() + INACTIVE_MS);
    return Response.json({ received: recording.parts.length });
  }

  async stop(): Promise<{ ok: boolean }> {
    await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
    return { ok: true };
  }

  override async alarm(): Promise<void> {
    const recording = await this.recording();
    if (recording?.phase !== "recording") return;
    await this.ctx.storage.put("recording", { ...recording, phase: "done" });
  }

  async recording(): Promise<Recording | undefined> {
    return this.ctx.storage.get<Recording>("recording");
  }
}

/** The record in SQL, a constructor that waits, a pause before the answer, and a call to the outside at the end. */
export class SqlSession extends DurableObject<Env> {
  private began = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS recording (phase TEXT, parts INTEGER)");
      this.began = (await ctx.storage.get<number>("began")) ?? 0;
    });
  }

  override async fetch(request: Request): Promise<Response> {
    const { sql } = this.ctx.storage;
    const { pathname } = new URL(request.url);
    if (pathname === "/start") {
      if (this.began === 0) sql.exec("INSERT INTO recording VALUES ('active', 0)");
      this.began = Date.now();
      this.ctx.storage.kv.put("began", this.began);
      await this.ctx.storage.setAlarm(Date.now() + INACTIVE_MS);
    } else if (pathname === "/stop") {
      await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
    } else {
      await this.env.BUCKET.put(pathname, request.body);
      sql.exec("UPDATE recording SET parts = parts + 1");
      await new Promise((done) => setTimeout(done, 250));
    }
    return new Response();
  }

  override async alarm(): Promise<void> {
    this.ctx.storage.sql.exec("UPDATE recording SET phase = 'completed'");
    const told = await fetch("https://example.com/completed", { method: "POST" });
    if (!told.ok) throw new Error("nobody heard of it");
  }
}

/** The deployed design with its record in a row. */
export class RowSession extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS recording (phase TEXT, parts INTEGER)");
  }

  override async fetch(request: Request): Promise<Response> {
    const { sql } = this.ctx.storage;
    const { pathname } = new URL(request.url);
    const [row] = sql.exec<{ phase: string; parts: number }>("SELECT * FROM recording").toArray();
    if (pathname === "/start" && row === undefined) sql.exec("INSERT INTO recording VALUES ('active', 0)");
    if (pathname.startsWith("/parts/")) {
      if (row === undefined) return new Response("no session", { status: 404 });
      if (row.phase !== "active") return new Response("it is over", { status: 403 });
      await this.env.BUCKET.put(pathname, request.body);
      sql.exec("UPDATE recording SET phase = ?, parts = ?", row.phase, row.parts + 1);
    }
    await this.ctx.storage.setAlarm(Date.now() + (pathname === "/stop" ? GRACE_MS : INACTIVE_MS));
    return new Response();
  }

  override async alarm(): Promise<void> {
    this.ctx.storage.sql.exec("UPDATE recording SET phase = 'completed'");
  }
}

/** Its alarm wipes all, and with it the alarm that it has just set. */
export class WipesAll extends RecordingSession {
  override async alarm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
    await this.ctx.storage.deleteAll();
  }
}

export class Polls extends RecordingSession {
  protected override async storePart(number: number, request: Request): Promise<Response> {
    setInterval(() => number, 1_000);
    return super.storePart(number, request);
  }
}

export class InATransaction extends RecordingSession {
  override async stop(): Promise<{ ok: boolean }> {
    await this.ctx.storage.transaction(async () => this.ctx.storage.put("stopped", true));
    return { ok: true };
  }
}

export class ReadsBack extends RecordingSession {
  protected override async storePart(number: number, request: Request): Promise<Response> {
    await this.env.BUCKET.get(`recordings/${number}`);
    return super.storePart(number, request);
  }
}

export class TwoAtOnce extends RecordingSession {
  protected override async storePart(number: number, request: Request): Promise<Response> {
    const [response] = await Promise.all([
      super.storePart(number, request),
      this.env.BUCKET.put(`copies/${number}`, "x"),
    ]);
    return response;
  }
}

export class Gives extends RecordingSession {
  override async alarm(): Promise<void> {
    this.ctx.abort("enough");
  }
}

/** What its environment may have, and what it needs. */
export class NeedsArchive extends RecordingSession {
  override async stop(): Promise<{ ok: boolean }> {
    const { LEVEL = "" } = this.env as Env & { LEVEL?: string };
    if (LEVEL !== "") throw new Error(LEVEL);
    return super.stop();
  }

  protected override async storePart(number: number, request: Request): Promise<Response> {
    const { ARCHIVE } = this.env as Env & { ARCHIVE: Fetcher };
    if (number === 1) await ARCHIVE.fetch("https://archive/");
    return super.storePart(number, request);
  }
}

export class NoWayIn extends RecordingSession {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    throw new Error("no way in");
  }
}

export class NeverAnswers extends RecordingSession {
  override async fetch(): Promise<Response> {
    return new Promise(() => undefined);
  }
}

export class NeverEnds extends RecordingSession {
  override async fetch(): Promise<Response> {
    for (;;);
  }
}

export class NoFetch extends DurableObject<Env> {}

export const noClass = 5;
