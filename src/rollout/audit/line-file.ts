import type { FileHandle } from "node:fs/promises";

/** An open file to which several processes append lines. */
export interface LineFile {
  /** Returns the last whole line; undefined if there is none, or if it is longer than a record can be. */
  lastLine(): Promise<string | undefined>;
  /** Adds a line. Rejects if it may not be there whole. */
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

  /** Finds the line that was written into a file that was `before` long, and blanks a cut one in front of it. */
  const mend = async (line: Uint8Array, before: number): Promise<void> => {
    const { size } = await handle.stat();
    if (size === before + line.length) {
      ownEnd = size;
      // Nothing came in between, and a line begins where it was written.
      if (line[0] !== newline) return;
    }
    const from = Math.max(0, before - 1, size - tailBytes);
    const added = await bytesOf(handle, from, size);
    const at = added.lastIndexOf(line);
    if (at < 0) return;
    const start = from + at;
    const isBegun = line[0] === newline || start === 0 || added[at - 1] === newline;
    await blankCut(files, file, handle, start, isBegun);
  };

  return {
    async lastLine() {
      const { size } = await handle.stat();
      const tail = await bytesOf(handle, Math.max(0, size - tailBytes), size);
      const last = tail.lastIndexOf(newline);
      if (last < 1) return undefined;
      return tail.toString("utf8", tail.lastIndexOf(newline, last - 1) + 1, last);
    },
    async append(line) {
      const { size } = await handle.stat();
      const isOwn = size === ownEnd;
      const isBegun = isOwn || size === 0 || (await bytesOf(handle, size - 1, size))[0] === newline;
      const bytes = Buffer.from(`${isBegun ? "" : "\n"}${line}\n`, "utf8");
      ownEnd = undefined;
      const { bytesWritten } = await handle.write(bytes, 0, bytes.length);
      if (bytesWritten < bytes.length)
        throw Object.assign(new Error("a line was cut"), { code: "a cut line" });
      // The line is there, whatever comes of the one before it.
      await mend(bytes, size).catch(() => {});
    },
    async isThere() {
      return (await handle.stat()).nlink !== 0;
    },
    close: () => handle.close(),
  };
}

/** Blanks a cut line before `start`. `isBegun`: it has got an end already, so that the line at `start` is whole. */
async function blankCut(
  files: Files,
  file: string,
  handle: FileHandle,
  start: number,
  isBegun: boolean,
): Promise<void> {
  const from = Math.max(0, start - tailBytes);
  // A whole line in front: there is nothing to do.
  if (start === 0 || (await bytesOf(handle, start - 1, start))[0] === newline) return;
  const tail = await bytesOf(handle, from, start);
  const begin = tail.lastIndexOf(newline) + 1;
  // Longer than any record: not ours, and left as it is. So is one that lacks nothing but its end.
  if ((begin === 0 && from > 0) || (isBegun && isJson(tail.toString("utf8", begin)))) return;
  // A handle that appends can only append.
  const writer = await files.open(file, "r+");
  try {
    const [here, there] = [await handle.stat(), await writer.stat()];
    if (here.ino !== there.ino || here.dev !== there.dev) return;
    // Its end first: the line behind it is whole then, whatever happens to this process.
    if (!isBegun) await writeAll(writer, Buffer.from("\n"), start - 1);
    const length = tail.length - begin - (isBegun ? 0 : 1);
    await writeAll(writer, Buffer.alloc(length, space), from + begin);
  } finally {
    await writer.close();
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
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
