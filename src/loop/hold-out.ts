import { choicesOf, mapChoices, totalOf } from "../../policies/internal/lottery.ts";
import { modelsOf, readsOf } from "../../policies/internal/nested.ts";
import {
  type ArmShare,
  type Attempt,
  type Choice,
  type Decision,
  InvalidOptionError,
  type Json,
  type Policy,
  PolicyError,
  type PolicyInput,
  type RouterEvent,
} from "../contracts/index.ts";
import { describePolicy, readOptions, readState, type StateTable } from "../plugin/index.ts";
import { type HoldOutOptions, holdOutOptions } from "./hold-out-options.ts";
import {
  createMeasuredArm,
  type MeasuredArmReport,
  type MeasuredArmState,
  type MeasuredMean,
  measuredArmState,
} from "./measured-arm.ts";
import { heldOutCost, minus, savedShareOf, spokenFor } from "./measured-saving.ts";
import { rolloutUnits } from "./units/rollout-unit.ts";
import { saltFingerprint } from "./units/unit-draw.ts";

/** Saving, measured on units that are always answered by the large model, and as models of prices say. */
export interface SavingReport {
  readonly heldOut: MeasuredArmReport & {
    /** Requests for which the large model was not permitted, or withheld by a budget: the policy decided. */
    readonly notPermitted: number;
  };
  readonly routed: MeasuredArmReport;
  /** Held out minus routed, for a request. Absent if the cost of more than 5 % of an arm's requests is not known. */
  readonly savedUsd?: MeasuredMean | undefined;
  /** The same as a part of the cost of a request that is held out. Absent if that is 0. */
  readonly savedShare?: MeasuredMean | undefined;
  /** Quality of routed requests minus that of those held out. Absent without feedback in both arms. */
  readonly qualityGained?: MeasuredMean | undefined;
  /** Confidence of the intervals. */
  readonly confidence: number;
  /** Cost of routed requests next to the estimate of the large model, made before the call. */
  readonly modelled: {
    readonly requests: number;
    /** Routed requests of which one of the two is not known. */
    readonly unknown: number;
    readonly costUsd: number;
    readonly largeCostUsd: number;
    /** Absent if the large model's cost is 0 or not known. */
    readonly savedShare?: number | undefined;
  };
}

/** A policy that holds units out, and what it has measured. */
export interface HoldOut<Id extends string> {
  readonly policy: Policy<Id>;
  /** Returns the measurements so far, of all routers that use the policy. May be called any time. */
  saving(): SavingReport;
  /** Returns the measurements as plain JSON. `router.exportState()` holds them too. */
  exportState(): Json;
  /** Replaces them. Throws `InvalidOptionError`, and then changes nothing, also for a state with another salt or share. */
  restoreState(state: Json): void;
}

interface HoldOutState {
  readonly formatVersion: 1;
  /** Keyed hash that says nothing about the salt. */
  readonly salt: string;
  readonly share: number;
  readonly heldOut: MeasuredArmState;
  readonly routed: MeasuredArmState;
  readonly modelled: Omit<SavingReport["modelled"], "savedShare">;
  readonly notPermitted: number;
}

const amount = { is: "number", min: 0 } as const;

const holdOutState: StateTable<HoldOutState> = {
  formatVersion: { is: "choice", of: [1] },
  salt: { is: "text" },
  share: { is: "number" },
  heldOut: { is: "table", of: measuredArmState },
  routed: { is: "table", of: measuredArmState },
  modelled: {
    is: "table",
    of: { requests: amount, unknown: amount, costUsd: amount, largeCostUsd: amount },
  },
  notPermitted: amount,
};

/** Half of the ratings that are remembered, so that a decision is rated once. */
const generation = 10_000;

/**
 * Sends a share of the units to the large model for good, so that what routing saves, and what it costs in quality, is
 * measured and not only modelled. Put its `policy` outermost into a router: it listens by itself. Arms are `held-out` and
 * `routed`; see `decision.arms`. A request that names no unit is in neither.
 *
 * The intervals hold at any time, for many units. Those of the difference take half of the error from each arm. A
 * classifier's calls do not count for the arm that is held out, which would not need them. Throws `InvalidOptionError`.
 */
