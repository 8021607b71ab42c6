import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { InvalidOptionError } from "../../src/contracts/index.ts";

/** Locks of this process: a restarted container has the same process number as the previous one. */
const held = new Set<string>();

/**
 * Keeps other processes from doing the same work, and paying for it, at the same time. Returns a function
 * that releases the lock. A lock that a killed process of this machine has left is taken over. Throws
 * `InvalidOptionError`, naming `option`, if another process holds it, or if the file cannot be created.
 */
export async function lockFile(path: string, option: string): Promise<() => Promise<void>> {
  const own = resolve(path);
  if (held.has(own)) throw lockedError(option, path);
  held.add(own);
  try {
    if (!(await create(own)) && !((await takeAway(own)) && (await create(own))))
      throw lockedError(option, path);
  } catch (error) {
    held.delete(own);
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof InvalidOptionError || code === undefined) throw error;
    throw new InvalidOptionError(option, path, `in a folder that exists and can be written to (${code})`);
  }
  return async () => {
    await rm(own, { force: true });
    held.delete(own);
  };
}

function lockedError(option: string, path: string): InvalidOptionError {
  return new InvalidOptionError(
    option,
    path,
    "used by one process at a time: another one holds this lock (delete it if there is none)",
  );
}

/** Creates the file. Resolves to false if it exists already. */
async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(JSON.stringify({ process: process.pid, host: hostname() }));
    } catch (error) {
      // An empty lock would lock every process out.
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a lock whose process has ended. Resolves to true if it did. */
async function takeAway(path: string): Promise<boolean> {
  if (!(await isLeftOver(path))) return false;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    // Another process was faster.
    return false;
  }
  // Or it was so much faster that this is its own new lock.
  const isOld = await isLeftOver(aside);
  if (!isOld) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
  return isOld;
}

async function isLeftOver(path: string): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(path, "utf8")) as { process?: unknown; host?: unknown };
    if (typeof owner.process !== "number" || owner.host !== hostname()) return false;
    // A lock of this process would be in `held`.
    return owner.process === process.pid || !isAlive(owner.process);
  } catch {
    return false;
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // The process exists, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
