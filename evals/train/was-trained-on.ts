import { decodeColumn } from "../../src/classifiers/trained/columns.ts";
import type { TrainedClassifier } from "../../src/classifiers/trained/trained-file.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { promptKey } from "../data/outcomes/prompt-key.ts";
import { restsOn } from "../data/split/record-keys.ts";
import { groupHash } from "./group-hash.ts";

/**
 * Returns a function that tells whether a classifier was trained on the prompt of a record: what it says
 * of such a record proves nothing. Exact up to 12,000 prompts, beyond for a sample of them; of a file
 * without `keys`, for the up to 2,000 examples that it remembers.
 */
export function wasTrainedOn({ keys, examples }: TrainedClassifier): (record: OutcomeRecord) => boolean {
  if (keys !== undefined) return restsOn(keys);
  const remembered = new Set(decodeColumn(examples.groups, Uint32Array, examples.count));
  return (record) => remembered.has(groupHash(promptKey(record)));
}
