import { count, points, withInterval } from "../../src/plugin/format-number.ts";
import { fewUnits } from "./recommendation.ts";
import type { ReportRow } from "./report.ts";
import type { Routing } from "./routing.ts";

export interface Circumstances {
  readonly rows: readonly ReportRow[];
  readonly skipped: number;
  readonly unclassified: number;
  /** Small model of a pair. */
  readonly small?: string | undefined;
  /** Number of records that the classifier was trained on. */
  readonly trainedOn: number;
  /** Number of records that the threshold or policy was tuned on. */
  readonly tunedOn: number;
}

/** Lists the warnings of a report, the most serious first. */
export function warningsOf(
  { cases, units, reference, routed, complexity }: Routing,
  { rows, skipped, unclassified, small, trainedOn, tunedOn }: Circumstances,
): readonly string[] {
  const row = (name: string): ReportRow | undefined => rows.find((one) => one.name === name);
  const ours = rows[0];
  const independent = new Set(units).size;
  const large = row("always-large")?.quality?.value ?? 1;
  const gap = large - (row("always-small")?.quality?.value ?? 0);
  const classified = complexity.filter(Number.isFinite);
  const constant = cases.length > 1 && classified.length > 0 && new Set(classified).size === 1;
  const better = gap > 0 ? rows.find((one) => one.model !== undefined && isBetter(one, ours)) : undefined;
  const coin = ours?.overRandom;
  const lengthOverCoin = row("length")?.overRandom?.value;
  return [
    trainedOn > 0 &&
      `The classifier was trained on at least ${count(trainedOn)} of the ${count(cases.length + skipped)} records: what depends on it looks too good.`,
    tunedOn > 0 &&
      `Routing was tuned on at least ${count(tunedOn)} of the ${count(cases.length + skipped)} records: its figures look too good.`,
    independent === 1 &&
      "All records are of one independent unit: there are no intervals, and nothing can be concluded.",
    independent > 1 &&
      independent < fewUnits &&
      `Only ${count(independent)} independent records: intervals are wide, and little can be concluded.`,
    small !== undefined &&
      gap <= 0 &&
      `${reference} is not better than ${small} on these records: there is no quality to gain from it.`,
    better !== undefined &&
      `Always ${better.model} costs no more and answers better on these records: routing gains nothing over it.`,
    constant && "The classifier gives all requests the same complexity: it cannot tell them apart.",
    !constant &&
      coin?.low !== undefined &&
      coin.low <= 0 &&
      `On these records the router is not surely better than a random choice ${routed.costUsd === undefined ? "with as many calls" : "that costs as much"}: ${withInterval(coin, points)} points of quality.`,
    !constant &&
      coin !== undefined &&
      lengthOverCoin !== undefined &&
      coin.value <= lengthOverCoin &&
      "On these records the length of the prompt routes as well as the classifier.",
    unclassified > 0 &&
      `${count(unclassified)} records could not be classified; ${reference} takes them where the policy says nothing else.`,
    skipped > 0 &&
      `${count(skipped)} records were left out: a model has no outcome there, or none is permitted.`,
    routed.costUsd === undefined &&
      "Costs are not known for all records: the report has no figures on money.",
  ].filter((warning) => warning !== false);
}

function isBetter(one: ReportRow, other: ReportRow | undefined): boolean {
  const [quality, than] = [one.quality?.value, other?.quality?.value];
  const [cost, budget] = [one.costUsd?.value, other?.costUsd?.value];
  if (quality === undefined || than === undefined || cost === undefined || budget === undefined) return false;
  return quality > than && cost <= budget;
}
