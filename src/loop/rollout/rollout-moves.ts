import { InvalidOptionError } from "../../contracts/index.ts";
import type { UnitsByArm } from "../units/arm-table.ts";
import { nothingBegun } from "../units/begun-parts.ts";
import type { Verdict } from "./judge.ts";
import { mostHistory, type RolloutRecord } from "./rollout-record.ts";
import type { RolloutStateName, RolloutVerdict } from "./rollout-status.ts";

/** Time and evidence at a change. */
export interface MoveFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Fixed units by arm. */
  readonly closed: UnitsByArm;
}

/** A change that a person asks for. */
export interface HandMove {
  readonly kind: "advance" | "pause" | "resume" | "abort";
  readonly by: string;
  readonly reason?: string | undefined;
}

/** A change as the history holds it, without time and stage. */
type Cause = Omit<RolloutVerdict, "at" | "stage">;

/** True for a rollout whose arms have shares, and which can therefore do harm. */
export function isLive({ state }: Pick<RolloutRecord, "state">): boolean {
  return state === "running" || state === "paused" || state === "done";
}

/** Returns the record after a verdict of the judge; the same one where the verdict changes nothing. */
export function afterVerdict(record: RolloutRecord, verdict: Verdict, facts: MoveFacts): RolloutRecord {
  const { state, stage } = record;
  const { reason, numbers } = verdict;
  switch (verdict.verdict) {
    case "advance":
      if (state !== "running" || verdict.to !== stage + 1) return record;
      return changed(record, { verdict: "advance", reason, numbers }, facts, { stage: verdict.to });
    case "done": {
      if (state !== "running") return record;
      const { advice } = verdict;
      return changed(record, { verdict: "done", reason, numbers, advice }, facts, { state: "done" });
    }
    case "pause": {
      if (state !== "running") return record;
      const { signal: guard } = verdict;
      return changed(record, { verdict: "pause", reason, numbers, guard }, facts, { state: "paused" });
    }
    case "roll-back": {
      if (!isLive(record)) return record;
      const { guard } = verdict;
      return changed(record, { verdict: "roll-back", reason, numbers, guard }, facts, {
        state: "rolled-back",
      });
    }
    case "invalid": {
      if (!isLive(record)) return record;
      const { because } = verdict;
      return changed(record, { verdict: "invalid", reason, numbers, because }, facts, { state: "invalid" });
    }
    case "hold":
      return record;
  }
}

/** Returns the record of a rollout that is ended since a promise broke; the same one if it has ended. */
export function afterBrokenPromise(record: RolloutRecord, promise: string, facts: MoveFacts): RolloutRecord {
  if (record.state !== "running" && record.state !== "paused") return record;
  const reason = `the promise ${promise} broke`;
  return changed(record, { verdict: "abort", reason, numbers: {} }, facts, { state: "aborted" });
}

/**
 * Returns the record after a person's wish; the same one where it is fulfilled already. Throws `InvalidOptionError` where
 * the state does not allow it.
 */
export function afterHand(
  record: RolloutRecord,
  { kind, by, reason = "by hand" }: HandMove,
  stages: number,
  facts: MoveFacts,
): RolloutRecord {
  const { state, stage } = record;
  const cause = { verdict: kind, by, reason, numbers: {} };
  switch (kind) {
    case "advance":
      refuseUnless(
        state === "running" || state === "paused",
        kind,
        state,
        "running or paused: resume it first",
      );
      if (stage + 1 >= stages)
        throw new InvalidOptionError(
          `rollout.${kind}`,
          `stage ${stage}`,
          "before the last stage, which this is",
        );
      return changed(record, cause, facts, {
        stage: stage + 1,
        state: "running",
        overruled: withOverruled(record),
      });
    case "pause":
      if (state === "paused") return record;
      refuseUnless(state === "running", kind, state, "running");
      return changed(record, cause, facts, { state: "paused" });
    case "resume": {
      if (state === "running") return record;
      if (state === "paused")
        return changed(record, cause, facts, { state: "running", overruled: withOverruled(record) });
      refuseUnless(state !== "done", kind, state, "paused, rolled back, aborted or invalid");
      // What was found against the candidate would roll it back again: the comparison begins from nothing.
      return changed(record, cause, facts, {
        state: "running",
        stage: 0,
        epoch: record.epoch + 1,
        tables: [],
        begun: nothingBegun,
        overruled: [],
        before: { control: 0, candidate: 0 },
      });
    }
    case "abort":
      if (state === "aborted") return record;
      return changed(record, cause, facts, { state: "aborted" });
  }
}

/** Signals that are overruled once a paused rollout goes on: the one that paused it would do so again at once. */
function withOverruled({ state, history, overruled }: RolloutRecord): readonly string[] {
  const signal = state === "paused" ? history.at(-1)?.guard : undefined;
  return signal === undefined || overruled.includes(signal) ? overruled : [...overruled, signal];
}

function refuseUnless(fits: boolean, kind: string, state: RolloutStateName, expected: string): void {
  if (!fits) throw new InvalidOptionError(`rollout.${kind}`, state, `for a rollout that is ${expected}`);
}

function changed(
  record: RolloutRecord,
  cause: Cause,
  { now, closed }: MoveFacts,
  changes: Partial<RolloutRecord>,
): RolloutRecord {
  const stage = changes.stage ?? record.stage;
  const isOther = changes.stage !== undefined;
  const entry: RolloutVerdict = { ...cause, at: new Date(now).toISOString(), stage };
  return {
    ...record,
    ...(isOther && { since: now, before: closed }),
    ...changes,
    revision: record.revision + 1,
    history: [...record.history, entry].slice(-mostHistory),
  };
}
