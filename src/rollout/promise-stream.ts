import {
  betOnChange,
  type ChangeBets,
  evidenceOf,
  mergeChanges,
  noChange,
} from "../statistics/change-detector.ts";
import { type Alarms, betsInWindow, type PromiseRules } from "./promise-options.ts";
import type { StandingState } from "./standing.ts";

/** Evidence about one mean loss, and the state that follows from it. Plain JSON. */
export interface PromiseStream {
  readonly bets: ChangeBets;
  readonly evidence: number;
  readonly state: StandingState;
  /** Number of the promise's records after which the state began. */
  readonly since: number;
  readonly isKept: boolean;
}

export const newStream: PromiseStream = Object.freeze({
  bets: noChange,
  evidence: 0,
  state: "not-enough-evidence",
  since: 0,
  isKept: false,
});

/** Returns the stream after one more record; `interval` is that of a grid of times, if the grid does not count records. */
export function observed(
  stream: PromiseStream,
  gain: number,
  { every }: PromiseRules,
  interval: number | undefined,
): PromiseStream {
  return { ...stream, bets: betOnChange(stream.bets, gain, { every, kept: betsInWindow }, interval) };
}

/**
 * Returns the stream with its evidence, together with the bets of other processes, and the state that follows. `broken`
 * stays, and comes from them as well.
 */
export function settled(
  stream: PromiseStream,
  { alarmAt, riskAt }: Alarms,
  records: number,
  others: ChangeBets | undefined,
  isBrokenElsewhere: boolean,
): PromiseStream {
  const { bets, isKept } = stream;
  const evidence = evidenceOf(others === undefined ? bets : mergeChanges([bets, others], betsInWindow));
  let state: StandingState = isKept ? "kept" : "not-enough-evidence";
  if (evidence >= riskAt) state = "at-risk";
  if (stream.state === "broken" || evidence >= alarmAt || isBrokenElsewhere) state = "broken";
  return { ...stream, evidence, state, since: state === stream.state ? stream.since : records };
}
