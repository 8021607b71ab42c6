/**
 * Measures checks by confidence on recorded log-probabilities: the raw log-probability, and what `sufficient`
 * learns from own labels of the same tasks, on records that it has not seen. APGR, mean over 20 splits. Needs the
 * data sets in SWITCHPOINT_DATA (default ../shared/data):
 *
 *     npm run build && node dist/studies/check-study.js
 */

import { type OutcomeRecord, outcomeOf } from "../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../evals/data/outcomes/prompt-key.ts";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import { apgr } from "../evals/metrics/apgr.ts";
import { orderByScore, type PairedOutcomes, routingCurve } from "../evals/metrics/routing-curve.ts";
import { replayPolicy } from "../evals/replay/replay.ts";
import { replayCases } from "../evals/replay/replay-cases.ts";
import { factsOfRecord } from "../evals/replay/request-of-record.ts";
import { fitGain, type LabelledAnswer } from "../evals/tune/fit-gain.ts";
import { fitSufficient } from "../evals/tune/fit-sufficient.ts";
import { cascade } from "../policies/cascade.ts";
import { predictGain, rankIn } from "../policies/checks/internal/gain-model.ts";
import { blendOf } from "../policies/checks/internal/sufficient-score.ts";
import { logprob } from "../policies/checks/logprob.ts";
import { bootstrap } from "../src/loop/statistics/bootstrap.ts";
import { mean } from "../src/loop/statistics/mean.ts";
import { seededRandom } from "../src/loop/statistics/seeded-random.ts";
import { shuffled } from "../src/loop/statistics/shuffled.ts";
import { weightedMean } from "../src/loop/statistics/weighted-mean.ts";
import { complexity } from "../src/router/classifiers/complexity.ts";
import { dataPath } from "./data-path.ts";

const file = dataPath("validation", "rational_cascades.jsonl.gz");
const pairs = [
  ["llama3.1-8b", "gpt-4o"],
  ["gpt-4o-mini", "gpt-4o"],
  ["llama3.2-3b", "llama3.1-70b"],
  ["llama3.1-8b", "llama3.1-405b"],
] as const;
const labels = [300, 500, 1_000];
/** Share of the resamples that a blend must win to be taken. */
const guards = [0.3, 0.5];
const splits = 20;

const all: OutcomeRecord[] = [];
// Kept out of every choice of ours, as a check of the transfer to other tasks.
for await (const record of readOutcomes(file)) if (record.category !== "truthfulqa") all.push(record);
const groupOf = all.map((record) => promptKey(record));
const groups = [...new Set(groupOf)];
const facts = all.map((record, index) => factsOfRecord(record, index + 1, "question"));

console.log(`${all.length} records, ${groups.length} prompts, ${splits} splits\n`);
console.log(
  `| small → large | categories | raw [95 %] | labels | blend - raw | splits won | ${guards.map((guard) => `taken at ${guard} | then | where taken`).join(" | ")} |`,
);
console.log(`|${"---|".repeat(6 + 3 * guards.length)}`);
// The slow part can be left out: node dist/studies/check-study.js skip
if (process.argv[2] !== "skip")
  for (const [small, large] of pairs) {
    const raw = await rawApgr(small, large);
    for (const categories of [false, true])
      for (const count of labels) console.log(await row(small, large, categories, count, raw));
  }

console.log(
  "\n| small → large, accepted from | skipped from | skipped | quality | cost of always-large | ms [95 %] | saved |\n|---|---|---|---|---|---|---|",
);
for (const [small, large, min] of [
  ["llama3.1-8b", "gpt-4o", -0.1],
  ["gpt-4o-mini", "gpt-4o", -0.01],
] as const)
  await skipping(small, large, min);

/** Mean latency, cost and quality of a cascade that leaves the small model out from a complexity on. */
async function skipping(small: string, large: string, min: number): Promise<void> {
  const models = [small, large];
  const cases = await replayCases(all, { models, classifier: complexity(), text: "question" });
  const scores = cases.cases.map(({ context }) => context.classification?.complexity ?? 0);
  const sorted = scores.toSorted((a, b) => a - b);
  const full = mean(all.map((record) => outcomeOf(record, large)?.costUsd ?? Number.NaN));
  let before: Float64Array | undefined;
  for (const share of [0, 0.05, 0.1, 0.3, 0.5]) {
    const at = share === 0 ? undefined : sorted[Math.floor((1 - share) * sorted.length)];
    const policy = cascade({ first: small, then: large, unless: logprob({ min }), skipAt: at });
    const { quality, costUsd = Number.NaN, byRecord } = replayPolicy(cases, policy);
    const { latencyMs } = byRecord;
    if (latencyMs === undefined) throw new Error("no latency");
    before ??= latencyMs;
    const saved = latencyMs.map((one, index) => ((before as Float64Array)[index] as number) - one);
    const { ms, less } = await bootstrap(
      latencyMs.length,
      (weights) => ({ ms: weightedMean(latencyMs, weights), less: weightedMean(saved, weights) }),
      { groups: groupOf },
    );
    const shown = (one: typeof ms) =>
      `${one?.value.toFixed(0)} [${one?.low?.toFixed(0)}, ${one?.high?.toFixed(0)}]`;
    const skipped = at === undefined ? 0 : mean(scores.map((one) => Number(one >= at)));
    console.log(
      `| ${small} → ${large}, ${min} | ${at?.toFixed(2) ?? "never"} | ${(100 * skipped).toFixed(0)} % | ${quality.toFixed(3)} | ${((100 * costUsd) / full).toFixed(1)} % | ${shown(ms)} | ${at === undefined ? "" : shown(less)} |`,
    );
  }
}

