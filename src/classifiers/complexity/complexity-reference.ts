import { shippedModel } from "./shipped-model.ts";

/**
 * The reference distribution of `complexity()`: quantiles of its scores, equally spaced from the minimum
 * to the maximum, as `quantiles` of a classifier file. Complexity is the rank of a score among them, so
 * on traffic like the reference complexities are uniform in [0, 1]; that they are not is drift. The
 * score itself is among the signals (`complexity({ signals: true })`).
 */
export function complexityReference(): Float32Array {
  return shippedModel().quantiles.slice();
}
