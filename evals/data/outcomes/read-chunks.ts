import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { isRouterError, OutcomeFormatError } from "../../../src/contracts/index.ts";

/** Streams a file, decompressed if its name ends in `.gz`. Throws `OutcomeFormatError`, which names it. */
export async function* readChunks(path: string): AsyncGenerator<Buffer, void, void> {
  const file = createReadStream(path);
  const source: Readable = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  // A pipe does not forward errors.
  if (source !== file) file.once("error", (error) => source.destroy(error));
  try {
    yield* source as AsyncIterable<Buffer>;
  } catch (error) {
    throw fileError(path, error);
  } finally {
    file.destroy();
  }
}

/** Converts an error of reading or decompressing to one that names the file; other errors pass unchanged. */
export function fileError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined || isRouterError(error)) return error;
  if (code.startsWith("Z_")) {
    const problem =
      code === "Z_BUF_ERROR"
        ? "ends too early: is it complete?"
        : "is not gzip, or damaged, although its name ends in .gz";
    return new OutcomeFormatError(path, 0, "file", problem);
  }
  if (code === "ENOENT") return new OutcomeFormatError(path, 0, "file", "does not exist");
  return new OutcomeFormatError(path, 0, "file", `cannot be read (${code})`);
}
