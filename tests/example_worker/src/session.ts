// A session that completes by itself: five seconds after its stop, or ten minutes after its last chunk.
import { DurableObject } from "cloudflare:workers";

const LONG_MS = 600_000;
const GRACE_MS = 5_000;

export class Session extends DurableObject {
  async chunk(): Promise<void> {
    await this.ctx.storage.put("status", "active");
    await this.ctx.storage.setAlarm(Date.now() + LONG_MS);
  }

  async stop(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
  }

  async status(): Promise<string | undefined> {
    return this.ctx.storage.get<string>("status");
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.put("status", "completed");
  }
}

export default { fetch: () => new Response("a session's object is asked by its methods") };
