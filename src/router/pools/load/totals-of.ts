import type { MetricSample } from "./prometheus-text.ts";

export interface Totals {
  readonly totals: readonly MetricSample[];
  /** True if two samples have the same labels. */
  readonly isTwice: boolean;
}

/**
 * Leaves out samples that are parts of others: where one sample lacks a label, or has it empty, and has all other labels in common
 * with samples that have it, it is their total. SGLang counts by priority in this way. Samples without a total (one per engine) all
 * stay.
 */
export function totalsOf(samples: readonly MetricSample[]): Totals {
  if (samples.length < 2) return { totals: samples, isTwice: false };
  /** Numbers of labels with their values: keys of them are short, however long the labels are. */
  const ids = new Map<string, number>();
  const all = samples.map(({ labels }) =>
    [...labels]
      .filter(([, value]) => value !== "")
      .map((label) => idOf(ids, JSON.stringify(label)))
      .sort((one, other) => one - other),
  );
  const keys = new Set(all.map((labels) => labels.join()));
  const lengths = new Set(all.map(({ length }) => length));
  const isPart = (labels: readonly number[]): boolean =>
    lengths.has(labels.length - 1) &&
    labels.some((_, left) => keys.has(labels.filter((_, at) => at !== left).join()));
  return {
    totals: samples.filter((_, index) => !isPart(all[index] as readonly number[])),
    isTwice: keys.size < samples.length,
  };
}

function idOf(ids: Map<string, number>, label: string): number {
  const known = ids.get(label);
  if (known !== undefined) return known;
  ids.set(label, ids.size);
  return ids.size - 1;
}
