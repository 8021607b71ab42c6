import { type Outcome, type OutcomeRecord, outcomeOf } from "../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../evals/data/outcomes/prompt-key.ts";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import type { RecordText } from "../evals/replay/request-of-record.ts";
import { trainClassifier } from "../evals/train/train-classifier.ts";
import type { Classifier } from "../src/contracts/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import { trained } from "../src/router/classifiers/index.ts";
import { answerCost } from "./answer-cost.ts";
import { dataPath } from "./data-path.ts";

/** A set of records with outcomes of two models, and the text that a classifier sees. */
export interface StudySet {
  readonly file: string;
  readonly small: string;
  readonly large: string;
  readonly text: RecordText;
  /** True if the records state how sure the small model was, and include that cost. */
  readonly cascade?: true;
}

const routeLlm = {
  small: "mistralai/Mixtral-8x7B-Instruct-v0.1",
  large: "gpt-4-1106-preview",
  text: "prompt",
} as const;

export const studySets: Readonly<Record<string, StudySet>> = {
  rational: {
    file: "validation/rational_cascades.jsonl.gz",
    small: "llama3.1-8b",
    large: "gpt-4o",
    text: "question",
    cascade: true,
  },
  routerbench: {
    file: "validation/routerdc_routerbench.jsonl.gz",
    small: "mistralai/mixtral-8x7b-chat",
    large: "gpt-4-1106-preview",
    text: "question",
  },
  mmlu: { file: "benchmark/routellm_mmlu.jsonl.gz", ...routeLlm },
  gsm8k: { file: "benchmark/routellm_gsm8k.jsonl.gz", ...routeLlm },
};

// Check the folder before a study prints anything.
dataPath();

/** Records with the same prompt, which stay on one side of every split. */
export type StudyGroup = readonly OutcomeRecord[];

/**
 * Returns the records with outcomes of both models, in shuffled groups. Categories are removed, since only
 * text is studied. Costs are those of the answers; with `cascade`, `metadata.checkedCostUsd` is that of the
 * small model's answer with its check.
 */
export async function readStudySet({
  file,
  small,
  large,
  cascade,
}: StudySet): Promise<readonly StudyGroup[]> {
  const groups = new Map<string, OutcomeRecord[]>();
  for await (const { category: _, ...record } of readOutcomes(dataPath(file))) {
    // The published results on these sets exclude such rows.
    if ((record as { readonly contaminated?: boolean }).contaminated) continue;
    const [from, to] = [outcomeOf(record, small), outcomeOf(record, large)];
    if (from === undefined || to === undefined) continue;
    const priced = (outcome: Outcome, model: string): Outcome =>
      cascade ? { ...outcome, costUsd: answerCost(outcome, model) } : outcome;
    const outcomes = { [small]: priced(from, small), [large]: priced(to, large) };
    const one = { ...record, outcomes, metadata: { checkedCostUsd: from.costUsd } };
    const key = promptKey(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const random = seededRandom(1);
  return [...groups.values()]
    .map((group) => ({ group, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ group }) => group);
}

/** Takes whole groups until there are `count` records; returns the other groups too. */
export function takeRecords(
  groups: readonly StudyGroup[],
  count: number,
): { readonly taken: readonly OutcomeRecord[]; readonly others: readonly StudyGroup[] } {
  const taken: OutcomeRecord[] = [];
  let next = 0;
  for (; taken.length < count && next < groups.length; next += 1) taken.push(...(groups[next] ?? []));
  return { taken, others: groups.slice(next) };
}

/** Trains a classifier, even if it is not proven to beat length. */
export async function trainOn(records: readonly OutcomeRecord[], set: StudySet): Promise<Classifier> {
  const { small, large, text } = set;
  const { file } = await trainClassifier(records, { small, large, text, candidate: "mean", resamples: 1 });
  return trained(file);
}

/** Returns the numbers of own labels that leave at least half of the records. */
export function ownLabels(groups: readonly StudyGroup[]): readonly number[] {
  const all = groups.reduce((sum, group) => sum + group.length, 0);
  return [200, 500, 1_000].filter((count) => count <= all / 2);
}

/** Returns the sets named on the command line, else all. */
export function askedSets(): readonly (readonly [name: string, set: StudySet])[] {
  const asked = process.argv.slice(2);
  return Object.entries(studySets).filter(([name]) => asked.length === 0 || asked.includes(name));
}
