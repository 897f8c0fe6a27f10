// A session whose uploads set no alarm: when it runs, it looks how long nothing has come, and comes back.
import { DurableObject } from "cloudflare:workers";

interface Meta {
  state: "open" | "closed";
  received: number;
  lastMs: number;
}

const QUIET_MS = 10 * 60 * 1000;
const AFTER_STOP_MS = 5 * 1000;

export class QuietSession extends DurableObject<{ BUCKET: R2Bucket }> {
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/open") return this.open();
    if (pathname === "/stop") {
      await this.ctx.storage.setAlarm(Date.now() + AFTER_STOP_MS);
      await this.ctx.storage.put("stopped", true);
      return new Response();
    }
    return this.receive(pathname, request);
  }

  private async open(): Promise<Response> {
    if (await this.meta()) return new Response();
    await this.ctx.storage.put<Meta>("meta", { state: "open", received: 0, lastMs: Date.now() });
    await this.ctx.storage.setAlarm(Date.now() + QUIET_MS);
    return new Response();
  }

  private async receive(path: string, request: Request): Promise<Response> {
    if ((await this.meta())?.state !== "open") return new Response("closed", { status: 403 });
    await this.env.BUCKET.put(`parts${path}`, request.body);
    const meta = await this.meta();
    if (meta === undefined) return new Response("gone", { status: 404 });
    await this.ctx.storage.put<Meta>("meta", { ...meta, received: meta.received + 1, lastMs: Date.now() });
    return new Response();
  }

  override async alarm(): Promise<void> {
    const meta = await this.meta();
    if (meta?.state !== "open") return;
    const due = meta.lastMs + ((await this.ctx.storage.get("stopped")) ? AFTER_STOP_MS : QUIET_MS);
    if (Date.now() >= due) await this.ctx.storage.put<Meta>("meta", { ...meta, state: "closed" });
    else await this.ctx.storage.setAlarm(due);
  }

  private async meta(): Promise<Meta | undefined> {
    return this.ctx.storage.get<Meta>("meta");
  }
}
