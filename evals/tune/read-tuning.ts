import { readVersionedFile } from "../data/outcomes/read-versioned-file.ts";
import { TUNING_FORMAT_VERSION, type TuningFile, tuningVersionOf } from "./tuning-file.ts";
import { tuningSchema } from "./tuning-schema.ts";

/** Far above what the largest grid with hundreds of categories takes. */
const maxBytes = 20_000_000;

/**
 * Reads a tuning file and checks all of it: size, format version, every field, and the hash. That it has
 * not expired is for `createRouter({ tuning })` and `eval check` to tell. Throws `OutcomeFormatError`, which
 * names the file, the field and what is wrong with it.
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
