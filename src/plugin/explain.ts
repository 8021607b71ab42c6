import type { Decision, RecordedCandidate } from "../contracts/decision.ts";
import { showUsd } from "./show-usd.ts";

/** Largest number of refused models that are listed with their reasons. More are counted. */
const mostNamed = 5;

/**
 * Explains a decision in one sentence for people:
 *
 *     small, because complexity 0.42 is below 0.7; 2 of 3 models permitted (large: maxCost: …);
 *     expected cost $0.00030; not certified
 *
 * Contains no text of the prompt. Programs find the same in the fields of the decision.
 */
export function explain(decision: Decision): string {
  const { classification, classifierError, candidates, propensity, expectedCostUsd } = decision;
  const { certified, uncertified } = decision;
  const complexity = classification && `complexity ${showComplexity(classification.complexity)}`;
  // A reason that begins with a comparison of the complexity is shown with the value.
  const because =
    complexity && decision.reason.replace(/^complexity (?=below |at or above |in \[)/, `${complexity} is `);
  const isTold = because !== undefined && because !== decision.reason;
  return [
    `${showPlan(decision.plan)}, because ${because ?? decision.reason}`,
    ...(complexity === undefined || isTold ? [] : [complexity]),
    ...(classifierError === undefined ? [] : [`no complexity: ${classifierError}`]),
    ...(propensity < 1 ? [`drawn with probability ${Number(propensity.toPrecision(3))}`] : []),
    showPermitted(candidates),
    expectedCostUsd === undefined ? "expected cost not known" : `expected cost ${showUsd(expectedCostUsd)}`,
    certified ? "certified" : `not certified${uncertified === undefined ? "" : `: ${uncertified}`}`,
  ].join("; ");
}

/** Cuts and does not round: 0.6996 is below 0.7 and must not read as 0.70. */
function showComplexity(complexity: number): string {
  return (Math.floor(complexity * 100 + 1e-9) / 100).toFixed(2);
}

function showPlan(plan: Decision["plan"]): string {
  return plan
    .map(({ model }, index) =>
      index === 0 ? model : `then ${model} unless ${plan[index - 1]?.unless} accepts`,
    )
    .join(", ");
}

function showPermitted(candidates: readonly RecordedCandidate[]): string {
  const refused = candidates.filter(({ permitted }) => permitted !== true);
  if (candidates.length === 1) return "the only model";
  if (refused.length === 0) return `all ${candidates.length} models permitted`;
  const named = refused.slice(0, mostNamed).map(({ model, permitted }) => `${model}: ${permitted}`);
  const more = refused.length - named.length;
  const reasons = [...named, ...(more > 0 ? [`${more} more`] : [])].join("; ");
  return `${candidates.length - refused.length} of ${candidates.length} models permitted (${reasons})`;
}
