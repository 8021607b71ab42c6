import { InvalidOptionError } from "../../src/contracts/index.ts";
import type { TrainedClassifier } from "../../src/router/classifiers/index.ts";
import { MAX_FILE_BYTES } from "../../src/router/classifiers/trained/inner.ts";
import { writeWhole } from "../data/outcomes/write-whole.ts";

/**
 * Writes a classifier file completely or not at all: a reader never sees half of one. Throws
 * `InvalidOptionError` if it would be larger than 1 MB, which takes hundreds of models.
 */
export async function writeClassifier(path: string, file: TrainedClassifier): Promise<void> {
  const text = `${JSON.stringify(file)}\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FILE_BYTES)
    throw new InvalidOptionError("models", file.models, `fewer models: the file would have ${bytes} bytes`);
  await writeWhole(path, [text]);
}
