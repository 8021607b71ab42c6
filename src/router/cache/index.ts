/** Keeps answers for equal requests. */
export { type CacheOptions, resolveCacheOptions } from "./cache-options.ts";
export { lateResponseCache } from "./late-response-cache.ts";
export { createResponseCache } from "./response-cache.ts";
