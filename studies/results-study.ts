/**
 * Compares ways of routing on records that they have not seen: quality and cost at a fixed share of large
 * calls, and APGR over all shares. Needs the data sets in SWITCHPOINT_DATA (default ../shared/data):
 *
 *     npm run build && node dist/studies/results-study.js [rational] [routerbench] [mmlu] [gsm8k]
 */

import { type OutcomeRecord, outcomeOf } from "../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../evals/data/outcomes/prompt-key.ts";
import { apgr } from "../evals/metrics/apgr.ts";
import { type ModelOutcomes, orderByScore, routingCurve } from "../evals/metrics/routing-curve.ts";
import { byRate } from "../evals/replay/compare/contenders.ts";
import { offlineHop } from "../evals/replay/offline-hop.ts";
import { factsOfRecord } from "../evals/replay/request-of-record.ts";
import { trainClassifier } from "../evals/train/train-classifier.ts";
import type { Classifier } from "../src/contracts/index.ts";
import { bootstrap, type Estimate, weightedMean } from "../src/loop/statistics/index.ts";
import { complexity } from "../src/router/classifiers/index.ts";
import { askedSets, ownLabels, readStudySet, type StudySet, takeRecords, trainOn } from "./study-sets.ts";

/** Share of large calls at which quality and cost are reported. */
const largeCalls = 0.3;
const hop = offlineHop(0, new AbortController().signal);

/** A way of routing: the outcomes of both sides, and the scores that rank the requests. */
interface Contender {
  readonly name: string;
  readonly scores: Float64Array;
  readonly stay: ModelOutcomes;
  readonly go: ModelOutcomes;
  /** Share of large calls. Default `largeCalls`. */
  readonly rate?: number;
}

console.log("| records | router | quality | USD per 1,000 requests | APGR |\n|---|---|---|---|---|");
const remarks: string[] = [];
for (const [name, set] of askedSets()) remarks.push(await show(name, set));
console.log(`\n${remarks.join("\n")}`);

async function show(name: string, set: StudySet): Promise<string> {
  const { small, large, text } = set;
  const groups = await readStudySet(set);
  const labels = ownLabels(groups);
  const { taken: own, others } = takeRecords(groups, Math.max(...labels));
  const rest = others.flat();
  const facts = rest.map((record, index) => factsOfRecord(record, index, text));
  const scoresBy = async (classifier: Classifier): Promise<Float64Array> => {
    const scores = new Float64Array(rest.length);
    for (const [index, one] of facts.entries())
      scores[index] = (await classifier.classify(one, hop)).complexity;
    return scores;
  };

  const [stay, go] = [sideOf(rest, small), sideOf(rest, large)];
  const none = new Float64Array(rest.length);
  const contenders: Contender[] = [
    { name: "always-small", scores: none, stay, go, rate: 0 },
    { name: "always-large", scores: none, stay, go, rate: 1 },
    { name: "random", scores: none, stay, go },
    { name: "length", scores: Float64Array.from(facts, (one) => one.askCharacters), stay, go },
    { name: "default", scores: await scoresBy(complexity()), stay, go },
  ];
  const chosen: string[] = [];
  for (const count of labels) {
    const records = own.slice(0, count);
    contenders.push({
      name: `trained on ${count}`,
      scores: await scoresBy(await trainOn(records, set)),
      stay,
      go,
    });
    const { report } = await trainClassifier(records, { small, large, text });
    chosen.push(`${report.candidate} from ${count}`);
  }
  if (set.cascade) contenders.push(cascadeOf(rest, small, stay.quality, go));
  const gains = go.quality.map((quality, index) => quality - (stay.quality[index] as number));
  contenders.push({ name: "oracle", scores: gains, stay, go });

  const keys = rest.map(promptKey);
  for (const [index, contender] of contenders.entries())
    console.log(`| ${index === 0 ? `${name}, n = ${rest.length}` : ""} | ${await rowOf(contender, keys)} |`);
  return `${name}: ${small} and ${large}; by itself, eval train chooses ${chosen.join(", ")}`;
}

function sideOf(records: readonly OutcomeRecord[], model: string): ModelOutcomes {
  const quality = Float64Array.from(records, (record) => outcomeOf(record, model)?.quality ?? Number.NaN);
  const costUsd = Float64Array.from(records, (record) => outcomeOf(record, model)?.costUsd ?? Number.NaN);
  return costUsd.some(Number.isNaN) ? { quality } : { quality, costUsd };
}

/**
 * Returns a cascade: the small model answers and states how sure it is, and the least sure answers are
 * escalated. All calls are paid.
 */
function cascadeOf(
  records: readonly OutcomeRecord[],
  small: string,
  quality: Float64Array,
  go: ModelOutcomes,
): Contender {
  const checked = Float64Array.from(records, ({ metadata }) => Number(metadata?.["checkedCostUsd"]));
  const escalated = checked.map((cost, index) => cost + (go.costUsd?.[index] ?? Number.NaN));
  return {
    name: "cascade by log-probability",
    scores: Float64Array.from(records, (one) => -(outcomeOf(one, small)?.logprobConfidence ?? Number.NaN)),
    stay: { quality, costUsd: checked },
    go: { quality: go.quality, costUsd: escalated },
  };
}

/** Returns quality and cost at the contender's share of large calls, and APGR over all shares. */
async function rowOf(
  { name, scores, stay, go, rate = largeCalls }: Contender,
  groups: readonly string[],
): Promise<string> {
  const { toLarge } = byRate(name, scores, rate);
  const order = orderByScore(scores);
  const mixed = (low: Float64Array, high: Float64Array) =>
    toLarge.map((share, index) => share * (high[index] as number) + (1 - share) * (low[index] as number));
  const quality = mixed(stay.quality, go.quality);
  const costUsd = stay.costUsd && go.costUsd && mixed(stay.costUsd, go.costUsd);
  const isRouter = rate > 0 && rate < 1;
  const estimates = await bootstrap(
    groups.length,
    (weights) => ({
      quality: weightedMean(quality, weights),
      costUsd: costUsd && weightedMean(costUsd, weights),
      apgr: isRouter ? apgr(routingCurve({ small: stay, large: go }, order, weights)) : undefined,
    }),
    { groups },
  );
  const cells = [
    shown(estimates.quality, (value) => value.toFixed(3)),
    shown(estimates.costUsd, (value) => (1_000 * value).toPrecision(3)),
    shown(estimates.apgr, (value) => value.toFixed(3)),
  ];
  return [name, ...cells].join(" | ");
}

function shown(estimate: Estimate | undefined, show: (value: number) => string): string {
  if (estimate === undefined) return "n/a";
  const { value, low, high } = estimate;
  return low === undefined || high === undefined
    ? show(value)
    : `${show(value)} [${show(low)}, ${show(high)}]`;
}
