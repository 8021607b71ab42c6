/** Parts of a router with state that processes share. Loaded for a router that has any. */
export { createHints } from "./hints.ts";
export { createQuotaDesk } from "./quota-desk.ts";
export { createSharedSessions } from "./shared-sessions.ts";
