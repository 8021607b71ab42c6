import { Option } from "commander";
import type { TuningFile } from "../../evals/tune/tuning-file.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { builtInClassifiers } from "../load-classifier.ts";

/** Option `--classifier`. `whenAbsent` describes the default. */
export function classifierOption(whenAbsent = "complexity"): Option {
  return new Option(
    "--classifier <name or file>",
    `complexity, length or a trained file (default: ${whenAbsent})`,
  );
}

/**
 * Returns the name or path that is given, else the classifier that was tuned with, else complexity. Throws
 * `InvalidOptionError` if the tuned one was trained: its file must be given.
 */
export function classifierOrTuned(given: string | undefined, tuning: TuningFile | undefined): string {
  if (given !== undefined) return given;
  if (tuning === undefined) return "complexity";
  const { name, version } = tuning.classifier;
  if (!builtInClassifiers.includes(name))
    throw new InvalidOptionError("--classifier", given, `the file of ${name}@${version}, which was tuned on`);
  return name;
}
