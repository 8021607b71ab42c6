import { showPercentUpTo } from "../../plugin/show-percent.ts";
import { homogeneityPValue } from "../statistics/homogeneity.ts";
import { nullPsi, psi } from "../statistics/psi.ts";
import type { CompareSettings } from "./compare-settings.ts";
import type { DriftFinding } from "./drift-status.ts";
import type { LabelCounts } from "./traffic-window.ts";

/** Smallest excess of the index over its null value that matters, the convention's least shift. */
export const MIN_PSI = 0.1;

/** Most labels that are compared one by one, and the smallest share and number that a label of its own has. */
const mostLabels = 20;
const leastShare = 0.01;
const leastCount = 10;

/**
 * Compares the shares of labels with those before, by the population stability index over the labels that were frequent
 * then, and the rest together. It has drifted if the index exceeds its null value by 0.1, and Pearson's test of
 * homogeneity, which is exact enough with rare labels too, rejects at `level`.
 */
export function compareLabels(
  of: string,
  now: LabelCounts,
  before: LabelCounts,
  { level, least }: CompareSettings,
): DriftFinding {
  const [n, m] = [totalOf(now), totalOf(before)];
  const statistic = "PSI";
  if (n < least || m < least) {
    const reason = `too few requests to compare: ${n} now, ${m} before, ${least} are needed`;
    return { of, verdict: "not-judged", statistic, value: 0, bound: 0, reason };
  }
  const own = frequentLabels(before);
  const [shares, sharesBefore] = [sharesOf(now, own, n), sharesOf(before, own, m)];
  const value = psi(sharesBefore, shares);
  const { mean: nullValue } = nullPsi(shares.length, n, m);
  const bound = nullValue + MIN_PSI;
  const isDrifted = value >= bound && homogeneityPValue(shares, n, sharesBefore, m) <= level;
  const verdict = isDrifted ? "drifted" : "steady";
  const { label, from, to } = largestMove(now, before, n, m);
  const reason = `the share of ${of} "${label}" was ${showPercentUpTo(from, 1)} and is ${showPercentUpTo(to, 1)}`;
  return { of, verdict, statistic, value, bound, nullValue, reason };
}

export function totalOf(counts: LabelCounts): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

/** The most frequent labels of a reference. */
function frequentLabels(counts: LabelCounts): readonly string[] {
  const enough = Math.max(leastCount, leastShare * totalOf(counts));
  return [...counts]
    .filter(([, count]) => count >= enough)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostLabels)
    .map(([label]) => label);
}

/** Shares of the labels, and of all others together. */
function sharesOf(counts: LabelCounts, labels: readonly string[], total: number): readonly number[] {
  const shares = labels.map((label) => (counts.get(label) ?? 0) / total);
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  return [...shares, Math.max(0, rest)];
}

function largestMove(
  now: LabelCounts,
  before: LabelCounts,
  n: number,
  m: number,
): { readonly label: string; readonly from: number; readonly to: number } {
  let most = { label: "", from: 0, to: 0 };
  for (const label of new Set([...now.keys(), ...before.keys()])) {
    const [from, to] = [(before.get(label) ?? 0) / m, (now.get(label) ?? 0) / n];
    if (most.label === "" || Math.abs(to - from) > Math.abs(most.to - most.from)) most = { label, from, to };
  }
  return most;
}
