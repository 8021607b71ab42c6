import { createHash } from "node:crypto";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { readOptions } from "../../src/plugin/index.ts";
import { complexity } from "../../src/router/classifiers/index.ts";
import { checkTrainedFile, decodeExamples } from "../../src/router/classifiers/trained/inner.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { joinRecordKeys, recordKeysFrom } from "../data/split/record-keys.ts";
import { buildClassifier } from "./build-classifier.ts";
import { readExamples } from "./read-examples.ts";
import { joinExamples } from "./select-examples.ts";
import {
  settingsOf,
  type Training,
  type TrainSettings,
  trainingOf,
  trainSettings,
} from "./train-classifier.ts";

/**
 * Trains on the examples in a file and on new records: for the same models, next to the same default. The
 * file holds up to 2,000 of its records, a random sample without text (the rarest 96 hashed words and pairs
 * of each), so the old outcomes are not needed; if it was trained on more records than that, the new ones
 * count for more than they would in a training on all of them. Candidates, choice and curves are computed
 * again. `data` of the new file counts the records of both, and its hash covers the old hash and the new
 * records.
 *
 * Throws `InvalidOptionError` and `OutcomeFormatError`.
 */
export async function refit(
  file: unknown,
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  settings: TrainSettings = {},
): Promise<Training> {
  const given = readOptions("refit", trainSettings, settings);
  const { base = complexity(), text } = given;
  const { models, small, large, structure: scale, data, keys, ...earlier } = checkTrainedFile(file, base);
  const remembered = decodeExamples(earlier.examples, models.length);
  if (remembered === undefined)
    throw new InvalidOptionError("trained.file.examples", undefined, "columns of the stated length");
  const added = await readExamples(records, { models, base, text, scale });
  const built = await buildClassifier({
    ...settingsOf(given),
    examples: joinExamples(remembered, added.examples),
    scale,
    joinKeys: [...Array.from(remembered.groups, (prompt) => ({ prompt, related: [] })), ...added.joinKeys],
    variants: {
      ...added.variants,
      originals: added.variants.originals.map((row) => row + remembered.count),
    },
    small,
    large,
    models,
    base,
    data: {
      records: data.records + added.examples.count,
      sha256: createHash("sha256").update(`${data.sha256} ${added.sha256}`).digest("hex"),
    },
    keys: keys && joinRecordKeys(keys, recordKeysFrom(added.recordKeys, "fit")),
    seed: given.seed ?? earlier.seed,
  });
  return trainingOf(built, added.skipped);
}
