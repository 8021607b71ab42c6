import { type FileHandle, link, open, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { asideFiles, isAside, putAside, recheckMs } from "../../../src/router/log/inner.ts";
import { readChunks } from "../outcomes/read-chunks.ts";
import { rawLines } from "../outcomes/read-json-lines.ts";
import { writeWhole } from "../outcomes/write-whole.ts";
import { doomed, type Selection } from "./doomed-line.ts";

/** Time for which another process that rotates the file is waited for, in milliseconds. */
const patienceMs = 60_000;
/** Age of a file from which no process still writes to it under another path, in milliseconds. */
const settledMs = 60_000;

/**
 * Removes the lines that fit from a file of a decision log. A reader sees it with all of them or without. Processes that
 * write to the file go on: it is put aside first, so that they begin a new one, and what they still wrote to the old one
 * is kept. Where no new one was begun, the file is back in its place at the end. Returns the number of lines.
 */
export async function eraseLines(path: string, selection: Selection): Promise<number> {
  if ((await countDoomed(path, selection)) === 0) return 0;
  if (path.endsWith(".gz")) return (await rewrite(path, selection)).removed;
  const { mtimeMs } = await stat(path);
  const aside = isAside(path) ? path : await moveAside(path);
  // Writers look which file the path leads to, unless they have done so within a second. Before the file is written again,
  // so that a process which is killed here loses none of their lines.
  if (Math.abs(Date.now() - mtimeMs) < settledMs) await sleep(recheckMs + 500);
  // Held open: what a slow writer adds to the old file after it was read can still be found.
  const old = await open(aside, "r");
  try {
    const first = await rewrite(aside, selection, (await old.stat()).size);
    const removed = first.removed + (await copyRest(old, first.end, aside, selection));
    if (aside !== path) await putBack(aside, path);
    return removed;
  } finally {
    await old.close();
  }
}

async function countDoomed(path: string, selection: Selection): Promise<number> {
  let count = 0;
  for await (const { bytes } of rawLines(path, readChunks(path))) if (doomed(bytes, selection)) count += 1;
  return count;
}

/** Puts the file aside and returns its new path. */
async function moveAside(path: string): Promise<string> {
  const until = performance.now() + patienceMs;
  const known = await stat(path);
  while (true) {
    await putAside(path, known, Date.now());
    for (const one of (await asideFiles(path)).reverse()) {
      const found = await stat(one).catch(() => undefined);
      if (found?.ino === known.ino && found.dev === known.dev) return one;
    }
    if (performance.now() >= until)
      throw new OutcomeFormatError(path, 0, "file", "is locked by another process: see its .lock file");
    await sleep(100);
  }
}

/** Writes the file again without the lines: the whole lines of its first bytes. Returns where these end. */
async function rewrite(
  path: string,
  selection: Selection,
  length: number = Number.POSITIVE_INFINITY,
): Promise<{ readonly removed: number; readonly end: number }> {
  let removed = 0;
  let end = 0;
  async function* kept(): AsyncGenerator<string, void, void> {
    for await (const { bytes } of rawLines(path, readChunks(path))) {
      // The last one may be under way.
      if (end + bytes.length + 1 > length) return;
      end += bytes.length + 1;
      if (doomed(bytes, selection)) removed += 1;
      else yield `${Buffer.from(bytes).toString("utf8")}\n`;
    }
  }
  await writeWhole(path, kept(), "files");
  return { removed, end };
}

/** Appends what was written to the old file behind `from` to the new one, without the lines. Returns their number. */
async function copyRest(old: FileHandle, from: number, to: string, selection: Selection): Promise<number> {
  const { size } = await old.stat();
  if (size <= from) return 0;
  const stream = old.createReadStream({ start: from, end: size - 1, autoClose: false });
  let removed = 0;
  const target = await open(to, "a");
  try {
    for await (const { bytes } of rawLines(to, stream as AsyncIterable<Buffer>)) {
      if (doomed(bytes, selection)) removed += 1;
      else await target.appendFile(`${Buffer.from(bytes).toString("utf8")}\n`);
    }
  } finally {
    await target.close();
  }
  return removed;
}

/** Gives the file its old path back, unless a new one is there: then both stay. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await link(aside, path);
  } catch {
    return;
  }
  await rm(aside, { force: true });
}
