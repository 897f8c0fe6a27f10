// The recordings list: a row is added at the start with duration 0, and updated at the stop.
import { DurableObject } from "cloudflare:workers";
import type { Row } from "./recording";

const PREFIX = "row ";
const SHOWN = 20;

export class Recordings extends DurableObject {
  async write(row: Row): Promise<void> {
    const key = PREFIX + row.session;
    const known = await this.ctx.storage.get<Row>(key);
    // A row of duration 0 that comes late changes nothing.
    const durationMs = row.durationMs || (known?.durationMs ?? 0);
    await this.ctx.storage.put(key, { ...row, ...known, durationMs });
  }

  /** The latest rows, the newest first. */
  async rows(): Promise<Row[]> {
    const rows = [...(await this.ctx.storage.list<Row>({ prefix: PREFIX })).values()];
    return rows.sort((a, b) => b.startedMs - a.startedMs).slice(0, SHOWN);
  }
}
