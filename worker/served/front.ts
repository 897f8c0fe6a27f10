// The Worker of the served page: the page itself, the sessions of every design, the recordings list,
// and the receiver of the webhook.
import * as designs from "../src/designs";
import { route } from "../src/router";
import type { Env } from "../src/session-do";
import type { Receiver } from "./receiver";
import { recordingOf, type Overview, type Row } from "./recording";
import type { Recordings } from "./recordings";
import { served, type Noted } from "./served";

export { Receiver } from "./receiver";
export { Recordings } from "./recordings";
export const ManualSession = served(designs.ManualDesign);
export const AlarmSession = served(designs.AlarmDesign);
export const OutboxSession = served(designs.OutboxDesign, true);
export const ShortGraceSession = served(designs.ShortGraceDesign);
export const ReReadSession = served(designs.ReReadDesign);
export const LeaseSession = served(designs.LeaseDesign);
export const ManifestSession = served(designs.ManifestDesign);
export const LazyAlarmSession = served(designs.LazyAlarmDesign);

type Session = Rpc.DurableObjectBranded & {
  overview(): Promise<Overview>;
  history(): Promise<Noted[]>;
};
type Sessions = DurableObjectNamespace<Session>;

interface PageEnv extends Env {
  PAGE: string;
  SCRIPT: string;
  STYLE: string;
  RECORDINGS: DurableObjectNamespace<Recordings>;
  RECEIVER: DurableObjectNamespace<Receiver>;
  [design: string]: unknown;
}

/** The designs by the names that the page knows, each with the binding of its sessions. */
const BINDINGS: Record<string, string> = {
  manual: "ManualSession",
  alarm: "AlarmSession",
  outbox: "OutboxSession",
  "short-grace": "ShortGraceSession",
  "re-read": "ReReadSession",
  leases: "LeaseSession",
  manifest: "ManifestSession",
  "lazy-alarm": "LazyAlarmSession",
};

const nothing = () => new Response("there is nothing here", { status: 404 });
const text = (body: string, type: string) =>
  new Response(body, { headers: { "content-type": `${type}; charset=utf-8` } });

const ASSETS: Record<string, (env: PageEnv) => Response> = {
  "": (env) => text(env.PAGE, "text/html"),
  "main.js": (env) => text(env.SCRIPT, "text/javascript"),
  "style.css": (env) => text(env.STYLE, "text/css"),
  "favicon.ico": () => new Response(null, { status: 204 }),
};

function sessionsOf(design: string, env: PageEnv): Sessions | undefined {
  const binding = BINDINGS[design];
  return binding === undefined ? undefined : (env[binding] as Sessions);
}

const recordings = (env: PageEnv) => env.RECORDINGS.get(env.RECORDINGS.idFromName("all"));

async function listed(env: PageEnv): Promise<Response> {
  const rows = await recordings(env).rows();
  const asked = rows.map(async (row) => {
    const sessions = sessionsOf(row.design, env)!;
    return recordingOf(row, await sessions.get(sessions.idFromName(row.session)).overview());
  });
  return Response.json(await Promise.all(asked));
}

async function writeRow(request: Request, env: PageEnv): Promise<Response> {
  const row = await request.json<Row>();
  if (sessionsOf(row.design, env) === undefined) return new Response("no such design", { status: 400 });
  await recordings(env).write(row);
  return new Response(null, { status: 204 });
}

/** /sessions/<design>/<procedure>/<session>...: the procedures, and the history of a session. */
async function toSession(request: Request, parts: string[], env: PageEnv): Promise<Response> {
  const [design = "", procedure, name = ""] = parts;
  const sessions = sessionsOf(design, env);
  if (sessions === undefined) return nothing();
  if (procedure === "history") {
    const session = sessions.get(sessions.idFromName(decodeURIComponent(name)));
    return Response.json(await session.history());
  }
  const url = new URL(request.url);
  const inner = new Request(`${url.origin}/${parts.slice(1).join("/")}${url.search}`, request);
  return route(inner, sessions as unknown as DurableObjectNamespace);
}

export default {
  async fetch(request: Request, env: PageEnv): Promise<Response> {
    const [, first = "", ...rest] = new URL(request.url).pathname.split("/");
    if (first === "sessions") return toSession(request, rest, env);
    if (first === "recordings") {
      return request.method === "POST" ? writeRow(request, env) : listed(env);
    }
    if (first === "webhook") {
      return env.RECEIVER.get(env.RECEIVER.idFromName("only")).fetch(request);
    }
    return ASSETS[first]?.(env) ?? nothing();
  },
};
