import { existsSync, lstatSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Cache } from "./engine.ts";

/** Environments of engines: SWITCHPOINT_ENGINES, or a folder of the user's cache; never in the tree. */
export function engineCache(): Cache {
  const folder = process.env["SWITCHPOINT_ENGINES"] ?? join(homedir(), ".cache", "switchpoint-engines");
  return { folder, path: (...parts) => join(folder, ...parts) };
}

/** Bytes of a file or of what is in a folder; links count as links. */
export function bytesIn(path: string): number {
  if (!existsSync(path)) return 0;
  const status = lstatSync(path);
  if (!status.isDirectory()) return status.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
