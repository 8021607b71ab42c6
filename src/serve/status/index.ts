/** Recording of a router, for the page that a server shows. */

export { type Dashboard, dashboard } from "./dashboard.ts";
export type { DashboardFrame } from "./frame.ts";
export type { FrameAsked, Frames } from "./frames.ts";
export type { DashboardOptions, ShownDrift, ShownHoldOut, ShownPromise, ShownRollout } from "./sources.ts";
