import type { Policy } from "../../src/contracts/index.ts";
import { type RolloutSnapshot, type RolloutState, rolloutPolicy } from "../../src/loop/index.ts";

/** Salt of the rollouts of tests, by which a leak is found. */
export const canarySalt = "canary-salt-0123456789abcdef";

/** State of a rollout that a test moves. */
export function movedState(
  share: number,
  controlShare: number = share,
): RolloutState & {
  move(share: number, controlShare?: number): void;
} {
  let revision = 0;
  const of = (candidate: number, control: number): RolloutSnapshot =>
    Object.freeze({ stage: 0, share: candidate, controlShare: control, paused: false, revision });
  let snapshot = of(share, controlShare);
  return {
    snapshot: () => snapshot,
    move(next, control = next) {
      revision += 1;
      snapshot = of(next, control);
    },
  };
}

/** Creates a rollout over two policies, by session. */
export function rolloutOf<const Id extends string>(
  control: Policy<Id>,
  candidate: Policy<Id>,
  options: Partial<Parameters<typeof rolloutPolicy<Id>>[0]> = {},
): Policy<Id> {
  return rolloutPolicy<Id>({
    id: "canary",
    salt: canarySalt,
    unit: "session",
    control,
    candidate,
    state: movedState(0.25),
    ...options,
  });
}
