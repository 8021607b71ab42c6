import { choicesOf, mapChoices, totalOf } from "../../../policies/internal/lottery.ts";
import { modelsOf, readsOf } from "../../../policies/internal/nested.ts";
import {
  type ArmShare,
  type Choice,
  type Json,
  type Policy,
  type PolicyContext,
  PolicyError,
  type PolicyInput,
  type PolicyInputState,
  type RouterEvent,
} from "../../contracts/index.ts";
import { describePolicy, type OptionTable, readOptions } from "../../plugin/index.ts";
import { type RolloutUnit, rolloutUnits } from "../units/rollout-unit.ts";
import { checkSalt, type RolloutSalt } from "../units/unit-draw.ts";
import { buildSafely, type CandidateOpinion, candidateOpinion, withControl } from "./candidate-opinion.ts";

/** State of a rollout as its policy sees it. Changes a few times a day. */
export type RolloutSnapshot = {
  readonly stage: number;
  /** Part of the units that follows the candidate, in [0, 1]. */
  readonly share: number;
  /** Part that follows control and is compared with it; at most 1 - `share`. */
  readonly controlShare: number;
  readonly paused: boolean;
  /** Number of changes so far. */
  readonly revision: number;
};

/** State that moves a rollout. One object serves all routers that use the policy. */
export interface RolloutState {
  /** Returns a frozen object, which is replaced when something changes. Called for each request. */
  snapshot(): RolloutSnapshot;
  /** Called with the events of the routers. It changes none of them. */
  observe?(event: RouterEvent): void;
  exportState?(): Json;
  restoreState?(state: Json): void;
}

export interface RolloutPolicyOptions<Id extends string> {
  /** Name in `decision.arms` and `decision.inputs`. Rollouts of one router need different names. */
  readonly id: string;
  /** Secret of at least 16 characters or bytes that stays the same. */
  readonly salt: RolloutSalt;
  readonly unit: RolloutUnit;
  readonly control: Policy<Id>;
  readonly candidate: Policy<Id>;
  readonly state: RolloutState;
}

const nested = { is: "object", methods: ["select"], named: ["name"] } as const;

export const rolloutPolicyOptions: OptionTable<RolloutPolicyOptions<string>> = {
  id: { is: "text" },
  salt: { is: "checked", check: checkSalt, secret: true },
  unit: { is: "any" },
  control: nested,
  candidate: nested,
  state: { is: "object", methods: ["snapshot"] },
};

/**
 * Follows `candidate` for a share of the units and `control` for the others. It states shares: the units whose number is
 * below `share` are in the arm `candidate`, those from `1 - controlShare` on in the arm `control`, the others follow
 * control in the arm `between`, which is not compared. So a share that grows moves no unit of the candidate back, and the
 * router settles the arm (see `decision.arms`). A request that names no unit follows control and is in no arm.
 *
 * What the candidate leaves without an opinion goes to control, within the candidate's arm. The same holds where it
 * throws or returns something that the router would refuse, since it is asked for every request and must not fail those
 * of control; the reason says so. The decision holds the snapshot in `inputs`, so that it replays without the salt.
 *
 * Throws `InvalidOptionError`.
 */
