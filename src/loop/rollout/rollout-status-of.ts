import { isOut, type RolloutBook } from "../books/rollout-book.ts";
import { mismatchEvidence } from "../statistics/share-bets.ts";
import { pointOf } from "./guard-points.ts";
import { decidesAt, evidenceOf, mismatchAlpha } from "./judge.ts";
import type { RolloutController } from "./rollout-controller.ts";
import { rolloutDelay } from "./rollout-delay.ts";
import type { ResolvedRollout } from "./rollout-options.ts";
import type { GuardStatus, RolloutStatus } from "./rollout-status.ts";
import { noShadow } from "./shadow-watch.ts";

export interface StatusParts {
  readonly rollout: ResolvedRollout;
  /** Kind of unit, for people. */
  readonly unit: string;
  readonly book: RolloutBook;
  readonly controller: RolloutController;
  readonly openUnits: () => number;
}

/** Returns the status of a rollout: that of the fleet, or of this process if a store does not answer. */
export async function rolloutStatusOf({
  rollout,
  unit,
  book,
  controller,
  openUnits,
}: StatusParts): Promise<RolloutStatus> {
  await controller.follow();
  const evidence = await book.evidence();
  const record = controller.record();
  const table = evidence?.table ?? book.own();
  const { share, controlShare } = controller.snapshot();
  const { id, confidence, stages, holdOut, guards } = rollout;
  const verdict =
    evidence?.kept.verdict !== undefined && book.problem === undefined && book.isReached
      ? evidence.kept.verdict
      : controller.lastVerdict();
  return {
    formatVersion: 1,
    id,
    unit,
    confidence,
    stages,
    holdOut,
    state: isOut(book.problem) ? "invalid" : (record?.state ?? "paused"),
    stage: record?.stage ?? 0,
    since: new Date(record?.since ?? book.now()).toISOString(),
    share,
    controlShare,
    revision: record?.revision ?? 0,
    verdict,
    history: record?.history ?? [],
    units: table.closed,
    requests: table.requests,
    ...(record !== undefined && evidence !== undefined && { delay: rolloutDelay(record, evidence, rollout) }),
    openUnits: openUnits(),
    inBoth: table.inBoth,
    mismatch: { evidence: mismatchEvidence(table.shares), alarmAt: 1 / mismatchAlpha },
    guards: guards.map((guard): GuardStatus => {
      const found = evidenceOf(table, guard);
      const points = evidence?.kept.points ?? {};
      return {
        name: guard.name,
        kind: guard.kind,
        margin: guard.margin,
        marginOf: guard.marginOf,
        unit: guard.unit,
        exact: guard.exact,
        ...pointOf(found),
        control: found.control,
        candidate: found.candidate,
        of: guard.of === "first-request" ? guard.of : undefined,
        unknownShare: found.unknownShare,
        alarmAt: decidesAt(guards, guard.kind, controller.alpha),
        safeAt: 1 / controller.alpha,
        points: Object.hasOwn(points, guard.name) ? (points[guard.name] ?? []) : [],
      };
    }),
    ...(stages[0]?.shadow === true && { shadow: evidence?.shadow ?? noShadow }),
    ...(book.store !== undefined && {
      store: { name: book.store, isReached: book.isReached, processes: evidence?.processes ?? 0 },
    }),
  };
}
