/**
 * Compares a cascade with routing by the prompt, on recorded outcomes with log-probabilities: quality at a
 * budget, and cost at a quality. Needs the data sets in SWITCHPOINT_DATA (default ../shared/data):
 * `npm run build && node dist/studies/cascade-study.js`.
 */

import type { Outcome } from "../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../evals/data/outcomes/prompt-key.ts";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import { costAtQuality } from "../evals/metrics/cost-at-quality.ts";
import { qualityAtCost } from "../evals/metrics/quality-at-cost.ts";
import { type ModelOutcomes, orderByScore, routingCurve } from "../evals/metrics/routing-curve.ts";
import { type ReplayCase, replayCases } from "../evals/replay/replay-cases.ts";
import { bootstrap, type Estimate, weightedMean } from "../src/loop/statistics/index.ts";
import { complexity } from "../src/router/classifiers/index.ts";
import { answerCost } from "./answer-cost.ts";
import { dataPath } from "./data-path.ts";
import { expectedGains } from "./expected-gain.ts";

const file = dataPath("validation", "rational_cascades.jsonl.gz");

const pairs = [
  ["llama3.1-8b", "gpt-4o"],
  ["gpt-4o-mini", "gpt-4o"],
  ["llama3.1-8b", "llama3.1-405b"],
] as const;
const budgets = [0.25, 0.5];
const shares = [0.5, 0.8, 0.95];

for (const [small, large] of pairs) await study(small, large);

async function study(small: string, large: string): Promise<void> {
  const { cases } = await replayCases(readOutcomes(file), {
    models: [small, large],
    classifier: complexity(),
    text: "question",
  });
  const column = (read: (one: ReplayCase<string>) => number) => Float64Array.from(cases, read);
  const quality = (model: string) => column(({ outcomes }) => outcomes.get(model)?.quality ?? Number.NaN);
  const costOfAnswer = (model: string) => column((one) => answerCost(outcomeIn(one, model), model));
  // Includes the source's call that asks how sure the small model is.
  const checkedCost = column((one) => outcomeIn(one, small).costUsd ?? Number.NaN);
  const largeCost = costOfAnswer(large);
  const alone = { quality: quality(small), costUsd: costOfAnswer(small) };
  const better = { quality: quality(large), costUsd: largeCost };
  const checked = { quality: alone.quality, costUsd: checkedCost };
  const escalated = {
    quality: better.quality,
    costUsd: checkedCost.map((cost, index) => cost + (largeCost[index] as number)),
  };

  const groups = cases.map(({ record }) => promptKey(record));
  const categories = cases.map(({ record }) => record.category ?? "");
  const hard = column(({ context }) => context.classification?.complexity ?? 1);
  const unsure = column((one) => -(outcomeIn(one, small).logprobConfidence ?? Number.NaN));
  const gains = (scores: Float64Array) =>
    expectedGains(
      groups.map((group, index) => ({
        group,
        category: categories[index] as string,
        score: scores[index] as number,
        gain: (better.quality[index] as number) - (alone.quality[index] as number),
        costUsd: largeCost[index] as number,
      })),
    );
  const contenders: readonly (readonly [string, ModelOutcomes, ModelOutcomes, Float64Array])[] = [
    ["random", alone, better, new Float64Array(cases.length)],
    ["prompt: length", alone, better, column(({ context }) => context.request.askCharacters)],
    ["prompt: complexity()", alone, better, hard],
    ["prompt: complexity by task", alone, better, gains(hard)],
    ["cascade: one threshold", checked, escalated, unsure],
    ["cascade: same share of each task", checked, escalated, rankWithin(categories, unsure)],
    ["cascade: threshold by task", checked, escalated, gains(unsure)],
  ];

  const ends = [alone, better].map((one) => ({
    quality: weightedMean(one.quality) ?? Number.NaN,
    usd: (weightedMean(one.costUsd ?? []) ?? Number.NaN) * 1e6,
  }));
  const [from, to] = ends.map(
    (end) => `${(100 * end.quality).toFixed(1)} % at ${end.usd.toFixed(0)} USD per million requests`,
  );
  console.log(`\n${small} -> ${large}, n = ${cases.length}, ${new Set(groups).size} prompts`);
  console.log(`always-small ${from}; always-large ${to}\n`);
  console.log(
    `| router | ${budgets.map((budget) => `quality at ${100 * budget} % cost`).join(" | ")} | ${shares
      .map((share) => `cost for ${100 * share} % of the gap`)
      .join(" | ")} |`,
  );
  console.log(`|---|${"---|".repeat(budgets.length + shares.length)}`);
  for (const [name, stay, go, scores] of contenders) {
    const order = orderByScore(scores);
    const estimates = await bootstrap(
      cases.length,
      (weights) => {
        const curve = routingCurve({ small: stay, large: go }, order, weights);
        const full = weightedMean(better.costUsd, weights) ?? Number.NaN;
        const low = weightedMean(alone.quality, weights) ?? Number.NaN;
        const high = weightedMean(better.quality, weights) ?? Number.NaN;
        const cells = [
          ...budgets.map((budget) => [`q${budget}`, qualityAtCost(curve, budget * full)] as const),
          ...shares.map((share) => {
            const cost = costAtQuality(curve, low + share * (high - low));
            return [`c${share}`, cost === undefined ? undefined : cost / full] as const;
          }),
        ];
        return Object.fromEntries(cells) as Record<string, number | undefined>;
      },
      { groups },
    );
    console.log(`| ${name} | ${Object.values(estimates).map(show).join(" | ")} |`);
  }
}

function outcomeIn({ outcomes }: ReplayCase<string>, model: string): Outcome {
  return outcomes.get(model) as Outcome;
}

/** Returns the rank of each score within its category, in [0, 1]; equal scores have equal ranks. */
function rankWithin(categories: readonly string[], scores: Float64Array): Float64Array {
  const ranks = new Float64Array(scores.length);
  for (const category of new Set(categories)) {
    const own = categories.flatMap((one, index) => (one === category ? [index] : []));
    const sorted = Float64Array.from(own, (index) => scores[index] as number).sort();
    for (const index of own) ranks[index] = sorted.indexOf(scores[index] as number) / sorted.length;
  }
  return ranks;
}

function show(estimate: Estimate | undefined): string {
  if (estimate === undefined) return "n/a";
  const percent = (value: number | undefined) => (value === undefined ? "?" : (100 * value).toFixed(1));
  return `${percent(estimate.value)} [${percent(estimate.low)}, ${percent(estimate.high)}]`;
}
