/**
 * Measures the certified savings of several classifiers and of a cascade, on the tuning records of
 * `certificates-study`. Prints a Markdown table. Needs the data sets in SWITCHPOINT_DATA (default
 * ../shared/data):
 *
 *     npm run build && node dist/studies/certified-savings-study.js [rational] [routerbench] [mmlu] [gsm8k]
 */

import { type OutcomeRecord, outcomeOf } from "../evals/data/outcomes/outcome-record.ts";
import { tunePolicies } from "../evals/tune/tune-policies.ts";
import { tuneThreshold } from "../evals/tune/tune-threshold.ts";
import type { TuningFile } from "../evals/tune/tuning-file.ts";
import { withLogprobChecks } from "../evals/tune/with-logprob-checks.ts";
import { logprob } from "../policies/checks/index.ts";
import { cascade } from "../policies/index.ts";
import { isRouterError } from "../src/contracts/index.ts";
import { complexity, length } from "../src/router/classifiers/index.ts";
import { askedSets, ownLabels, readStudySet, type StudySet, takeRecords, trainOn } from "./study-sets.ts";

const maxLosses = [0.01, 0.02, 0.05];
/** Limits of the log-probability, from the safest; fixed before any label was read. */
const mins = [-0.001, -0.003, -0.01, -0.03, -0.1, -0.2, -0.3, -0.5, -0.7, -1, -2, -4, -100];

console.log(`| records | router | ${maxLosses.join(" | ")} |\n|---|---|${"---|".repeat(maxLosses.length)}`);
for (const [name, set] of askedSets()) await show(name, set);

async function show(name: string, set: StudySet): Promise<void> {
  const groups = await readStudySet(set);
  const { taken: own, others } = takeRecords(groups, Math.max(...ownLabels(groups)));
  const { taken: records } = takeRecords(others, others.flat().length / 2);
  const { small, large, text } = set;
  const pair = { small, large, text };
  const head = `${name}, ${records.length} tune`;
  const byThreshold = [
    ["length", length()],
    ["default", complexity()],
    [`trained on ${own.length}`, await trainOn(own, set)],
  ] as const;
  for (const [index, [label, classifier]] of byThreshold.entries()) {
    await row(`${index === 0 ? head : ""} | ${label}`, (maxLoss) =>
      tuneThreshold(records, { ...pair, classifier, target: { maxLoss } }),
    );
  }
  if (set.cascade === undefined) return;
  const checked = withLogprobChecks(
    records.map((record) => withCheckedCost(record, small)),
    small,
    mins,
  );
  const policies = mins.map((min) => cascade({ first: small, then: large, unless: logprob({ min }) }));
  await row(" | cascade by log-probability", (maxLoss) =>
    tunePolicies(checked, { ...pair, classifier: length(), target: { maxLoss }, policies }),
  );
}

async function row(head: string, tune: (maxLoss: number) => Promise<TuningFile>): Promise<void> {
  const cells: string[] = [];
  for (const maxLoss of maxLosses) cells.push(await cell(() => tune(maxLoss)));
  console.log(`| ${head} | ${cells.join(" | ")} |`);
}

/** Shows the saving with its interval, or the share of small calls if costs are not known; then loss and `upperBound`. */
async function cell(tune: () => Promise<TuningFile>): Promise<string> {
  try {
    const { certificate } = await tune();
    const { saving, largeCallRate, loss, upperBound } = certificate;
    const percent = (share = Number.NaN): string => `${(100 * share).toFixed(1)} %`;
    const what =
      saving === undefined
        ? `${percent(1 - largeCallRate)} small calls`
        : `${percent(saving.value)} [${percent(saving.low)}, ${percent(saving.high)}]`;
    return `${what}; ${loss.toFixed(3)}, ${upperBound.toFixed(3)}`;
  } catch (error) {
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    return Number.isFinite(error.recordsNeeded)
      ? `refused: about ${error.recordsNeeded} would be enough`
      : "refused";
  }
}

function withCheckedCost(record: OutcomeRecord, small: string): OutcomeRecord {
  const outcome = outcomeOf(record, small);
  const costUsd = record.metadata?.["checkedCostUsd"];
  if (outcome === undefined || typeof costUsd !== "number") return record;
  return { ...record, outcomes: { ...record.outcomes, [small]: { ...outcome, costUsd } } };
}
