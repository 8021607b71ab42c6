import type { Counted } from "../statistics/share-rise.ts";
import { compareLabels, totalOf } from "./compare-labels.ts";
import { compareRise } from "./compare-rise.ts";
import { compareScores, referenceOf } from "./compare-scores.ts";
import type { DriftReference, DriftSettings } from "./drift-options.ts";
import type { TrafficBaseline } from "./drift-state.ts";
import type { DriftFinding } from "./drift-status.ts";
import { TRAFFIC_LABELS } from "./traffic-labels.ts";
import type { LabelCounts, TrafficCounts } from "./traffic-window.ts";

export const NONE: Counted = { events: 0, trials: 0 };
const noLabels: LabelCounts = new Map();

/** Comparisons that share the error: two of scores, four of labels, failures, and the judge in windows of its own. */
const comparisons = 8;
/** Smallest rise of the share of classifier failures that matters. */
const minFailureRise = 0.01;

/** Returns the probability of a false alarm of one comparison. */
export function levelOf({ falseAlarmWindows }: DriftSettings): number {
  return 1 / (falseAlarmWindows * comparisons);
}

/** Fewest requests of a window that are compared: some are pinned, and not classified. */
function leastOf({ windowRequests }: DriftSettings): number {
  return windowRequests / 2;
}

/** Returns what later windows are compared with: this one, and the reference of complexity if there is one. */
export function baselineOf(
  counts: TrafficCounts,
  scores: DriftReference | undefined,
  settings: DriftSettings,
): TrafficBaseline {
  const labels = { model: noLabels, language: noLabels, length: noLabels, category: noLabels };
  return completed({ scores, failures: NONE, labels }, counts, settings);
}

/** Takes from a window what the baseline lacks: all of it at first, later what new parts have made worthless. */
export function completed(
  baseline: TrafficBaseline,
  counts: TrafficCounts,
  settings: DriftSettings,
): TrafficBaseline {
  const least = leastOf(settings);
  const { scores, failures } = baseline;
  const isOther = scores?.classifier !== undefined && counts.classifier !== scores.classifier;
  const fresh = referenceOf(counts.scores, counts.classifier, least);
  const labels = { ...baseline.labels };
  for (const label of TRAFFIC_LABELS)
    if (totalOf(labels[label]) < least) labels[label] = new Map(counts.labels[label]);
  return {
    scores: scores === undefined || isOther ? (fresh ?? scores) : scores,
    failures: failures.trials < least ? { events: counts.failures, trials: counts.asked } : failures,
    labels,
  };
}

/** Compares a window with a baseline. */
export function compareTraffic(
  counts: TrafficCounts,
  baseline: TrafficBaseline,
  settings: DriftSettings,
): DriftFinding[] {
  const limits = { level: levelOf(settings), least: leastOf(settings) };
  const { scores } = baseline;
  // Scores of two classifiers say nothing about each other.
  const isSame = scores !== undefined && [undefined, counts.classifier].includes(scores.classifier);
  const failures = { events: counts.failures, trials: counts.asked };
  return [
    ...(isSame ? [compareScores(counts.scores, scores, { ...limits, level: 2 * limits.level })] : []),
    ...TRAFFIC_LABELS.map((label) =>
      compareLabels(label, counts.labels[label], baseline.labels[label], limits),
    ),
    compareRise(
      "classifier-failures",
      "requests that the classifier failed on",
      failures,
      baseline.failures,
      {
        ...limits,
        minRise: minFailureRise,
      },
    ),
  ];
}