async function rawApgr(small: string, large: string): Promise<string> {
  const { pair, logprobs } = columnsOf(
    all.map((_, index) => index),
    small,
    large,
  );
  const order = orderByScore(logprobs.map((one) => -one));
  const { found } = await bootstrap(
    all.length,
    (weights) => ({ found: apgr(routingCurve(pair, order, weights)) }),
    { groups: groupOf },
  );
  return `${digits(found?.value)} [${digits(found?.low)}, ${digits(found?.high)}]`;
}

async function row(small: string, large: string, categories: boolean, count: number, raw: string) {
  const always: number[] = [];
  const wins: number[] = [];
  for (let split = 0; split < splits; split += 1) {
    const place = new Map<string, number>();
    const order = shuffled(
      Uint32Array.from(groups, (_, index) => index),
      seededRandom(split),
    );
    for (const [at, group] of order.entries()) place.set(groups[group] as string, at);
    const sorted = all.map((_, index) => index).sort((a, b) => placeOf(place, a) - placeOf(place, b));
    let end = count;
    // Whole prompts only.
    while (end < sorted.length && groupOf[sorted[end] as number] === groupOf[sorted[end - 1] as number])
      end += 1;
    const [own, rest] = [sorted.slice(0, end), sorted.slice(end)];
    const options = { small, large, text: "question", categories, seed: 1, resamples: 50 } as const;
    const { report } = await fitSufficient(
      own.map((index) => all[index] as OutcomeRecord),
      options,
    );
    wins.push(Number(report?.["blendWins"]));
    const { pair, logprobs } = columnsOf(rest, small, large);
    const measure = (scores: Float64Array) =>
      apgr(routingCurve(pair, orderByScore(scores.map((one) => -one)))) ?? Number.NaN;
    const gain = fitGain(
      own.map((index) => labelled(index, small, large)),
      {
        logprob: true,
        signals: false,
        categories: categories ? [...new Set(own.map((index) => all[index]?.category ?? ""))].sort() : [],
      },
    );
    always.push(measure(blendScores(gain, rest, small, large)) - measure(logprobs));
  }
  const guarded = guards.flatMap((guard) => {
    const taken = always.filter((_, split) => (wins[split] as number) >= guard);
    const all = always.map((one, split) => ((wins[split] as number) >= guard ? one : 0));
    return [`${taken.length}`, spread(all), spread(taken)];
  });
  const cells = [
    `${small} → ${large}`,
    categories ? "named" : "not named",
    raw,
    String(count),
    spread(always),
    won(always),
    ...guarded,
  ];
  return `| ${cells.join(" | ")} |`;
}

function placeOf(place: ReadonlyMap<string, number>, index: number): number {
  return place.get(groupOf[index] as string) as number;
}

function columnsOf(indices: readonly number[], small: string, large: string) {
  const of = (model: string) => (index: number) => outcomeOf(all[index] as OutcomeRecord, model);
  const quality = (model: string) =>
    Float64Array.from(indices, (index) => of(model)(index)?.quality ?? Number.NaN);
  const pair: PairedOutcomes = { small: { quality: quality(small) }, large: { quality: quality(large) } };
  const logprobs = Float64Array.from(indices, (index) => of(small)(index)?.logprobConfidence ?? Number.NaN);
  return { pair, logprobs };
}

function labelled(index: number, small: string, large: string): LabelledAnswer {
  const record = all[index] as OutcomeRecord;
  const [own, other] = [outcomeOf(record, small), outcomeOf(record, large)];
  return {
    request: facts[index] as (typeof facts)[number],
    logprob: own?.logprobConfidence,
    outputTokens: own?.outputTokens,
    gain: (other?.quality ?? Number.NaN) - (own?.quality ?? Number.NaN),
  };
}

function blendScores(
  gain: ReturnType<typeof fitGain>,
  indices: readonly number[],
  small: string,
  large: string,
): Float64Array {
  return Float64Array.from(indices, (index) => {
    const one = labelled(index, small, large);
    return blendOf(
      rankIn(gain.logprobs, one.logprob ?? -100),
      1 - rankIn(gain.gains, predictGain(gain, one)),
    );
  });
}

function spread(values: readonly number[]): string {
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((one) => (one - centre) ** 2)));
  return `${signed(centre)} ± ${deviation.toFixed(4)}`;
}

function won(values: readonly number[]): string {
  return `${values.filter((one) => one > 0).length} of ${values.length}`;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(4)}`;
}

function digits(value: number | undefined): string {
  return value === undefined ? "?" : value.toFixed(3);
}
