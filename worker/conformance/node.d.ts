// What the watcher needs of Node's API, which the runtime has with the flag nodejs_als.
declare module "node:async_hooks" {
  export class AsyncLocalStorage<T> {
    run<R>(store: T, callback: () => R): R;
    getStore(): T | undefined;
  }
}

// Somebody's own module; it is put in this one's place while the door to it is bundled.
declare module "own-class" {
  const own: Record<string, unknown>;
  export = own;
}
