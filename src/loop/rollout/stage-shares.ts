import type { RolloutRecord } from "./rollout-record.ts";
import type { RolloutStage } from "./rollout-status.ts";

/** Parts of all units that the arms have. */
export interface StageShares {
  readonly share: number;
  readonly controlShare: number;
}

const none: StageShares = Object.freeze({ share: 0, controlShare: 0 });

/**
 * Returns the shares of a stage: up to one half an equal share of control runs at the same time; above it control has
 * the hold-out. Units between the arms are not compared, nor those of the candidate beyond control's share.
 */
export function stageShares(stage: RolloutStage | undefined, holdOut = 0): StageShares {
  if (stage === undefined || stage.shadow === true) return none;
  const { share } = stage;
  if (share <= 0.5) return { share, controlShare: share };
  return { share: Math.min(share, 1 - holdOut), controlShare: holdOut };
}

/** Returns the shares that a record asks for: none after a rollback, and where the candidate is not worth it. */
export function sharesOf(
  { state, stage, history }: Pick<RolloutRecord, "state" | "stage" | "history">,
  stages: readonly RolloutStage[],
  holdOut: number | undefined,
): StageShares {
  const isOn = state === "running" || state === "paused" || state === "done";
  const isRefused = state === "done" && history.at(-1)?.advice === "do-not-route";
  return isOn && !isRefused ? stageShares(stages[stage], holdOut) : none;
}
