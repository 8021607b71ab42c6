/** Reads what servers say when they refuse. */
export { kindOfStatus } from "./by-status.ts";
export { windowOf } from "./find-phrase.ts";
export { type ReadRefusal, readRefusal, type SaidRefusal } from "./read-refusal.ts";
