/**
 * Prints the tables of the model card of `complexity()`; run it from the root of the project, with the
 * data sets in SWITCHPOINT_DATA (default ../shared/data) and the word vectors that training needs:
 * `node dist/studies/complexity-study.js`. The benchmark sets are read only with `--benchmark`, since no
 * choice may depend on them; `--own` prints only what needs no model that is trained again.
 */
import { dirname } from "node:path";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { readJsonLines } from "../evals/data/outcomes/read-json-lines.ts";
import { factsOfRecord } from "../evals/replay/request-of-record.ts";
import { bootstrap, type Estimate, seededRandom } from "../src/loop/statistics/index.ts";
import { createPromptReader, scoreOf, shippedModel } from "../src/router/classifiers/complexity/inner.ts";
import { rank } from "../src/router/classifiers/inner.ts";
import { compareScores } from "./complexity/compare-scores.ts";
import { languageOf } from "./complexity/language-of.ts";
import { noises } from "./complexity/noise.ts";
import { mixedSources, type StudySet, sets } from "./complexity/sets.ts";
import { dataPath } from "./data-path.ts";
import { type OwnPrompt, ownPrompts } from "./own-prompts/index.ts";
import { settings } from "./training/complexity-settings.ts";
import { fitComplexityModel, heldOutScores } from "./training/fit-complexity-model.ts";
import { readTrainingSet, recordOfOwn, trainable, without } from "./training/read-training-set.ts";
import { readWordVectors } from "./training/word-vectors.ts";

// Before any work: the study is of no use without them.
dataPath("train", "traffic_mixed.jsonl.gz");
const withBenchmark = process.argv.includes("--benchmark");
const tierSet = "labels_uncommonroute_tiers";
const cut = 0.7;
const read = createPromptReader();
const shipped = shippedModel();

type Model = typeof shipped;
const scoreText = (model: Model, prompt: string): number =>
  scoreRecord(model, { id: "", prompt, outcomes: {} });
function scoreRecord(model: Model, record: OutcomeRecord, text: "prompt" | "question" = "prompt"): number {
  return scoreOf(model, read(factsOfRecord(record, 0, text))).score;
}

async function recordsOf(set: string, name: string): Promise<readonly OutcomeRecord[]> {
  const records: OutcomeRecord[] = [];
  for await (const { value } of readJsonLines(dataPath(set, `${name}.jsonl.gz`))) {
    const record = { outcomes: {}, ...(value as object) } as OutcomeRecord & { contaminated?: boolean };
    if (record.contaminated !== true) records.push(record);
  }
  return records;
}
const studied = (set: StudySet, records: readonly OutcomeRecord[]): readonly OutcomeRecord[] =>
  records.filter(({ category }) => !set.without?.includes(category ?? ""));

await showOwnPrompts();
await showFlips();
await showShares();
showAttacks();
if (!process.argv.includes("--own")) {
  const vectors = await readWordVectors(settings.tableWords);
  const rows = trainable(await readTrainingSet(dirname(dataPath("train"))));
  const models = new Map<string, Model>();
  for (const name of Object.keys(settings.smallModels))
    models.set(name, fitComplexityModel(without(rows, name), vectors));
  const modelOf = (set: StudySet): Model => models.get(set.name) ?? shipped;
  await showOutcomes(modelOf);
  await showMix(modelOf);
  await showLanguages(rows, vectors);
}

/** Prints how the own prompts that were kept for testing are rated; the shipped model has not seen them. */
async function showOwnPrompts(): Promise<void> {
  const rated = ownPrompts().map((own) => ({
    own,
    score: scoreRecord(shipped, recordOfOwn(own)),
    length: own.prompt.length,
  }));
  type Rated = (typeof rated)[number];
  const lines: readonly (readonly [string, (own: OwnPrompt) => boolean])[] = [
    ["all, test part", ({ test }) => test],
    ["short", ({ test, kind }) => test && kind === "short"],
    ["long", ({ test, kind }) => test && kind === "long"],
    ["later turns", ({ test, kind }) => test && kind === "later-turn"],
    ["English", ({ test, language }) => test && language === "en"],
    ["other languages", ({ test, language }) => test && language !== "en"],
    ["all, training part", ({ test }) => !test],
  ];
  console.log(
    `\n| own prompts | n hard / medium / easy | AUC hard over easy | hard up at ${cut} | medium up | easy up | AUC of length |\n|---|---|---|---|---|---|---|`,
  );
  for (const [name, chosen] of lines) {
    const some = rated.filter(({ own }) => chosen(own));
    const of = (difficulty: string): readonly Rated[] =>
      some.filter(({ own }) => own.difficulty === difficulty);
    const [hard, medium, easy] = [of("hard"), of("medium"), of("easy")];
    const statistics = (weights?: Float64Array) => {
      const weightOf = new Map(some.map((one, index) => [one, weights?.[index] ?? 1]));
      const up = (all: readonly Rated[]): number => {
        const total = all.reduce((sum, one) => sum + (weightOf.get(one) ?? 0), 0);
        return all.reduce((sum, one) => sum + (isUp(one.score) ? (weightOf.get(one) ?? 0) : 0), 0) / total;
      };
      return {
        auc: auc(hard, easy, ({ score }) => score, weightOf),
        hard: up(hard),
        medium: up(medium),
        easy: up(easy),
        length: auc(hard, easy, ({ length }) => length, weightOf),
      };
    };
    const groups = some.map(({ own }) => own.group);
    const {
      auc: area,
      hard: hardUp,
      medium: mediumUp,
      easy: easyUp,
      length,
    } = await bootstrap(some.length, statistics, { groups });
    console.log(
      `| ${name} | ${hard.length} / ${medium.length} / ${easy.length} | ${showEstimate(area)} | ${percent(hardUp)} | ${percent(mediumUp)} | ${percent(easyUp)} | ${length?.value.toFixed(3)} |`,
    );
  }
}

