/**
 * Compares what `eval train` writes for n own labels with prompt length and the default, on other records of the
 * same traffic: mean and standard deviation over twenty random splits, once for requests without a category and
 * once with it; and five folds with --folds. Needs the data sets in SWITCHPOINT_DATA (default ../shared/data):
 *
 *     npm run build && node dist/studies/own-labels-study.js [mmlu] [gsm8k] [mix] [mix-pair] [200] [500] … [--folds]
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
import type { Classifier } from "../src/contracts/index.ts";
import { bootstrap, seededRandom } from "../src/loop/statistics/index.ts";
import { createPromptReader, scoreOf } from "../src/router/classifiers/complexity/inner.ts";
import { complexity, length, trained } from "../src/router/classifiers/index.ts";
import { rank } from "../src/router/classifiers/inner.ts";
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
  /** True where records have categories that a caller could know. */
  readonly categories: boolean;
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
    categories: true,
    base: async () => complexity(),
  },
  gsm8k: {
    file: "benchmark/routellm_gsm8k.jsonl.gz",
    small: mixtral,
    large: gpt4,
    labels: [200, 500],
    categories: false,
    base: async () => complexity(),
  },
  mix: {
    file: "train/dcrouter.jsonl.gz",
    small: ["llama-3.1-8b-instruct", "qwen2.5-7b-instruct", "gemma-2-9b-it", "mistral-7b-instruct-v0.3"],
    large: ["llama-3.1-nemotron-51b-instruct", "llama-3.3-nemotron-super-49b-v1"],
    labels: [200, 500, 2_000],
    categories: true,
    base: withoutMix,
  },
  "mix-pair": {
    file: "train/dcrouter.jsonl.gz",
    small: ["llama-3.1-8b-instruct"],
    large: ["llama-3.1-nemotron-51b-instruct"],
    labels: [200, 500, 2_000],
    categories: true,
    base: withoutMix,
  },
};
const splits = 20;
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

const asked = process.argv.slice(2).filter((argument) => Object.hasOwn(studies, argument));
const askedLabels = process.argv.slice(2).map(Number).filter(Number.isInteger);
const inFolds = process.argv.includes("--folds");
for (const [name, study] of Object.entries(studies)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const base = await study.base();
  const groups = groupsOf(await recordsOf(study));
  if (inFolds) await showFolds(name, base, groups);
  else
    for (const labels of study.labels)
      if (askedLabels.length === 0 || askedLabels.includes(labels))
        await showSplits(name, study, base, groups, labels);
}

/** Returns records with the outcomes `small` and `large`, and with the category only where it is studied. */
async function recordsOf({ file, small, large, categories }: Study): Promise<readonly OutcomeRecord[]> {
  const path = dataPath(file);
  const records: OutcomeRecord[] = [];
  for await (const { category, ...record } of readOutcomes(path)) {
    // The published results on these sets exclude such rows.
    if ((record as { readonly contaminated?: boolean }).contaminated) continue;
    const [from, to] = [meanQuality(record, small), meanQuality(record, large)];
    if (from === undefined || to === undefined) continue;
    const outcomes = { small: { quality: from }, large: { quality: to } };
    records.push({ ...record, ...(categories ? { category } : {}), outcomes });
  }
  return records;
}

function withoutCategory({ category: _, ...record }: OutcomeRecord): OutcomeRecord {
  return record;
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
  { categories }: Study,
  base: Classifier,
  groups: readonly (readonly OutcomeRecord[])[],
  labels: number,
): Promise<void> {
  const columns = new Map<string, number[]>();
  let proven = 0;
  let won = 0;
  for (let seed = 1; seed <= splits; seed += 1) {
    const shuffled = shuffle(groups, seed).flat();
    const [own, rest] = [shuffled.slice(0, labels), shuffled.slice(labels)];
    const bare = rest.map(withoutCategory);
    const written = await train(own, base, seed);
    if (written.proven) proven += 1;
    const scores = {
      own: await scoresOf(bare, written.classifier),
      ...(categories ? { "own with category": await scoresOf(rest, written.classifier) } : {}),
      length: await scoresOf(bare, length()),
      default: await scoresOf(bare, base),
    };
    const found = new Map(Object.entries(scores).map(([column, values]) => [column, apgrOf(rest, values)]));
    for (const [column, value] of found) columns.set(column, [...(columns.get(column) ?? []), value]);
    if ((found.get("own") ?? 0) > (found.get("length") ?? 0)) won += 1;
    const shown = [...columns].map(([column, values]) => `${column} ${withDeviation(values)}`);
    const line = `${name}, ${labels} labels, ${seed} splits: ${shown.join(", ")}; own better than length in ${won}, proven in ${proven}`;
    if (seed === splits) console.log(line);
    else if (seed % 5 === 0) console.error(line);
  }
}

async function showFolds(
  name: string,
  base: Classifier,
  groups: readonly (readonly OutcomeRecord[])[],
): Promise<void> {
  const shuffled = shuffle(groups, 1);
  const records: OutcomeRecord[] = [];
  const scores: Record<string, number[]> = { own: [], length: [], default: [] };
  for (let fold = 0; fold < folds; fold += 1) {
    const own = shuffled.filter((_, index) => index % folds !== fold).flat();
    const rest = shuffled
      .filter((_, index) => index % folds === fold)
      .flat()
      .map(withoutCategory);
    const contenders = {
      own: (await train(own, base, 1)).classifier,
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

async function train(records: readonly OutcomeRecord[], base: Classifier, seed: number) {
  const { file, report } = await trainClassifier(records, {
    small: "small",
    large: "large",
    seed,
    base,
    resamples: 300,
  });
  return { classifier: trained(file, { base }), proven: report.proven };
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

/** Mean with its 95 % interval over splits, which share their records, and the standard deviation of one. */
function withDeviation(values: readonly number[]): string {
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  const half = (1.96 * deviation) / Math.sqrt(values.length);
  const interval = `[${(centre - half).toFixed(3)}, ${(centre + half).toFixed(3)}]`;
  return `${centre.toFixed(3)} ${interval} ± ${deviation.toFixed(3)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
