// The door to somebody's own class, unchanged: its module is `own-class` while this is bundled.
import * as given from "own-class";
import {
  belongs, CALL, fetched, isWatched, LOG, nameOf, patch, say, sayHere, SPOILED, watch, type Method,
} from "./watch";

/** The query that shows the record where it is kept in SQL; set while this is bundled. */
declare const RECORD_QUERY: string;

/** Which call, the chunk, how many there are where the page says so, the object's name, and the method's. */
type Words = [string, number, number | null, string, string];
/** The calls by name, as the adapter or the binding writes them. */
type Call = (object: unknown, chunk: number | undefined, body: unknown, chunks: unknown, session: string) => unknown;
function refuse(what: string): never {
  sayHere("refused", { what });
  throw new Error(`${what} is not there in a co-simulation`);
}

const refused =
  (what: string) =>
  (original: Method): Method =>
    function (...args) {
      return isWatched() ? refuse(what) : original.apply(this, args);
    };

// --- what code reaches without its context --------------------------------------------------------

const platform = globalThis as any;
const { setTimeout, clearTimeout, scheduler } = platform;
/** The timer that now waits for each one that code has set. */
const waiting = new Map<unknown, unknown>();
// The player moves the wall clock first: a timer that is early by it waits for the rest.
platform.setTimeout = (callback: (...words: unknown[]) => void, ms: number = 0, ...words: unknown[]) => {
  sayHere("timer", { ms });
  const due = Date.now() + ms;
  const fire = () => {
    const left = due - Date.now();
    if (left > 0) return void waiting.set(first, setTimeout(fire, left));
    waiting.delete(first);
    callback(...words);
  };
  const first = setTimeout(fire, ms);
  return first;
};
platform.clearTimeout = (first: unknown) => {
  clearTimeout(waiting.get(first) ?? first);
  waiting.delete(first);
};
platform.setInterval = refused("setInterval")(platform.setInterval);
platform.fetch = fetched(platform.fetch);
patch(scheduler, {
  wait: (original) =>
    async function (ms, ...words) {
      sayHere("timer", { ms });
      const due = Date.now() + ms;
      await original.call(this, ms, ...words);
      for (let left = due - Date.now(); left > 0; left = due - Date.now()) {
        await original.call(this, left, ...words);
      }
    },
});

// --- SQL, and the synchronous keys and values -----------------------------------------------------

/** What each record was when this process last looked. */
const records = new Map<string, string>();

