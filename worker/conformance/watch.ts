// Observes any session class from outside: nothing in the class changes. What its objects do is kept in
// LOG until the player fetches it. The prototypes of the platform's own objects are patched, not
// proxied: the platform refuses a proxy as ctx.
import { AsyncLocalStorage } from "node:async_hooks";
import type { DurableObject } from "cloudflare:workers";

/** One thing that an object did: its name, the ms that it saw, and in which of its calls. */
type Line = { object: string; at: number; event: string; call: string } & Record<string, unknown>;

export const LOG: Line[] = [];
/** How the next attempt of an object's alarm fails: before its code runs, or at its end. */
export const SPOILED = new Map<string, "counted" | "uncounted" | "lost">();
export const CALL = "x-call";

/** A call under way: "<object>\n<call>", so that a binding that many objects share knows whose it is. */
const calls = new AsyncLocalStorage<string>();
const names = new WeakMap<object, string>();
const patched = new WeakMap<object, Set<string>>();
let isQuiet = false; // while the player itself looks at the storage

export function say(object: string | undefined, event: string, more: object = {}): void {
  if (isQuiet || object === undefined) return;
  const call = calls.getStore()?.split("\n")[1] ?? "";
  LOG.push(structuredClone({ object, at: Date.now(), event, call, ...more }));
}

/** The same of the object whose call is under way. */
export function sayHere(event: string, more: object = {}): void {
  say(ownerOf(calls.getStore()), event, more);
}

export const isWatched = () => calls.getStore() !== undefined;
export const nameOf = (instance: object) => names.get(instance);

const ownerOf = (call: string | undefined) => call?.split("\n")[0];

export type Method = (this: object, ...args: any[]) => any;

/** Patch each method of a prototype once: `around` makes it anew. */
export function patch(instance: object, around: Record<string, (original: Method) => Method>): void {
  const proto = Object.getPrototypeOf(instance);
  const done = patched.get(proto) ?? new Set();
  patched.set(proto, done);
  for (const [name, wrap] of Object.entries(around)) {
    if (done.has(name)) continue;
    done.add(name);
    const value = wrap(proto[name]);
    Object.defineProperty(proto, name, { configurable: true, writable: true, value });
  }
}

/** Say what a storage operation does, then do it. */
function told(words: (...args: any[]) => [string, object]): (original: Method) => Method {
  return (original) =>
    function (...args) {
      say(names.get(this), ...words(...args));
      return original.apply(this, args);
    };
}

/** `part` is of an object's storage: what is done to it is the object's. */
export function belongs(part: object, name: string): void {
  names.set(part, name);
}

/** A value as the log can hold it; what JSON has no words for is told as nothing. */
function plain(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null");
  } catch {
    return null;
  }
}

/** Keys and values of a write: one key, or several at once. */
const written = (key: unknown, value: unknown) =>
  typeof key === "string" ? { key, value: plain(value) } : { entries: plain(key) };

const STORAGE = {
  get: told((key) => ["get", { key }]),
  put: told((key, value) => ["put", written(key, value)]),
  delete: told((key) => ["delete", { key }]),
  deleteAll: told(() => ["delete all", {}]),
  setAlarm: told((time) => ["set", { due: Number(time) }]),
  deleteAlarm: told(() => ["unset", {}]),
};

const BUCKET = {
  put: (original: Method): Method =>
    function (key, value, options) {
      const call = calls.getStore();
      const object = ownerOf(call);
      say(object, "blob", { key });
      // The call travels with the put, so that the player knows which one it holds.
      const customMetadata = { ...options?.customMetadata, call };
      return original.call(this, key, value, { ...options, customMetadata }).then(
        (stored: unknown) => (say(object, "stored"), stored),
        (error: unknown) => {
          say(object, "unstored", { why: String(error) });
          throw error;
        },
      );
    },
};

export const fetched = (original: Method): Method =>
  function (input, init) {
    const call = calls.getStore();
    if (call === undefined) return original.call(this, input, init);
    const request = new Request(input, init);
    request.headers.set(CALL, encodeURIComponent(call));
    say(ownerOf(call), "notify");
    return original.call(this, request);
  };

