import { InvalidOptionError, type Policy, type Store } from "../../contracts/index.ts";
import { resolveFleetOptions } from "../../fleet/inner.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../../plugin/index.ts";
import { checkGuards } from "../guards/check-guards.ts";
import { withFirst } from "../guards/first-request.ts";
import type { Guard } from "../guards/guard.ts";
import { safeGuard } from "../guards/safe-guard.ts";
import type { RolloutUnit } from "../units/rollout-unit.ts";
import { checkSalt, type RolloutSalt } from "../units/unit-draw.ts";
import { mostUnitRequests } from "../units/unit-options.ts";
import type { RolloutStage } from "./rollout-status.ts";
import { stageShares } from "./stage-shares.ts";

export interface RolloutOptions<Id extends string> {
  /** Name in decisions, events and the store: 1 to 60 letters of ASCII, digits and `._:-`. */
  readonly id: string;
  /** Policy that decides today. */
  readonly control: Policy<Id>;
  /** Policy that is to decide. */
  readonly candidate: Policy<Id>;
  /** Kind of unit that stays in one arm. A request that does not name one is not enrolled. */
  readonly unit: RolloutUnit;
  /** Secret of at least 16 characters or bytes by which units get their arm. Stays the same, in all processes. */
  readonly salt: RolloutSalt;
  /** Stages in their order: `shadow` first if there is one, then shares that grow. At most 20. */
  readonly stages: readonly RolloutStage[];
  /** Share of units that stays with control where the candidate has more than one half, in (0, 0.5]. */
  readonly holdOut?: number | undefined;
  /** Measures that roll back, and that must rule harm out before the next stage. At least one. */
  readonly guards: readonly Guard[];
  /** Measures that pause. Default none. */
  readonly signals?: readonly Guard[] | undefined;
  /** Confidence over the whole rollout, split over the guards; in [0.5, 0.9999]. Default 0.95. */
  readonly confidence?: number | undefined;
  /**
   * `harm-ruled-out`: a stage ends when every guard has proven that harm is within its margin. `no-harm-found`: it ends
   * after its units and its time if no guard has found any; the last one needs the proof anyway. Default
   * `harm-ruled-out`.
   */
  readonly advanceWhen?: "harm-ruled-out" | "no-harm-found" | undefined;
  /** Units of each arm that a stage needs if it states none. Default 100. */
  readonly minUnitsAtStage?: number | undefined;
  /** Shortest and longest time at a stage in milliseconds; after the longest a person must decide. Default 0, and none. */
  readonly minMsAtStage?: number | undefined;
  readonly maxMsAtStage?: number | undefined;
  /** Time without a request after which a unit is one observation, in whole milliseconds, at most a week. Default 1,800,000. */
  readonly unitIdleMs?: number | undefined;
  /** Number of requests after which it is, at most 10,000. Default 1,000: sessions of coding agents have hundreds. */
  readonly unitMaxRequests?: number | undefined;
  /** Store that processes share. Default: the rollout is that of this process. */
  readonly store?: Store | undefined;
  /** Name before all keys in the store. Default `router`. */
  readonly namespace?: string | undefined;
  /** Time between two looks at the store, in milliseconds, in [100, 5,000]. Default 2,000. */
  readonly pollMs?: number | undefined;
  /** Time between two judgements, in milliseconds, in [100, 600,000]. Default 5,000. */
  readonly judgeMs?: number | undefined;
  /** Returns a random number in [0, 1), for the sample of shadow calls. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Returns milliseconds since the epoch. Default: the system's time of day. */
  readonly clock?: (() => number) | undefined;
  /** Returns milliseconds that no correction moves, for spans. Default as in `createRouter`. */
  readonly monotonicClock?: (() => number) | undefined;
}

const owner = "createRollout";
/** Shares of a tenth have no exact binary form: 0.66 is above 1 - 0.34. */
const rounding = 1e-9;
/** A year. */
const longestMs = 31_536_000_000;
const policy = { is: "object", methods: ["select"], named: ["name"] } as const;

type Open = "holdOut" | "maxMsAtStage" | "store" | "namespace" | "random" | "clock" | "monotonicClock";

export const rolloutOptions: OptionTable<RolloutOptions<string>, Open> = {
  id: { is: "text", pattern: /^[\w.:-]{1,60}$/, expected: "1 to 60 letters of ASCII, digits and ._:-" },
  control: policy,
  candidate: policy,
  unit: { is: "any" },
  salt: { is: "checked", check: checkSalt, secret: true },
  stages: { is: "list", of: { is: "any" }, min: 1, max: 20, expected: "an array of 1 to 20 stages" },
  holdOut: { is: "share", above: 0, max: 0.5, optional: true },
  guards: { is: "list", of: { is: "any" }, min: 1, expected: "an array of at least one guard" },
  signals: { is: "list", of: { is: "any" }, expected: "an array of guards", default: [] },
  confidence: { is: "share", min: 0.5, max: 0.9999, default: 0.95 },
  advanceWhen: { is: "choice", of: ["harm-ruled-out", "no-harm-found"], default: "harm-ruled-out" },
  minUnitsAtStage: { is: "number", min: 1, max: 1e9, integer: true, default: 100 },
  minMsAtStage: { is: "number", min: 0, max: longestMs, default: 0 },
  maxMsAtStage: { is: "number", min: 1, max: longestMs, optional: true },
  unitIdleMs: { is: "number", min: 1, max: 604_800_000, integer: true, default: 1_800_000 },
  unitMaxRequests: { is: "number", min: 1, max: mostUnitRequests, integer: true, default: 1_000 },
  store: { is: "any", optional: true },
  namespace: { is: "any", optional: true },
  pollMs: { is: "number", min: 100, max: 5_000, default: 2_000 },
  judgeMs: { is: "number", min: 100, max: 600_000, default: 5_000 },
  random: { is: "function", optional: true },
  clock: { is: "function", optional: true },
  monotonicClock: { is: "function", optional: true },
};

