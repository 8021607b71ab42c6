/** State that several processes share, and the stores that keep it. Neither Redis nor SQLite is loaded before it is used. */

export { fleet } from "./fleet.ts";
export type { FleetOptions } from "./fleet-options.ts";
export { type MemoryStoreOptions, memoryStore } from "./store/memory.ts";
export { type RedisLike, type RedisStoreOptions, redisStore } from "./store/redis.ts";
export { type SqliteStoreOptions, sqliteStore } from "./store/sqlite.ts";
