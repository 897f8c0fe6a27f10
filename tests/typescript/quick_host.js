// What the platform gives a class, for an engine without one: each call is asked for, and settled by who drives it.
(() => {
  const asked = [], settlers = new Map(), mains = new Map();
  let next = 0, isConstructing = false;
  const ask = (kind, ...given) =>
    new Promise((settle, refuse) => {
      asked.push({ id: next, kind, given });
      settlers.set(next++, [settle, refuse]);
    });
  globalThis.platform = {
    now: 0,
    taken: () => JSON.stringify(asked.splice(0)),
    settle: (id, text) => settlers.get(id)[0](text === "" ? undefined : JSON.parse(text)),
    fail: (id, number, words) => settlers.get(id)[1](Object.assign(new Error(words), { number })),
    begin(id, work) {
      const main = { state: "pending" };
      mains.set(id, main);
      (async () => work())().then(
        (value) => Object.assign(main, { state: "done", ...said(value) }),
        (error) => Object.assign(main, { state: "threw", number: error.number ?? -1, words: String(error) }),
      );
    },
    main: (id) => JSON.stringify(mains.get(id)),
    memory: () => JSON.stringify(globalThis.object ?? null, (name, value) =>
      name === "ctx" || name === "state" || name === "env" ? undefined : value instanceof Set || value instanceof Map ? [...value] : value),
    construct(kind, name, env) {
      isConstructing = true;
      try { return new kind(contextOf(name), envOf(env)); } finally { isConstructing = false; }
    },
  };
  const said = (value) => value instanceof Response ? { isResponse: true, status: value.status, body: value.text } : { status: value };
  Date.now = () => platform.now;

  const mapOf = (entries) => new Map(entries);
  const copy = (value) => JSON.parse(JSON.stringify(value));
  class Storage {
    async get(key) { return Array.isArray(key) ? mapOf(await ask("get several", key)) : ask("get", key); }
    put(key, value) { return typeof key === "string" ? ask("put", key, copy(value)) : ask("put several", copy(key)); }
    delete(key) { return ask("delete", key); }
    async list(options = {}) { return mapOf(await ask("list", options)); }
    deleteAll() { return ask("deleteAll"); }
    setAlarm(time) { return ask("setAlarm", Number(time)); }
    getAlarm() { return ask("getAlarm"); }
    deleteAlarm() { return ask("deleteAlarm"); }
    async transaction(work) {
      await ask("begin");
      let answer;
      try { answer = await work(new Storage()); } catch (error) { await ask("end", true); throw error; }
      await ask("end", false);
      return answer;
    }
  }
  const contextOf = (name) => ({
    storage: new Storage(),
    id: { name, toString: () => name },
    waitUntil() {},
    async blockConcurrencyWhile(work) {
      if (isConstructing) return work();
      await ask("close");
      let answer;
      try { answer = await work(); } catch (error) { await ask("open", true); throw error; }
      await ask("open", false);
      return answer;
    },
  });
  const envOf = (kinds) => Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, kind === "bucket" ? bucket : consumer(kind)]));
  const bucket = { put: (_key, body) => ask("blob", body.chunk) };
  const consumer = (kind) => ({
    async fetch(_url, init) {
      try { await ask("notify", String(init?.body ?? "")); } catch (error) {
        const status = Number(kind.split(" ")[1] ?? 0);
        if (status === 0) throw error;
        return new Response(null, { status });
      }
      return new Response(null);
    },
  });
  globalThis.setTimeout = (work, ms) => { ask("timer", ms).then(() => work()); };

  globalThis.Response = class Response {
    constructor(text, init = {}) { this.text = text ?? null; this.status = init.status ?? 200; }
    get ok() { return this.status >= 200 && this.status < 300; }
    static json(value, init) { return new Response(JSON.stringify(value), init); }
  };
  globalThis.Headers = class Headers {
    get() { return null; }
  };
  globalThis.Request = class Request {
    constructor(url, method, body) { Object.assign(this, { url, method, body, headers: new Headers() }); }
    async text() { return this.body; }
    async json() { return JSON.parse(this.body); }
  };
  globalThis.URL = class URL {
    constructor(text) {
      const [, pathname, , query = ""] = /^https:\/\/[^/]*(\/[^?]*)?(\?(.*))?$/.exec(text);
      const pairs = query.split("&").filter(Boolean).map((part) => part.split("=").map(decodeURIComponent));
      this.href = text;
      this.pathname = pathname;
      this.searchParams = { get: (name) => pairs.find(([key]) => key === name)?.[1] ?? null };
    }
  };
  globalThis.DurableObject = class DurableObject {
    constructor(ctx, env) { this.ctx = ctx; this.env = env; }
  };
})();
