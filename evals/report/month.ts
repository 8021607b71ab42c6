import { bootstrapRows, type Estimate, type Statistics } from "../../src/loop/statistics/index.ts";
import { createMeans } from "../metrics/means.ts";
import type { IntervalSettings } from "./intervals.ts";
import type { Alternative, Saving } from "./report.ts";
import { outcomesOf, savingOf } from "./report-rows.ts";
import type { Routing } from "./routing.ts";
import type { DerivedVolume } from "./volume.ts";

export interface Volume {
  /** Requests a month. Absent if they are not known. */
  readonly requests?: number | undefined;
  readonly derived?: DerivedVolume | undefined;
}

type Figure = "quality" | "costUsd" | "savedUsd" | "savedShare" | "lost";

/**
 * Computes what the policy costs and loses against each model alone, for a month of `volume`, or for 1,000
 * requests. All of it rests on the same resamples. The saving is `undefined` if a cost is not known.
 */
export async function monthOf(
  { cases, routed, alone, models, reference, units }: Routing,
  { requests, derived }: Volume,
  settings: IntervalSettings,
): Promise<{ readonly saving: Saving | undefined; readonly alternatives: readonly Alternative[] }> {
  const volume = requests ?? 1_000;
  const means = createMeans();
  const times = (cost: number | undefined): number | undefined =>
    cost === undefined ? undefined : volume * cost;
  const minus = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : a - b;
  const figures = (id: string) => (): Statistics<Figure> => {
    const { quality, costUsd } = outcomesOf(alone, id);
    const [cost, ours] = [means.of(costUsd), means.of(routed.costUsd)];
    return {
      quality: means.of(quality),
      costUsd: times(cost),
      savedUsd: times(minus(cost, ours)),
      savedShare: savingOf(ours, cost),
      lost: minus(means.of(quality), means.of(routed.quality)),
    };
  };
  const own = (): Statistics<Figure> => ({
    quality: means.of(routed.quality),
    costUsd: times(means.of(routed.costUsd)),
    savedUsd: undefined,
    savedShare: undefined,
    lost: undefined,
  });
  const rows = [own, ...models.map(figures)];
  const [ours, ...others] = await bootstrapRows(
    cases.length,
    (weights) => {
      means.begin(weights);
      return rows.map((row) => row());
    },
    { groups: units, ...settings },
  );
  const alternatives = models.map((model, index): Alternative => {
    const { quality, costUsd, savedUsd, savedShare, lost } = others[index] ?? {};
    return { model, quality: quality ?? none, costUsd, savedUsd, savedShare, lost: lost ?? none };
  });
  const against = alternatives.find(({ model }) => model === reference);
  if (ours?.costUsd === undefined || against?.costUsd === undefined || against.savedUsd === undefined)
    return { saving: undefined, alternatives };
  const saving = {
    requests,
    derived,
    costUsd: ours.costUsd,
    referenceCostUsd: against.costUsd,
    savedUsd: against.savedUsd,
  };
  return { saving, alternatives };
}

const none: Estimate = { value: Number.NaN };
