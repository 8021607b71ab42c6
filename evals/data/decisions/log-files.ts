import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { asideFiles } from "../../../src/router/log/rotated-files.ts";

/** A file of a decision log. */
export interface LogFile {
  readonly path: string;
  readonly kind: "lines" | "sqlite";
}

const sqliteMagic = "SQLite format 3\0";

/**
 * Returns the files of logs, each once: for a file that is rotated also what was put aside of it, the oldest first.
 * Throws `OutcomeFormatError` for a path where nothing is.
 */
export async function logFiles(paths: readonly string[]): Promise<readonly LogFile[]> {
  const files = new Map<string, LogFile>();
  for (const path of paths) {
    const aside = await asideFiles(path);
    const kind = await kindOf(path, aside.length > 0);
    for (const one of aside) files.set(resolve(one), { path: one, kind: "lines" });
    if (kind !== undefined) files.set(resolve(path), { path, kind });
  }
  return [...files.values()];
}

/** Undefined if the file does not exist, which a log that was just rotated may bear. */
async function kindOf(path: string, mayBeAbsent: boolean): Promise<LogFile["kind"] | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      throw new OutcomeFormatError(path, 0, "file", "is a folder: name a decision log in it");
    // What is read of a pipe is gone.
    if (!found.isFile()) return "lines";
    const handle = await open(path);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(16), 0, 16);
      return buffer.toString("latin1", 0, bytesRead) === sqliteMagic ? "sqlite" : "lines";
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && mayBeAbsent) return undefined;
    if (code === "ENOENT") throw new OutcomeFormatError(path, 0, "file", "does not exist");
    if (code?.startsWith("E")) throw new OutcomeFormatError(path, 0, "file", `cannot be read (${code})`);
    throw error;
  }
}
