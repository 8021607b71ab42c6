// One process: replay of 100,000 classified outcomes at 100 thresholds, in seconds of CPU. Prints JSON.
import {
  orderByScore,
  pairOutcomes,
  replayCases,
  replayPolicies,
  routingCurve,
  seededRandom,
  sweep,
} from "switchpoint/evals";
import { sticky, threshold } from "switchpoint/policies";

const count = 100_000;
const turns = 10;
const random = seededRandom(1);
const outcome = (quality, costUsd) => ({
  quality,
  costUsd,
  inputTokens: 1_500,
  outputTokens: 200,
  latencyMs: 900,
});
const records = Array.from({ length: count }, (_, index) => ({
  id: String(index),
  prompt: `request number ${index}`,
  session: `s${Math.floor(index / turns)}`,
  at: new Date(1_700_000_000_000 + index * 1_000).toISOString(),
  outcomes: { small: outcome(random() < 0.7 ? 1 : 0, 0.0001), large: outcome(random() < 0.9 ? 1 : 0, 0.003) },
}));
const classifier = { name: "random", version: "1", classify: () => ({ complexity: random() }) };
const price = (input) => ({
  usdPerMillionInputTokens: input,
  usdPerMillionCachedInputTokens: input / 10,
  usdPerMillionOutputTokens: 4 * input,
});
const facts = Object.fromEntries(
  [
    ["small", 0.1],
    ["large", 2],
  ].map(([name, input]) => [name, { name, provider: "fake", model: name, labels: {}, price: price(input) }]),
);
const thresholds = Array.from({ length: 100 }, (_, index) => index / 100);
const options = { models: ["small", "large"], classifier, facts };
const policyAt = (at) => threshold({ small: "small", large: "large", at });

function seconds(name, budget, work) {
  globalThis.gc?.();
  const start = process.cpuUsage();
  const sum = work();
  const { user, system } = process.cpuUsage(start);
  return { name, budget, seconds: (user + system) / 1e6, sum };
}
function sumOf(results) {
  let sum = 0;
  for (const { quality } of results) sum += quality;
  return sum;
}

// Run one after the other, so that only what is measured is in memory.
async function withoutSessions() {
  const cases = await replayCases(
    records.map(({ session, ...rest }) => rest),
    options,
  );
  return [
    seconds("threshold, sweep", 2, () => {
      const scores = cases.cases.map(({ context }) => context.classification.complexity);
      const curve = routingCurve(pairOutcomes(cases.cases, "small", "large"), orderByScore(scores));
      return sumOf(sweep(curve, thresholds));
    }),
    seconds("threshold, replayPolicies", 2, () => sumOf(replayPolicies(cases, thresholds.map(policyAt)))),
  ];
}

async function withSessions() {
  const cases = await replayCases(records, options);
  const policies = thresholds.map((at) => sticky(policyAt(at)));
  return [seconds("sticky, sessions of 10", 10, () => sumOf(replayPolicies(cases, policies)))];
}

console.log(JSON.stringify([...(await withoutSessions()), ...(await withSessions())]));
