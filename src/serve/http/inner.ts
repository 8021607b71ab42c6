/** For the project's other wings: no promise to users. */

export type { HttpCall } from "./call.ts";
export { openaiError } from "./endpoints/openai-error.ts";
export { failureOf } from "./failure.ts";
export { checkRoute, type Route, readRoute } from "./handler-options.ts";
export { HttpError } from "./http-error.ts";
export { pageReply } from "./page/page-reply.ts";
export type { ServedDashboard } from "./page/served-dashboard.ts";
export { createWatchers } from "./page/watchers.ts";
export type { Reply } from "./reply.ts";
export type { ServedMetrics } from "./served-metrics.ts";
