/** The decision log in a SQLite file. */

export type { DecisionLog } from "../../../router/log/intake.ts";
export type { HashKey } from "../../../router/log/keyed-hash.ts";
export type { HashedField } from "../../../router/log/log-line.ts";
export { type SqliteLogOptions, sqliteLog } from "./sqlite-log.ts";
