import {
  type Classifier,
  type Constraints,
  type EventSink,
  type GoldenRoute,
  InvalidOptionError,
  type ModelFacts,
  type NeededCapability,
  type Policy,
  type QualityPromise,
  type ReleaseName,
  type RouteRequest,
  type SharedState,
  type Tuning,
} from "../../contracts/index.ts";
import { checkKeys, checkMethods, checkNumber, checkText, checkTuning } from "../../plugin/index.ts";
import { refuseKey } from "../../plugin/refuse-key.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { BudgetOptions } from "../budget/budget-options.ts";
import type { CacheOptions } from "../cache/index.ts";
import type { ExecutionOptions } from "../call/index.ts";
import { checkGoldenRoutes } from "./check-golden-routes.ts";
import { checkReleaseName } from "./check-release-name.ts";

/** Options of a router besides its models. */
export interface RouterOptions<Id extends string> {
  /** Says which of the permitted models should serve a request. */
  readonly policy: Policy<Id>;
  /** Says how hard a request is. Default `complexity()`. */
  readonly classifier?: Classifier | undefined;
  /** Say which models may serve a request, on every hop. Default none. */
  readonly constraints?: Constraints<Id> | undefined;
  /**
   * Capabilities that a model is taken to have where neither it nor the catalogue says: `["images"]`. Without
   * it a request with an image goes only to models that are known to read images; tools and JSON schema go to
   * models that are known to be able, if a permitted one is. Default none.
   */
  readonly assumeCapabilities?: readonly NeededCapability[] | undefined;
  readonly execution?: ExecutionOptions | undefined;
  /**
   * Money or tokens that may be used in a period, by all requests or by those of each tenant, session or user: at most
   * 16 budgets. All that apply must have room, or nothing is reserved. Every call then carries an output limit, and the
   * most that it can cost with it is reserved before the call and settled after it. With a budget in US dollars a model
   * of unknown price is not permitted. A request for which too little is left is refused with `BudgetExceededError`.
   * Default: no limit.
   */
  readonly budgets?: readonly BudgetOptions<Id>[] | undefined;
  /**
   * Promise on the quality of answers. While it is at risk or broken, soft limits of budgets do not degrade: an event
   * says so, and the hard limits bound the money; and no decision is certified. Promises that the policy reads, as
   * `keepPromise` does, count as well. Default: none.
   */
  readonly promise?: QualityPromise | undefined;
  /**
   * State that this router shares with other processes through a store, `fleet({ store })` of `switchpoint/fleet`: their
   * budgets and rates are one. Default: all state is that of this process.
   */
  readonly shared?: SharedState | undefined;
  /**
   * Tuning file, as `eval tune` writes it. Decisions are certified as long as its certificate holds: with the
   * same models, policy, parameters and classifier, and until it expires. A difference fails no request;
   * `decision.uncertified` states it. Default: no decision is certified.
   */
  readonly tuning?: Tuning | undefined;
  /**
   * Release that this router is, as `createRelease` makes it, or its hash. Decisions carry the first 12 digits. Whether
   * it is that release says `verifyRelease`. Default: none.
   */
  readonly release?: ReleaseName | undefined;
  /** Requests of which `replace` must not change where they go: it is refused otherwise. At most 1,000. Default none. */
  readonly golden?: readonly GoldenRoute<Id>[] | undefined;
  /**
   * True if `route()` sends a request once that is under way twice: with all fields equal, including the
   * tenant, and without a session and constraints of its own. Each caller gets the same decision and the same
   * answer, with the same tool calls, even where the temperature would have made answers differ. The calls
   * and their cost are in the first caller's result only. The first caller's deadline holds; an abort of one
   * caller does not affect the others. A function selects the requests for which it returns `true`; one that
   * throws selects none. Default false.
   */
  readonly coalesce?: boolean | ((request: RouteRequest<Id>) => boolean) | undefined;
  /**
   * Keeps answers in memory and gives them to equal requests of the same tenant: no call is made, and nothing is
   * paid. Asked after the decision, which is recorded as always. Only whole answers of the plan's models are kept.
   * By default requests with tools, images, a temperature above 0 or fields that are not known are always sent.
   * `{}` turns it on. Default: no answer is kept.
   */
  readonly cache?: CacheOptions | undefined;
  /** Largest number of sessions that are remembered; the least recently used is forgotten. Default 10,000. */
  readonly maxSessions?: number | undefined;
  /** Called synchronously with each event, for instance `decisionLog({ file })`. */
  readonly onEvent?: EventSink | undefined;
  /** Longest time of an asynchronous classifier, in milliseconds. Default 1,000. */
  readonly classifierTimeoutMs?: number | undefined;
  /** Longest request, all texts together, in characters. Default 4,000,000. */
  readonly maxCharacters?: number | undefined;
  /** Returns a random number in [0, 1), for lotteries and jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /**
   * Returns milliseconds since the epoch, for records and budget periods. Durations are measured by its steps
   * forward unless `monotonicClock` is given. Default: the system's time of day.
   */
  readonly clock?: (() => number) | undefined;
  /**
   * Returns milliseconds from any origin that no correction of the time of day moves, for deadlines, pauses
   * and rates. Default without `clock`: `performance.now`.
   */
  readonly monotonicClock?: (() => number) | undefined;
  /** Returns a new id for a decision. Default `crypto.randomUUID`. */
  readonly newId?: (() => string) | undefined;
}

