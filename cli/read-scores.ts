import { readDataset } from "../evals/collect/read-dataset.ts";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { textKey } from "../evals/data/outcomes/prompt-key.ts";
import { offlineHop } from "../evals/replay/offline-hop.ts";
import { factsOfRecord, type RecordText } from "../evals/replay/request-of-record.ts";
import { type Classifier, InvalidOptionError } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { askClassifier } from "../src/plugin/index.ts";
import type { Io } from "./io.ts";

const timeoutMs = 30_000;
const { signal } = new AbortController();

/**
 * Computes the complexities of the requests of a data set, without those that are also among the records and
 * those that cannot be classified; both are counted on stderr. Throws `OutcomeFormatError`, and
 * `InvalidOptionError` if none is left.
 */
export async function readScores(
  path: string,
  records: readonly OutcomeRecord[],
  { classifier, text }: { readonly classifier: Classifier; readonly text: RecordText },
  io: Pick<Io, "stderr">,
): Promise<readonly number[]> {
  const asked = new Set(records.map(textKey));
  const scores: number[] = [];
  let shared = 0;
  let failed = 0;
  for (const [index, { record }] of (await readDataset(path)).entries()) {
    const whole = { ...record, outcomes: {} };
    if (asked.has(textKey(whole))) {
      shared += 1;
      continue;
    }
    const facts = factsOfRecord(whole, index + 1, text);
    const { classification } = await askClassifier(classifier, facts, offlineHop(0, signal), timeoutMs);
    if (classification === undefined) failed += 1;
    else scores.push(classification.complexity);
  }
  if (shared > 0) io.stderr(`--grid-from: ${counted(shared, "request")} left out, also among the outcomes\n`);
  if (failed > 0)
    io.stderr(`--grid-from: ${counted(failed, "request")} left out, which could not be classified\n`);
  if (scores.length === 0)
    throw new InvalidOptionError("--grid-from", path, "requests that are not among the outcomes");
  return scores;
}
