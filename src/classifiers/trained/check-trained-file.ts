import { type Classifier, InvalidOptionError } from "../../contracts/index.ts";
import { FORMAT_VERSION, type TrainedClassifier, versionOf } from "./trained-file.ts";

/**
 * Throws `InvalidOptionError` unless the value is a classifier file that can be used with `base`. Checks
 * only what is cheap without a schema; the hash shows that the rest is unchanged.
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
  if (file.version !== versionOf(file)) {
    throw new InvalidOptionError(
      "trained.file.version",
      file.version,
      "the hash of the other fields: the file is truncated, or was changed after training",
    );
  }
  const given = `${file.base.name}@${file.base.version}`;
  if (given !== `${base.name}@${base.version}`) {
    throw new InvalidOptionError(
      "trained.file.base",
      given,
      `${base.name}@${base.version}, the given base classifier: train again with it`,
    );
  }
  return file;
}
