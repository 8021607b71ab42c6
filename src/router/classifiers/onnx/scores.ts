import type { Classification } from "../../../contracts/index.ts";
import { rank } from "../rank.ts";
import type { OnnxClass, OnnxClassifierOptions } from "./onnx-options.ts";

/** Outputs of the model for some texts, one row each. */
export interface OnnxOutputs {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

export interface ScoreSettings extends Pick<OnnxClassifierOptions, "classes" | "activation" | "reference"> {
  readonly temperature: number;
}

/** Reads a row of outputs; returns the classification, or what is wrong with the row. */
export type ReadScore = (row: Float32Array) => Classification | string;

/** Reason why outputs of this width cannot be read; undefined if they can. */
export function widthProblem(width: number, classes: readonly OnnxClass[] | undefined): string | undefined {
  if (classes !== undefined && classes.length !== width)
    return `has ${width} outputs a text, and classes lists ${classes.length}`;
  return width >= 1 && width <= 1_000 ? undefined : `has ${width} outputs a text, and may have 1 to 1,000`;
}

export function scoreReader({ classes, activation, temperature, reference }: ScoreSettings): ReadScore {
  const sorted = reference === undefined ? undefined : Float32Array.from(reference).sort();
  return (row) => {
    if (!row.every(Number.isFinite)) return "gave a value that is not a finite number";
    const chosen = activation ?? (row.length === 1 ? "sigmoid" : "softmax");
    const parts = activate(row, chosen, temperature);
    // Probabilities are summed in 32 bits where the model has made them.
    if (parts.some((part) => part < -1e-4 || part > 1.0001))
      return "gave a probability outside [0, 1]: activation must be softmax or sigmoid";
    const weighted = parts.map((part, at) => part * complexityOf(at, row.length, classes));
    const total = row.length === 1 ? 1 : parts.reduce((sum, part) => sum + part, 0);
    if (total <= 0) return "gave no probability above 0";
    const score = Math.min(1, Math.max(0, weighted.reduce((sum, part) => sum + part, 0) / total));
    const category = classes?.[likeliest(parts)]?.category;
    // Frozen, since a score that is kept is given to several requests.
    return Object.freeze({
      complexity: sorted === undefined ? score : rank(score, sorted),
      signals: Object.freeze({ score }),
      ...(category !== undefined && { category }),
    });
  };
}

/** A single output is the score itself; classes that are not described are in order, from easy to hard. */
function complexityOf(at: number, width: number, classes: readonly OnnxClass[] | undefined): number {
  return classes?.[at]?.complexity ?? (width === 1 ? 1 : at / (width - 1));
}

function activate(row: Float32Array, activation: string, temperature: number): number[] {
  const values = [...row].map((value) => value / temperature);
  if (activation === "none") return [...row];
  if (activation === "sigmoid") return values.map((value) => 1 / (1 + Math.exp(-value)));
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function likeliest(parts: readonly number[]): number {
  return parts.indexOf(Math.max(...parts));
}
