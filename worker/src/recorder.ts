// The page's recorder: it records, and uploads chunk after chunk, in order. Twin of
// reference_impl/recorder.py. What it does after the stop is its design's client flow: clients.ts.
import type { Client, Habits } from "./clients";
import type { KeptQueue } from "./kept-queue";

export interface Chunk {
  chunk: number;
  body: Blob;
}

/** What the page around the recorder is told. */
export interface Host {
  /** The recordings list's row: 0 while it records. */
  writeRow(durationMs: number): void;
  /** Something happened, for whoever watches. */
  tell(event: string, detail?: object): void;
}

const TOO_MANY_REQUESTS = 429;

export class Recorder {
  /** Chunks that the object refused: the user is to be told. */
  readonly abandoned: number[] = [];
  private readonly queue: Chunk[] = [];
  private readonly attempts = new Map<string, number>();
  private recorder: MediaRecorder | undefined;
  private startedMs = 0;
  private chunks = 0;
  private uploading = 0;

  /** `base` is the path before the procedures; `kept` the queue of a client that keeps it. */
  constructor(
    readonly base: string,
    readonly session: string,
    readonly client: Client,
    readonly host: Host,
    readonly kept: KeptQueue,
  ) {}

  get habits(): Habits {
    return this.client.habits;
  }

  /** Chunks queued or under way, by the page's own memory. */
  get uploadsWaiting(): number {
    return this.queue.length + this.uploading;
  }

  /** Add the row with duration 0, create the session, start the recorder. */
  async start(stream: MediaStream): Promise<void> {
    this.host.writeRow(0);
    await this.untilTaken("createSession");
    const videoBitsPerSecond = this.habits.videoBitsPerSecond;
    this.recorder = new MediaRecorder(stream, { mimeType: "video/webm", videoBitsPerSecond });
    this.recorder.addEventListener("dataavailable", ({ data }) => void this.dataAvailable(data));
    this.startedMs = Date.now();
    this.recorder.start(this.habits.chunkMs);
    this.host.tell("recording started");
  }

  /** Stop the recorder, write the duration, and go through the design's stop flow. */
  async stop(): Promise<void> {
    const recorder = this.recorder!;
    const recordedMs = Date.now() - this.startedMs;
    const lastChunk = new Promise((done) => recorder.addEventListener("stop", done));
    recorder.stop(); // it returns before its last, partial chunk comes
    this.host.tell("stop pressed", { recordedMs });
    this.host.writeRow(recordedMs);
    await this.finish(lastChunk.then(() => this.chunks));
  }

  /** After a reload: upload what was kept, and stop what can no longer go on. */
  async resume(queue: Chunk[], chunks: number, recordedMs: number): Promise<void> {
    this.host.tell("reopened", { recordedMs });
    this.host.writeRow(recordedMs);
    this.chunks = chunks;
    this.queue.push(...queue);
    await this.uploadAll();
    await this.finish(Promise.resolve(chunks));
  }

  private async finish(chunks: Promise<number>): Promise<void> {
    try {
      await this.client.stopFlow(this, chunks);
      if (this.habits.keepsQueue) await this.kept.forget(this.session);
    } catch (error) {
      console.error(`[Recording] Stop failed: ${error}`);
      this.host.tell("stop failed", { reason: String(error) });
    }
    this.host.tell("stop flow ended");
  }

  private async dataAvailable(body: Blob): Promise<void> {
    const chunk = this.chunks++;
    this.host.tell("chunk recorded", { chunk, bytes: body.size });
    if (this.habits.keepsQueue) {
      const recordedMs = Date.now() - this.startedMs;
      void this.kept.keep(this.session, { chunk, body }, recordedMs);
    }
    this.queue.push({ chunk, body });
    await this.uploadAll();
  }

  /** Upload what is queued, unless that is under way already. */
  private async uploadAll(): Promise<void> {
    if (this.uploading > 0) return;
    this.uploading = 1;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      const isTaken = await this.untilTaken("upload", next);
      if (!isTaken) {
        this.abandoned.push(next.chunk);
        this.host.tell("abandoned", { chunk: next.chunk });
      }
      if (this.habits.keepsQueue) void this.kept.drop(this.session, next.chunk);
    }
    this.uploading = 0;
  }

  /** Call a procedure until it is answered: true where it was taken, false where it was refused. */
  async untilTaken(procedure: string, upload?: Chunk, query = ""): Promise<boolean> {
    for (let waitMs = this.habits.retryMs; ; waitMs = this.longer(waitMs)) {
      const status = await this.call(procedure, upload, query);
      // The deployed page does not look at the status: any answer will do.
      if (status > 0 && !this.habits.looksAtStatus) return true;
      if (status >= 200 && status < 400) return true;
      if (status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS) return false;
      await later(waitMs * (1 + Math.random() * this.habits.retryJitter));
    }
  }

  private longer(waitMs: number): number {
    return Math.min(waitMs * this.habits.retryFactor, this.habits.retryMsMax);
  }

  /** One call: its status, or 0 where no answer came. */
  async call(procedure: string, upload?: Chunk, query = ""): Promise<number> {
    const part = upload === undefined ? "" : `/${upload.chunk}`;
    const url = `${this.base}/${procedure}/${encodeURIComponent(this.session)}${part}${query}`;
    const attempt = this.attempts.get(procedure + part) ?? 0;
    this.attempts.set(procedure + part, attempt + 1);
    const told = { procedure, chunk: upload?.chunk ?? -1, attempt };
    this.host.tell("request sent", told);
    const status = await fetch(url, { method: "POST", body: upload?.body ?? null }).then(
      (response) => response.arrayBuffer().then(() => response.status), // to its last byte
      () => 0,
    );
    this.host.tell("answered", { ...told, status });
    return status;
  }
}

export const later = (waitMs: number) => new Promise((done) => setTimeout(done, waitMs));
