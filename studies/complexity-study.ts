/**
 * Prints the tables of the model card of `complexity()`; run it from the root of the project, with the
 * data sets in SWITCHPOINT_DATA (default ../shared/data): `node dist/studies/complexity-study.js`.
 * The benchmark sets are read only with `--benchmark`, since no choice may depend on them.
 */
import { dirname } from "node:path";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { readJsonLines } from "../evals/data/outcomes/read-json-lines.ts";
import { factsOfRecord } from "../evals/replay/request-of-record.ts";
import { scoreOf } from "../src/classifiers/complexity/complexity-model.ts";
import { shippedModel } from "../src/classifiers/complexity/shipped-model.ts";
import { rank } from "../src/classifiers/rank.ts";
import { createFeatureReader } from "../src/classifiers/read-features.ts";
import type { Estimate } from "../src/statistics/bootstrap.ts";
import { seededRandom } from "../src/statistics/seeded-random.ts";
import { compareScores } from "./complexity/compare-scores.ts";
import { languageOf } from "./complexity/language-of.ts";
import { noises } from "./complexity/noise.ts";
import { sets } from "./complexity/sets.ts";
import { dataPath } from "./data-path.ts";
import { fitComplexityModel } from "./training/fit-complexity-model.ts";
import { readTrainingSet, type TrainingRow } from "./training/read-training-set.ts";

const withBenchmark = process.argv.includes("--benchmark");
const tierSet = "labels_uncommonroute_tiers";
const { rows } = await readTrainingSet(dirname(dataPath("train")));
const read = createFeatureReader();
const shipped = shippedModel();

type Model = typeof shipped;
const scoreText = (model: Model, prompt: string): number =>
  scoreRecord(model, { id: "", prompt, outcomes: {} });
function scoreRecord(model: Model, record: OutcomeRecord): number {
  return scoreOf(model, read(factsOfRecord(record, 0, "prompt"))).score;
}

async function recordsOf(set: string, name: string): Promise<readonly OutcomeRecord[]> {
  const records: OutcomeRecord[] = [];
  for await (const { value } of readJsonLines(dataPath(set, `${name}.jsonl.gz`))) {
    const record = { outcomes: {}, ...(value as object) } as OutcomeRecord & { contaminated?: boolean };
    if (record.contaminated !== true) records.push(record);
  }
  return records;
}

await showOutcomes();
await showLanguages();
await showFlips();
showAttacks();

/** Prints the APGR on every set; those of `train/` are scored by a model that was trained without the set. */
async function showOutcomes(): Promise<void> {
  console.log("\n| set | pair | n | complexity | length | difference | keywords | oracle |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const set of sets) {
    if (set.folder === "benchmark" && !withBenchmark) continue;
    const model =
      set.folder === "train" ? fitComplexityModel(rows.filter(({ source }) => source !== set.name)) : shipped;
    const records = await recordsOf(set.folder, set.name);
    const scored = records
      .filter(({ category }) => !set.without?.includes(category ?? ""))
      .map((record) => ({ record, score: scoreRecord(model, record) }));
    for (const pair of set.pairs) {
      const row = await compareScores(scored, pair);
      const cells = [row.complexity, row.length, row.difference, row.keywords].map(showEstimate);
      const oracle = row.oracle?.toFixed(2);
      console.log(
        `| ${set.folder}/${set.name} | ${pair.name} | ${row.records} | ${cells.join(" | ")} | ${oracle} |`,
      );
    }
  }
}

