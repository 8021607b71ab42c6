import { open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { InvalidOptionError } from "../../src/contracts/index.ts";

/** Of this process: a container that is started anew has the process number of the one before. */
const held = new Set<string>();

/**
 * Keeps other processes from doing the same work, and paying for it, at the same time. Returns what gives
 * the lock back. One that a killed process of this machine has left is taken over. Throws
 * `InvalidOptionError`, naming `option`, where another process holds it.
 */
export async function lockFile(path: string, option: string): Promise<() => Promise<void>> {
  for (let tries = 0; ; tries += 1) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(JSON.stringify({ process: process.pid, host: hostname() }));
      await file.close();
      held.add(path);
      return async () => {
        held.delete(path);
        await rm(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (tries > 0 || !(await isLeftOver(path)))
        throw new InvalidOptionError(
          option,
          path,
          "used by one process at a time: another one holds this lock (delete it if there is none)",
        );
      await rm(path, { force: true });
    }
  }
}

async function isLeftOver(path: string): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(path, "utf8")) as { process?: unknown; host?: unknown };
    if (typeof owner.process !== "number" || owner.host !== hostname()) return false;
    return owner.process === process.pid ? !held.has(path) : !isAlive(owner.process);
  } catch {
    return false;
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
