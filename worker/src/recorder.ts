// The page: it records, uploads chunk after chunk, and signals the stop with their number.
// Twin of the recorder client with the manifest designs' habits: reference_impl/recorder.py, manifest.py.

export interface Habits {
  chunkMs: number;
  retryMs: number;
  retryMsMax: number;
}

const DEPLOYED: Habits = { chunkMs: 10_000, retryMs: 500, retryMsMax: 4_000 };
const TOO_MANY_REQUESTS = 429;

export class Recorder {
  private readonly queue: { chunk: number; body: Blob }[] = [];
  private readonly recorder: MediaRecorder;
  private chunks = 0;
  private isUploading = false;
  /** Chunks that the object refused: the user is to be told. */
  readonly abandoned: number[] = [];

  constructor(
    private readonly session: string,
    stream: MediaStream,
    private readonly habits: Habits = DEPLOYED,
  ) {
    this.recorder = new MediaRecorder(stream);
    this.recorder.addEventListener("dataavailable", ({ data }) => this.dataAvailable(data));
  }

  async start(): Promise<void> {
    await this.untilTaken("createSession");
    this.recorder.start(this.habits.chunkMs);
  }

  /** Stop the recorder; its last, partial chunk comes before it says that it has stopped. */
  async stop(): Promise<void> {
    const stopped = new Promise((done) => this.recorder.addEventListener("stop", done));
    this.recorder.stop();
    await stopped;
    await this.untilTaken("signalStop", `?chunks=${this.chunks}`);
  }

  private dataAvailable(body: Blob): void {
    this.queue.push({ chunk: this.chunks++, body });
    void this.uploadAll();
  }

  private async uploadAll(): Promise<void> {
    if (this.isUploading) return;
    this.isUploading = true;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      const isTaken = await this.untilTaken("upload", `/${next.chunk}`, next.body);
      if (!isTaken) this.abandoned.push(next.chunk);
    }
    this.isUploading = false;
  }

  /** Call a procedure until it is answered: true where it was taken, false where it was refused. */
  private async untilTaken(procedure: string, more = "", body: Blob | null = null): Promise<boolean> {
    const url = `/${procedure}/${encodeURIComponent(this.session)}${more}`;
    for (let waitMs = this.habits.retryMs; ; waitMs = Math.min(2 * waitMs, this.habits.retryMsMax)) {
      const status = await fetch(url, { method: "POST", body }).then(
        (response) => response.status,
        () => 0, // no answer came
      );
      if (status >= 200 && status < 400) return true;
      if (status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS) return false;
      await new Promise((done) => setTimeout(done, waitMs * (1 + Math.random() / 2)));
    }
  }
}
