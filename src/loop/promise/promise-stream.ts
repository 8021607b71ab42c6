import { type ChangeBets, type ChangeDetector, changeDetector } from "../statistics/change-detector.ts";
import { type Alarms, betsInWindow, type PromiseRules } from "./promise-options.ts";
import type { StandingState } from "./standing.ts";

/** State of a statement about one mean loss. */
export interface StreamState {
  readonly evidence: number;
  readonly state: StandingState;
  /** Number of the promise's records after which the state began. */
  readonly since: number;
  readonly isKept: boolean;
}

/** The same with its bets, as plain JSON. */
export interface StoredStream extends StreamState {
  readonly bets: ChangeBets;
}

/** A statement about one mean loss, which follows from bets. */
export interface PromiseStream extends StreamState {
  readonly detector: ChangeDetector;
}

/** Creates a statement, filled with a state. */
export function promiseStream({ every }: PromiseRules, given?: StoredStream): PromiseStream {
  const { evidence = 0, state = "not-enough-evidence", since = 0, isKept = false } = given ?? {};
  const detector = changeDetector({ every, kept: betsInWindow }, given?.bets);
  return { detector, evidence, state, since, isKept };
}

/** Returns the statement as plain JSON. */
export function storedStream({ detector, evidence, state, since, isKept }: PromiseStream): StoredStream {
  return { bets: detector.state(), evidence, state, since, isKept };
}

/**
 * Returns the statement with its evidence, together with the bets of other processes, and the state that follows.
 * `broken` stays, and comes from them as well.
 */
export function settled(
  stream: PromiseStream,
  { alarmAt, riskAt }: Alarms,
  records: number,
  others: ChangeBets | undefined,
  isBrokenElsewhere: boolean,
): PromiseStream {
  const { detector, isKept } = stream;
  const evidence = detector.evidence(others);
  let state: StandingState = isKept ? "kept" : "not-enough-evidence";
  if (evidence >= riskAt) state = "at-risk";
  if (stream.state === "broken" || evidence >= alarmAt || isBrokenElsewhere) state = "broken";
  const since = state === stream.state ? stream.since : records;
  return { detector, isKept, evidence, state, since };
}
