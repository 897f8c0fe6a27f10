// What the watcher needs of Node's API, which the runtime has with the flag nodejs_als.
declare module "node:async_hooks" {
  export class AsyncLocalStorage<T> {
    run<R>(store: T, callback: () => R): R;
    getStore(): T | undefined;
  }
}
