import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { InvalidOptionError, OutcomeFormatError } from "../../src/contracts/index.ts";
import { readJsonLines } from "../data/outcomes/read-json-lines.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** Log of a collection on disk. */
export interface Journal {
  /** Resolves once the entry is on disk. Rejects if it cannot be written. */
  append(entry: JournalEntry): Promise<void>;
  /** Waits for pending writes. */
  close(): Promise<void>;
}

const types: ReadonlySet<string> = new Set<JournalEntry["type"]>([
  "settings",
  "begun",
  "answered",
  "failed",
  "scoring",
  "scored",
  "batch-begun",
  "batch-submitted",
  "batch-ended",
]);
const newline = 0x0a;
/** Longest line: a batch names all its items in one. */
const maxLineBytes = 256 * 1024 * 1024;

/**
 * Reads the entries of a journal; none if there is no file. A last line that was cut off, by a kill or a full
 * disk, is left out: its entry was never reported as stored. Throws `OutcomeFormatError` for any other
 * damage, and for a journal of another version: entries that are not understood would be paid for again.
 */
export async function readJournal(path: string): Promise<JournalEntry[]> {
  if (!existsSync(path)) return [];
  const file = await open(path, "r");
  const length = await lengthOfLines(file).finally(() => file.close());
  if (length === 0) return [];
  const entries: JournalEntry[] = [];
  const chunks = createReadStream(path, { end: length - 1 }) as AsyncIterable<Buffer>;
  for await (const { line, value } of readJsonLines({ name: path, chunks }, { maxLineBytes })) {
    // Only this package writes it: entries are checked just enough to notice a mix-up of files or
    // versions.
    const { type, formatVersion } = (value ?? {}) as { type?: unknown; formatVersion?: unknown };
    if (typeof type !== "string")
      throw new OutcomeFormatError(path, line, "type", "is missing: this is not the journal of a collection");
    if (!types.has(type) || (type === "settings" && formatVersion !== 1))
      throw new OutcomeFormatError(
        path,
        line,
        type === "settings" ? "formatVersion" : "type",
        "is from another version of this package: continue with that version, or write to another file",
      );
    entries.push(value as JournalEntry);
  }
  return entries;
}

/**
 * Opens a journal, or begins one, to add to it. Removes a last line that was cut off. Entries that arrive
 * while others are being written go to disk together.
 */
export async function openJournal(path: string): Promise<Journal> {
  const file = await open(path, "a+").catch(({ code }: NodeJS.ErrnoException) => {
    throw new InvalidOptionError("out", path, `a file that can be written (${code})`);
  });
  await file.truncate(await lengthOfLines(file));
  let pending = "";
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    const text = pending;
    pending = "";
    next = undefined;
    try {
      await file.appendFile(text, "utf8");
      await file.datasync();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InvalidOptionError("out", path, `on a disk with free space (${code}): what it holds is kept`);
    }
  };
  return {
    append(entry) {
      pending += `${JSON.stringify(entry)}\n`;
      if (next === undefined) {
        // After a failure nothing more is written: a line may have been cut off.
        next = last.then(write);
        last = next;
        last.catch(() => {});
      }
      return next;
    },
    async close() {
      await last.catch(() => {});
      await file.close();
    },
  };
}

/** Number of bytes up to the end of the last whole line. */
async function lengthOfLines(file: FileHandle): Promise<number> {
  const part = Buffer.alloc(65_536);
  for (let end = (await file.stat()).size; end > 0; ) {
    const start = Math.max(0, end - part.length);
    const { bytesRead } = await file.read(part, 0, end - start, start);
    const at = part.subarray(0, bytesRead).lastIndexOf(newline);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
