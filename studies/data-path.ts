import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Returns the folder of the data sets, SWITCHPOINT_DATA (default ../shared/data), or the path of an entry
 * in it. If the path does not exist, prints one line and ends the process.
 */
export function dataPath(...names: readonly string[]): string {
  const path = join(process.env["SWITCHPOINT_DATA"] ?? join("..", "shared", "data"), ...names);
  if (existsSync(path)) return path;
  console.error(
    `${path} does not exist: this study needs the data sets in the folder SWITCHPOINT_DATA; see "The data" in evals/README.md`,
  );
  process.exit(1);
}