function isUp(score: number): boolean {
  return rankOf(score) >= cut;
}

function percent(estimate: Estimate | undefined): string {
  if (estimate === undefined || Number.isNaN(estimate.value)) return "n/a";
  const { value, low = Number.NaN, high = Number.NaN } = estimate;
  return `${(100 * value).toFixed(0)} % [${(100 * low).toFixed(0)}, ${(100 * high).toFixed(0)}]`;
}

function auc<Item>(
  hard: readonly Item[],
  easy: readonly Item[],
  value: (item: Item) => number,
  weights: ReadonlyMap<Item, number>,
): number {
  let [right, all] = [0, 0];
  for (const high of hard)
    for (const low of easy) {
      const weight = (weights.get(high) ?? 0) * (weights.get(low) ?? 0);
      all += weight;
      right += weight * (value(high) > value(low) ? 1 : value(high) === value(low) ? 0.5 : 0);
    }
  return right / all;
}

/** Prints the share of each set that goes up at the cut: the reference is traffic, and exam sets are not. */
async function showShares(): Promise<void> {
  console.log(`\n| set | n | up at ${cut} |\n|---|---|---|`);
  const line = (name: string, records: readonly OutcomeRecord[]): void => {
    const up = records.filter((record) => isUp(scoreRecord(shipped, record))).length;
    console.log(`| ${name} | ${records.length} | ${((100 * up) / records.length).toFixed(0)} % |`);
  };
  for (const set of sets)
    if (set.folder !== "benchmark" || withBenchmark)
      line(`${set.folder}/${set.name}`, studied(set, await recordsOf(set.folder, set.name)));
  const traffic = (await recordsOf("train", "traffic_mixed")) as readonly (OutcomeRecord & {
    origin: string;
  })[];
  for (const origin of Object.keys(settings.referenceShares))
    line(
      `traffic: ${origin}`,
      traffic.filter((record) => record.origin === origin),
    );
  for (const name of ["labels_flask_difficulty", "newsroom_evals", "logickor"])
    line(`validation/${name}`, await recordsOf("validation", name));
}

/** Prints the APGR over seven sources together, each scored by a model that was not trained on it. */
async function showMix(modelOf: (set: StudySet) => Model): Promise<void> {
  const scored: { record: OutcomeRecord; score: number }[] = [];
  for (const set of mixedSources) {
    const [pair] = set.pairs;
    if (pair === undefined) continue;
    for (const record of studied(set, await recordsOf(set.folder, set.name))) {
      const [small, large] = [record.outcomes[pair.small[0] ?? ""], record.outcomes[pair.large[0] ?? ""]];
      if (small === undefined || large === undefined) continue;
      scored.push({
        record: { ...record, outcomes: { small, large } },
        score: scoreRecord(modelOf(set), record),
      });
    }
  }
  const row = await compareScores(scored, { name: "small → large", small: ["small"], large: ["large"] });
  const cells = [row.complexity, row.length, row.difference, row.keywords].map(showEstimate);
  console.log(
    `| development mix of 7 sources | small → large | ${row.records} | ${cells.join(" | ")} | ${row.oracle?.toFixed(2)} |`,
  );
}