const optionNames: readonly string[] = [
  "models",
  "policy",
  "classifier",
  "constraints",
  "assumeCapabilities",
  "execution",
  "shared",
  "budgets",
  "promise",
  "tuning",
  "release",
  "golden",
  "coalesce",
  "cache",
  "maxSessions",
  "onEvent",
  "classifierTimeoutMs",
  "maxCharacters",
  "random",
  "clock",
  "monotonicClock",
  "newId",
] satisfies readonly ("models" | keyof RouterOptions<string>)[];

/**
 * Throws `InvalidOptionError` with option, value and allowed range.
 */
export function checkRouterOptions<Id extends string>(
  options: RouterOptions<Id>,
  models: Readonly<Record<Id, ModelFacts>>,
): void {
  const { coalesce = false } = options;
  checkMethods("policy", options.policy, ["select"]);
  checkDecidingOptions(options, models);
  for (const name of ["random", "clock", "monotonicClock", "newId", "onEvent"] as const) {
    const given: unknown = options[name];
    if (given !== undefined && typeof given !== "function")
      throw new InvalidOptionError(name, given, "a function");
  }
  if (options.promise !== undefined) checkMethods("promise", options.promise, ["state"]);
  checkShared(options.shared);
  const { classifierTimeoutMs, maxCharacters } = options;
  if (classifierTimeoutMs !== undefined)
    checkNumber("classifierTimeoutMs", classifierTimeoutMs, { min: 1, max: 2 ** 31 - 1 });
  if (typeof coalesce !== "boolean" && typeof coalesce !== "function")
    throw new InvalidOptionError("coalesce", coalesce, "true, false or a function of a request");
  if (maxCharacters !== undefined) checkNumber("maxCharacters", maxCharacters, { min: 1, integer: true });
}

function checkShared(given: unknown): void {
  const { open, keyOf } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (given !== undefined && (typeof open !== "function" || typeof keyOf !== "function"))
    throw new InvalidOptionError("shared", given, 'fleet({ store }) of "switchpoint/fleet"');
}

/** Options that `replace` can change. */
type DecidingOptions = {
  readonly [Key in "policy" | "classifier" | "constraints" | "tuning" | "golden" | "release"]?:
    | RouterOptions<string>[Key]
    | undefined;
};

/** Checks those that are given, in the same way. */
export function checkDecidingOptions(
  options: DecidingOptions,
  models: Readonly<Record<string, ModelFacts>>,
): void {
  const ids = Object.keys(models);
  const { policy, classifier, constraints = [], tuning, golden, release } = options;
  if (policy !== undefined) {
    checkMethods("policy", policy, ["select"]);
    checkText("policy.name", policy.name);
    checkIds(`policy ${policy.name}`, policy.models, ids);
  }
  if (classifier !== undefined) {
    checkMethods("classifier", classifier, ["classify"]);
    for (const field of ["name", "version"] as const) checkText(`classifier.${field}`, classifier[field]);
    if (classifier.notRecommended !== undefined)
      checkText("classifier.notRecommended", classifier.notRecommended);
  }
  if (!Array.isArray(constraints))
    throw new InvalidOptionError("constraints", constraints, "an array of constraints");
  const known = [...new Set([...ids, ...ids.map((id) => withoutEffort(id, models[id] as ModelFacts))])];
  constraints.forEach((constraint, index) => {
    checkMethods(`constraints[${index}]`, constraint, ["permits"]);
    checkText(`constraints[${index}].name`, constraint.name);
    checkIds(`constraint ${constraint.name}`, constraint.models, known);
  });
  if (tuning !== undefined) checkTuning("tuning", tuning);
  if (golden !== undefined) checkGoldenRoutes("golden", golden, ids);
  if (release !== undefined) checkReleaseName("release", release);
}

/** Throws `InvalidOptionError` if there is an option that no router has. */
export function checkRouterKeys(options: object): void {
  refuseKey("createRouter", options, "budget", "give budgets, a list");
  checkKeys("createRouter", options, optionNames);
}

function checkIds(owner: string, named: readonly string[] | undefined, ids: readonly string[]): void {
  if (named !== undefined && !Array.isArray(named))
    throw new InvalidOptionError(`models of ${owner}`, named, "an array of ids");
  for (const id of named ?? []) {
    if (!ids.includes(id))
      throw new InvalidOptionError(`a model that ${owner} names`, id, `one of ${ids.join(", ")}`);
  }
}