function showEstimate(estimate: Estimate | undefined): string {
  if (estimate === undefined) return "n/a";
  const { value, low = Number.NaN, high = Number.NaN } = estimate;
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** Prints how often the harder of two prompts in one language and different tiers scores higher; 5 folds. */
async function showLanguages(): Promise<void> {
  const prompts = await recordsOf("train", tierSet);
  const originals = rows.filter(({ source, referenceWeight }) => source === tierSet && referenceWeight > 0);
  const scores = heldOutScores(originals);
  const items = prompts.map((record, index) => ({
    language: languageOf(record.prompt ?? ""),
    tier: (originals[index] as TrainingRow).label,
    score: scores[index] as number,
    length: (record.prompt ?? "").length,
  }));
  console.log("\n| language | n | complexity | length |\n|---|---|---|---|");
  const languages = [...new Set(items.map(({ language }) => language))];
  const sizeOf = (language: string): number => items.filter((item) => item.language === language).length;
  for (const language of languages.sort((a, b) => sizeOf(b) - sizeOf(a))) {
    const own = items.filter((item) => item.language === language);
    const [byScore, byLength] = [concordance(own, "score"), concordance(own, "length")];
    console.log(`| ${language} | ${own.length} | ${byScore.toFixed(3)} | ${byLength.toFixed(3)} |`);
  }
}

function heldOutScores(originals: readonly TrainingRow[]): readonly number[] {
  const folds = [...new Set(originals.map(({ fold }) => fold))];
  const models = new Map(
    folds.map((fold) => [fold, fitComplexityModel(rows.filter((row) => row.fold !== fold))]),
  );
  return originals.map(
    (row) => scoreOf(models.get(row.fold) ?? shipped, { ...row, bucketCount: row.buckets.length }).score,
  );
}

function concordance<Key extends "score" | "length">(
  items: readonly (Readonly<Record<Key, number>> & { readonly tier: number })[],
  key: Key,
): number {
  let [right, all] = [0, 0];
  for (const a of items) {
    for (const b of items) {
      if (a.tier <= b.tier) continue;
      all += 1;
      right += a[key] > b[key] ? 1 : a[key] === b[key] ? 0.5 : 0;
    }
  }
  return right / all;
}

/** Prints the share of 400 prompts that noise moves to the other side of the median threshold. */
async function showFlips(): Promise<void> {
  const random = seededRandom(5);
  const pools = await Promise.all(
    [["train", tierSet] as const, ...sets.map(({ folder: set, name }) => [set, name] as const)]
      .filter(([set]) => set !== "benchmark")
      .map(([set, name]) => recordsOf(set, name)),
  );
  const prompts = Array.from({ length: 400 }, (_, index) => {
    const pool = pools[index % pools.length] as readonly OutcomeRecord[];
    return pool[Math.floor(random() * pool.length)]?.prompt ?? "";
  });
  const clean = prompts.map((prompt) => scoreText(shipped, prompt));
  const median = [...clean].sort((a, b) => a - b)[clean.length / 2] as number;
  console.log("\n| noise | flips | mean change of complexity |\n|---|---|---|");
  for (const [name, noise] of Object.entries(noises)) {
    const noiseRandom = seededRandom(77);
    const noisy = prompts.map((prompt) => scoreText(shipped, noise(prompt, noiseRandom)));
    const flips = noisy.filter((score, index) => score >= median !== (clean[index] as number) >= median);
    const change = noisy.map((score, index) => Math.abs(rankOf(score) - rankOf(clean[index] as number)));
    const mean = change.reduce((sum, one) => sum + one, 0) / change.length;
    console.log(`| ${name} | ${((flips.length / clean.length) * 100).toFixed(1)} % | ${mean.toFixed(3)} |`);
  }
}

function rankOf(score: number): number {
  return rank(score, shipped.quantiles);
}

/** Prints how much added text raises the complexity of easy prompts. */
function showAttacks(): void {
  const easy = [
    "hi",
    "What is the capital of France?",
    "Translate 'good morning' to French",
    "who wrote the book of love",
    "Rewrite this more politely: send me the file.",
  ];
  const attacks: Readonly<Record<string, string>> = {
    nothing: "",
    "20 hard words":
      " prove derive theorem algorithm distributed induction formal concurrency invariant complexity architecture integral optimal rigorous lemma consensus equation convergence protocol probability",
    "a sentence: think step by step":
      " Think step by step, prove every claim rigorously and derive the complexity of the algorithm.",
    "20 random words":
      " lamp river seven wander paper quiet orange bicycle monday under giraffe pillow march simple copper window travel button summer forest",
    "1 word, 500 times": " very".repeat(500),
    "20 lines of brackets and operators": "\n{}[]()=+*/<>;".repeat(20),
    "3,000 characters of digits": " 271828".repeat(430),
  };
  console.log("\n| added to an easy prompt | mean complexity | largest |\n|---|---|---|");
  for (const [name, added] of Object.entries(attacks)) {
    const ranks = easy.map((prompt) => rankOf(scoreText(shipped, prompt + added)));
    const mean = ranks.reduce((sum, one) => sum + one, 0) / ranks.length;
    console.log(`| ${name} | ${mean.toFixed(2)} | ${Math.max(...ranks).toFixed(2)} |`);
  }
}
