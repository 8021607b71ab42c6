import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOptions } from "../../../plugin/options/read-options.ts";
import type { BalanceRule } from "./balance-rule.ts";
import { callsOf, sortedBy } from "./calls-of.ts";

export interface LeastLoadedOptions {
  /** Weight of the queue, at least 0. Default 1. */
  readonly queue?: number | undefined;
  /** Weight of the used share of the KV cache, at least 0. Default 1. */
  readonly kv?: number | undefined;
}

export const leastLoadedOptions: OptionTable<LeastLoadedOptions> = {
  queue: { is: "number", min: 0, default: 1 },
  kv: { is: "number", min: 0, default: 1 },
};

/**
 * Asks the member first whose engine reports the least load: its place between the shortest and the longest queue, and
 * the used share of its KV cache, each in [0, 1] and weighted. A member that does not report one of them gets the mean
 * of the others for it: not known is neither empty nor full. Where no engine reports anything, it is `leastInFlight`.
 *
 * Throws `InvalidOptionError`.
 */
export function leastLoaded(options: LeastLoadedOptions = {}): BalanceRule {
  const { queue, kv } = readOptions("leastLoaded", leastLoadedOptions, options);
  return {
    name: "leastLoaded",
    order(members, { draws }) {
      const queues = spread(filled(members.map(({ load }) => load?.waiting)));
      const usages = filled(members.map(({ load }) => load?.kvUsage));
      const calls = spread(members.map(callsOf));
      // Calls decide between members whose engines report the same, or nothing.
      return sortedBy(
        members.length,
        draws[0],
        (index) => queue * at(queues, index) + kv * at(usages, index) + tieBreak * at(calls, index),
      );
    },
  };
}

/** Weight of the calls: less than one step of any load that differs in earnest. */
const tieBreak = 0.001;

const at = (values: readonly number[], index: number): number => values[index] ?? 0;

/** Puts the mean of the known values in the place of those that are not. */
function filled(values: readonly (number | undefined)[]): readonly number[] {
  const known = values.filter((value) => value !== undefined && Number.isFinite(value));
  const mean = known.reduce<number>((sum, value) => sum + (value as number), 0) / Math.max(1, known.length);
  return values.map((value) => (value !== undefined && Number.isFinite(value) ? value : mean));
}

/** Places values between the least, 0, and the largest, 1. */
function spread(values: readonly number[]): readonly number[] {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values.map((value) => (range > 0 ? (value - least) / range : 0));
}
