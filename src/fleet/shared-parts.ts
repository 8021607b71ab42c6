/** Parts of a router with state that processes share. Loaded for a router that has any. */

export { createQuotaDesk } from "./quotas/quota-desk.ts";
export { createHints } from "./records/hints.ts";
export { createSharedSessions } from "./records/shared-sessions.ts";
