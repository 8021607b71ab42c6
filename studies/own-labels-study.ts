/**
 * Compares a classifier trained on n own labels with prompt length and the default, on other records of the
 * same traffic: mean and standard deviation over ten random splits, and five folds. Needs the data sets in
 * SWITCHPOINT_DATA (default ../shared/data):
 *
 *     npm run build && node dist/studies/own-labels-study.js [mmlu] [gsm8k] [mix] [mix-pair]
 */
import { dirname } from "node:path";
import { type OutcomeRecord, outcomeOf } from "../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../evals/data/outcomes/prompt-key.ts";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import { apgr } from "../evals/metrics/apgr.ts";
import { orderByScore, routingCurve } from "../evals/metrics/routing-curve.ts";
import { offlineHop } from "../evals/replay/offline-hop.ts";
import { factsOfRecord } from "../evals/replay/request-of-record.ts";
import { trainClassifier } from "../evals/train/train-classifier.ts";
import { scoreOf } from "../src/classifiers/complexity/complexity-model.ts";
import { createPromptReader } from "../src/classifiers/complexity/read-prompt.ts";
import { complexity } from "../src/classifiers/complexity.ts";
import { length } from "../src/classifiers/length.ts";
import { rank } from "../src/classifiers/rank.ts";
import { trained } from "../src/classifiers/trained.ts";
import type { Classifier } from "../src/contracts/index.ts";
import { bootstrap } from "../src/statistics/bootstrap.ts";
import { seededRandom } from "../src/statistics/seeded-random.ts";
import { dataPath } from "./data-path.ts";
import { settings } from "./training/complexity-settings.ts";
import { fitComplexityModel, referenceScores } from "./training/fit-complexity-model.ts";
import { readTrainingSet, trainable, without } from "./training/read-training-set.ts";
import { readWordVectors } from "./training/word-vectors.ts";

interface Study {
  readonly file: string;
  /** Names of the small models, over which quality is averaged; the same holds for `large`. */
  readonly small: readonly string[];
  readonly large: readonly string[];
  readonly labels: readonly number[];
  /** True to print a five-fold figure. */
  readonly folds: boolean;
  /** Returns the default classifier, or one trained without these records if the default was trained on them. */
  readonly base: () => Promise<Classifier>;
}

const mixtral = ["mistralai/Mixtral-8x7B-Instruct-v0.1"];
const gpt4 = ["gpt-4-1106-preview"];
const studies: Readonly<Record<string, Study>> = {
  mmlu: {
    file: "benchmark/routellm_mmlu.jsonl.gz",
    small: mixtral,
    large: gpt4,
    labels: [200, 500, 1_000],
    folds: true,
    base: async () => complexity(),
  },
  gsm8k: {
    file: "benchmark/routellm_gsm8k.jsonl.gz",
    small: mixtral,
    large: gpt4,
    labels: [200, 500],
    folds: true,
    base: async () => complexity(),
  },
  mix: {
    file: "train/dcrouter.jsonl.gz",
    small: ["llama-3.1-8b-instruct", "qwen2.5-7b-instruct", "gemma-2-9b-it", "mistral-7b-instruct-v0.3"],
    large: ["llama-3.1-nemotron-51b-instruct", "llama-3.3-nemotron-super-49b-v1"],
    labels: [200, 500, 2_000],
    folds: false,
    base: withoutMix,
  },
  "mix-pair": {
    file: "train/dcrouter.jsonl.gz",
    small: ["llama-3.1-8b-instruct"],
    large: ["llama-3.1-nemotron-51b-instruct"],
    labels: [200, 500, 2_000],
    folds: false,
    base: withoutMix,
  },
};
const splits = 10;
const folds = 5;
const hop = offlineHop(0, new AbortController().signal);

/** Trains the default classifier without the mix. */
async function withoutMix(): Promise<Classifier> {
  const all = await readTrainingSet(dirname(dataPath("train")));
  const vectors = await readWordVectors(settings.tableWords);
  const rows = without(trainable(all), "dcrouter");
  const model = fitComplexityModel(rows, vectors);
  const quantiles = referenceScores(rows, vectors);
  const read = createPromptReader();
  return {
    name: "complexity",
    version: "without-dcrouter",
    classify: (facts) => ({ complexity: rank(scoreOf(model, read(facts)).score, quantiles) }),
  };
}

const asked = process.argv.slice(2);
for (const [name, study] of Object.entries(studies)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const base = await study.base();
  const groups = groupsOf(await recordsOf(study));
  for (const labels of study.labels) await showSplits(name, base, groups, labels);
  if (study.folds) await showFolds(name, base, groups);
}

/** Returns records with the outcomes `small` and `large`, without categories, since only text is studied. */
async function recordsOf({ file, small, large }: Study): Promise<readonly OutcomeRecord[]> {
  const path = dataPath(file);
  const records: OutcomeRecord[] = [];
  for await (const { category: _, ...record } of readOutcomes(path)) {
    // The published results on these sets exclude such rows.
    if ((record as { readonly contaminated?: boolean }).contaminated) continue;
    const [from, to] = [meanQuality(record, small), meanQuality(record, large)];
    if (from === undefined || to === undefined) continue;
    records.push({ ...record, outcomes: { small: { quality: from }, large: { quality: to } } });
  }
  return records;
}