export function rolloutPolicy<const Id extends string>(options: RolloutPolicyOptions<Id>): Policy<Id> {
  const { id, salt, unit, control, candidate, state } = readOptions(
    "rolloutPolicy",
    rolloutPolicyOptions,
    options,
  );
  const units = rolloutUnits("rolloutPolicy.unit", id, unit, salt);
  const input: PolicyInput = { id, create: () => inputState(state, units) };

  return {
    name: "rollout",
    parameters: {
      id,
      unit: units.described,
      control: describePolicy(control),
      candidate: describePolicy(candidate),
    },
    models: modelsOf([control, candidate]),
    reads: readsOf([{ reads: [input] }, control, candidate]),
    inner: [control, candidate],
    order: "rollout",
    select(context) {
      const { enrolled, share, controlShare } = snapshotOf(id, context.inputs);
      const proven = control.select(context);
      if (enrolled === "no unit") return proven;
      if (enrolled !== undefined)
        return mapChoices(proven, (choice) => ({
          ...choice,
          reason: `rollout ${id}: ${enrolled}; ${choice.reason}`,
        }));
      const controls = proven === undefined ? [] : choicesOf(proven);
      const low = Math.min(1, Math.max(share, 1 - controlShare));
      const opinion = share > 0 ? candidateOpinion(candidate, context) : notAsked;
      if (totalOf(controls) === 0 && totalOf(opinion.choices) === 0) return undefined;
      return buildSafely(opinion, candidate, (wanted) =>
        [
          within(
            { comparison: id, arm: "candidate", low: 0, high: share },
            withControl(wanted, controls),
            context,
          ),
          within({ comparison: id, arm: "between", low: share, high: low }, controls, context),
          within({ comparison: id, arm: "control", low, high: 1 }, controls, context),
        ].flat(),
      );
    },
  };
}

/** No unit follows the candidate. */
const notAsked: CandidateOpinion<never> = Object.freeze({ choices: Object.freeze([]), why: "" });

/** Reasons why a request is not enrolled. */
type NotEnrolled = "no unit" | "the function of the unit failed";
type SeenSnapshot = RolloutSnapshot & { readonly enrolled?: NotEnrolled };

/** The snapshots for requests that are enrolled or not are made when the state changes. */
function inputState(state: RolloutState, units: ReturnType<typeof rolloutUnits>): PolicyInputState {
  let seen: RolloutSnapshot | undefined;
  let unnamed: SeenSnapshot | undefined;
  let failed: SeenSnapshot | undefined;
  return {
    snapshot(request) {
      const now = state.snapshot();
      if (now !== seen) {
        seen = now;
        unnamed = Object.freeze({ ...now, enrolled: "no unit" });
        failed = Object.freeze({ ...now, enrolled: "the function of the unit failed" });
      }
      const enrols = units.enrols(request);
      return ((enrols === true ? now : enrols === "failed" ? failed : unnamed) ?? null) as Json;
    },
    unitOf: units.drawOf,
    onlyReads: true,
    ...(state.observe && { observe: (event: RouterEvent) => state.observe?.(event) }),
    ...(state.exportState && { exportState: () => state.exportState?.() ?? null }),
    ...(state.restoreState && { restoreState: (given: Json) => state.restoreState?.(given) }),
  };
}

function snapshotOf(id: string, inputs: PolicyContext["inputs"]): SeenSnapshot {
  const snapshot = Object.hasOwn(inputs, id) ? (inputs[id] as SeenSnapshot | null) : undefined;
  if (snapshot === undefined)
    throw new PolicyError("rollout", `reads the input ${id}, which is missing: ask it through a router`);
  const { share, controlShare } = snapshot ?? {};
  const fits = isShare(share) && isShare(controlShare) && share + controlShare <= 1 + 1e-9;
  if (!fits)
    throw new PolicyError(
      "rollout",
      `reads the input ${id}, whose share and controlShare must be in [0, 1] and sum to at most 1`,
    );
  return snapshot as SeenSnapshot;
}

function isShare(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

/**
 * Returns the choices for the units of an arm, with their probability over all units. An arm without an opinion has one
 * of probability 0, so that its units are known to be in it.
 */
function within<Id extends string>(
  tag: ArmShare,
  choices: readonly Choice<Id>[],
  { candidates: [first] }: PolicyContext<Id>,
): readonly Choice<Id>[] {
  const width = tag.high - tag.low;
  if (!(width > 1e-12)) return [];
  const own = Object.freeze([tag]);
  if (choices.length === 0)
    return first === undefined
      ? []
      : [{ model: first.id, reason: `no opinion in the arm ${tag.arm}`, probability: 0, arms: own }];
  return choices.map((choice) => ({
    ...choice,
    probability: (choice.probability ?? 1) * width,
    arms: choice.arms === undefined ? own : [tag, ...choice.arms],
  }));
}