export function createHoldOut<const Id extends string>(options: HoldOutOptions<Id>): HoldOut<Id> {
  const { id, policy, large, share, unit, salt, confidence, maxUnits } = readOptions(
    "createHoldOut",
    holdOutOptions,
    options,
  );
  const units = rolloutUnits("createHoldOut.unit", id, unit, salt);
  const fingerprint = saltFingerprint(id, salt);

  const arms = { "held-out": createMeasuredArm(maxUnits), routed: createMeasuredArm(maxUnits) };
  let modelled = { requests: 0, unknown: 0, costUsd: 0, largeCostUsd: 0 };
  let notPermitted = 0;
  const isNew = createRecent();

  const armOf = (assigned: Decision["arms"]) => {
    const own = assigned?.find(({ comparison }) => comparison === id);
    const name = own?.arm;
    return own !== undefined && (name === "held-out" || name === "routed")
      ? { name, unitHash: own.unitHash, arm: arms[name] }
      : undefined;
  };

  const ended = (decision: Decision, attempts: readonly Attempt[], failed: boolean) => {
    const own = armOf(decision.arms);
    if (own === undefined) return;
    const isHeldOut = own.name === "held-out";
    const costUsd = heldOutCost(attempts, isHeldOut);
    own.arm.request(own.unitHash, costUsd, failed);
    const candidate = decision.candidates.find(({ model }) => model === large);
    if (isHeldOut) {
      if (candidate?.permitted !== true || candidate.withheld !== undefined) notPermitted += 1;
      return;
    }
    const largeCostUsd = candidate?.estimatedCostUsd;
    if (costUsd === undefined || largeCostUsd === undefined) modelled.unknown += 1;
    else {
      modelled.requests += 1;
      modelled.costUsd += costUsd;
      modelled.largeCostUsd += largeCostUsd;
    }
  };

  const observe = (event: RouterEvent) => {
    if (event.type === "request-completed") ended(event.decision, event.attempts, false);
    else if (event.type === "request-failed" && event.decision !== undefined)
      ended(event.decision, event.attempts, event.error?.code !== "aborted");
    else if (event.type === "feedback-given") {
      const own = armOf(event.arms);
      if (own !== undefined && isNew(event.decisionId)) own.arm.rating(own.unitHash, event.quality);
    }
  };

  const exportState = () => {
    const state: HoldOutState = {
      formatVersion: 1,
      salt: fingerprint,
      share,
      heldOut: arms["held-out"].exportState(),
      routed: arms.routed.exportState(),
      modelled: { ...modelled },
      notPermitted,
    };
    return state as unknown as Json;
  };

  const restoreState = (given: Json) => {
    const state = readState(`state.inputs.${id}`, holdOutState, given as unknown as HoldOutState);
    if (state.salt !== fingerprint || state.share !== share)
      throw new InvalidOptionError(
        `state.inputs.${id}`,
        { share: state.share },
        `that of a hold-out with the same salt and the share ${share}: with others its units are in other arms. Give it another id to begin again`,
      );
    notPermitted = state.notPermitted;
    arms["held-out"].restoreState(state.heldOut);
    arms.routed.restoreState(state.routed);
    modelled = { ...state.modelled };
  };

  const input: PolicyInput = {
    id,
    create: () => ({
      snapshot: (request) => snapshots[String(units.enrols(request)) as keyof typeof snapshots],
      unitOf: units.drawOf,
      onlyReads: true,
      observe,
      exportState,
      restoreState,
    }),
  };

  return {
    policy: {
      name: "holdOut",
      parameters: { id, policy: describePolicy(policy), large, share, unit: units.described },
      models: [...new Set([...modelsOf([policy]), large])],
      reads: readsOf([{ reads: [input] }, policy]),
      inner: [policy],
      select(context) {
        const snapshot = Object.hasOwn(context.inputs, id) ? context.inputs[id] : undefined;
        if (snapshot === undefined)
          throw new PolicyError(
            "holdOut",
            `reads the input ${id}, which is missing: ask it through a router`,
          );
        const opinion = policy.select(context);
        if (opinion === undefined || snapshot === snapshots.false || !isEnrolled(snapshot)) {
          const { problem } = snapshot as { readonly problem?: string };
          return problem === undefined
            ? opinion
            : mapChoices(opinion, (choice) => ({ ...choice, reason: `${problem}; ${choice.reason}` }));
        }
        const routed = choicesOf(opinion);
        const isPermitted = context.candidates.some((candidate) => candidate.id === large);
        const held: readonly Choice<Id>[] = isPermitted
          ? [{ model: large, reason: "held out to measure what routing saves", probability: totalOf(routed) }]
          : routed;
        return [
          ...inArm({ comparison: id, arm: "held-out", low: 0, high: share }, held),
          ...inArm({ comparison: id, arm: "routed", low: share, high: 1 }, routed),
        ];
      },
    },
    saving: () => {
      const alpha = (1 - confidence) / 2;
      const [heldOut, routed] = [arms["held-out"].report(alpha), arms.routed.report(alpha)];
      const share = modelled.largeCostUsd > 0 ? 1 - modelled.costUsd / modelled.largeCostUsd : undefined;
      return {
        heldOut: { ...heldOut, notPermitted },
        routed,
        savedUsd: minus(spokenFor(heldOut), spokenFor(routed)),
        savedShare: savedShareOf(spokenFor(heldOut), spokenFor(routed)),
        qualityGained: minus(routed.quality, heldOut.quality),
        confidence,
        modelled: { ...modelled, savedShare: share },
      };
    },
    exportState,
    restoreState,
  };
}

const snapshots = {
  true: Object.freeze({ enrolled: true }),
  false: Object.freeze({ enrolled: false }),
  failed: Object.freeze({ enrolled: false, problem: "not held out: the function of the unit failed" }),
};

function isEnrolled(snapshot: Json | undefined): boolean {
  return (snapshot as { readonly enrolled?: unknown } | null)?.enrolled === true;
}

function inArm<Id extends string>(tag: ArmShare, choices: readonly Choice<Id>[]): readonly Choice<Id>[] {
  return choices.map((choice) => ({
    ...choice,
    probability: (choice.probability ?? 1) * (tag.high - tag.low),
    arms: [tag, ...(choice.arms ?? [])],
  }));
}

/** Says if an id is new, of the last 10,000 or more. */
function createRecent(): (id: string) => boolean {
  let current = new Set<string>();
  let previous = current;
  return (id) => {
    if (current.has(id) || previous.has(id)) return false;
    if (current.size >= generation) {
      previous = current;
      current = new Set();
    }
    current.add(id);
    return true;
  };
}
