import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { InvalidOptionError } from "../src/contracts/index.ts";

/** Pause between two reads that must agree, in milliseconds. */
const pauseMs = 100;
const mostReads = 50;

/** Reads a file that an option names. Rejects with `InvalidOptionError`. */
export async function textOf(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    throw new InvalidOptionError(option, file, `a file that can be read (${code})`);
  }
}

/**
 * Reads a file that someone may be writing: two reads must agree. Of a list that is written in place the first lines alone would
 * be a valid list, which shuts out the holders of the others. Rejects with `InvalidOptionError`.
 */
export async function settledText(
  option: string,
  file: string,
  wait: () => Promise<unknown> = () => pause(pauseMs),
): Promise<string> {
  let before = await textOf(option, file);
  for (let read = 1; read < mostReads; read += 1) {
    await wait();
    const now = await textOf(option, file);
    if (now === before) return now;
    before = now;
  }
  throw new InvalidOptionError(option, file, `a file that stays the same for ${pauseMs} ms`);
}