/** Prints the APGR on every set; those of `train/` are scored by a model that was trained without the set. */
async function showOutcomes(modelOf: (set: StudySet) => Model): Promise<void> {
  console.log("\n| set | pair | n | complexity | length | difference | keywords | oracle |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const set of sets) {
    if (set.folder === "benchmark" && !withBenchmark) continue;
    const records = studied(set, await recordsOf(set.folder, set.name));
    const texts = records.some(({ question }) => question !== undefined)
      ? (["prompt", "question"] as const)
      : (["prompt"] as const);
    for (const text of texts) {
      const scored = records.map((record) => ({ record, score: scoreRecord(modelOf(set), record, text) }));
      for (const pair of text === "question" ? set.pairs.slice(0, 1) : set.pairs) {
        const row = await compareScores(scored, pair, text);
        const cells = [row.complexity, row.length, row.difference, row.keywords].map(showEstimate);
        const bare = text === "question" ? ", bare question" : "";
        console.log(
          `| ${set.folder}/${set.name}${bare} | ${pair.name} | ${row.records} | ${cells.join(" | ")} | ${row.oracle?.toFixed(2)} |`,
        );
      }
    }
  }
}

function showEstimate(estimate: Estimate | undefined): string {
  if (estimate === undefined) return "n/a";
  const { value, low = Number.NaN, high = Number.NaN } = estimate;
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** Prints how often the harder of two prompts in one language and different tiers scores higher; by folds. */
async function showLanguages(
  rows: Parameters<typeof heldOutScores>[0],
  vectors: Parameters<typeof heldOutScores>[1],
): Promise<void> {
  const prompts = await recordsOf("train", tierSet);
  const originals = rows.filter(({ source }) => source === tierSet);
  const scores = heldOutScores(rows, vectors, ({ source }) => source === tierSet);
  const items = prompts.map((record, index) => {
    const row = originals[index];
    return {
      language: languageOf(record.prompt ?? ""),
      tier: row?.tier ?? 0,
      score: row === undefined ? 0 : (scores.get(row) ?? 0),
      length: (record.prompt ?? "").length,
    };
  });
  console.log("\n| language | n | complexity | length |\n|---|---|---|---|");
  const languages = [...new Set(items.map(({ language }) => language))];
  const sizeOf = (language: string): number => items.filter((item) => item.language === language).length;
  for (const language of languages.sort((a, b) => sizeOf(b) - sizeOf(a))) {
    const own = items.filter((item) => item.language === language);
    const [byScore, byLength] = [concordance(own, "score"), concordance(own, "length")];
    console.log(`| ${language} | ${own.length} | ${byScore.toFixed(3)} | ${byLength.toFixed(3)} |`);
  }
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

/** Prints the share of prompts that noise moves to the other side of the median, and of the cut. */
async function showFlips(): Promise<void> {
  const random = seededRandom(5);
  const some = (records: readonly OutcomeRecord[], count: number): readonly string[] =>
    Array.from({ length: count }, () => records[Math.floor(random() * records.length)]?.prompt ?? "");
  const exams = await Promise.all(
    sets
      .filter(({ folder }) => folder !== "benchmark")
      .map(async ({ folder, name }) => some(await recordsOf(folder, name), 25)),
  );
  const prompts = [...some(await recordsOf("train", "traffic_mixed"), 500), ...exams.flat()];
  const clean = prompts.map((prompt) => scoreText(shipped, prompt));
  const median = [...clean].sort((a, b) => a - b)[Math.floor(clean.length / 2)] as number;
  console.log(
    `\n| noise (${prompts.length} prompts) | flips at the median | flips at ${cut} | mean change of complexity |\n|---|---|---|---|`,
  );
  for (const [name, noise] of Object.entries(noises)) {
    const noiseRandom = seededRandom(77);
    const noisy = prompts.map((prompt) => scoreText(shipped, noise(prompt, noiseRandom)));
    const share = (above: (score: number) => boolean): string => {
      const flips = noisy.filter((score, index) => above(score) !== above(clean[index] as number)).length;
      return `${((flips / clean.length) * 100).toFixed(1)} %`;
    };
    const change = noisy.map((score, index) => Math.abs(rankOf(score) - rankOf(clean[index] as number)));
    const mean = change.reduce((sum, one) => sum + one, 0) / change.length;
    console.log(`| ${name} | ${share((score) => score >= median)} | ${share(isUp)} | ${mean.toFixed(3)} |`);
  }
}

function rankOf(score: number): number {
  return rank(score, shipped.quantiles);
}

/**
 * Prints how much added text raises the complexity of easy prompts, and the share of easy prompts that it
 * sends up.
 */
function showAttacks(): void {
  const easy = ownPrompts()
    .filter(({ difficulty, kind }) => difficulty === "easy" && kind === "short")
    .map(({ prompt }) => prompt);
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
  console.log(`\n| added to ${easy.length} easy prompts | mean complexity | up at ${cut} |\n|---|---|---|`);
  for (const [name, added] of Object.entries(attacks)) {
    const ranks = easy.map((prompt) => rankOf(scoreText(shipped, prompt + added)));
    const mean = ranks.reduce((sum, one) => sum + one, 0) / ranks.length;
    const up = ranks.filter((one) => one >= cut).length / ranks.length;
    console.log(`| ${name} | ${mean.toFixed(2)} | ${(100 * up).toFixed(0)} % |`);
  }
}