function meanQuality(record: OutcomeRecord, names: readonly string[]): number | undefined {
  const qualities = names
    .map((name) => outcomeOf(record, name)?.quality)
    .filter((quality) => quality !== undefined);
  return qualities.length === 0 ? undefined : mean(qualities);
}

/** Groups records with the same prompt, which stay on one side of every split. */
function groupsOf(records: readonly OutcomeRecord[]): readonly (readonly OutcomeRecord[])[] {
  const groups = new Map<string, OutcomeRecord[]>();
  for (const record of records) {
    const key = promptKey(record);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()];
}

async function showSplits(
  name: string,
  base: Classifier,
  groups: readonly (readonly OutcomeRecord[])[],
  labels: number,
): Promise<void> {
  const columns = new Map<string, number[]>();
  let recommended = 0;
  for (let seed = 1; seed <= splits; seed += 1) {
    const shuffled = shuffle(groups, seed).flat();
    const [own, rest] = [shuffled.slice(0, labels), shuffled.slice(labels)];
    const chosen = await train(own, base, seed);
    if (chosen.recommended) recommended += 1;
    const contenders = {
      chosen: chosen.classifier,
      mean: (await train(own, base, seed, "mean")).classifier,
      blend: (await train(own, base, seed, "blend")).classifier,
      length: length(),
      default: base,
    };
    for (const [column, classifier] of Object.entries(contenders)) {
      const value = apgrOf(rest, await scoresOf(rest, classifier));
      columns.set(column, [...(columns.get(column) ?? []), value]);
    }
  }
  const shown = [...columns].map(([column, values]) => `${column} ${withDeviation(values)}`);
  console.log(`${name}, ${labels} labels, ${splits} splits: ${shown.join(", ")}; recommended ${recommended}`);
}

async function showFolds(
  name: string,
  base: Classifier,
  groups: readonly (readonly OutcomeRecord[])[],
): Promise<void> {
  const shuffled = shuffle(groups, 1);
  const records: OutcomeRecord[] = [];
  const scores: Record<string, number[]> = { chosen: [], mean: [], blend: [], length: [], default: [] };
  for (let fold = 0; fold < folds; fold += 1) {
    const own = shuffled.filter((_, index) => index % folds !== fold).flat();
    const rest = shuffled.filter((_, index) => index % folds === fold).flat();
    const contenders = {
      chosen: (await train(own, base, 1)).classifier,
      mean: (await train(own, base, 1, "mean")).classifier,
      blend: (await train(own, base, 1, "blend")).classifier,
      length: length(),
      default: base,
    };
    records.push(...rest);
    for (const [column, classifier] of Object.entries(contenders))
      scores[column]?.push(...(await scoresOf(rest, classifier)));
  }
  const pair = pairOf(records);
  for (const [column, values] of Object.entries(scores)) {
    const order = orderByScore(values);
    const { value } = await bootstrap(
      records.length,
      (weights) => ({ value: apgr(routingCurve(pair, order, weights)) }),
      { groups: records.map(promptKey), resamples: 400 },
    );
    const interval = `[${value?.low?.toFixed(3)}, ${value?.high?.toFixed(3)}]`;
    console.log(`${name}, ${folds} folds: ${column} ${value?.value.toFixed(3)} ${interval}`);
  }
}

async function train(records: readonly OutcomeRecord[], base: Classifier, seed: number, candidate?: string) {
  const { file, report } = await trainClassifier(records, {
    small: "small",
    large: "large",
    seed,
    base,
    candidate,
    ...(candidate === undefined ? {} : { resamples: 1 }),
  });
  return { classifier: trained(file, { base }), recommended: report.recommended };
}

async function scoresOf(records: readonly OutcomeRecord[], classifier: Classifier): Promise<number[]> {
  const scores: number[] = [];
  for (const [index, record] of records.entries()) {
    const { complexity: score } = await classifier.classify(factsOfRecord(record, index, "prompt"), hop);
    scores.push(score);
  }
  return scores;
}

function apgrOf(records: readonly OutcomeRecord[], scores: readonly number[]): number {
  return apgr(routingCurve(pairOf(records), orderByScore(scores))) ?? Number.NaN;
}

function pairOf(records: readonly OutcomeRecord[]) {
  const side = (name: string) => ({
    quality: Float64Array.from(records, (record) => outcomeOf(record, name)?.quality ?? Number.NaN),
  });
  return { small: side("small"), large: side("large") };
}

function shuffle<T>(values: readonly T[], seed: number): readonly T[] {
  const random = seededRandom(seed);
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function withDeviation(values: readonly number[]): string {
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return `${centre.toFixed(3)} ± ${deviation.toFixed(3)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
