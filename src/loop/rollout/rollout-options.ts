import { InvalidOptionError, type Policy, type Store } from "../../contracts/index.ts";
import { resolveFleetOptions } from "../../fleet/inner.ts";
import { checkKeys, checkNumber, checkText } from "../../plugin/index.ts";
import { checkGuards } from "../guards/check-guards.ts";
import type { Guard } from "../guards/guard.ts";
import { safeGuard } from "../guards/safe-guard.ts";
import type { RolloutUnit } from "../units/rollout-unit.ts";
import type { RolloutSalt } from "../units/unit-draw.ts";
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
  /** Time without a request after which a unit is one observation, in whole milliseconds, at most a week. Default 30 minutes. */
  readonly unitIdleMs?: number | undefined;
  /** Number of requests after which it is. Default 50. */
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

/** Options with their defaults. */
export interface ResolvedRollout {
  readonly id: string;
  readonly stages: readonly RolloutStage[];
  readonly holdOut: number | undefined;
  /** Guards and signals, each of its kind. */
  readonly guards: readonly Guard[];
  readonly confidence: number;
  readonly advanceWhen: "harm-ruled-out" | "no-harm-found";
  readonly minUnits: number;
  readonly minMs: number;
  readonly maxMs: number | undefined;
  readonly unitIdleMs: number;
  readonly unitMaxRequests: number;
  readonly store: Store | undefined;
  readonly namespace: string;
  readonly pollMs: number;
  readonly judgeMs: number;
}

const known: readonly string[] = [
  "id",
  "control",
  "candidate",
  "unit",
  "salt",
  "stages",
  "holdOut",
  "guards",
  "signals",
  "confidence",
  "advanceWhen",
  "minUnitsAtStage",
  "minMsAtStage",
  "maxMsAtStage",
  "unitIdleMs",
  "unitMaxRequests",
  "store",
  "namespace",
  "pollMs",
  "judgeMs",
  "random",
  "clock",
  "monotonicClock",
] satisfies readonly (keyof RolloutOptions<string>)[];

const owner = "createRollout";
const mostStages = 20;
/** Shares of a tenth have no exact binary form: 0.66 is above 1 - 0.34. */
const rounding = 1e-9;
/** A year. */
const longestMs = 31_536_000_000;

/** Checks the options and fills in defaults. Throws `InvalidOptionError`. */
export function resolveRollout<Id extends string>(options: RolloutOptions<Id>): ResolvedRollout {
  checkKeys(owner, options, known);
  const { id, holdOut, confidence = 0.95, advanceWhen = "harm-ruled-out", maxMsAtStage, store } = options;
  checkText(`${owner}.id`, id);
  if (!/^[\w.:-]{1,60}$/.test(id))
    throw new InvalidOptionError(`${owner}.id`, id, "1 to 60 letters of ASCII, digits and ._:-");
  if (holdOut !== undefined) checkNumber(`${owner}.holdOut`, holdOut, { min: Number.MIN_VALUE, max: 0.5 });
  checkNumber(`${owner}.confidence`, confidence, { min: 0.5, max: 0.9999 });
  if (advanceWhen !== "harm-ruled-out" && advanceWhen !== "no-harm-found")
    throw new InvalidOptionError(`${owner}.advanceWhen`, advanceWhen, '"harm-ruled-out" or "no-harm-found"');
  const numberOf = (name: NumberOption, usual: number, min: number, max: number, integer = true) =>
    checkNumber(`${owner}.${name}`, options[name] ?? usual, { min, max, integer });
  for (const name of ["random", "clock", "monotonicClock"] as const)
    if (options[name] !== undefined && typeof options[name] !== "function")
      throw new InvalidOptionError(`${owner}.${name}`, options[name], "a function");
  const shared = store && resolveFleetOptions(owner, { store, namespace: options.namespace });
  if (store === undefined && options.namespace !== undefined)
    throw new InvalidOptionError(`${owner}.namespace`, options.namespace, "absent: there is no store");
  if (maxMsAtStage !== undefined)
    checkNumber(`${owner}.maxMsAtStage`, maxMsAtStage, { min: 1, max: longestMs });
  return {
    id,
    stages: checkedStages(options.stages, holdOut),
    holdOut,
    guards: checkedGuards(options.guards, options.signals),
    confidence,
    advanceWhen,
    minUnits: numberOf("minUnitsAtStage", 100, 1, 1e9),
    minMs: numberOf("minMsAtStage", 0, 0, longestMs, false),
    maxMs: maxMsAtStage,
    unitIdleMs: numberOf("unitIdleMs", 1_800_000, 1, 604_800_000),
    unitMaxRequests: numberOf("unitMaxRequests", 50, 1, 1_000),
    store,
    namespace: shared?.namespace ?? "router",
    pollMs: numberOf("pollMs", 2_000, 100, 5_000, false),
    judgeMs: numberOf("judgeMs", 5_000, 100, 600_000, false),
  };
}

type NumberOption =
  | "minUnitsAtStage"
  | "minMsAtStage"
  | "unitIdleMs"
  | "unitMaxRequests"
  | "pollMs"
  | "judgeMs";

function checkedStages(given: unknown, holdOut: number | undefined): readonly RolloutStage[] {
  const option = `${owner}.stages`;
  if (!Array.isArray(given) || given.length === 0 || given.length > mostStages)
    throw new InvalidOptionError(option, given, `an array of 1 to ${mostStages} stages`);
  let before = 0;
  const stages = (given as readonly RolloutStage[]).map((stage, at): RolloutStage => {
    const place = `${option}[${at}]`;
    if (stage?.shadow === true) return checkedShadow(place, stage, at);
    checkKeys(place, stage, ["shadow", "share", "units"]);
    const { share, units } = stage;
    checkNumber(`${place}.share`, share, { min: Number.MIN_VALUE, max: 1 });
    if (units !== undefined) checkNumber(`${place}.units`, units, { min: 1, max: 1e9, integer: true });
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
    return Object.freeze({ share, ...(units !== undefined && { units }) });
  });
  if (before === 0) throw new InvalidOptionError(option, given, "stages of which one at least has a share");
  return Object.freeze(stages);
}

function checkedShadow(
  place: string,
  stage: RolloutStage & { readonly shadow: true },
  at: number,
): RolloutStage {
  checkKeys(place, stage, ["shadow", "requests", "calls"]);
  if (at > 0) throw new InvalidOptionError(`${place}.shadow`, true, "the first stage, or absent");
  const { requests, calls } = stage;
  checkNumber(`${place}.requests`, requests, { min: 1, max: 1e9, integer: true });
  if (calls !== undefined) checkNumber(`${place}.calls`, calls, { min: Number.MIN_VALUE, max: 1 });
  return Object.freeze({ shadow: true, requests, ...(calls !== undefined && { calls }) });
}

function checkedGuards(guards: unknown, signals: unknown = []): readonly Guard[] {
  if (!Array.isArray(guards) || guards.length === 0)
    throw new InvalidOptionError(`${owner}.guards`, guards, "an array of at least one guard");
  if (!Array.isArray(signals))
    throw new InvalidOptionError(`${owner}.signals`, signals, "an array of guards");
  const given = [...(guards as Guard[]), ...(signals as Guard[])];
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
  return Object.freeze(all);
}
