import type { FileHandle } from "node:fs/promises";
import { isJson } from "../../plugin/is-json.ts";

/** An open file to which several processes append lines. */
export interface LineFile {
  /** Returns the last whole line that is JSON; undefined if there is none within the length that a record can have. */
  lastLine(): Promise<string | undefined>;
  /** Adds a line. Rejects if it is not there whole. */
  append(line: string): Promise<void>;
  /** False if the file was deleted: what is written to it would be lost. */
  isThere(): Promise<boolean>;
  close(): Promise<void>;
}

type Files = Pick<typeof import("node:fs/promises"), "open">;

/** Length of the end of the file that is searched, in bytes. Records are shorter. */
const tailBytes = 16 * 1024 * 1024;
const newline = 10;
const space = 32;
const brace = 123;
/** Number of cut lines in a row that are looked for. */
const mostCut = 16;

/**
 * Opens a file of JSON lines, which is created if there is none. A line is one write at its end, and systems make such
 * writes one after the other. So what precedes a line of ours without an end of its own is of a process that was
 * killed, or whose disk was full, in the middle of its write, and grows no more: it is blanked. A cut end that no line of ours
 * follows may be one that is being written, so nothing is done about it. Nothing is ever cut off: other
 * processes may have added lines by the time that it is.
 */
export async function openLineFile(files: Files, file: string): Promise<LineFile> {
  // Readable by its owner alone: it may hold prompts.
  const handle = await files.open(file, "a+", 0o600);
  if ((await handle.stat()).isFIFO()) {
    await handle.close();
    // A pipe that is not read would hold its writer up for good.
    throw Object.assign(new Error("a pipe"), { code: "a pipe" });
  }
  /** Length of the file if the last line in it was written here. */
  let ownEnd: number | undefined;

  /**
   * Finds the line that was written into a file that was `before` long, and blanks a cut one in front of it. False if the
   * line does not begin where a line does, and cannot be made to.
   */
  const mend = async (line: Uint8Array, before: number): Promise<boolean> => {
    const { size } = await handle.stat();
    if (size === before + line.length) {
      ownEnd = size;
      // Nothing came in between, and a line begins where it was written.
      if (line[0] !== newline) return true;
    }
    const from = Math.max(0, before - 1, size - tailBytes);
    const added = await bytesOf(handle, from, size);
    const at = added.lastIndexOf(line);
    if (at < 0) return true;
    const start = from + at;
    const isBegun = line[0] === newline || start === 0 || added[at - 1] === newline;
    return blankCut(files, file, handle, start, isBegun).catch(() => isBegun);
  };

  return {
    async lastLine() {
      const { size } = await handle.stat();
      const tail = await bytesOf(handle, Math.max(0, size - tailBytes), size);
      // Two that were killed one after the other leave a cut line that has an end.
      for (let end = tail.lastIndexOf(newline); end > 0; ) {
        const before = tail.lastIndexOf(newline, end - 1);
        const line = tail.toString("utf8", before + 1, end);
        if (isJson(line)) return line;
        end = before;
      }
      return undefined;
    },
    async append(line) {
      const { size } = await handle.stat();
      const isOwn = size === ownEnd;
      const isBegun = isOwn || size === 0 || (await bytesOf(handle, size - 1, size))[0] === newline;
      const bytes = Buffer.from(`${isBegun ? "" : "\n"}${line}\n`, "utf8");
      ownEnd = undefined;
      const { bytesWritten } = await handle.write(bytes, 0, bytes.length);
      // Else the line is there, whatever comes of the one before it.
      const isWhole = bytesWritten === bytes.length && (await mend(bytes, size).catch(() => true));
      if (!isWhole) throw Object.assign(new Error("a line was cut"), { code: "a cut line" });
    },
    async isThere() {
      return (await handle.stat()).nlink !== 0;
    },
    close: () => handle.close(),
  };
}

/**
 * Blanks a cut line before `start`. `isBegun`: it has got an end already, so that the line at `start` is whole. Returns true
 * if that one is whole now.
 */
async function blankCut(
  files: Files,
  file: string,
  handle: FileHandle,
  start: number,
  isBegun: boolean,
): Promise<boolean> {
  const from = Math.max(0, start - tailBytes);
  // A whole line in front: there is nothing to do.
  if (start === 0 || (await bytesOf(handle, start - 1, start))[0] === newline) return true;
  const tail = await bytesOf(handle, from, start);
  // Cut short meanwhile, as some rotate a file: what is there now is of others, and may be growing.
  if (tail.length < start - from) return true;
  const begin = tail.lastIndexOf(newline) + 1;
  // Longer than any record: not ours, and left as it is. So is one that lacks nothing but its end.
  if ((begin === 0 && from > 0) || (isBegun && isJson(tail.toString("utf8", begin)))) return isBegun;
  // A handle that appends can only append.
  const writer = await files.open(file, "r+");
  try {
    const [here, there] = [await handle.stat(), await writer.stat()];
    if (here.ino !== there.ino || here.dev !== there.dev) return isBegun;
    // Its end first: the line behind it is whole then, whatever happens to this process.
    if (!isBegun) await writeAll(writer, Buffer.from("\n"), start - 1);
    const first = firstCut(tail, begin, from > 0);
    const blank = tail
      .subarray(first, isBegun ? undefined : -1)
      .map((byte) => (byte === newline ? byte : space));
    await writeAll(writer, blank, from + first).catch(() => {});
    return true;
  } finally {
    await writer.close();
  }
}

/**
 * Returns where the cut lines in front of the one at `begin` begin: of several processes that were killed one after the other,
 * each but the last has left one that has an end.
 */
function firstCut(tail: Buffer, begin: number, isPart: boolean): number {
  let first = begin;
  for (let lines = 0; lines < mostCut && first > 1; lines += 1) {
    const before = tail.lastIndexOf(newline, first - 2) + 1;
    const isRecord = tail[before] !== brace || isJson(tail.toString("utf8", before, first - 1));
    if (isRecord || (before === 0 && isPart)) break;
    first = before;
  }
  return first;
}

async function bytesOf(handle: FileHandle, from: number, until: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, until - from));
  let read = 0;
  while (read < bytes.length) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, from + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
