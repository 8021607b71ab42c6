import type { ReplayCases } from "./replay-cases.ts";

/** Outcomes of all cases in columns: `models.length` numbers a case, NaN where something is absent. */
export interface OutcomeColumns {
  readonly quality: Float64Array;
  readonly costUsd: Float64Array;
  readonly latencyMs: Float64Array;
}

const made = new WeakMap<readonly unknown[], OutcomeColumns>();

/** Returns the columns of cases, which are built once: a hundred policies then read numbers that lie together. */
export function outcomeColumns<Id extends string>({ models, cases }: ReplayCases<Id>): OutcomeColumns {
  const known = made.get(cases);
  if (known !== undefined && known.quality.length === cases.length * models.length) return known;
  const columnOf = () => new Float64Array(cases.length * models.length).fill(Number.NaN);
  const columns = { quality: columnOf(), costUsd: columnOf(), latencyMs: columnOf() };
  let at = 0;
  for (const { outcomes } of cases) {
    for (const model of models) {
      const outcome = outcomes.get(model);
      if (outcome !== undefined) {
        columns.quality[at] = outcome.quality;
        columns.costUsd[at] = outcome.costUsd ?? Number.NaN;
        columns.latencyMs[at] = outcome.latencyMs ?? Number.NaN;
      }
      at += 1;
    }
  }
  made.set(cases, columns);
  return columns;
}
