import type { DecidedBecause } from "./audited-record.ts";
import { apartOrigins } from "./check-audited-record.ts";
import type { ApartSum, LivePromiseState } from "./promise-state.ts";

/** Records that are not evidence, by what decided them. */
export interface ApartSums {
  add(because: DecidedBecause, loss: number, weight: number): void;
  sums(): LivePromiseState["apart"];
}

export function apartSums(given: LivePromiseState["apart"] = {}): ApartSums {
  const sums = new Map<DecidedBecause, ApartSum>();
  for (const because of apartOrigins) {
    const sum = given[because];
    if (sum !== undefined) sums.set(because, sum);
  }
  return {
    add(because, loss, weight) {
      const sum = sums.get(because) ?? { records: 0, loss: 0, weight: 0 };
      sums.set(because, {
        records: sum.records + 1,
        loss: sum.loss + loss * weight,
        weight: sum.weight + weight,
      });
    },
    sums: () =>
      Object.fromEntries(
        apartOrigins.flatMap((because) => {
          const sum = sums.get(because);
          return sum === undefined ? [] : [[because, sum] as const];
        }),
      ),
  };
}
