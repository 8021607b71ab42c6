import type { ArmAssignment } from "../../src/contracts/index.ts";
import {
  createMeasuredArm,
  heldOutCost,
  type MeasuredArm,
  minus,
  savedShareOf,
} from "../../src/loop/inner.ts";
import type { ShownHoldOut } from "../../src/serve/status/index.ts";
import type { EndedRequest } from "../../src/serve/status/inner.ts";

/** Units of an arm that are remembered, as a hold-out does by default. */
const mostUnits = 5_000;
/** Half of the decisions that are remembered, so that one is rated once. */
const generation = 10_000;

/** Measures a saving on the requests of a log that `createHoldOut` has put into its arms. */
export interface LoggedSaving {
  add(request: EndedRequest): void;
  /** Adds a request of one arm. The cost is undefined if it is not known. */
  count(
    comparison: string,
    arm: string,
    unitHash: string,
    costUsd: number | undefined,
    failed: boolean,
  ): void;
  /** A verdict on an answer: the first of each decision counts. */
  rate(decisionId: string, quality: number, assigned: readonly ArmAssignment[]): void;
  /** Absent if no request was in such an arm. `confidence` of the intervals: default 0.95. */
  holdOut(confidence?: number): ShownHoldOut | undefined;
}

export function createLoggedSaving(): LoggedSaving {
  /** The first hold-out of the log; another one is not mixed with it. */
  let id: string | undefined;
  const arms: Readonly<Record<"held-out" | "routed", MeasuredArm>> = {
    "held-out": createMeasuredArm(mostUnits),
    routed: createMeasuredArm(mostUnits),
  };
  let rated = new Set<string>();
  let before = rated;
  const count: LoggedSaving["count"] = (comparison, arm, unitHash, costUsd, failed) => {
    if (arm !== "held-out" && arm !== "routed") return;
    id ??= comparison;
    if (comparison === id) arms[arm].request(unitHash, costUsd, failed);
  };
  return {
    rate(decisionId, quality, assigned) {
      if (rated.has(decisionId) || before.has(decisionId)) return;
      if (rated.size >= generation) {
        before = rated;
        rated = new Set();
      }
      rated.add(decisionId);
      for (const { comparison, arm, unitHash } of assigned) {
        if (comparison !== id || (arm !== "held-out" && arm !== "routed")) continue;
        arms[arm].rating(unitHash, quality);
      }
    },
    add({ decision, attempts, error }) {
      for (const { comparison, arm, unitHash } of decision.arms ?? [])
        count(comparison, arm, unitHash, heldOutCost(attempts, arm === "held-out"), error !== undefined);
    },
    count,
    holdOut: (confidence = 0.95) =>
      id === undefined
        ? undefined
        : {
            saving: () => {
              const alpha = (1 - confidence) / 2;
              const [heldOut, routed] = [arms["held-out"].report(alpha), arms.routed.report(alpha)];
              return {
                heldOut,
                routed,
                savedUsd: minus(heldOut.costUsd, routed.costUsd),
                savedShare: savedShareOf(heldOut.costUsd, routed.costUsd),
                qualityGained: minus(routed.quality, heldOut.quality),
                confidence,
              };
            },
          },
  };
}
