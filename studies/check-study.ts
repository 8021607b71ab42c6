/**
 * Measures the check by confidence on recorded log-probabilities: its APGR, and what leaving the small model out
 * saves. Needs the data sets in SWITCHPOINT_DATA (default ../shared/data):
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
import { cascade } from "../policies/cascade.ts";
import { logprob } from "../policies/checks/logprob.ts";
import { bootstrap, mean, weightedMean } from "../src/loop/statistics/index.ts";
import { complexity } from "../src/router/classifiers/index.ts";
import { dataPath } from "./data-path.ts";

const file = dataPath("validation", "rational_cascades.jsonl.gz");
const pairs = [
  ["llama3.1-8b", "gpt-4o"],
  ["gpt-4o-mini", "gpt-4o"],
  ["llama3.2-3b", "llama3.1-70b"],
  ["llama3.1-8b", "llama3.1-405b"],
] as const;

const all: OutcomeRecord[] = [];
// Kept out of every choice of ours, as a check of the transfer to other tasks.
for await (const record of readOutcomes(file)) if (record.category !== "truthfulqa") all.push(record);
const groupOf = all.map((record) => promptKey(record));

console.log(`${all.length} records, ${new Set(groupOf).size} prompts\n`);
console.log("| small → large | APGR of the log-probability [95 %] |\n|---|---|");
for (const [small, large] of pairs) console.log(`| ${small} → ${large} | ${await rawApgr(small, large)} |`);

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
  const { pair, logprobs } = columnsOf(small, large);
  const order = orderByScore(logprobs.map((one) => -one));
  const { found } = await bootstrap(
    all.length,
    (weights) => ({ found: apgr(routingCurve(pair, order, weights)) }),
    { groups: groupOf },
  );
  return `${digits(found?.value)} [${digits(found?.low)}, ${digits(found?.high)}]`;
}

function columnsOf(small: string, large: string) {
  const quality = (model: string) =>
    Float64Array.from(all, (record) => outcomeOf(record, model)?.quality ?? Number.NaN);
  const pair: PairedOutcomes = { small: { quality: quality(small) }, large: { quality: quality(large) } };
  const logprobs = Float64Array.from(
    all,
    (record) => outcomeOf(record, small)?.logprobConfidence ?? Number.NaN,
  );
  return { pair, logprobs };
}

function digits(value: number | undefined): string {
  return value === undefined ? "?" : value.toFixed(3);
}
