import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { MAX_FILE_BYTES, type TrainedClassifier } from "../../src/classifiers/trained/trained-file.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";

/**
 * Writes a classifier file as a whole or not at all: a reader never sees half of one. Throws
 * `InvalidOptionError` when it would be larger than 1 MB, which takes hundreds of models.
 */
export async function writeClassifier(path: string, file: TrainedClassifier): Promise<void> {
  const text = `${JSON.stringify(file)}\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FILE_BYTES)
    throw new InvalidOptionError("models", file.models, `fewer models: the file would have ${bytes} bytes`);
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
