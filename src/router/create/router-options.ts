import {
  type Classifier,
  type Constraints,
  type EventSink,
  type GoldenRoute,
  InvalidOptionError,
  type Model,
  type ModelFacts,
  type NeededCapability,
  type Policy,
  type QualityPromise,
  type ReleaseName,
  type RouteRequest,
  type SharedState,
  type Tuning,
} from "../../contracts/index.ts";
import { isObject } from "../../plugin/fields-of.ts";
import {
  checkTuning,
  type FilledOptions,
  type OptionTable,
  readOption,
  readOptions,
} from "../../plugin/index.ts";
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
   * it a request with an image goes only to models that are known to read images, if a permitted one is; one that needs
   * tools or a JSON schema goes where the policy sends it, with a model that is known to be able as its fallback.
   * Default none.
   */
  readonly assumeCapabilities?: readonly NeededCapability[] | undefined;
  /**
   * True if a model that is not known to have a capability is left out where a permitted one is known to have it, and an
   * image goes only to models that are known to read images. Decisions, `switchpoint doctor` and the event `model-life`
   * tell it. Default false.
   */
  readonly strictCapabilities?: boolean | undefined;
  readonly execution?: ExecutionOptions | undefined;
  /**
   * Money or tokens that may be used in a period, by all requests or by those of each tenant, session or user: at most
   * 16 budgets. All that apply must have room, or nothing is reserved. Every call then carries an output limit, and the
   * most that it can cost with it is reserved before the call and settled after it. With a budget in US dollars a model
   * of unknown price is not permitted, unless the budget says `unpriced: "allow"`. A request for which too little is left is refused with `BudgetExceededError`.
   * Default: no limit.
   */
  readonly budgets?: readonly BudgetOptions<Id>[] | undefined;
  /**
   * Promise on the quality of answers. While it is at risk or broken, soft limits of budgets do not degrade: an event
   * says so, and the hard limits bound the money; and no decision is certified. Promises that the policy reads, as
   * `keepPromise` does, count as well. Refused where nothing reads it: no soft limit, tuning or policy. Default: none.
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
  /**
   * Text that decides about the complexity where a coding agent wrote into a request, as its tools show: with `trusted` what its user
   * typed, with `guarded` that or all of it, the harder one. With `trusted` a sender can raise or lower the complexity of its own requests
   * by what looks like an agent's; budgets and `guarded()` bound that. Default `guarded`.
   */
  readonly agents?: "trusted" | "guarded" | undefined;
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

type Open =
  | "classifier"
  | "assumeCapabilities"
  | "execution"
  | "budgets"
  | "promise"
  | "shared"
  | "tuning"
  | "release"
  | "cache"
  | "onEvent"
  | "random"
  | "clock"
  | "monotonicClock"
  | "newId";

interface WithModels<Id extends string> {
  readonly models: Readonly<Record<Id, Model>>;
}

/** Options of a router with their defaults. Those of one part are checked where it is made. */
export type RouterSettings<Id extends string> = FilledOptions<RouterOptions<Id>, Open> & WithModels<Id>;

const modelsRule = "an object with at least one model, by id";

export const routerOptions: OptionTable<RouterOptions<string> & WithModels<string>, Open> = {
  models: { is: "checked", check: someModels, expected: modelsRule },
  policy: { is: "object", methods: ["select"] },
  classifier: { is: "any", optional: true, expected: "an object with classify()" },
  constraints: { is: "any", default: [], expected: "an array of constraints" },
  assumeCapabilities: {
    is: "any",
    optional: true,
    expected: 'an array of "tools", "images" and "jsonSchema"',
  },
  strictCapabilities: { is: "boolean", default: false },
  execution: { is: "any", optional: true, expected: "options of `execution`" },
  shared: {
    is: "object",
    methods: ["open", "keyOf"],
    optional: true,
    expected: 'fleet({ store }) of "switchpoint/fleet"',
  },
  budgets: { is: "any", optional: true, expected: "an array of at most 16 budgets" },
  promise: { is: "object", methods: ["state"], optional: true },
  tuning: { is: "any", optional: true, expected: "the contents of a tuning file" },
  release: { is: "any", optional: true, expected: "a release, or its hash" },
  golden: { is: "any", default: [], expected: "an array of requests and their models" },
  coalesce: {
    is: "checked",
    check: checkCoalesce,
    default: false,
    expected: "true, false or a function of a request",
  },
  cache: { is: "any", optional: true, expected: "options of `cache`" },
  maxSessions: { is: "number", min: 1, integer: true, default: 10_000 },
  onEvent: { is: "function", optional: true },
  classifierTimeoutMs: { is: "duration", default: 1_000 },
  agents: { is: "choice", of: ["trusted", "guarded"], default: "guarded" },
  maxCharacters: { is: "number", min: 1, integer: true, default: 4_000_000 },
  random: { is: "function", optional: true },
  clock: { is: "function", optional: true },
  monotonicClock: { is: "function", optional: true },
  newId: { is: "function", optional: true },
};

function someModels(option: string, given: Readonly<Record<string, Model>>): typeof given {
  if (isObject(given) && Object.keys(given).length > 0) return given;
  throw new InvalidOptionError(option, given, modelsRule);
}

function checkCoalesce(option: string, given: NonNullable<RouterOptions<string>["coalesce"]>): typeof given {
  if (typeof given === "boolean" || typeof given === "function") return given;
  throw new InvalidOptionError(option, given, "true, false or a function of a request");
}

/** Throws `InvalidOptionError` with option, value and allowed range. */
export function readRouterOptions<Id extends string>(
  options: RouterOptions<Id> & WithModels<Id>,
): RouterSettings<Id> {
  refuseKey("createRouter", options, "budget", "give budgets, a list");
  return readOptions("createRouter", routerOptions, options, "") as RouterSettings<Id>;
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
    readOption({ is: "object", methods: ["select"], named: ["name"] }, "policy", policy);
    checkIds(`policy ${policy.name}`, policy.models, ids);
  }
  if (classifier !== undefined) {
    readOption({ is: "object", methods: ["classify"], named: ["name", "version"] }, "classifier", classifier);
    const { notRecommended } = classifier;
    if (notRecommended !== undefined) readOption({ is: "text" }, "classifier.notRecommended", notRecommended);
  }
  if (!Array.isArray(constraints))
    throw new InvalidOptionError("constraints", constraints, "an array of constraints");
  const known = [...new Set([...ids, ...ids.map((id) => withoutEffort(id, models[id] as ModelFacts))])];
  constraints.forEach((constraint, index) => {
    readOption({ is: "object", methods: ["permits"], named: ["name"] }, `constraints[${index}]`, constraint);
    checkIds(`constraint ${constraint.name}`, constraint.models, known);
  });
  if (tuning !== undefined) checkTuning("tuning", tuning);
  if (golden !== undefined) checkGoldenRoutes("golden", golden, ids);
  if (release !== undefined) checkReleaseName("release", release);
}

function checkIds(owner: string, named: readonly string[] | undefined, ids: readonly string[]): void {
  if (named !== undefined && !Array.isArray(named))
    throw new InvalidOptionError(`models of ${owner}`, named, "an array of ids");
  for (const id of named ?? []) {
    if (!ids.includes(id))
      throw new InvalidOptionError(`a model that ${owner} names`, id, `one of ${ids.join(", ")}`);
  }
}
