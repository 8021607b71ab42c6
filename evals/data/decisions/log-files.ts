import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { asideFiles } from "../../../src/router/log/inner.ts";

/**
 * Returns the files of logs, each once: for a file that is rotated also what was put aside of it, the oldest first.
 * Throws `OutcomeFormatError` for a path where nothing is.
 */
export async function logFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files = new Map<string, string>();
  for (const path of paths) {
    const aside = await asideFiles(path);
    for (const one of aside) files.set(resolve(one), one);
    if (await isThere(path, aside.length > 0)) files.set(resolve(path), path);
  }
  return [...files.values()];
}

/** False if the file does not exist, which a log that was just rotated may bear. */
async function isThere(path: string, mayBeAbsent: boolean): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory())
      throw new OutcomeFormatError(path, 0, "file", "is a folder: name a decision log in it");
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && mayBeAbsent) return false;
    if (code === "ENOENT") throw new OutcomeFormatError(path, 0, "file", "does not exist");
    if (code?.startsWith("E")) throw new OutcomeFormatError(path, 0, "file", `cannot be read (${code})`);
    throw error;
  }
}
