import type { Examples } from "../../src/classifiers/trained/examples.ts";
import type { Part } from "../../src/classifiers/trained/trained-file.ts";
import { shuffled } from "../../src/statistics/shuffled.ts";
import { fitParts, type Pair, type PartValues, valuesOf } from "./fit-parts.ts";

export const FOLDS = 5;

/** Assigns each example to a fold in [0, FOLDS), the same for all of a group. */
export function foldsOf(groups: Uint32Array, random: () => number): Uint8Array {
  const order = shuffled(Uint32Array.from(new Set(groups)), random);
  const foldOf = new Map(Array.from(order, (group, index) => [group, index % FOLDS]));
  return Uint8Array.from(groups, (group) => foldOf.get(group) ?? 0);
}

/** Computes the values of each example by parts that were fitted on the other folds. */
export function crossValidate(
  examples: Examples,
  folds: Uint8Array,
  pair: Pair,
  random: () => number,
  onFold: (done: number) => void,
): PartValues {
  const column = (): Float64Array => new Float64Array(examples.count);
  const columns = (): readonly Float64Array[] => Array.from({ length: examples.models }, column);
  const held: PartValues = {
    parts: {
      length: column(),
      default: column(),
      table: column(),
      ridge: column(),
      logistic: column(),
      neighbours: column(),
    },
    likely: columns(),
    near: columns(),
  };
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const train = rowsWhere(folds, (own) => own !== fold);
    const test = rowsWhere(folds, (own) => own === fold);
    const values = valuesOf(fitParts(examples, train, pair, random), examples, test, pair);
    const scatter = (from: Float64Array | undefined, into: Float64Array | undefined): void => {
      test.forEach((row, index) => {
        if (into !== undefined) into[row] = from?.[index] ?? 0;
      });
    };
    for (const [part, value] of Object.entries(values.parts)) scatter(value, held.parts[part as Part]);
    for (let model = 0; model < examples.models; model += 1) {
      scatter(values.likely[model], held.likely[model]);
      scatter(values.near[model], held.near[model]);
    }
    onFold(fold + 1);
  }
  return held;
}

function rowsWhere(folds: Uint8Array, holds: (fold: number) => boolean): Uint32Array {
  const rows: number[] = [];
  folds.forEach((fold, row) => {
    if (holds(fold)) rows.push(row);
  });
  return Uint32Array.from(rows);
}
