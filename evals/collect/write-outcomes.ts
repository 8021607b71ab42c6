import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";

/**
 * Writes an outcome file as a whole or not at all: a reader never sees half of one. Packed where the
 * name ends in `.gz`.
 */
export async function writeOutcomes(path: string, records: Iterable<OutcomeRecord>): Promise<void> {
  const unfinished = `${path}.tmp`;
  const packing: Transform[] = path.endsWith(".gz") ? [createGzip()] : [];
  try {
    await pipeline([
      Readable.from(linesOf(records)),
      ...packing,
      createWriteStream(unfinished, { flush: true }),
    ]);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function* linesOf(records: Iterable<OutcomeRecord>): Iterable<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}
