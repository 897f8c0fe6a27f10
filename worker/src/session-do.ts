// What every session object has: its record, its settings, and its routes. The designs are in designs.ts.
import { DurableObject } from "cloudflare:workers";

export interface Env {
  BUCKET: R2Bucket;
  /** Who is told of a completed session. */
  CONSUMER: Fetcher;
}

export type Status = "active" | "completed" | "incomplete";

/** The session's public record, stored under the key "state". */
export interface SessionState {
  status: Status;
  chunks_uploaded: number;
  chunks?: number[];
  expected?: number;
  missing?: number[] | null;
  expired?: boolean;
  active_ms?: number;
}

export interface Upload {
  chunk: number;
  body: ReadableStream | null;
}

export type Settings<Names extends string> = Record<Names, number>;

const KEY = "state";
const DEPRECATED = 410;

/** What stands after a "?" in the session's name, as JSON, goes before the defaults. */
export function settingsOf<Names extends string>(
  name: string | undefined,
  defaults: Settings<Names>,
): Settings<Names> {
  const given = name?.split("?")[1];
  return given === undefined ? defaults : { ...defaults, ...JSON.parse(given) };
}

export abstract class SessionObject extends DurableObject<Env> {
  abstract createSession(): Promise<number>;
  abstract upload(upload: Upload): Promise<number>;

  get storage(): DurableObjectStorage {
    return this.ctx.storage;
  }

  async signalStop(_chunks?: number): Promise<number> {
    return 404;
  }

  /** Deprecated: but for the manual design, the object finalizes by itself. */
  async finalizeSession(): Promise<number> {
    return DEPRECATED;
  }

  async getSessionState(): Promise<SessionState | undefined> {
    return this.storage.get<SessionState>(KEY);
  }

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, procedure, chunk] = url.pathname.split("/");
    switch (procedure) {
      case "createSession":
        return answer(await this.createSession());
      case "upload":
        return answer(await this.upload({ chunk: Number(chunk), body: request.body }));
      case "signalStop": {
        const chunks = url.searchParams.get("chunks");
        return answer(await this.signalStop(chunks === null ? undefined : Number(chunks)));
      }
      case "finalizeSession":
        return answer(await this.finalizeSession());
      case "getSessionState": {
        const state = await this.getSessionState();
        return state === undefined ? answer(404) : Response.json(state);
      }
      default:
        return answer(404);
    }
  }

  // --- what the designs share -----------------------------------------------------------------

  async putState(state: SessionState): Promise<void> {
    await this.storage.put(KEY, state);
  }

  async setAlarmIn(waitMs: number): Promise<void> {
    await this.storage.setAlarm(Date.now() + waitMs);
  }

  async putBlob(upload: Upload): Promise<void> {
    await this.env.BUCKET.put(`${this.ctx.id.name}/${upload.chunk}`, upload.body);
  }

  /** Store a new, active session; an existing one is left as it is. */
  async newSession(): Promise<number> {
    if ((await this.getSessionState()) === undefined) await this.putState(newState());
    return 200;
  }

  /** As deployed: what is written back is as old as the blob put was long, status included. */
  async storeChunk(upload: Upload): Promise<number> {
    const state = await this.getSessionState();
    if (state === undefined) return 404;
    if (state.status !== "active") return 403;
    await this.putBlob(upload);
    state.chunks_uploaded += 1;
    await this.putState(state);
    return 200;
  }

  async setStatus(status: Status): Promise<number> {
    const state = await this.getSessionState();
    if (state === undefined) return 404;
    state.status = status;
    await this.putState(state);
    return 200;
  }
}

export const newState = (): SessionState => ({ status: "active", chunks_uploaded: 0 });

const answer = (status: number): Response => new Response(null, { status });
