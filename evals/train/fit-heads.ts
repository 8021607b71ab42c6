import { mean } from "../../src/loop/statistics/index.ts";
import { STRUCTURE } from "../../src/router/classifiers/inner.ts";
import {
  type Examples,
  type LinearHead,
  logistic,
  logit,
} from "../../src/router/classifiers/trained/inner.ts";
import { addRow, createDesign, type Design, rowValue, solve } from "./solve.ts";

/**
 * Fits a head of the gain: ridge regression by conjugate gradients with a fixed number of steps. `gains` by
 * position in `rows`.
 */
export function fitRidgeHead(
  examples: Examples,
  rows: Uint32Array,
  gains: Float64Array,
  buckets: number,
): LinearHead {
  const design = createDesign(examples, rows, buckets, { words: 2, structure: 30, bias: 1e-3 });
  const even = new Float64Array(rows.length).fill(1);
  const centre = mean(gains);
  const right = new Float64Array(design.unknowns);
  rows.forEach((row, index) => {
    addRow(design, right, row, (gains[index] as number) - centre);
  });
  return headOf(design, solve(design, even, right, 25), centre, buckets);
}

const newtonRounds = 4;
/** Steps of conjugate gradients: later rounds change little, and more steps there change no order. */
const firstSteps = 10;
const laterSteps = 5;

/**
 * Fits one head per model: logistic regression with its quality as a soft label (a quality of 0.7 counts as
 * 0.7 right, 0.3 wrong; nothing is rounded), by Newton's method with a fixed number of rounds.
 */
export function fitLogisticHeads(
  examples: Examples,
  rows: Uint32Array,
  buckets: number,
): readonly LinearHead[] {
  const design = createDesign(examples, rows, buckets, { words: 1, structure: 100, bias: 1e-3 });
  const curvature = new Float64Array(rows.length);
  return eachModel(examples, rows, (targets, mean) => {
    const solution = new Float64Array(design.unknowns);
    const start = logit(mean);
    for (let round = 0; round < newtonRounds; round += 1) {
      const gradient = solution.map((value, index) => -(design.penalties[index] as number) * value);
      rows.forEach((row, index) => {
        const likely = logistic(start + rowValue(design, solution, row));
        curvature[index] = Math.max(1e-3, likely * (1 - likely));
        addRow(design, gradient, row, (targets[index] as number) - likely);
      });
      const change = solve(design, curvature, gradient, round === 0 ? firstSteps : laterSteps);
      for (let index = 0; index < solution.length; index += 1)
        solution[index] = (solution[index] as number) + (change[index] as number);
    }
    return headOf(design, solution, start, buckets);
  });
}

function eachModel(
  { quality, models }: Examples,
  rows: Uint32Array,
  fitTo: (targets: Float64Array, mean: number) => LinearHead,
): readonly LinearHead[] {
  return Array.from({ length: models }, (_, model) => {
    const targets = Float64Array.from(rows, (row) => quality[row * models + model] as number);
    return fitTo(targets, mean(targets));
  });
}

/** Quantises bucket weights to 8 bits: the largest becomes ±127. */
function headOf({ used }: Design, solution: Float64Array, bias: number, buckets: number): LinearHead {
  const words = solution.subarray(0, used.length);
  const largest = words.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const scale = Math.fround(largest / 127) || 1;
  const weights = new Int8Array(buckets);
  used.forEach((bucket, column) => {
    weights[bucket] = Math.round((words[column] as number) / scale);
  });
  return {
    bias: Math.fround(bias + (solution.at(-1) ?? 0)),
    structure: Float32Array.from(solution.subarray(used.length, used.length + STRUCTURE.length)),
    weights,
    scale,
  };
}
