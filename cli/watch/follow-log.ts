import { open, stat } from "node:fs/promises";
import { type FollowedFile, type FollowOptions, followFile } from "./follow-file.ts";
import { followRows } from "./follow-rows.ts";

const sqliteMagic = "SQLite format 3\0";

/**
 * Opens a log to follow it, of lines or of SQLite. Rejects with the error of the system or of SQLite, and for a path that
 * leads to no file.
 */
export async function followLog(path: string, options: FollowOptions): Promise<FollowedFile> {
  // A pipe would be waited for, and a device may never end.
  if (!(await stat(path)).isFile())
    throw Object.assign(new Error(`${path} is not a file`), { code: "no regular file" });
  return (await isDatabase(path)) ? followRows(path, options) : followFile(path, options);
}

async function isDatabase(path: string): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16);
    return buffer.toString("latin1", 0, bytesRead) === sqliteMagic;
  } finally {
    await handle.close();
  }
}
