import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { fileToReplace } from "../../../src/plugin/file-to-replace.ts";

/** System calls whose failure may mean a full disk, later ones included. */
const writing: ReadonlySet<string> = new Set(["open", "rename", "write", "fsync", "close"]);

/**
 * Writes a file completely or not at all: a reader never sees half of one, the previous content stays if
 * `parts` throws, and the file is on disk when this resolves. Compressed if the name ends in `.gz`. A device or a pipe is
 * written to. Throws `InvalidOptionError`, which names the option with the path, if the file cannot be written.
 */
export async function writeWhole(
  path: string,
  parts: Iterable<string> | AsyncIterable<string>,
  option: string = "out",
): Promise<void> {
  const replaced = await fileToReplace(path);
  const unfinished = replaced === undefined ? undefined : `${replaced}.${randomUUID()}.tmp`;
  const file =
    unfinished === undefined
      ? createWriteStream(path)
      : createWriteStream(unfinished, { flags: "wx", flush: true });
  try {
    if (path.endsWith(".gz")) await pipeline(together(parts), createGzip(), file);
    else await pipeline(together(parts), file);
    if (unfinished !== undefined && replaced !== undefined) await rename(unfinished, replaced);
  } catch (error) {
    // A file that is still being opened would be created after its removal.
    if (!file.destroy().closed) await new Promise<void>((closed) => file.once("close", closed));
    // A file that could not be created cannot be removed either: the first error matters.
    if (unfinished !== undefined) await rm(unfinished, { force: true }).catch(() => {});
    const { code, syscall = "" } = error as NodeJS.ErrnoException;
    if (!writing.has(syscall)) throw error;
    throw new InvalidOptionError(option, path, `a file that can be written (${code})`);
  }
}

/** Joins parts to fewer, longer ones: a write per line would take longer than the line. */
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
