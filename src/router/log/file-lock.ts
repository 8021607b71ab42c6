import { neededBuiltin } from "../../plugin/node-builtin.ts";

/** Age from which a lock is that of a process which was killed, in milliseconds. */
const staleMs = 30_000;

/**
 * Runs work while no other process runs such work for the same file; returns undefined at once if one does. A lock whose
 * process was killed is broken after 30 seconds. Two that break it at the same moment may run at once: the work must bear it.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  const files = neededBuiltin("node:fs/promises");
  const lock = `${path}.lock`;
  const take = async (): Promise<boolean> => {
    try {
      await (await files.open(lock, "wx")).close();
      return true;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "EEXIST") throw error;
      return false;
    }
  };
  if (!(await take())) {
    const { mtimeMs } = await files.stat(lock).catch(() => ({ mtimeMs: Date.now() }));
    // A clock that went back makes a lock of the future, which would never grow old.
    if (Math.abs(Date.now() - mtimeMs) < staleMs) return undefined;
    await files.rm(lock, { force: true });
    if (!(await take())) return undefined;
  }
  try {
    return await work();
  } finally {
    await files.rm(lock, { force: true }).catch(() => {});
  }
}
