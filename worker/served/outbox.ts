// The webhook on completion: a promise in the object's storage, kept by its alarm. The next try is set
// before this one begins, so an instance that is lost in between tries again; the consumer may hear of
// one completion twice, and knows it by its key.
import { settingsOf, type Env } from "../src/session-do";
import type { SharedAlarm } from "./shared-alarm";

interface Promised {
  key: string;
  failures: number;
}

const KEY = "webhook";
const FIRST_MS = 10;

export class Outbox {
  private promised: Promised | undefined;
  private readonly retries: Record<"notify_retry_ms" | "notify_retry_ms_max", number>;

  constructor(
    private readonly ctx: DurableObjectState,
    private readonly env: Env,
    private readonly alarms: SharedAlarm,
  ) {
    const usual = { notify_retry_ms: 2_000, notify_retry_ms_max: 300_000 };
    this.retries = settingsOf(ctx.id.name, usual);
  }

  async load(): Promise<void> {
    this.promised = await this.ctx.storage.get<Promised>(KEY);
  }

  get isPending(): boolean {
    return this.promised !== undefined;
  }

  /** Promise to tell of a completion, in the turn that writes it. */
  async promise(): Promise<void> {
    if (this.promised !== undefined) return;
    await this.write({ key: `${this.ctx.id.name}/session-completed`, failures: 0 }, FIRST_MS);
  }

  /** One try. */
  async send(): Promise<void> {
    const { promised } = this;
    if (promised === undefined) return this.alarms.set("webhook", undefined);
    const { key, failures } = promised;
    const { notify_retry_ms, notify_retry_ms_max } = this.retries;
    const waitMs = Math.min(notify_retry_ms * 2 ** Math.min(failures, 30), notify_retry_ms_max);
    await this.write({ key, failures: failures + 1 }, waitMs);
    if (!(await this.isTold(key))) return;
    this.promised = undefined;
    await Promise.all([this.ctx.storage.delete(KEY), this.alarms.set("webhook", undefined)]);
  }

  private async isTold(key: string): Promise<boolean> {
    const headers = { "idempotency-key": encodeURIComponent(key) };
    const body = JSON.stringify({ event: "session-completed", session: this.ctx.id.name });
    const request = { method: "POST", headers, body };
    return this.env.CONSUMER.fetch("http://consumer/webhook", request).then(
      (response) => response.ok,
      () => false, // nobody is there: as good as a refusal
    );
  }

  private async write(promised: Promised, waitMs: number): Promise<void> {
    this.promised = promised;
    const due = this.alarms.set("webhook", Date.now() + waitMs);
    await Promise.all([this.ctx.storage.put(KEY, promised), due]);
  }
}
