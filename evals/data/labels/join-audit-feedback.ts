import type { Feedback } from "../decisions/read-feedback.ts";
import { isObject } from "../outcomes/is-object.ts";
import { type Outcome, type OutcomeRecord, outcomeOf } from "../outcomes/outcome-record.ts";

export interface JoinedAuditFeedback {
  readonly records: readonly OutcomeRecord[];
  /** Records whose qualities now rest on feedback. */
  readonly joined: number;
  /** Further feedbacks on the same decision: the first counts. */
  readonly repeated: number;
  /** Feedbacks on decisions that are in no record. */
  readonly unknown: number;
}

/**
 * Puts people's feedback in place of a scorer's verdict in the records of an audit. People have seen the answer that they
 * got and no other: its quality is theirs, and the other answer keeps the distance that the scorer saw, within [0, 1].
 * `recordedQuality` keeps what was replaced. Records without feedback stay as they are.
 */
export function joinAuditFeedback(
  records: readonly OutcomeRecord[],
  feedback: Iterable<Feedback>,
): JoinedAuditFeedback {
  const first = new Map<string, number>();
  const ids = new Set(records.map(decisionOf));
  let repeated = 0;
  let unknown = 0;
  for (const { decisionId, quality } of feedback) {
    if (!ids.has(decisionId)) unknown += 1;
    else if (first.has(decisionId)) repeated += 1;
    else first.set(decisionId, quality);
  }
  let joined = 0;
  const joinedRecords = records.map((record) => {
    const quality = first.get(decisionOf(record));
    const answered = auditOf(record)?.["answered"];
    const own = typeof answered === "string" ? outcomeOf(record, answered) : undefined;
    if (quality === undefined || own === undefined) return record;
    joined += 1;
    const moved = Object.entries(record.outcomes).map(([name, outcome]): [string, Outcome] => {
      const now = Math.min(1, Math.max(0, quality + outcome.quality - own.quality));
      return [name, { ...outcome, quality: now, ...{ recordedQuality: outcome.quality } }];
    });
    return { ...record, outcomes: Object.fromEntries(moved) };
  });
  return { records: joinedRecords, joined, repeated, unknown };
}

function auditOf({ metadata }: OutcomeRecord): Readonly<Record<string, unknown>> | undefined {
  const audit = metadata?.["audit"];
  return isObject(audit) ? audit : undefined;
}

function decisionOf(record: OutcomeRecord): string {
  const id = auditOf(record)?.["decisionId"];
  return typeof id === "string" ? id : record.id;
}
