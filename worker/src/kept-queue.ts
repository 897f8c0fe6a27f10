// A queue that outlives a reload: chunks in IndexedDB, each until it is uploaded, and beside them how
// much was recorded.
import type { Chunk } from "./recorder";

/** What a recording that a reload has cut off had come to. */
export interface Cut {
  session: string;
  chunks: number;
  recordedMs: number;
}

type Stores = "chunks" | "recordings";

export class KeptQueue {
  private readonly database: Promise<IDBDatabase> = open();

  async keep(session: string, { chunk, body }: Chunk, recordedMs: number): Promise<void> {
    await this.write("chunks", (store) => store.put(body, [session, chunk]));
    const cut: Cut = { session, chunks: chunk + 1, recordedMs };
    await this.write("recordings", (store) => store.put(cut, session));
  }

  async drop(session: string, chunk: number): Promise<void> {
    await this.write("chunks", (store) => store.delete([session, chunk]));
  }

  async forget(session: string): Promise<void> {
    await this.write("recordings", (store) => store.delete(session));
  }

  /** Recordings whose stop was never answered. */
  async cut(): Promise<Cut[]> {
    return this.write("recordings", (store) => store.getAll() as IDBRequest<Cut[]>);
  }

  /** The chunks of a session that are still to be uploaded, in order. */
  async left(session: string): Promise<Chunk[]> {
    const range = IDBKeyRange.bound([session], [session, []]);
    const keys = await this.write("chunks", (store) => store.getAllKeys(range));
    const bodies = await this.write("chunks", (store) => store.getAll(range));
    return keys.map((key, at) => ({ chunk: (key as [string, number])[1], body: bodies[at] }));
  }

  private async write<T>(name: Stores, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await this.database;
    const request = act(database.transaction(name, "readwrite").objectStore(name));
    return answered(request);
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open("recorder", 1);
  request.addEventListener("upgradeneeded", () => {
    request.result.createObjectStore("chunks");
    request.result.createObjectStore("recordings");
  });
  return answered(request);
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => failed(request.error));
  });
}
