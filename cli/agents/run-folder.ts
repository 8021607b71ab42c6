import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Name of a folder: the process that made it stands in it. */
const named = /^switchpoint-run-(\d+)-\w+$/;

/** A private folder of one run. */
export interface RunFolder {
  readonly path: string;
  /** Writes a file that only its owner can read, and returns its path. */
  write(name: string, text: string): string;
  /** Removes the folder; what its links lead to stays. */
  remove(): void;
}

/**
 * Makes a folder that goes with the process, however it ends, but for a kill that nothing survives: what that leaves is removed by
 * the next run.
 */
export function runFolder(): RunFolder {
  removeLeft();
  const path = mkdtempSync(join(tmpdir(), `switchpoint-run-${process.pid}-`));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { mode: 0o600, flag: "wx" });
      return file;
    },
    remove() {
      remove();
      process.off("exit", remove);
    },
  };
}

/** Removes folders of this user whose process is gone. A name in a folder for all may be a link of someone else. */
function removeLeft(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(named.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid) continue;
    const path = join(tmpdir(), name);
    try {
      if (lstatSync(path).uid === process.getuid?.() && !isAlive(pid))
        rmSync(path, { recursive: true, force: true });
    } catch {
      // Another run was quicker.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
