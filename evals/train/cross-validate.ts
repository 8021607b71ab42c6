import { shuffled } from "../../src/loop/statistics/index.ts";
import { type Examples, type Latent, PARTS } from "../../src/router/classifiers/trained/inner.ts";
import { type Ground, groundOf, placesOf } from "./fit-landmarks.ts";
import { fitParts, type Pair, type PartValues, valuesOf } from "./fit-parts.ts";
import type { Variants } from "./variants.ts";

export const FOLDS = 5;

/** Assigns each example to a fold in [0, FOLDS), the same for all of a group. */
export function foldsOf(groups: Uint32Array, random: () => number): Uint8Array {
  const order = shuffled(Uint32Array.from(new Set(groups)), random);
  const foldOf = new Map(Array.from(order, (group, index) => [group, index % FOLDS]));
  return Uint8Array.from(groups, (group) => foldOf.get(group) ?? 0);
}

/** Values by parts that were fitted without the example, or without the one that a variant was made of. */
export interface HeldOut {
  readonly examples: PartValues;
  readonly variants: PartValues;
}

/** Input of a cross-validation. */
export interface CrossValidation {
  readonly examples: Examples;
  /** Changed copies of some examples, and the row of each one's original. */
  readonly variants: Variants;
  readonly latent: Latent;
  readonly ground: Ground;
  readonly folds: Uint8Array;
  readonly pair: Pair;
  readonly random: () => number;
  readonly onFold: (done: number) => void;
}

/** Computes the values of each example, and of each variant, by parts that were fitted on the other folds. */
export function crossValidate(input: CrossValidation): HeldOut {
  const { examples, folds, pair, random, latent, ground } = input;
  const { examples: changed, originals } = input.variants;
  const changedGround = groundOf(ground.landmarks, placesOf(changed, latent));
  const held = { examples: emptyValues(examples), variants: emptyValues(changed) };
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const fitted = fitParts(
      examples,
      ground,
      rowsWhere(folds, (own) => own !== fold),
      pair,
      random,
    );
    const test = rowsWhere(folds, (own) => own === fold);
    scatter(valuesOf(fitted, examples, ground, test, pair), test, held.examples);
    const of = rowsWhere(originals, (row) => folds[row] === fold);
    scatter(valuesOf(fitted, changed, changedGround, of, pair), of, held.variants);
    input.onFold(fold + 1);
  }
  return held;
}

function emptyValues({ count, models }: Examples): PartValues {
  const column = (): Float64Array => new Float64Array(count);
  const columns = (): readonly Float64Array[] => Array.from({ length: models }, column);
  return {
    parts: {
      length: column(),
      default: column(),
      table: column(),
      ridge: column(),
      logistic: column(),
      neighbours: column(),
      landmarks: column(),
    },
    likely: columns(),
    near: columns(),
  };
}

/** Writes the values of the examples in `rows` to their places in `into`. */
function scatter(from: PartValues, rows: Uint32Array, into: PartValues): void {
  const column = (values: Float64Array | undefined, target: Float64Array | undefined): void => {
    rows.forEach((row, index) => {
      if (target !== undefined) target[row] = values?.[index] ?? 0;
    });
  };
  for (const part of PARTS) column(from.parts[part], into.parts[part]);
  into.likely.forEach((target, model) => {
    column(from.likely[model], target);
    column(from.near[model], into.near[model]);
  });
}

function rowsWhere(folds: ArrayLike<number>, holds: (fold: number) => boolean): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < folds.length; row += 1) if (holds(folds[row] as number)) rows.push(row);
  return Uint32Array.from(rows);
}
