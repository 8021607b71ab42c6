import { quantileOf, timeBins } from "./bins.ts";
import type { FrameModel, FrameSeries, FrameTotals } from "./frame.ts";
import type { Slot } from "./slot.ts";
import type { WindowView } from "./windows.ts";

/** Models with a series of their own. */
const mostSeries = 6;

/** Adds up the slots of a window. `names` are those of the models by their place. */
export function summaryOf(
  { slots }: WindowView,
  names: readonly string[],
): { readonly totals: FrameTotals; readonly series: FrameSeries } {
  const present = slots.filter((slot) => slot !== undefined);
  const sum = (of: (slot: Slot) => number) => present.reduce((total, slot) => total + of(slot), 0);
  const models = modelsOf(present, names);
  const times = addUp(present.map((slot) => slot.times));
  const quantiles = { p50Ms: 0.5, p95Ms: 0.95, p99Ms: 0.99 };
  const each = (of: (slot: Slot) => number) => slots.map((slot) => (slot === undefined ? 0 : of(slot)));
  return {
    totals: {
      requests: sum((slot) => slot.requests),
      failed: sum((slot) => slot.failed),
      certified: sum((slot) => slot.certified),
      costUsd: sum((slot) => slot.costUsd),
      unpriced: sum((slot) => slot.unpriced),
      compared: sum((slot) => slot.compared),
      paidUsd: sum((slot) => slot.paidUsd),
      referenceUsd: sum((slot) => slot.referenceUsd),
      ...Object.fromEntries(
        Object.entries(quantiles).map(([name, share]) => [name, short(quantileOf(times, share))]),
      ),
      complexity: Array.from({ length: 10 }, (_, at) => sum((slot) => slot.complexity[at] as number)),
      models: models.map(({ figures }) => figures),
    },
    series: {
      requests: each((slot) => slot.requests),
      failed: each((slot) => slot.failed),
      costUsd: each((slot) => Number(slot.costUsd.toPrecision(4))),
      p95Ms: slots.map((slot) => (slot === undefined ? null : (short(quantileOf(slot.times, 0.95)) ?? null))),
      models: models
        .slice(0, mostSeries)
        .map(({ place }) => each((slot) => slot.models[place]?.requests ?? 0)),
    },
  };
}

function modelsOf(
  slots: readonly Slot[],
  names: readonly string[],
): { place: number; figures: FrameModel }[] {
  return names
    .map((model, place) => {
      const own = slots.flatMap((slot) => slot.models[place] ?? []);
      const times = addUp(own.map((one) => one.times));
      const sum = (of: (one: (typeof own)[number]) => number) =>
        own.reduce((total, one) => total + of(one), 0);
      const figures = {
        model,
        requests: sum((one) => one.requests),
        attempts: sum((one) => one.attempts),
        failed: sum((one) => one.failed),
        costUsd: sum((one) => one.costUsd),
        p50Ms: short(quantileOf(times, 0.5)),
        p95Ms: short(quantileOf(times, 0.95)),
      };
      return { place, figures };
    })
    .filter(({ figures }) => figures.requests > 0 || figures.attempts > 0)
    .sort((a, b) => b.figures.requests - a.figures.requests || a.place - b.place);
}

function addUp(all: readonly Uint32Array[]): Float64Array {
  const sums = new Float64Array(timeBins);
  for (const bins of all)
    for (let at = 0; at < timeBins; at += 1) sums[at] = (sums[at] as number) + (bins[at] as number);
  return sums;
}

function short(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Number(ms.toPrecision(3));
}
