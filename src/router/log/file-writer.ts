import type { FileHandle } from "node:fs/promises";
import { neededBuiltin } from "../../plugin/node-builtin.ts";
import type { LineWriter } from "./line-queue.ts";
import { isSameFile, prune, putAside } from "./rotate.ts";
import type { Rotation } from "./rotation-options.ts";
import { steadyTime } from "./steady-time.ts";

/** Time for which it is taken for granted that the path still leads to the open file, in milliseconds. */
export const recheckMs = 1_000;
/** Longest time between two looks for files that are too old, in milliseconds. */
const tidyEveryMs = 3_600_000;

interface Open {
  readonly handle: FileHandle;
  /** False for a pipe or a device: it has no size and is never put aside. */
  readonly isFile: boolean;
  readonly identity: { readonly dev: number; readonly ino: number };
  readonly bornAt: number;
  size: number;
  checkedAt: number;
}

/**
 * Appends lines to a file, which several processes may do. Where the path leads to another file, as after a rotation by
 * another process or by logrotate, lines go to that one within a second.
 */
export function fileWriter(file: string, rotation: Rotation | undefined): LineWriter {
  const files = neededBuiltin("node:fs/promises");
  const steady = steadyTime({ wall: Date.now, monotonic: () => performance.now() });
  let open: Open | undefined;
  let hasWarned = false;
  let isBusy = false;
  let isClosed = false;
  const encode = batchEncoder();

  const close = async (): Promise<void> => {
    const { handle } = open ?? {};
    open = undefined;
    await handle?.close().catch(() => {});
  };
  const isDue = ({ isFile, size, bornAt }: Open): boolean =>
    rotation !== undefined &&
    isFile &&
    size > 0 &&
    (size >= rotation.maxBytes || Date.now() - bornAt >= rotation.everyMs);

  /** Puts the open file aside if that is due. Where it cannot be done, lines go on to it. */
  const rotate = async (): Promise<void> => {
    if (rotation === undefined || open === undefined || !isDue(open)) return;
    try {
      await putAside(file, open.identity, Date.now());
      await close();
      await prune(file, rotation, steady());
    } catch (error) {
      warn((error as { readonly code?: unknown }).code);
    }
  };
  const warn = (code: unknown): void => {
    if (hasWarned) return;
    hasWarned = true;
    globalThis.process?.emitWarning(
      `decisionLog cannot rotate ${file} (${code}): the file grows beyond its bound`,
      {
        type: "SwitchpointWarning",
        code: "SWITCHPOINT_LOG_NOT_ROTATED",
      },
    );
  };

  /** Returns the file that the path leads to. */
  const current = async (): Promise<Open> => {
    if (open !== undefined && performance.now() - open.checkedAt >= recheckMs) {
      const found = await files.stat(file).catch(() => undefined);
      if (found === undefined || !isSameFile(found, open.identity)) await close();
      else Object.assign(open, { size: found.size, checkedAt: performance.now() });
    }
    open ??= await openForLines(file);
    if (!isDue(open)) return open;
    await rotate();
    // Where another process is about to do it, this batch still goes to the old one.
    open ??= await openForLines(file);
    return open;
  };

  /** Also while there is no traffic, what is too old goes. */
  const tidy = async (): Promise<void> => {
    if (rotation === undefined || isBusy) return;
    isBusy = true;
    try {
      if ((await files.stat(file).catch(() => undefined)) !== undefined) await current();
      await prune(file, rotation, steady());
    } catch {
      // The next write meets the same, and tells it.
    } finally {
      isBusy = false;
      if (isClosed) await close();
    }
  };
  const shortestMs = Math.min(
    rotation?.everyMs ?? Number.POSITIVE_INFINITY,
    rotation?.keepMs ?? Number.POSITIVE_INFINITY,
  );
  const timer =
    shortestMs === Number.POSITIVE_INFINITY
      ? undefined
      : setInterval(() => void tidy(), Math.min(tidyEveryMs, shortestMs));
  timer?.unref();

  return {
    async write(lines) {
      let written = 0;
      while (isBusy) await new Promise((resolve) => setTimeout(resolve, 1));
      isBusy = true;
      try {
        const to = await current();
        const bytes = encode(lines);
        // One call for whole lines: those of other processes come before or after it.
        const { bytesWritten } = await to.handle.write(bytes);
        to.size += bytesWritten;
        if (bytesWritten === bytes.length) return { written: lines.length };
        written = wholeLines(lines, bytesWritten);
        throw Object.assign(new Error(`${file} took a part of what was written`), { code: "ENOSPC" });
      } catch (error) {
        // The last line may be cut: the next write opens the file again and ends it.
        await close();
        return { written, error };
      } finally {
        isBusy = false;
        // Closed meanwhile, since it took too long.
        if (isClosed) await close();
      }
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await close();
    },
  };
}

/** Longest batch for which memory is kept, in characters: one of few long lines is written by itself. */
const longestKept = 1_500_000;

/** Returns a function that returns texts as bytes, which hold until its next call. */
function batchEncoder(): (texts: readonly string[]) => Uint8Array {
  let room = Buffer.alloc(0);
  return (texts) => {
    const text = texts.join("");
    if (text.length > longestKept) return Buffer.from(text);
    // As a rule one byte a character; at most three.
    if (room.length < text.length * 3) room = Buffer.allocUnsafeSlow(text.length * 3);
    return room.subarray(0, room.write(text));
  };
}

/** Number of lines that are whole within this many bytes. */
function wholeLines(lines: readonly string[], bytes: number): number {
  let left = bytes;
  for (const [at, line] of lines.entries()) {
    left -= Buffer.byteLength(line);
    if (left < 0) return at;
  }
  return lines.length;
}

/** Opens the file for appending; ends a last line that a crash cut short, so that the next line is intact. */
async function openForLines(file: string): Promise<Open> {
  const handle = await neededBuiltin("node:fs/promises").open(file, "a+");
  try {
    const { size, dev, ino, birthtimeMs, ctimeMs, ...stat } = await handle.stat();
    const isFile = (stat.mode & 0o170000) === 0o100000;
    if (isFile && size > 0) {
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
      if (buffer[0] !== 10) await handle.write("\n");
    }
    const bornAt = birthtimeMs > 0 ? birthtimeMs : ctimeMs;
    return { handle, isFile, identity: { dev, ino }, bornAt, size, checkedAt: performance.now() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
