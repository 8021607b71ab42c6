/** How often a property is tried: a few times in `npm test`, as often as asked for with SWITCHPOINT_RUNS=full. */
export const runs = (full: number): { readonly numRuns: number } => ({
  numRuns: process.env["SWITCHPOINT_RUNS"] === "full" ? full : Math.min(full, 100),
});
