import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { InvalidOptionError } from "../../../src/contracts/index.ts";

/** A full disk shows in the later ones. */
const writing: ReadonlySet<string> = new Set(["open", "rename", "write", "fsync", "close"]);

/**
 * Writes a file as a whole or not at all: a reader never sees half of one, what stood there stays when
 * `parts` throws, and it is on disk once this resolves. Packed where the name ends in `.gz`. Throws
 * `InvalidOptionError`, which names the option that the path is from, where the file cannot be made.
 */
export async function writeWhole(
  path: string,
  parts: Iterable<string> | AsyncIterable<string>,
  option: string = "out",
): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  const file = createWriteStream(unfinished, { flags: "wx", flush: true });
  try {
    if (path.endsWith(".gz")) await pipeline(together(parts), createGzip(), file);
    else await pipeline(together(parts), file);
    await rename(unfinished, path);
  } catch (error) {
    // A file that is only being opened would be made after it was removed.
    if (!file.destroy().closed) await new Promise<void>((closed) => file.once("close", closed));
    // What could not be made cannot be removed either: the first error is the one to tell.
    await rm(unfinished, { force: true }).catch(() => {});
    const { code, syscall = "" } = error as NodeJS.ErrnoException;
    if (!writing.has(syscall)) throw error;
    throw new InvalidOptionError(option, path, `a file that can be written (${code})`);
  }
}

/** Fewer, longer parts: a write for each line would cost more than the line. */
async function* together(
  parts: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  let held = "";
  for await (const part of parts) {
    held += part;
    if (held.length < 65_536) continue;
    yield held;
    held = "";
  }
  if (held !== "") yield held;
}
