/** Reads what servers say when they refuse. */

export { kindOfStatus } from "./by-status.ts";
export { type ErrorForm, errorFormOf, isOwnRefusal } from "./error-form.ts";
export { windowOf } from "./find-phrase.ts";
export { readRefusal, type SaidRefusal } from "./read-refusal.ts";
