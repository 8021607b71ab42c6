import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The folder of the data sets, SWITCHPOINT_DATA (default ../shared/data), or what is in it by these names.
 * Ends the process with one line where that is not there.
 */
export function dataPath(...names: readonly string[]): string {
  const path = join(process.env["SWITCHPOINT_DATA"] ?? join("..", "shared", "data"), ...names);
  if (existsSync(path)) return path;
  console.error(
    `${path} does not exist: this study needs the data sets in the folder SWITCHPOINT_DATA; see "The data" in evals/README.md`,
  );
  process.exit(1);
}
