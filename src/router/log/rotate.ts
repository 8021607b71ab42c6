import { neededBuiltin } from "../../plugin/node-builtin.ts";
import { withFileLock } from "./file-lock.ts";
import { asideFiles, asidePath } from "./rotated-files.ts";
import type { Rotation } from "./rotation-options.ts";

/** Numbers that tell a file from another one at the same path. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/**
 * Puts a file aside under a name of its own, so that the next line begins a new one. One step: after a crash it is
 * done or not. Does nothing if another process has done it, or is about to.
 */
export async function putAside(path: string, known: FileIdentity, now: number): Promise<void> {
  const files = neededBuiltin("node:fs/promises");
  await withFileLock(path, async () => {
    const found = await files.stat(path).catch(() => undefined);
    if (found !== undefined && isSameFile(found, known)) await files.rename(path, asidePath(path, now));
  });
}

/**
 * Removes older files: the oldest of too many, and those whose last line is older than `keepMs`. Without a time that can be
 * believed none is removed by its age.
 */
export async function prune(path: string, rotation: Rotation, now: number | undefined): Promise<void> {
  const files = neededBuiltin("node:fs/promises");
  const { keepFiles, keepMs } = rotation;
  const found = await asideFiles(path);
  if (found.length <= keepFiles && keepMs === Number.POSITIVE_INFINITY) return;
  const ages = await Promise.all(
    found.map(async (file) => ({ file, mtimeMs: (await files.stat(file).catch(gone)).mtimeMs })),
  );
  // By the time of the last line: names have the time of a clock that may have jumped.
  ages.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const [at, { file, mtimeMs }] of ages.entries())
    if (at >= keepFiles || (now !== undefined && mtimeMs < now - keepMs))
      await files.rm(file, { force: true });
}

function gone(): { readonly mtimeMs: number } {
  return { mtimeMs: 0 };
}
