import { InvalidOptionError } from "../../../contracts/index.ts";
import { isObject } from "../../../plugin/fields-of.ts";
import { STRUCTURE } from "../read-features.ts";
import { PARTS, type Part, REFERENCE_QUANTILES, type TrainedClassifier } from "./trained-file.ts";

/**
 * Throws `InvalidOptionError`, which names the field, unless all fields that a decision reads have the right
 * shape and hold finite numbers. A right hash proves that nothing was changed since the file was made, not that
 * `eval train` made it; and 1e999 is a number of JSON.
 */
export function checkShape(file: TrainedClassifier): void {
  const expect = (field: string, holds: boolean, expected: string): void => {
    if (!holds) throw new InvalidOptionError(`trained.file.${field}`, undefined, expected);
  };
  const { models, small, large, structure, table, withCategory, curves } = file;
  expect("models", areTexts(models) && new Set(models).size === models.length, "different names of models");
  expect("small", models.includes(small) && models.includes(large), "a model of the file, as must large");
  expect(
    "structure",
    isRow(structure?.means) && isRow(structure.deviations) && structure.deviations.every((one) => one > 0),
    `${STRUCTURE.length} finite means and positive deviations`,
  );
  for (const field of ["ridge", "logistic"] as const) {
    const stored = file[field];
    if (stored === undefined && field === "ridge") continue;
    const heads = stored?.heads;
    expect(
      field,
      Array.isArray(heads) &&
        heads.length === (field === "ridge" ? 1 : models.length) &&
        heads.every(isHead) &&
        isPower(stored?.buckets),
      field === "ridge" ? "one head of finite numbers" : "a head of finite numbers for each model",
    );
  }
  checkScore("score", file.score, file.quantiles);
  if (withCategory !== undefined) checkScore("withCategory", withCategory?.score, withCategory?.quantiles);
  const parts = new Set([...file.score, ...(withCategory?.score ?? [])].map(({ part }) => part));
  const needs: readonly (readonly [Part, "ridge" | "latent" | "landmarks" | "table"])[] = [
    ["ridge", "ridge"],
    ["landmarks", "latent"],
    ["landmarks", "landmarks"],
    ["table", "table"],
  ];
  for (const [part, field] of needs)
    expect(field, !parts.has(part) || isObject(file[field]), `present, since the score names ${part}`);
  if (table !== undefined)
    expect(
      "table",
      Number.isFinite(table?.otherwise) &&
        Array.isArray(table.gains) &&
        table.gains.every(
          (row) => Array.isArray(row) && typeof row[0] === "string" && Number.isFinite(row[1]),
        ),
      "a finite gain for each category",
    );
  const { latent, landmarks } = file;
  expect(
    "latent",
    latent === undefined ||
      (isObject(latent) && isCount(latent["count"]) && Number.isFinite(latent["scale"])),
    "a count, columns and a finite scale",
  );
  expect(
    "landmarks",
    landmarks === undefined ||
      (isObject(landmarks) &&
        isCount(landmarks["count"]) &&
        [landmarks["small"], landmarks["large"]].every(
          (one) => isObject(one) && Number.isFinite(one["bias"]),
        )),
    "a count, columns and a finite bias for both models",
  );
  expect("examples", isObject(file.examples) && isCount(file.examples.count), "a count and columns");
  expect(
    "curves",
    Array.isArray(curves) && curves.length === models.length && curves.every(isCurve),
    "a curve of finite numbers for each model",
  );

  function checkScore(field: string, score: unknown, quantiles: unknown): void {
    expect(
      field,
      Array.isArray(score) && score.length > 0 && score.length <= PARTS.length && score.every(isWeighted),
      "one or more parts with finite weights and means and a positive deviation",
    );
    expect(
      field === "score" ? "quantiles" : `${field}.quantiles`,
      areNumbers(quantiles) && quantiles.length === REFERENCE_QUANTILES && isAscending(quantiles),
      `${REFERENCE_QUANTILES} finite numbers in ascending order`,
    );
  }
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function areNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}

function isRow(value: unknown): value is readonly number[] {
  return areNumbers(value) && value.length === STRUCTURE.length;
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, at) => at === 0 || value >= (values[at - 1] as number));
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isPower(value: unknown): boolean {
  return isCount(value) && (value as number) > 0 && Number.isInteger(Math.log2(value as number));
}

function isHead(head: unknown): boolean {
  return (
    isObject(head) &&
    Number.isFinite(head["bias"]) &&
    Number.isFinite(head["scale"]) &&
    isRow(head["structure"])
  );
}

function isWeighted(one: unknown): boolean {
  if (!isObject(one) || !PARTS.includes(one["part"] as Part)) return false;
  const { weight, mean, deviation } = one;
  return [weight, mean, deviation].every(Number.isFinite) && (deviation as number) > 0;
}

function isCurve(curve: unknown): boolean {
  if (!isObject(curve)) return false;
  const { kind, value, slope, intercept, estimates, values } = curve;
  if (kind === "identity") return true;
  if (kind === "constant") return Number.isFinite(value) && (value as number) >= 0 && (value as number) <= 1;
  if (kind === "platt") return Number.isFinite(intercept) && Number.isFinite(slope) && (slope as number) > 0;
  return (
    kind === "isotonic" &&
    areNumbers(estimates) &&
    areNumbers(values) &&
    values.length > 0 &&
    values.length === estimates.length &&
    isAscending(estimates) &&
    isAscending(values) &&
    (values[0] as number) >= 0 &&
    (values.at(-1) as number) <= 1
  );
}
