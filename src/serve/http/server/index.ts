/** The interface of `switchpoint/http` on a server of Node. */

export { authoriseByKeys, createKey, type KeyRecord, readKeys } from "./keys.ts";
export { type RunningServer, serve } from "./serve.ts";
export type { ServeOptions } from "./serve-options.ts";
