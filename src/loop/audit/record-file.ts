import { type LineFile, openLineFile } from "./line-file.ts";

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

/**
 * Creates a file of lines. Each line is written whole and in the order in which it was added; after a failure it is
 * tried again with the next one. A last line that a killed process left cut is blanked by the next line that is written: half
 * a record is none. A file that was deleted is created again. Several audits on one file leave each other's lines whole: see
 * `openLineFile`.
 */
export function createRecordFile({ file, files, onFirst, onState }: RecordFileParts): RecordFile {
  const waiting: string[] = [];
  let characters = 0;
  let handle: LineFile | undefined;
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
    opening ??= openLineFile(files, file)
      .then(async (opened) => {
        handle = opened;
        if (isFirst) onFirst(await opened.lastLine());
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
    if ((await handle?.isThere()) !== false) return;
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
        if (handle !== undefined) await handle.append(line);
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

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === "string" ? code : "an error without a code";
}

function ignore(): void {}
