/** Series of a router in the text format of Prometheus, and for alarms. */

export type { SeriesName } from "../families.ts";
export type { Cell, Family, FamilyShape, FamilyType } from "../family.ts";
export type { MetricsOptions, WatchedDrift, WatchedPromise, WatchedRollout } from "../options.ts";
export { type Prometheus, prometheus } from "./prometheus.ts";
