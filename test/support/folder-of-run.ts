import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Set-up of a whole run: all temporary folders, those of examples in documents and of programs that are killed as well,
 * lie in one that is removed at the end.
 */
export default function folderOfRun(): (() => void) | undefined {
  // Each project of vitest.config.ts calls it.
  if (process.env["SWITCHPOINT_TEST_FOLDER"] !== undefined) return undefined;
  // A short name: errors quote only values of up to 60 characters, and sockets have a shorter limit, too.
  const folder = mkdtempSync(join(tmpdir(), "t"));
  process.env["SWITCHPOINT_TEST_FOLDER"] = folder;
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
