// Who hears of completed sessions: it acts on each idempotency key once, however often it comes.
import { DurableObject } from "cloudflare:workers";

export interface Delivery {
  key: string;
  /** When it was acted upon. */
  at: number;
  /** How often it has come. */
  times: number;
}

const PREFIX = "key ";

export class Receiver extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return Response.json(await this.deliveries());
    const key = decodeURIComponent(request.headers.get("idempotency-key") ?? "");
    if (key === "") return new Response("an Idempotency-Key is needed", { status: 400 });
    const known = await this.ctx.storage.get<Delivery>(PREFIX + key);
    const delivery = known ?? { key, at: Date.now(), times: 0 };
    await this.ctx.storage.put(PREFIX + key, { ...delivery, times: delivery.times + 1 });
    return new Response(known === undefined ? "acted upon" : "known already");
  }

  async deliveries(): Promise<Delivery[]> {
    return [...(await this.ctx.storage.list<Delivery>({ prefix: PREFIX })).values()];
  }
}
