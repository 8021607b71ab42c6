/** Recording of a router, for the page that a server shows. */

export type { ShownDrift, ShownPromise, ShownRollout } from "../../loop/states/inner.ts";
export { type Dashboard, dashboard } from "./dashboard.ts";
export type { DashboardFrame } from "./frame.ts";
export type { FrameAsked, Frames } from "./frames.ts";
export type { DashboardOptions, ShownHoldOut } from "./sources.ts";