/** The record where it is kept in SQL; undefined where it, or its table, is not there yet. */
function recordIn(sql: object, exec: Method): string | undefined {
  try {
    const [value] = exec.call(sql, RECORD_QUERY).toArray();
    return value === undefined ? undefined : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

const SQL = {
  exec: (original: Method): Method =>
    function (...args) {
      const name = nameOf(this);
      if (name === undefined || RECORD_QUERY === "") return original.apply(this, args);
      // A new instance, or a new process, has not written what it finds.
      if (!records.has(name)) records.set(name, recordIn(this, original) ?? "");
      const cursor = original.apply(this, args);
      const text = recordIn(this, original);
      if (text !== undefined && text !== records.get(name)) {
        records.set(name, text);
        say(name, "put", { key: RECORD_QUERY, value: JSON.parse(text) });
      }
      return cursor;
    },
};

const told =
  (event: string, more: (...args: any[]) => object) =>
  (original: Method): Method =>
    function (...args) {
      say(nameOf(this), event, more(...args));
      return original.apply(this, args);
    };

const KV = {
  get: told("get", (key) => ({ key })),
  put: told("put", (key, value) => ({ key, value })),
  delete: told("delete", (key) => ({ key })),
};

const IN_PARTS = ["get", "head", "delete", "list", "createMultipartUpload", "resumeMultipartUpload"];

/** Of which object an instance is being made. */
let making = "";

/** Say which name the code reads in its environment where nothing has it: an adapter may have left it out. */
function tellMissing(env: Record<string, object>): void {
  if (Object.getPrototypeOf(env) !== Object.prototype) return;
  const told = new Proxy(Object.prototype, {
    get(target, name) {
      if (typeof name !== "string" || name in target) return Reflect.get(target, name, env);
      if (isWatched()) sayHere("missing", { what: name });
      else say(making || undefined, "missing", { what: name });
      return undefined;
    },
  });
  Object.setPrototypeOf(env, told);
}

class Prepared extends (given as any).Given {
  constructor(ctx: DurableObjectState, env: Record<string, object>) {
    const name = ctx.id.name ?? ctx.id.toString();
    const storage = ctx.storage as any;
    patch(storage, {
      transaction: refused("transaction"),
      transactionSync: refused("transactionSync"),
    });
    patch(ctx, { abort: refused("abort") });
    tellMissing(env);
    making = name;
    records.delete(name); // what an instance wrote that was lost may not be there
    for (const [part, around] of [[storage.sql, SQL], [storage.kv, KV]]) {
      if (part === undefined) continue;
      belongs(part, name);
      patch(part, around);
    }
    for (const binding of Object.values(env)) {
      if (binding?.constructor?.name !== "R2Bucket") continue;
      patch(binding, Object.fromEntries(IN_PARTS.map((word) => [word, refused(`R2 ${word}`)])));
    }
    super(ctx, env);
    making = "";
  }

  ownCall(which: string, chunk: number, body: unknown, chunks: unknown, session: string): unknown {
    const call = (given as any).Calls[which] as Call;
    return call(this, chunk < 0 ? undefined : chunk, body, chunks ?? undefined, session);
  }
}

const DOORS: Record<string, (object: any, name: string) => Promise<unknown>> = {
  peek: (object) => object.watchedPeek(),
  takeAlarm: (object) => object.watchedTakeAlarm(),
  reset: (object) => object.watchedReset(),
  spoil: async (_, name) => void SPOILED.set(name, "counted"),
  spoil_uncounted: async (_, name) => void SPOILED.set(name, "uncounted"),
  lose_end: async (_, name) => void SPOILED.set(name, "lost"),
};
const PLAYER = "player";

/** The class, and the player's doors: by fetch, since a class need not extend DurableObject. */
export class Own extends watch(Prepared as any) {
  /** With the record where it is kept in SQL. */
  async watchedPeek(): Promise<object> {
    const found = await super.watchedPeek();
    if (RECORD_QUERY === "") return found;
    try {
      const [row] = this.watchedStorage.sql.exec(RECORD_QUERY).toArray();
      return row === undefined ? found : { ...found, values: { ...found.values, [RECORD_QUERY]: row } };
    } catch {
      return found; // its table is not there yet
    }
  }

  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.hostname !== PLAYER) return super.fetch(request);
    const door = DOORS[url.pathname.slice(1)];
    if (door !== undefined) return Response.json((await door(this, this.watchedName)) ?? null);
    const [which, chunk, chunks, session, method] = JSON.parse(url.searchParams.get("words") ?? "[]") as Words;
    if (typeof (given as any).Given.prototype[method] !== "function") return new Response(`no method ${method}`, { status: 501 });
    const words = [which, chunk, request.body, chunks, session];
    return new Response(null, { status: await this.watchedRpc(request.headers.get(CALL) ?? "", "ownCall", words) });
  }
}

/** /do/<object>/<path of the object's own>, /rpc/<object>?words=[call, ...], or the player's doors. */
async function answer(request: Request, env: { Own: DurableObjectNamespace }): Promise<Response> {
  const url = new URL(request.url);
  const [, kind = "", owner = "", ...rest] = url.pathname.split("/");
  if (kind === "log") return Response.json(LOG.splice(0));
  const object = env.Own.get(env.Own.idFromName(decodeURIComponent(owner)));
  const path = kind === "do" ? `object/${rest.join("/")}` : `${PLAYER}/${kind}`;
  return object.fetch(new Request(`https://${path}${url.search}`, request));
}

export default {
  fetch: (request: Request, env: { Own: DurableObjectNamespace }) =>
    answer(request, env).catch((error) => new Response(String(error), { status: 500 })),
};
