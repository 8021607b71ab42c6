import { open, stat } from "node:fs/promises";
import { type FollowedFile, type FollowOptions, followFile } from "./follow-file.ts";
import { followRows } from "./follow-rows.ts";

const sqliteMagic = "SQLite format 3\0";

interface Opened {
  readonly followed: FollowedFile;
  readonly isRows: boolean;
  readonly ino: number;
  readonly dev: number;
}

/**
 * Opens a log to follow it, of lines or of SQLite; one of the other kind may take its place, as where a log was empty until
 * its writer began. Rejects with the error of the system or of SQLite, and for a path that leads to no file.
 */
export async function followLog(path: string, options: FollowOptions): Promise<FollowedFile> {
  let now = await openLog(path, options);
  return {
    skippedBytes: now.followed.skippedBytes,
    async read() {
      const next = await kindAt(path, now);
      if (next !== undefined && next.isRows !== now.isRows) {
        const opened = await openLog(path, { ...options, mostBytes: Number.POSITIVE_INFINITY });
        await now.followed.close();
        now = opened;
      } else if (next !== undefined) now = { ...now, ...next };
      await now.followed.read();
    },
    close: () => now.followed.close(),
  };
}

async function openLog(path: string, options: FollowOptions): Promise<Opened> {
  const found = await stat(path);
  // A pipe would be waited for, and a device may never end.
  if (!found.isFile()) throw Object.assign(new Error(`${path} is not a file`), { code: "no regular file" });
  const isRows = await isDatabase(path);
  const followed = await (isRows ? followRows : followFile)(path, options);
  return { followed, isRows, ino: found.ino, dev: found.dev };
}

/** Kind of the file that the path leads to. Undefined: of none, or of an empty one. */
async function kindAt(path: string, now: Opened): Promise<Omit<Opened, "followed"> | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size === 0) return undefined;
  const { ino, dev } = found;
  // A database that is open is not looked at: closing the file again would take its locks from SQLite.
  if (now.isRows && now.ino === ino && now.dev === dev) return { isRows: true, ino, dev };
  const isRows = await isDatabase(path).catch(() => undefined);
  return isRows === undefined ? undefined : { isRows, ino, dev };
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
