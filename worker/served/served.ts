// What the served page needs of a session object, around any design: a history of what it did, the
// webhook on completion, and an overview for the recordings list.
import { type Env, type SessionObject, type SessionState } from "../src/session-do";
import { Outbox } from "./outbox";
import type { Overview } from "./recording";
import { SharedAlarm } from "./shared-alarm";

type SessionClass = abstract new (...given: any[]) => SessionObject;

/** One thing that an object did, with its own time. */
export type Noted = { at: number } & (
  | { event: "state"; status: string; count: number }
  | { event: "alarm"; due: number; uploads: number }
  | { event: "end"; procedure: string; chunk: number; status: number }
);

const HISTORY = "history";

/** The design, served. `notifies` is true for one that tells the consumer by itself. */
export function served<Base extends SessionClass>(base: Base, notifies = false) {
  abstract class Served extends base {
    readonly alarms = new SharedAlarm(this.ctx.storage);
    readonly outbox = new Outbox(this.ctx, this.env as Env, this.alarms);
    noted: Noted[] = [];
    uploads = 0;

    constructor(...given: any[]) {
      super(...given);
      void this.ctx.blockConcurrencyWhile(async () => {
        this.noted = (await this.ctx.storage.get<Noted[]>(HISTORY)) ?? [];
        await this.alarms.load();
        await this.outbox.load();
      });
    }

    override get storage(): DurableObjectStorage {
      return this.alarms.asSeenByDesign();
    }

    note(noted: Noted): void {
      this.noted.push(noted);
      void this.ctx.storage.put(HISTORY, this.noted);
    }

    /** A completion and the promise to tell of it are written in one turn: one commit. */
    override async putState(state: SessionState): Promise<void> {
      const { status, chunks_uploaded: count } = state;
      this.note({ at: Date.now(), event: "state", status, count });
      if (status === "completed" && !notifies) void this.outbox.promise();
      await super.putState(state);
    }

    override async fetch(request: Request): Promise<Response> {
      const [, procedure = "", chunk] = new URL(request.url).pathname.split("/");
      const isUpload = procedure === "upload" ? 1 : 0;
      this.uploads += isUpload;
      let status = 500;
      try {
        const response = await super.fetch(request);
        status = response.status;
        return response;
      } finally {
        this.uploads -= isUpload;
        this.note({ at: Date.now(), event: "end", procedure, chunk: Number(chunk ?? -1), status });
      }
    }

    override async alarm(): Promise<void> {
      const due = this.alarms.at("design");
      if (due !== undefined && this.alarms.isDue("design")) {
        this.note({ at: Date.now(), event: "alarm", due, uploads: this.uploads });
        await super.alarm?.();
        // Only now: an alarm that fails comes again, and must find its time.
        if (this.alarms.at("design") === due) await this.alarms.set("design", undefined);
      }
      if (this.alarms.isDue("webhook")) await this.outbox.send();
      await this.alarms.arm();
    }

    async overview(): Promise<Overview> {
      const state = await this.getSessionState();
      const due = this.alarms.at("design");
      return {
        status: state?.status ?? "none",
        chunks: state?.chunks_uploaded ?? 0,
        missing: state?.missing ?? null,
        alarmInMs: due === undefined ? null : Math.max(0, due - Date.now()),
        isTelling: this.outbox.isPending,
      };
    }

    async history(): Promise<Noted[]> {
      return this.noted;
    }
  }
  return Served;
}
