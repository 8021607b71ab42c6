import { outcomeColumns } from "./outcome-columns.ts";
import type { ReplayCase, ReplayCases } from "./replay-cases.ts";
import type { Replay } from "./replay-result.ts";
import type { Tally } from "./tally.ts";

/** The one model that answers each case. */
export interface ChosenModels<Id extends string> {
  /** Notes the position of a case's model. False: another one is noted already, or there are 255 models or more. */
  note(index: number, model: number): boolean;
  /** Position of a case's model; -1 before it is noted. */
  at(index: number): number;
  /** Adds what is noted of these cases to sums that have nothing yet. */
  tell(tally: Tally<Id>, cases: readonly ReplayCase<Id>[]): void;
  /** Means, and columns that are made when they are first read. Every case must be noted. */
  sums(): Omit<Replay<Id>, "records" | "skipped" | "unclassified">;
}

/** A case that is not noted yet, in the column of bytes. */
const none = 255;

/** Keeps numbers alone of the cases: the columns of a result must not hold on to records and their prompts. */
export function chosenModels<Id extends string>(prepared: ReplayCases<Id>): ChosenModels<Id> {
  const { models } = prepared;
  const width = models.length;
  const columns = outcomeColumns(prepared);
  const chosen = new Uint8Array(prepared.cases.length).fill(none);

  const columnOf = (values: Float64Array): Float64Array =>
    Float64Array.from(chosen, (model, index) => values[index * width + model] as number);
  const rateOf = (position: number): Float64Array =>
    Float64Array.from(chosen, (model) => (model === position ? 1 : 0));
  const callRates = (): Record<Id, Float64Array> =>
    Object.fromEntries(models.map((id, position) => [id, rateOf(position)])) as Record<Id, Float64Array>;

  return {
    note(index, model) {
      if (model < 0 || model >= none || chosen[index] !== none) return false;
      chosen[index] = model;
      return true;
    },
    at(index) {
      const model = chosen[index] as number;
      return model === none ? -1 : model;
    },
    tell(tally, cases) {
      for (let index = 0; index < chosen.length; index += 1) {
        const model = chosen[index] as number;
        if (model !== none)
          tally.add(
            cases[index] as ReplayCase<Id>,
            index,
            { model: models[model] as Id, reason: "noted" },
            1,
          );
      }
    },
    sums() {
      const counts = models.map(() => 0);
      let [quality, costUsd, latencyMs] = [0, 0, 0];
      let [isPriced, isTimed] = [true, true];
      // In the order of the records, as the mean of a column: sums of numbers depend on it.
      for (let index = 0; index < chosen.length; index += 1) {
        const model = chosen[index] as number;
        const at = index * width + model;
        counts[model] = (counts[model] as number) + 1;
        quality += columns.quality[at] as number;
        const [cost, latency] = [columns.costUsd[at] as number, columns.latencyMs[at] as number];
        if (Number.isNaN(cost)) isPriced = false;
        if (Number.isNaN(latency)) isTimed = false;
        costUsd += cost;
        latencyMs += latency;
      }
      const { length } = chosen;
      const rates = models.map((id, position) => [id, (counts[position] as number) / length] as const);
      return {
        quality: quality / length,
        costUsd: isPriced ? costUsd / length : undefined,
        latencyMs: isTimed ? latencyMs / length : undefined,
        callRates: Object.fromEntries(rates) as Record<Id, number>,
        byRecord: madeWhenRead({
          quality: () => columnOf(columns.quality),
          costUsd: () => (isPriced ? columnOf(columns.costUsd) : undefined),
          latencyMs: () => (isTimed ? columnOf(columns.latencyMs) : undefined),
          callRates,
        }),
      };
    },
  };
}

/** An object whose members are made when they are first read, and stay. */
function madeWhenRead<T extends object>(makers: { readonly [Key in keyof T]: () => T[Key] }): T {
  const made = {};
  for (const [key, make] of Object.entries<() => unknown>(makers)) {
    let value: { readonly is: unknown } | undefined;
    const get = (): unknown => {
      value ??= { is: make() };
      return value.is;
    };
    Object.defineProperty(made, key, { get, enumerable: true });
  }
  return made as T;
}
