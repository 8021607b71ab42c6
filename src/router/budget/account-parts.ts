/** Parts of accounts that a request needs from its decision on. */

export { openDeskAccount } from "./desk-account.ts";
export { createTell } from "./tell.ts";
