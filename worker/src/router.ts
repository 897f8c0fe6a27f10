// The Worker in front: each procedure is a path, /<procedure>/<session>, and one more part for a chunk.
import { LazyAlarmDesign } from "./designs";
import type { Env } from "./session-do";

export { LazyAlarmDesign as Session };

type Sessions = DurableObjectNamespace;

/** The procedures, each with its method; finalizeSession is deprecated: the object does it by itself. */
const PROCEDURES: Record<string, "GET" | "POST"> = {
  createSession: "POST",
  upload: "POST",
  signalStop: "POST",
  finalizeSession: "POST",
  getSessionState: "GET",
};

/** Hand a request to the session's object. Each has a stub of its own, so they come in any order. */
export async function route(request: Request, sessions: Sessions): Promise<Response> {
  const url = new URL(request.url);
  const [, procedure = "", session = "", ...rest] = url.pathname.split("/");
  if (PROCEDURES[procedure] === undefined || session === "") {
    return new Response("no such procedure", { status: 404 });
  }
  if (PROCEDURES[procedure] !== request.method) {
    return new Response("another method is allowed", { status: 405 });
  }
  const stub = sessions.get(sessions.idFromName(decodeURIComponent(session)));
  const path = [procedure, ...rest].join("/");
  return stub.fetch(new Request(`http://session/${path}${url.search}`, request));
}

export default {
  fetch: (request: Request, env: Env & { SESSIONS: Sessions }) => route(request, env.SESSIONS),
};
