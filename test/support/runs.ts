/** Returns the number of random runs: `full` with SWITCHPOINT_RUNS=full, else `few`. */
export function runs(few: number, full: number): number {
  return process.env["SWITCHPOINT_RUNS"] === "full" ? full : few;
}