const BINDINGS: Record<string, Record<string, (original: Method) => Method>> = {
  R2Bucket: BUCKET,
  Fetcher: { fetch: fetched },
};
/** By the name of a binding's class, what is watched of it. */

/** What a call is answered: a call by name is a 200, unless it gives a status itself. */
function statusOf(answer: unknown): number {
  if (answer instanceof Response) return answer.status;
  return typeof answer === "number" && Number.isInteger(answer) && answer >= 200 && answer <= 599 ? answer : 200;
}

/** What the player's library refuses to write (twoclocks.c). */
const FAILS_TO_BE_WRITTEN = "lastchunk: the disk fails here";

type Watchable = abstract new (ctx: DurableObjectState, env: any) => DurableObject<any>;

/** The class, watched. Its twin in lastchunk must show the same lines. */
export function watch(base: Watchable): any {
  const Base = base as any;
  return class extends Base {
    readonly watchedName: string;
    readonly watchedStorage: DurableObjectStorage;
    readonly watchedState: DurableObjectState;

    constructor(ctx: DurableObjectState, env: any) {
      const name = ctx.id.name ?? ctx.id.toString();
      names.set(ctx.storage, name);
      patch(ctx.storage, STORAGE);
      for (const binding of Object.values<object>(env)) {
        const around = BINDINGS[binding?.constructor?.name ?? ""];
        if (around !== undefined) patch(binding, around);
      }
      super(ctx, env);
      this.watchedName = name;
      this.watchedStorage = ctx.storage;
      this.watchedState = ctx;
    }

    async fetch(request: Request): Promise<Response> {
      return this.watchedCall(request.headers.get(CALL) ?? "", () => super.fetch(request));
    }

    /** A method that clients call by its name. */
    async watchedRpc(call: string, method: string, words: unknown[]): Promise<number> {
      return statusOf(await this.watchedCall(call, () => (this as any)[method](...words)));
    }

    async watchedCall(call: string, work: () => Promise<any>): Promise<any> {
      return calls.run(`${this.watchedName}\n${call}`, async () => {
        say(this.watchedName, "enter");
        try {
          const answer = await work();
          say(this.watchedName, "end", { status: statusOf(answer) });
          return answer;
        } catch (error) {
          say(this.watchedName, "end", { status: 500, why: String(error) });
          throw error;
        }
      });
    }

    async alarm(info?: AlarmInvocationInfo): Promise<void> {
      const name = this.watchedName;
      const told = { due: Number(info?.scheduledTime), retry: info?.retryCount ?? 0 };
      return calls.run(`${name}\nalarm`, async () => {
        const how = SPOILED.get(name);
        SPOILED.delete(name);
        if (how === "counted" || how === "uncounted") {
          say(name, "spoiled", { ...told, counted: how === "counted" });
          if (how === "uncounted") return this.watchedBreak();
          throw new Error("spoiled by the player");
        }
        say(name, "alarm", told);
        try {
          await super.alarm(info);
        } catch (error) {
          say(name, "alarm failed", { why: String(error) });
          throw error;
        }
        if (how === "lost") {
          await this.watchedStorage.sync(); // what it wrote is kept
          say(name, "alarm end", { lost: true });
          return this.watchedBreak();
        }
        say(name, "alarm end");
      });
    }

    // --- the player's own door ----------------------------------------------------------------

    /** The storage as it is, without a trace of it. */
    async watchedPeek(): Promise<object> {
      return this.watchedQuietly(async () => ({
        values: Object.fromEntries(await this.watchedStorage.list()),
        alarm: await this.watchedStorage.getAlarm(),
      }));
    }

    async watchedTakeAlarm(): Promise<void> {
      await this.watchedQuietly(() => this.watchedStorage.deleteAlarm());
    }

    /** The disk fails as this is written: the runtime resets the object, and does not count the attempt. */
    async watchedBreak(): Promise<void> {
      await this.watchedQuietly(() => this.watchedStorage.put("player", FAILS_TO_BE_WRITTEN));
    }

    async watchedReset(): Promise<void> {
      this.watchedState.abort("reset by the player");
    }

    async watchedQuietly<T>(look: () => Promise<T>): Promise<T> {
      isQuiet = true;
      try {
        return await look();
      } finally {
        isQuiet = false;
      }
    }
  };
}
