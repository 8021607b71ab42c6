/** A server of Node, and the keys of those who may send to it. */

export { authoriseByKeys, createKey, type KeyRecord, readKeys } from "./keys.ts";
export { serve } from "./serve.ts";
export type { ServeOptions } from "./serve-options.ts";
export type { RunningServer } from "./start-server.ts";
