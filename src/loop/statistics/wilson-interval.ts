import type { Interval } from "./normal-interval.ts";

const z95 = 1.959963984540054;

/** 95 % score interval of a share (Wilson 1927), measured as `mean` over `count` independent observations. */
export function wilsonInterval(mean: number, count: number): Interval {
  const square = z95 ** 2 / count;
  const center = (mean + square / 2) / (1 + square);
  const half = (Math.sqrt((mean * (1 - mean)) / count + square / (4 * count)) * z95) / (1 + square);
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}
