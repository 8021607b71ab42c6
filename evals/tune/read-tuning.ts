import { readVersionedFile } from "../data/outcomes/read-versioned-file.ts";
import { TUNING_FORMAT_VERSION, type TuningFile, tuningVersionOf } from "./tuning-file.ts";
import { tuningSchema } from "./tuning-schema.ts";

/** Most bytes of a file: far above what the largest grid with hundreds of categories takes. */
const maxBytes = 20_000_000;

/**
 * Reads a tuning file and checks it completely: size, format version, every field, and the hash.
 * `createRouter({ tuning })` and `eval check` check the expiry. Throws `OutcomeFormatError`, which names the
 * file, the field and what is wrong with it.
 */
export function readTuning(path: string): Promise<TuningFile> {
  return readVersionedFile<TuningFile>(path, {
    formatVersion: TUNING_FORMAT_VERSION,
    maxBytes,
    command: "eval tune",
    schema: tuningSchema,
    versionOf: tuningVersionOf,
  });
}
