import { decodeColumn } from "../../src/classifiers/trained/columns.ts";
import type { TrainedClassifier } from "../../src/classifiers/trained/trained-file.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { promptKey } from "../outcomes/prompt-key.ts";
import { groupHash } from "./group-hash.ts";

/**
 * Returns a function that tells whether a classifier remembers the prompt of a record from its training:
 * what it says of such a record proves nothing. It remembers all prompts of up to 2,000 records, else a
 * sample. One in some hundred thousand prompts is taken for another.
 */
export function wasTrainedOn({ examples }: TrainedClassifier): (record: OutcomeRecord) => boolean {
  const remembered = new Set(decodeColumn(examples.groups, Uint32Array, examples.count));
  return (record) => remembered.has(groupHash(promptKey(record)));
}
