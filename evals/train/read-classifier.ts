import type { TrainedClassifier } from "../../src/router/classifiers/index.ts";
import { FORMAT_VERSION, MAX_FILE_BYTES, versionOf } from "../../src/router/classifiers/trained/inner.ts";
import { readVersionedFile } from "../data/outcomes/read-versioned-file.ts";
import { trainedSchema } from "./trained-schema.ts";

/**
 * Reads a classifier file and checks it completely: size, format version, every field, and the hash.
 * `trained(file)` serves the result. Throws `OutcomeFormatError`, which names the file, the field and what is
 * wrong with it.
 */
export function readClassifier(path: string): Promise<TrainedClassifier> {
  return readVersionedFile<TrainedClassifier>(path, {
    formatVersion: FORMAT_VERSION,
    maxBytes: MAX_FILE_BYTES,
    command: "eval train",
    schema: trainedSchema,
    versionOf,
  });
}
