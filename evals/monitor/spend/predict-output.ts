import { fitRidge, seededRandom } from "../../../src/loop/statistics/index.ts";
import { rowFeatures } from "../off-policy/row-features.ts";
import type { SpendRequest } from "./spend-request.ts";

const folds = 5;

/** Predicts the large model's output tokens, each without the conversation that it belongs to. */
export function predictOutput(
  requests: readonly SpendRequest[],
  units: Uint32Array,
  seed: number,
): Float64Array {
  const features = featuresOf(requests);
  const random = seededRandom(seed);
  const foldOf: number[] = [];
  for (const unit of units) foldOf[unit] ??= Math.floor(random() * folds);
  const predicted = new Float64Array(requests.length);
  for (let fold = 0; fold < folds; fold += 1) {
    const isIn = (index: number): boolean => foldOf[units[index] as number] === fold;
    const rows: Float64Array[] = [];
    const outputs: number[] = [];
    requests.forEach(({ large }, index) => {
      if (large === undefined || isIn(index)) return;
      rows.push(features[index] as Float64Array);
      outputs.push(large.outputTokens);
    });
    const predict = rows.length === 0 ? () => 0 : fitRidge(rows, outputs);
    requests.forEach((_, index) => {
      if (isIn(index)) predicted[index] = predict(features[index] as Float64Array);
    });
  }
  return predicted;
}

function featuresOf(requests: readonly SpendRequest[]): readonly Float64Array[] {
  const of = rowFeatures(requests.map(({ decision }) => decision));
  return requests.map(({ decision }) => Float64Array.from(of(decision)));
}
