/** Returns the number of runs of a property: few in `npm test`, all with SWITCHPOINT_RUNS=full. */
export const runs = (full: number): { readonly numRuns: number } => ({
  numRuns: process.env["SWITCHPOINT_RUNS"] === "full" ? full : Math.min(full, 100),
});
