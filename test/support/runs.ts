/** Number of random runs: `full` under SWITCHPOINT_RUNS=full, else `few`. */
export function runs(few: number, full: number): number {
  return process.env["SWITCHPOINT_RUNS"] === "full" ? full : few;
}

/** Parameters of a property that is tried `full` times under SWITCHPOINT_RUNS=full, else 50 times at most. */
export function numRuns(full: number): { readonly numRuns: number } {
  return { numRuns: runs(Math.min(full, 50), full) };
}

/**
 * True where a check of the whole runs, which `npm test` leaves to a script of its own: `npm run check:package` installs the
 * package, `npm run typecheck` compiles the examples of documents, `npm run check:kubernetes` starts an API server. Under SWITCHPOINT_RUNS=full all run.
 */
export function isChecked(check: keyof typeof scripts): boolean {
  if (runs(0, 1) === 1 || process.env["SWITCHPOINT_CHECK"] === check) return true;
  console.log(`skipped: part of npm run ${scripts[check]}`);
  return false;
}

const scripts = { package: "check:package", types: "typecheck", kubernetes: "check:kubernetes" };
