/** The decision log in a SQLite file. */

export type { DecisionLog } from "../log/intake.ts";
export type { HashKey } from "../log/keyed-hash.ts";
export type { HashedField } from "../log/log-line.ts";
export { type SqliteLogOptions, sqliteLog } from "./sqlite-log.ts";
