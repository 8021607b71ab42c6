import { type OptionTable, readOptions } from "../../plugin/index.ts";
import type { FinishedRequest, Guard } from "./guard.ts";
import {
  addPaired,
  beginPaired,
  isPairedState,
  mergePaired,
  noPairedState,
  type PairedState,
  pairedEvidence,
} from "./paired-guard.ts";

export interface LatencyGuardOptions {
  /** Quantile of control's latencies that is watched, in [0.5, 0.99]. */
  readonly quantile: number;
  /** Largest rise in milliseconds that counts as none, at least 0. */
  readonly marginMs: number;
  /** Time to the whole answer, or to its first content where it was streamed. Default `answer`. */
  readonly of?: "answer" | "first-token" | undefined;
  /** Default `signal`: latency depends on the time of day and on load more than on the policy. */
  readonly kind?: "guard" | "signal" | undefined;
}

export const latencyOptions: OptionTable<LatencyGuardOptions> = {
  quantile: { is: "share", min: 0.5, max: 0.99 },
  marginMs: { is: "number", min: 0, max: 86_400_000 },
  of: { is: "choice", of: ["answer", "first-token"], default: "answer" },
  kind: { is: "choice", of: ["guard", "signal"], default: "signal" },
};

/** State of a guard on latency. Plain JSON. */
export interface LatencyState extends PairedState {
  /** Latencies of control's last units. */
  readonly recent: readonly number[];
}

const noLatencyState: LatencyState = Object.freeze({ ...noPairedState, recent: Object.freeze([]) });
const mostRecent = 200;
/** Latencies of control from which on a quantile is taken. */
const fewestRecent = 20;

/**
 * Guard on a quantile of latency. Compares the share of candidate's units above control's quantile plus `marginMs` with
 * the share of control's units above its quantile, which is taken from control's last 200 units before. Evidence of harm
 * is false with the stated probability at most if candidate's latencies are not distributed above control's plus the
 * margin; exact. Of a unit the answered request in its middle counts; one whose caller left counts with the time until then, which
 * is less than the answer would have taken. The shares are its means. Throws `InvalidOptionError`.
 */
export function latency(options: LatencyGuardOptions): Guard<LatencyState> {
  const { quantile, marginMs, of, kind } = readOptions("latency", latencyOptions, options);
  // Who leaves has waited at least so long: for the first content, if none had come.
  const timeOf = ({ outcome, latencyMs, firstTokenMs }: FinishedRequest) =>
    of === "answer" ? latencyMs : (firstTokenMs ?? (outcome === "aborted" ? latencyMs : undefined));
  return {
    name: `latency:p${Number((100 * quantile).toFixed(2))}`,
    kind,
    margin: marginMs,
    marginOf: "difference",
    unit: "ms",
    exact: true,
    initial: noLatencyState,
    value(requests) {
      const times = requests
        .filter(({ outcome }) => outcome !== "failed")
        .map(timeOf)
        .filter((time): time is number => time !== undefined && time >= 0 && time < Number.MAX_VALUE);
      return times[Math.floor(times.length / 2)];
    },
    add(state, arm, value) {
      const recent = arm === "control" ? [...state.recent, value].slice(-mostRecent) : state.recent;
      if (state.recent.length < fewestRecent) return { ...state, recent };
      const isAbove = isAboveQuantile(state.recent, quantile, value - (arm === "candidate" ? marginMs : 0));
      return { ...addPaired(state, arm, isAbove ? 1 : 0, { margin: 0 }), recent };
    },
    begin: beginPaired,
    merge: (states, spread) => ({
      ...mergePaired(states, spread),
      recent: states.flatMap(({ recent }) => recent).slice(-mostRecent),
    }),
    evidence: pairedEvidence,
    isState: (value): value is LatencyState => {
      const { recent } = (value ?? {}) as Partial<LatencyState>;
      return (
        isPairedState(value) &&
        Array.isArray(recent) &&
        recent.length <= mostRecent &&
        recent.every((time) => typeof time === "number" && time >= 0 && time < Number.MAX_VALUE)
      );
    },
  };
}

/** True for a value above the quantile, found without sorting, by the number of values below it. */
function isAboveQuantile(values: readonly number[], quantile: number, value: number): boolean {
  const rank = Math.min(values.length - 1, Math.floor(quantile * values.length));
  let below = 0;
  for (const one of values) if (one < value) below += 1;
  return below > rank;
}
