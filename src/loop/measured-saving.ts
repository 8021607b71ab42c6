import type { Attempt } from "../contracts/index.ts";
import type { MeasuredArmReport, MeasuredMean } from "./measured-arm.ts";

/** Sums the cost of a request, without a classifier's calls if it is held out; undefined if a part of it is not known. */
export function heldOutCost(
  attempts: readonly Pick<Attempt, "hop" | "costUsd">[],
  isHeldOut: boolean,
): number | undefined {
  let sum: number | undefined = 0;
  for (const { hop, costUsd } of attempts)
    if (!(isHeldOut && hop === "classify"))
      sum = sum === undefined || !isCost(costUsd) ? undefined : sum + costUsd;
  return sum;
}

/** Part of an arm's requests whose cost may be unknown if its mean is to speak for all of them. */
const mostUnknown = 0.05;

/**
 * Returns the mean cost of an arm; undefined if that of more than a twentieth of its requests is not known. Those of one
 * model mostly lack it, so the rest would be the mean of the others.
 */
export function spokenFor({ costUsd, requests, unknownCost }: MeasuredArmReport): MeasuredMean | undefined {
  return unknownCost > mostUnknown * requests ? undefined : costUsd;
}

function isCost(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && Number.isFinite(value);
}

/** Returns the difference of two means. The interval is absent if one of theirs is. */
export function minus(
  left: MeasuredMean | undefined,
  right: MeasuredMean | undefined,
): MeasuredMean | undefined {
  if (left === undefined || right === undefined) return undefined;
  const value = left.value - right.value;
  if (left.low === undefined || right.low === undefined) return { value };
  return { value, low: left.low - (right.high ?? 0), high: (left.high ?? 0) - right.low };
}

/** The interval is absent as long as the cost that is saved from may be 0. */
export function savedShareOf(
  held: MeasuredMean | undefined,
  routed: MeasuredMean | undefined,
): MeasuredMean | undefined {
  if (held === undefined || routed === undefined || !(held.value > 0)) return undefined;
  const value = 1 - routed.value / held.value;
  const { low, high } = held;
  if (
    low === undefined ||
    high === undefined ||
    routed.low === undefined ||
    routed.high === undefined ||
    low <= 0
  )
    return { value };
  return { value, low: 1 - routed.high / low, high: 1 - Math.max(0, routed.low) / high };
}