type ShadowStage = Extract<RolloutStage, { readonly shadow: true }>;
type ShareStage = Exclude<RolloutStage, ShadowStage>;

export const shadowStage: OptionTable<ShadowStage, "calls"> = {
  shadow: { is: "any" },
  requests: { is: "number", min: 1, max: 1e9, integer: true },
  calls: { is: "share", above: 0, optional: true },
};

export const shareStage: OptionTable<ShareStage, "shadow" | "units"> = {
  shadow: { is: "any", optional: true },
  share: { is: "share", above: 0 },
  units: { is: "number", min: 1, max: 1e9, integer: true, optional: true },
};

/** Options by which a rollout is judged, with their defaults. */
export interface ResolvedRollout
  extends Pick<
    FilledOptions<RolloutOptions<string>, Open>,
    | "id"
    | "stages"
    | "holdOut"
    | "guards"
    | "confidence"
    | "advanceWhen"
    | "minUnitsAtStage"
    | "minMsAtStage"
    | "maxMsAtStage"
    | "unitIdleMs"
  > {
  readonly store?: Store | undefined;
  readonly pollMs: number;
}

/** Reads the options. `guards` are guards and signals, each of its kind. Throws `InvalidOptionError`. */
export function resolveRollout<Id extends string>(
  options: RolloutOptions<Id>,
): FilledOptions<RolloutOptions<Id>, Exclude<Open, "namespace">> {
  const read = readOptions(owner, rolloutOptions, options);
  const { store, namespace = "router", stages, holdOut, guards, signals } = read;
  if (store !== undefined) resolveFleetOptions(owner, { store, namespace });
  else if (read.namespace !== undefined)
    throw new InvalidOptionError(`${owner}.namespace`, namespace, "absent: there is no store");
  return {
    ...read,
    namespace,
    stages: checkedStages(stages, holdOut),
    guards: checkedGuards(guards, signals),
  };
}

function checkedStages(given: readonly RolloutStage[], holdOut: number | undefined): readonly RolloutStage[] {
  const option = `${owner}.stages`;
  let before = 0;
  const stages = given.map((one, at): RolloutStage => {
    const place = `${option}[${at}]`;
    if (one?.shadow !== undefined) {
      readOption({ is: "choice", of: [true], expected: "true, or absent" }, `${place}.shadow`, one.shadow);
      if (at > 0) throw new InvalidOptionError(`${place}.shadow`, true, "the first stage, or absent");
      return Object.freeze(readOptions(place, shadowStage, one));
    }
    const stage = readOptions(place, shareStage, one);
    const { share } = stage;
    if (share > 0.5 && share < 1 && holdOut === undefined)
      throw new InvalidOptionError(
        `${place}.share`,
        share,
        "at most 0.5, or 1: above one half control needs a holdOut to be compared with",
      );
    if (share > 0.5 && share < 1 && share > 1 - (holdOut ?? 0) + rounding)
      throw new InvalidOptionError(
        `${place}.share`,
        share,
        `at most 1 - holdOut, ${Number((1 - (holdOut ?? 0)).toPrecision(12))}, or 1`,
      );
    const { share: now } = stageShares(stage, holdOut);
    if (now <= before)
      throw new InvalidOptionError(`${place}.share`, share, `above that of the stage before it, ${before}`);
    before = now;
    return Object.freeze(stage);
  });
  if (before === 0) throw new InvalidOptionError(option, given, "stages of which one at least has a share");
  return Object.freeze(stages);
}

function checkedGuards(guards: readonly Guard[], signals: readonly Guard[]): readonly Guard[] {
  const given = [...guards, ...signals];
  checkGuards(`${owner}.guards`, given);
  // Whatever a guard is by itself: what is listed as a signal pauses.
  const all = given.map((guard, at) => safeGuard(guard, at < guards.length ? guard.kind : "signal"));
  checkGuards(`${owner}.guards`, all);
  const strange = all.find((guard) => !guard.isState(guard.initial));
  if (strange !== undefined)
    throw new InvalidOptionError(
      `${owner}.guards`,
      strange.name,
      "guards whose isState() accepts their initial state",
    );
  return Object.freeze(withFirst(all));
}
