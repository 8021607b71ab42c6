import type { QualityCurve } from "./trained-file.ts";

/** Maps a raw estimate to a calibrated quality, both in [0, 1]. Never falls as the estimate grows. */
export function calibratedQuality(curve: QualityCurve, estimate: number): number {
  switch (curve.kind) {
    case "constant":
      return curve.value;
    case "identity":
      return estimate;
    case "platt":
      return logistic(curve.slope * logit(estimate) + curve.intercept);
    case "isotonic":
      return interpolate(curve.estimates, curve.values, estimate);
  }
}

export function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** Smallest distance of an estimate from 0 and 1; closer ones are clipped. */
const margin = 0.01;

export function logit(probability: number): number {
  const inside = Math.max(margin, Math.min(1 - margin, probability));
  return Math.log(inside / (1 - inside));
}

function interpolate(at: readonly number[], values: readonly number[], x: number): number {
  const last = at.length - 1;
  if (x <= (at[0] as number)) return values[0] as number;
  if (x >= (at[last] as number)) return values[last] as number;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) <= x) low = middle;
    else high = middle;
  }
  const [from, to] = [at[low] as number, at[high] as number];
  const share = (x - from) / (to - from);
  return (1 - share) * (values[low] as number) + share * (values[high] as number);
}
