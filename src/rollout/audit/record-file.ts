import type { FileHandle } from "node:fs/promises";
import { wait } from "../../plugin/wait.ts";

/** File of lines that is appended to. */
export interface RecordFile {
  /** Opens the file unless it is open. Rejects if it cannot be opened. */
  open(): Promise<void>;
  /** Tries again after a failure. */
  retry(): void;
  /** Adds a line. Returns false, and adds nothing, if too many wait. */
  add(line: string): boolean;
  /** Writes what waits. Rejects with the last failure if something still waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface RecordFileParts {
  readonly file: string;
  readonly files: Pick<typeof import("node:fs/promises"), "open">;
  /** Called once with the last whole line of the file, as the first opening finds it. */
  readonly onFirst: (line: string | undefined) => void;
  /** Called when writing begins to fail, and when it works again. */
  readonly onState: (isFailing: boolean, reason: string) => void;
}

/** Largest number and length of lines that wait, in characters. */
const mostLines = 1_000;
const mostCharacters = 64_000_000;
/** Length of the end of the file that is searched for its last line, in bytes. */
const tailBytes = 16 * 1024 * 1024;
/** Time after which a line that has not grown is a cut one, in milliseconds, and number of looks at it. */
const settleMs = 50;
const mostLooks = 20;

/**
 * Creates a file of lines. Each line is written whole and in the order in which it was added; after a failure it is
 * tried again with the next one. A last line that a killed process left cut is removed when the file is opened: half a
 * record is none. A file that was deleted is created again. Each line is one write at the end of the file, so that several
 * audits on one file leave each other's lines whole.
 */
export function createRecordFile({ file, files, onFirst, onState }: RecordFileParts): RecordFile {
  const waiting: string[] = [];
  let characters = 0;
  let handle: FileHandle | undefined;
  let opening: Promise<void> | undefined;
  let isFirst = true;
  let writing: Promise<void> | undefined;
  let failure: unknown;
  let isFailing = false;

  const tell = (fails: boolean, reason: string) => {
    if (fails === isFailing) return;
    isFailing = fails;
    onState(fails, reason);
  };

  const open = (): Promise<void> => {
    opening ??= openForLines(files, file)
      .then((opened) => {
        handle = opened.handle;
        if (isFirst) onFirst(opened.last);
        isFirst = false;
      })
      .catch((error: unknown) => {
        opening = undefined;
        tell(true, `the file cannot be opened (${codeOf(error)})`);
        throw error;
      });
    return opening;
  };

  /** Opens the file again if it was deleted: what is written to it would be lost. */
  const openLinked = async (): Promise<void> => {
    await open();
    if ((await handle?.stat())?.nlink !== 0) return;
    await handle?.close().catch(ignore);
    handle = undefined;
    opening = undefined;
    await open();
  };

  const write = async (): Promise<void> => {
    await openLinked();
    for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
      try {
        // One at a time: of several, those before a failure would be written twice.
        if (handle !== undefined) await appendLine(handle, line);
      } catch (error) {
        // The last line may be cut: the next write opens the file again and mends it.
        const broken = handle;
        handle = undefined;
        opening = undefined;
        await broken?.close().catch(ignore);
        tell(true, `the file cannot be written (${codeOf(error)})`);
        throw error;
      }
      waiting.shift();
      characters -= line.length + 1;
    }
    tell(false, "the file can be written again");
  };

  const start = (): Promise<void> => {
    writing ??= write()
      .then(() => {
        failure = undefined;
      })
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        writing = undefined;
      });
    return writing;
  };

  const flush = async (): Promise<void> => {
    if (writing !== undefined) await writing;
    if (waiting.length > 0) await start();
    if (waiting.length > 0) throw failure;
  };

  return {
    open,
    retry: () => void start(),
    add(line) {
      if (waiting.length >= mostLines || characters + line.length >= mostCharacters) return false;
      waiting.push(line);
      characters += line.length + 1;
      void start();
      return true;
    },
    flush,
    async close() {
      try {
        await flush();
      } finally {
        const open = handle;
        handle = undefined;
        opening = undefined;
        await open?.close();
      }
    },
  };
}

interface Opened {
  readonly handle: FileHandle;
  readonly last: string | undefined;
}

async function openForLines(files: RecordFileParts["files"], file: string): Promise<Opened> {
  // Readable by its owner alone: it may hold prompts.
  const handle = await files.open(file, "a+", 0o600);
  try {
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const last = await mendEnd(handle);
      if (last !== undefined) return { handle, last: last.line };
    }
    throw new Error("others write to the file without a pause");
  } catch (error) {
    await handle.close().catch(ignore);
    throw error;
  }
}

/** Writes a line in one go: several writes of one line could have another process's line between them. */
async function appendLine(handle: FileHandle, line: string): Promise<void> {
  const bytes = Buffer.from(`${line}\n`, "utf8");
  const { bytesWritten } = await handle.write(bytes, 0, bytes.length);
  if (bytesWritten < bytes.length) throw Object.assign(new Error("a line was cut"), { code: "a cut line" });
}

/** Removes a cut last line, and returns the last whole one. Undefined if the file grew meanwhile: someone else writes to it. */
async function mendEnd(handle: FileHandle): Promise<{ readonly line: string | undefined } | undefined> {
  const { size } = await handle.stat();
  const length = Math.min(size, tailBytes);
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, size - length);
  const end = bytes.lastIndexOf(10) + 1;
  if (end < length) {
    // A line that looks cut may be one that another process is writing.
    await wait(settleMs, undefined);
    if ((await handle.stat()).size !== size) return undefined;
    // A tail without a line's end is longer than any record: it is left as it is, on a line of its own.
    if (end > 0 || length === size) await handle.truncate(size - length + end);
    else await handle.appendFile("\n");
  }
  const begin = end < 2 ? 0 : bytes.lastIndexOf(10, end - 2) + 1;
  return { line: end > 1 ? bytes.toString("utf8", begin, end - 1) : undefined };
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === "string" ? code : "an error without a code";
}

function ignore(): void {}
