"""Classes as a stranger writes them, with their bindings: routes in fetch, and calls by name."""

from __future__ import annotations

from pathlib import Path

from tests.typescript.field_styles import HEAD

ROUTED = """
const FINISH_AFTER = 5_000;
const IDLE_LIMIT = 600_000;

interface Upload { phase: string; segments: number[] }

export class CaptureObject implements DurableObject {
  private readonly storage: DurableObjectStorage;
  constructor(private readonly state: DurableObjectState, private readonly env: Env) {
    this.storage = state.storage;
  }

  async fetch(request: Request): Promise<Response> {
    const parts = new URL(request.url).pathname.split("/").filter(Boolean);
    switch (`${request.method} ${parts[0]}`) {
      case "POST sessions":
        return this.open();
      case "PUT segments":
        return this.segment(Number(parts[1]), request);
      case "POST finish":
        await this.storage.setAlarm(Date.now() + FINISH_AFTER);
        return Response.json({ finishing: true });
      default:
        return new Response("no such route", { status: 404 });
    }
  }

  private async open(): Promise<Response> {
    const known = await this.storage.get<Upload>("upload");
    if (known === undefined) {
      await this.storage.put<Upload>("upload", { phase: "capturing", segments: [] });
    }
    await this.storage.setAlarm(Date.now() + IDLE_LIMIT);
    return new Response(null, { status: 201 });
  }

  private async segment(index: number, request: Request): Promise<Response> {
    const upload = await this.storage.get<Upload>("upload");
    if (!upload) return new Response("unknown", { status: 404 });
    if (upload.phase !== "capturing") return new Response("over", { status: 409 });
    await this.env.MEDIA.put(`segments/${index}`, request.body);
    const fresh = (await this.storage.get<Upload>("upload"))!;
    if (!fresh.segments.includes(index)) fresh.segments = [...fresh.segments, index];
    await this.storage.put("upload", fresh);
    return new Response("stored");
  }

  async alarm(): Promise<void> {
    const upload = await this.storage.get<Upload>("upload");
    if (upload?.phase !== "capturing") return;
    await this.storage.put("upload", { ...upload, phase: "finished" });
  }
}
"""
BINDING_OF_ROUTED = """
[calls]
create = "POST /sessions"
upload = "PUT /segments/{chunk}"
stop = "POST /finish"

[env]
MEDIA = "bucket"

[record]
key = "upload"
status = "phase"
count = "length of segments"
active = "capturing"
completed = "finished"

[settings]
grace_ms = "FINISH_AFTER"
"""


def write_routed(folder: Path) -> str:
    """The class with routes in a folder; its reference."""
    (folder / "capture.ts").write_text(ROUTED, encoding="utf-8")
    (folder / "capture.toml").write_text(BINDING_OF_ROUTED, encoding="utf-8")
    return f"{folder / 'capture.ts'}:CaptureObject"


BY_NAME = """
type Meta = { status: "active" | "completed"; expected: number | null; count: number };

export class Recorder extends DurableObject<Env> {
  #graceMs = 5_000;
  #idleMs = 600_000;

  async begin() {
    if ((await this.ctx.storage.get("meta")) === undefined) {
      await this.ctx.storage.put("meta", { status: "active", expected: null, count: 0 });
    }
    await this.#arm(this.#idleMs);
    return { ok: true };
  }

  async store(index: number, bytes: ReadableStream) {
    const meta = await this.ctx.storage.get<Meta>("meta");
    if (meta?.status !== "active") return 403;
    await this.env.FILES.put(`c/${index}`, bytes);
    await this.ctx.storage.put(`chunk:${index}`, true);
    const stored = await this.ctx.storage.list({ prefix: "chunk:" });
    const now = (await this.ctx.storage.get<Meta>("meta"))!;
    await this.ctx.storage.put("meta", { ...now, count: stored.size });
    return 200;
  }

  async stop() {
    await this.#arm(this.#graceMs);
  }

  async alarm() {
    const meta = await this.ctx.storage.get<Meta>("meta");
    if (meta?.status === "active") await this.#complete(meta);
  }

  async #complete(meta: Meta) {
    await this.ctx.storage.put("meta", { ...meta, status: "completed" });
  }

  async #arm(ms: number) {
    await this.ctx.storage.setAlarm(Date.now() + ms);
  }
}
"""
BINDING_BY_NAME = """
[calls]
create = "begin()"
upload = "store(chunk, body)"
stop = "stop()"

[env]
FILES = "bucket"

[record]
key = "meta"
count = "count"

[settings]
grace_ms = "#graceMs = 5_000"
"""


def write_by_name(folder: Path) -> str:
    """The class that is called by name in a folder; its reference."""
    (folder / "recorder.ts").write_text(HEAD + BY_NAME, encoding="utf-8")
    (folder / "recorder.toml").write_text(BINDING_BY_NAME, encoding="utf-8")
    return f"{folder / 'recorder.ts'}:Recorder"
