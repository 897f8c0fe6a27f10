// The shipped page in TypeScript, as `recorder = "page_recorder.ts:Recorder"` of a binding names it.

interface Chunk {
  readonly index: number;
}

interface Browser {
  fetch(method: string, given?: unknown[], timeoutMs?: number, keepalive?: boolean): Promise<Response>;
  sleep(lowMs: number, highMs: number): Promise<void>;
  log(line: string): Promise<void>;
  abandon(chunk: Chunk, reason: string): Promise<void>;
  writeRow(durationMs: number): Promise<void>;
  startRecorder(): Promise<void>;
  stopRecorder(): Promise<number>;
}

interface Settings {
  readonly uploadsParallel: number;
  readonly retryMs: number;
  readonly retryFactor: number;
  readonly retryMsMax: number;
  readonly retryJitter: number;
  readonly retriesMax: number;
  readonly looksAtStatus: boolean;
  readonly requestTimeoutMs: number;
}

const TOO_MANY_REQUESTS = 429;
const EXPONENT_MAX = 64;

export class Recorder {
  private queue: Chunk[] = [];
  private uploading = 0;

  constructor(
    readonly browser: Browser,
    readonly settings: Settings,
    readonly stopFlow: (page: Recorder) => Promise<void>,
  ) {}

  /** Chunks queued or under way, by the page's own memory. */
  uploadsWaiting(): number {
    return this.queue.length + this.uploading;
  }

  /** Add the row with duration 0, create the session, start the recorder. */
  async start(): Promise<void> {
    await this.browser.writeRow(0);
    while (!(await this.isCreated())) {
      await this.browser.sleep(this.settings.retryMs, this.settings.retryMs);
    }
    await this.browser.startRecorder();
  }

  private async isCreated(): Promise<boolean> {
    try {
      const response = await this.browser.fetch("create");
      return !this.settings.looksAtStatus || response.status < 400;
    } catch {
      return false;
    }
  }

  /** Queue a chunk; upload on, unless as many uploads as allowed are under way already. */
  async dataAvailable(chunk: Chunk): Promise<void> {
    this.queue.push(chunk);
    if (this.uploading >= this.settings.uploadsParallel) return;
    this.uploading++;
    while (this.queue.length > 0) await this.upload(this.queue.shift()!);
    this.uploading--;
  }

  /** Send one chunk until the network takes it. The deployed page ignores the status. */
  private async upload(chunk: Chunk): Promise<void> {
    let failures = 0;
    for (;;) {
      let reason = "network error";
      try {
        const response = await this.browser.fetch("upload", [chunk], this.settings.requestTimeoutMs);
        const status = response.status;
        if (!this.settings.looksAtStatus || status < 400) return;
        reason = `status ${status}`;
        if (status < 500 && status !== TOO_MANY_REQUESTS) failures = -1;
      } catch {
        reason = "network error";
      }
      if (failures === -1 || failures === this.settings.retriesMax) {
        await this.browser.abandon(chunk, reason);
        return;
      }
      const [lowMs, highMs] = this.backOff(failures);
      await this.browser.sleep(lowMs, highMs);
      failures = this.oneMore(failures);
    }
  }

  /** The shortest and the longest wait after that many failures before this one, in ms. */
  backOff(failures: number): [number, number] {
    const { retryMs, retryFactor, retryMsMax, retryJitter } = this.settings;
    let waitMs = retryMs;
    if (retryFactor !== 1) {
      waitMs = Math.min(Math.round(retryMs * retryFactor ** Math.min(failures, EXPONENT_MAX)), retryMsMax);
    }
    return [waitMs, waitMs + Math.trunc(waitMs * retryJitter)];
  }

  /** The failures with one more, as long as the count changes anything. */
  private oneMore(failures: number): number {
    const grows = this.settings.retryFactor !== 1 && this.backOff(failures)[0] < this.settings.retryMsMax;
    return this.settings.retriesMax >= 0 || (grows && failures < EXPONENT_MAX) ? failures + 1 : failures;
  }

  /** After a reload: upload what was kept, and stop what can no longer go on. */
  async resume(chunks: Chunk[], recordedMs: number): Promise<void> {
    await this.browser.writeRow(recordedMs);
    const last = chunks.pop();
    if (last !== undefined) {
      this.queue = chunks;
      await this.dataAvailable(last);
    }
    await this.finish();
  }

  /** Stop the recorder, write the duration, and go through the design's stop flow. */
  async stop(): Promise<void> {
    const recordedMs = await this.browser.stopRecorder();
    await this.browser.writeRow(recordedMs);
    await this.finish();
  }

  private async finish(): Promise<void> {
    let failed: unknown = null;
    try {
      await this.stopFlow(this);
    } catch (error) {
      failed = error;
    }
    if (failed === null) return;
    await this.browser.log(`[Recording] Stop failed: ${(failed as Error).message}`);
    throw failed;
  }
}
