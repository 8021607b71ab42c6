/** Number of random runs: `full` under SWITCHPOINT_RUNS=full, else `few`. */
export function runs(few: number, full: number): number {
  return process.env["SWITCHPOINT_RUNS"] === "full" ? full : few;
}

/** Parameters of a property that is tried `full` times under SWITCHPOINT_RUNS=full, else 50 times at most. */
export function numRuns(full: number): { readonly numRuns: number } {
  return { numRuns: runs(Math.min(full, 50), full) };
}
