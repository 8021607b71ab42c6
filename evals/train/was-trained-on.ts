import type { TrainedClassifier } from "../../src/router/classifiers/index.ts";
import { decodeColumn } from "../../src/router/classifiers/trained/inner.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { promptKey } from "../data/outcomes/prompt-key.ts";
import { restsOn } from "../data/split/record-keys.ts";
import { groupHash } from "./group-hash.ts";

/**
 * Returns a function that is true for records on whose prompt a classifier was trained: its results on such
 * records prove nothing. Exact up to 12,000 prompts, beyond for a sample of them; for a file without `keys`,
 * for the up to 2,000 examples that it holds.
 */
export function wasTrainedOn({ keys, examples }: TrainedClassifier): (record: OutcomeRecord) => boolean {
  if (keys !== undefined) return restsOn(keys);
  const remembered = new Set(decodeColumn(examples.groups, Uint32Array, examples.count));
  return (record) => remembered.has(groupHash(promptKey(record)));
}
