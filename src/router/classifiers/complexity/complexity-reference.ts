import { shippedModel } from "./shipped-model.ts";

/**
 * The reference distribution of `complexity()`: quantiles of its scores, equally spaced from the minimum
 * to the maximum, like `quantiles` of a classifier file. Complexity is the rank of a score among them, so
 * complexities are uniform in [0, 1] on traffic like the reference; if they are not, traffic has drifted.
 * The score itself is one of the signals (`complexity({ signals: true })`).
 */
export function complexityReference(): Float32Array {
  return shippedModel().quantiles.slice();
}
