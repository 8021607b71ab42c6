import { type Classifier, InvalidOptionError } from "../../../contracts/index.ts";
import { checkShape } from "./check-shape.ts";
import { FORMAT_VERSION, MAX_FILE_BYTES, type TrainedClassifier, textOf, versionOf } from "./trained-file.ts";

/**
 * Throws `InvalidOptionError` unless the value is a classifier file that can be used with `base`: its format,
 * size, hash and base, and all that a decision reads. (`readClassifier` checks the rest, too.)
 */
export function checkTrainedFile(value: unknown, base: Classifier): TrainedClassifier {
  if (typeof value !== "object" || value === null || !("formatVersion" in value))
    throw new InvalidOptionError("trained.file", value, "the JSON of a file from `switchpoint eval train`");
  if (value.formatVersion !== FORMAT_VERSION) {
    throw new InvalidOptionError(
      "trained.file.formatVersion",
      value.formatVersion,
      `${FORMAT_VERSION}, the format that this package version reads: train again`,
    );
  }
  const file = value as TrainedClassifier;
  const characters = textOf(file).length;
  if (characters > MAX_FILE_BYTES)
    throw new InvalidOptionError("trained.file", characters, `JSON of at most ${MAX_FILE_BYTES} bytes`);
  if (file.version !== versionOf(file)) {
    throw new InvalidOptionError(
      "trained.file.version",
      file.version,
      "the hash of the other fields: the file is truncated, or was changed after training",
    );
  }
  const given = `${file.base?.name}@${file.base?.version}`;
  if (given !== `${base.name}@${base.version}`) {
    throw new InvalidOptionError(
      "trained.file.base",
      given,
      `${base.name}@${base.version}, the given base classifier: train again with it`,
    );
  }
  checkShape(file);
  return file;
}
