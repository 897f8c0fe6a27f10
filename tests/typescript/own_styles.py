"""Classes as a stranger writes them, with their bindings: routes in fetch, and calls by name."""

from __future__ import annotations

from pathlib import Path

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
