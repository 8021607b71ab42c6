import { type FileHandle, open, stat } from "node:fs/promises";

export interface FollowOptions {
  /** Most bytes of the file's end that are read to begin with. */
  readonly mostBytes: number;
  /** Called with each line, without its end. */
  readonly onLine: (line: string) => void;
  /** Called for a line that is longer than 16 MB, and was left out. */
  readonly onTooLong: () => void;
}

/** A file that is read as it grows. */
export interface FollowedFile {
  /** Bytes at the begin of the file that were left out. */
  readonly skippedBytes: number;
  /** Reads what is new. A file that was replaced or cut short is read from its begin. Rejects with the system's error. */
  read(): Promise<void>;
  close(): Promise<void>;
}

const pieceBytes = 1_048_576;
/** Longest line that is read, in bytes. */
const longestLine = 16 * pieceBytes;
/** Length of a file's begin by which it is told from another that was written in its place. */
const headBytes = 256;
const newline = 0x0a;

/**
 * Opens a file to follow it by its name, as log files are rotated: what the old one still holds is read first. Rejects with
 * the system's error, and for a path that leads to no file.
 */
export async function followFile(
  path: string,
  { mostBytes, onLine, onTooLong }: FollowOptions,
): Promise<FollowedFile> {
  // A pipe would be waited for, and a device may never end.
  if (!(await stat(path)).isFile())
    throw Object.assign(new Error(`${path} is not a file`), { code: "no regular file" });
  let handle = await open(path, "r");
  let { ino, dev, size } = await handle.stat();
  let offset = Math.max(0, size - mostBytes);
  const skippedBytes = offset;
  let head = await headOf(handle);
  /** Parts of a line whose end is not there yet, and their length. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  // The line that the first byte is in the middle of.
  let isSkipping = offset > 0;

  const add = (piece: Buffer): void => {
    let from = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      if (isSkipping) isSkipping = false;
      else {
        const line = Buffer.concat([...begun, piece.subarray(from, end)]).toString("utf8");
        if (line.trim() !== "") onLine(line);
      }
      begun = [];
      begunBytes = 0;
      from = end + 1;
    }
    if (isSkipping || from === piece.length) return;
    begun.push(Buffer.from(piece.subarray(from)));
    begunBytes += piece.length - from;
    if (begunBytes <= longestLine) return;
    begun = [];
    begunBytes = 0;
    isSkipping = true;
    onTooLong();
  };
  const restart = (): void => {
    offset = 0;
    begun = [];
    begunBytes = 0;
    isSkipping = false;
  };
  const drain = async (): Promise<void> => {
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, pieceBytes, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      add(piece.subarray(0, bytesRead));
    }
  };
  return {
    skippedBytes,
    async read() {
      const now = await handle.stat();
      const isCut = now.size < offset || !(await headOf(handle)).subarray(0, head.length).equals(head);
      if (isCut) {
        restart();
        head = await headOf(handle);
      } else if (head.length < headBytes) head = await headOf(handle);
      await drain();
      const named = await stat(path).catch(() => undefined);
      // Between two files there is none for a moment.
      if (named?.isFile() !== true || (named.ino === ino && named.dev === dev)) return;
      const next = await open(path, "r").catch(() => undefined);
      if (next === undefined) return;
      await handle.close();
      handle = next;
      ({ ino, dev, size } = await handle.stat());
      head = await headOf(handle);
      restart();
      await drain();
    },
    close: () => handle.close(),
  };
}

async function headOf(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return buffer.subarray(0, bytesRead);
}
