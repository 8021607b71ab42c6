import { complexity } from "../classifiers/complexity.ts";
import {
  type Classifier,
  type Constraints,
  type EventSink,
  InvalidOptionError,
  type Model,
  type Policy,
  type RouteRequest,
  type Router,
  type Tuning,
} from "../contracts/index.ts";
import { catalogueDate, completeFacts } from "../cost/catalogue.ts";
import { costOf, estimateCost } from "../cost/cost-of.ts";
import { createTokenCounter } from "../cost/count-tokens.ts";
import { estimateTokens } from "../cost/estimate-tokens.ts";
import { usageOrEstimate } from "../cost/usage-of.ts";
import {
  capabilities,
  certificationOf,
  contextWindow,
  type DecisionParts,
  policyHash,
  uncertified,
} from "../decision/index.ts";
import { type ExecutionOptions, resolveExecutionOptions } from "../execution/index.ts";
import {
  checkKeys,
  checkMethods,
  checkNumber,
  checkPrice,
  checkText,
  checkTuning,
  describePolicy,
} from "../plugin/index.ts";
import { nodeCrypto } from "../plugin/node-crypto.ts";
import { normaliseRequest } from "../request/index.ts";
import { createBreakers } from "../state/breakers.ts";
import { type BudgetOptions, resolveBudget } from "../state/budget-options.ts";
import { createHealth } from "../state/health.ts";
import { createHedging } from "../state/hedging.ts";
import { createLimits } from "../state/limits.ts";
import { createRetryBudget } from "../state/retry-budget.ts";
import { exportState, restoreState } from "../state/router-state.ts";
import { createSessions } from "../state/sessions.ts";
import { createSpendBook } from "../state/spend.ts";
import { createUsageMeans } from "../state/usage-means.ts";
import { packageVersion } from "../version.ts";
import { connect } from "./router.ts";

/** What a router is made of besides its models. */
export interface RouterOptions<Id extends string> {
  /** Says which of the permitted models should serve a request. */
  readonly policy: Policy<Id>;
  /** Says how hard a request is. Default `complexity()`. */
  readonly classifier?: Classifier | undefined;
  /** Say which models may serve a request, on every hop. Default none. */
  readonly constraints?: Constraints<Id> | undefined;
  readonly execution?: ExecutionOptions | undefined;
  /**
   * Money that may be used in a period, by all requests or by those of each tenant. It is reserved
   * before a call and settled after it; a model of unknown price is then not permitted, and a request
   * for which too little is left is refused with `BudgetExceededError`. Default: no limit.
   */
  readonly budget?: BudgetOptions | undefined;
  /**
   * A tuning file, as `eval tune` writes it: decisions are certified as long as its certificate holds, that
   * is with its models, its policy with its parameters, its classifier, and until it expires. Whatever
   * differs, no request fails: `decision.uncertified` says what. Default: no decision is certified.
   */
  readonly tuning?: Tuning | undefined;
  /**
   * Whether `route()` sends the same request once when it is under way twice: all fields are equal, the
   * tenant too, and it has no session and no constraints of its own. Each caller gets the same answer
   * (also where the temperature would have made them differ, and with the same tool calls) and decision;
   * the calls and their cost are in the first one's result alone. The first one's deadline holds; an abort
   * of one caller is none of the others'. A function says which requests. Default false.
   */
  readonly coalesce?: boolean | ((request: RouteRequest<Id>) => boolean) | undefined;
  /** Sessions that are remembered; the least recently used is forgotten. Default 10,000. */
  readonly maxSessions?: number | undefined;
  /** Told of each step, synchronously; for instance `decisionLog({ file })`. */
  readonly onEvent?: EventSink | undefined;
  /** Longest time of a classifier that answers asynchronously, in milliseconds. Default 1,000. */
  readonly classifierTimeoutMs?: number | undefined;
  /** Longest request, all texts together, in characters. Default 4,000,000. */
  readonly maxCharacters?: number | undefined;
  /** Settles lotteries and jitter: in [0, 1). Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: (() => number) | undefined;
  /** Makes ids of decisions. Default `crypto.randomUUID`. */
  readonly newId?: (() => string) | undefined;
}

const optionNames: readonly string[] = [
  "models",
  "policy",
  "classifier",
  "constraints",
  "execution",
  "budget",
  "tuning",
  "coalesce",
  "maxSessions",
  "onEvent",
  "classifierTimeoutMs",
  "maxCharacters",
  "random",
  "clock",
  "newId",
] satisfies readonly ("models" | keyof RouterOptions<string>)[];

/**
 * Makes a router. `models` maps ids, which policies, constraints and pins use, to models; list them
 * from small to large: when one fails, the next larger permitted one is tried first. What a model
 * does not say of itself (price, context window, capabilities) is looked up in the catalogue.
 *
 * Throws `InvalidOptionError`, naming option, value and allowed range.
 */
export function createRouter<const Models extends Readonly<Record<string, Model>>>(
  options: RouterOptions<keyof Models & string> & { readonly models: Models },
): Router<keyof Models & string> {
  checkKeys("createRouter", options, optionNames);
  return assemble<keyof Models & string>(options, options.models);
}

function assemble<Id extends string>(
  options: RouterOptions<Id>,
  givenModels: Readonly<Record<Id, Model>>,
): Router<Id> {
  const {
    policy,
    classifier = complexity(),
    constraints = [],
    random = Math.random,
    clock = Date.now,
  } = options;
  const {
    onEvent,
    newId = nodeCrypto().randomUUID,
    classifierTimeoutMs = 1_000,
    maxCharacters = 4_000_000,
  } = options;
  const { coalesce = false, tuning } = options;
  const models = completeModels(givenModels);
  const ids = Object.keys(models) as Id[];
  checkMethods("policy", policy, ["select"]);
  checkText("policy.name", policy.name);
  checkIds(`policy ${policy.name}`, policy.models, ids);
  checkMethods("classifier", classifier, ["classify"]);
  for (const field of ["name", "version"] as const) checkText(`classifier.${field}`, classifier[field]);
  if (!Array.isArray(constraints))
    throw new InvalidOptionError("constraints", constraints, "an array of constraints");
  constraints.forEach((constraint, index) => {
    checkMethods(`constraints[${index}]`, constraint, ["permits"]);
    checkText(`constraints[${index}].name`, constraint.name);
    checkIds(`constraint ${constraint.name}`, constraint.models, ids);
  });
  for (const [name, given] of Object.entries({ random, clock, newId, onEvent: onEvent ?? noEvent })) {
    if (typeof given !== "function") throw new InvalidOptionError(name, given, "a function");
  }
  checkNumber("classifierTimeoutMs", classifierTimeoutMs, { min: 1, max: 2 ** 31 - 1 });
  if (typeof coalesce !== "boolean" && typeof coalesce !== "function")
    throw new InvalidOptionError("coalesce", coalesce, "true, false or a function of a request");
  if (tuning !== undefined) checkTuning("tuning", tuning);
  checkNumber("maxCharacters", maxCharacters, { min: 1, integer: true });

  const means = createUsageMeans();
  const health = createHealth();
  const execution = resolveExecutionOptions(options.execution);
  const breakers = createBreakers(execution.breaker);
  const limits = execution.limits && createLimits(execution.limits, { models, clock });
  const sessions = createSessions({ maxSessions: options.maxSessions });
  const budget = options.budget === undefined ? undefined : resolveBudget(options.budget);
  const spend = budget && createSpendBook(budget);
  const state = { means, health, breakers, sessions, spend, limits, ids, clock };
  const countTokens = createTokenCounter();
  const description = describePolicy(policy);
  const names = Object.fromEntries(ids.map((id) => [id, models[id].name]));
  return connect<Id>({
    models: ids.map((id) => ({ id, facts: completeFacts(models[id]) })),
    modelsById: models,
    policy,
    description,
    tuning,
    certification:
      tuning === undefined
        ? uncertified
        : certificationOf(tuning, { policy: { ...description, models: policy.models }, classifier, names }),
    classifier,
    classifierTimeoutMs,
    ownConstraints: [capabilities, contextWindow],
    constraints: [...constraints],
    execution,
    coalesce: coalesce === true ? () => true : coalesce || undefined,
    breakers,
    retryBudget: createRetryBudget(execution.retryBudget),
    limits,
    hedging: execution.hedge && createHedging(execution.hedge, health.of),
    random,
    clock,
    newId,
    onEvent: onEvent as EventSink<Id> | undefined,
    completeFacts,
    normalise: (request) => normaliseRequest(request, { maxCharacters, estimateTokens }),
    estimate({ name, price }, request) {
      const inputTokens = means.calibratedInputTokens(name, request.inputTokens);
      if (price === undefined) return { inputTokens, costUsd: undefined };
      return {
        inputTokens,
        costUsd: estimateCost(price, inputTokens, means.expectedOutputTokens(name, request)),
      };
    },
    countTokens: async (text, signal) => (await countTokens(text, { signal })).tokens,
    estimateTokens,
    usageOrEstimate,
    costOf: ({ price }, usage) => (price === undefined ? undefined : costOf(price, usage)),
    observe: (name, estimatedInputTokens, usage) => means.observe(name, { estimatedInputTokens, usage }),
    healthOf: health.of,
    observeHealth: (attempt) => health.observe(attempt, clock()),
    sessionOf: sessions.read as DecisionParts<Id>["sessionOf"],
    recordSession: sessions.record,
    spendOf: spend?.read,
    budget: budget &&
      spend && { limitUsd: budget.limitUsd, description: budget.description, open: spend.open },
    exportState: () => exportState(state),
    restoreState: (given) => restoreState(state, given),
    versions: {
      package: packageVersion,
      classifier: `${classifier.name}@${classifier.version}`,
      catalogue: catalogueDate,
      policy: policyHash(description),
    },
  });
}

function noEvent(): void {}

/** Fills in what is known of each model. Caller over catalogue. */
function completeModels<Id extends string>(given: Readonly<Record<Id, Model>>): Readonly<Record<Id, Model>> {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  if (!isObject || Object.keys(given).length === 0)
    throw new InvalidOptionError("models", given, "an object with at least one model, by id");
  const idByName = new Map<string, string>();
  const entries = Object.entries<Model>(given).map(([id, model]) => {
    checkText("models: an id", id);
    checkMethods(`models.${id}`, model, ["generate", "stream"]);
    for (const field of ["name", "provider", "model"] as const)
      checkText(`models.${id}.${field}`, model[field]);
    checkLabels(`models.${id}.labels`, model.labels);
    if (model.price !== undefined) checkPrice(`models.${id}.price`, model.price);
    for (const field of ["contextWindow", "maxOutputTokens"] as const)
      if (model[field] !== undefined) checkNumber(`models.${id}.${field}`, model[field], { min: 1 });
    if (model.capabilities !== undefined) checkObject(`models.${id}.capabilities`, model.capabilities);
    const other = idByName.get(model.name);
    if (other !== undefined) {
      const advice = `unlike that of models.${other}: give each a name of its own (option name of the provider)`;
      throw new InvalidOptionError(`models.${id}.name`, model.name, advice);
    }
    idByName.set(model.name, id);
    return [id, completeModel(model)] as const;
  });
  return Object.fromEntries(entries) as Record<Id, Model>;
}

/** Methods are bound, so that a model may be an instance of a class. Constraints rest on labels: they stay. */
function completeModel(model: Model): Model {
  const { health } = model;
  return {
    ...completeFacts(model),
    labels: Object.freeze({ ...model.labels }),
    defaults: model.defaults,
    generate: (request, options) => model.generate(request, options),
    stream: (request, options) => model.stream(request, options),
    ...(health === undefined ? {} : { health: (options) => health.call(model, options) }),
    ...(model.batches === undefined ? {} : { batches: model.batches }),
  };
}

function checkLabels(option: string, labels: unknown): void {
  if (typeof labels !== "object" || labels === null || Array.isArray(labels))
    throw new InvalidOptionError(option, labels, "an object whose values are strings");
  for (const [label, value] of Object.entries(labels)) {
    if (typeof value !== "string") throw new InvalidOptionError(`${option}.${label}`, value, "a string");
  }
}

function checkObject(option: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidOptionError(option, value, "an object");
}

function checkIds(owner: string, named: readonly string[] | undefined, ids: readonly string[]): void {
  if (named !== undefined && !Array.isArray(named))
    throw new InvalidOptionError(`models of ${owner}`, named, "an array of ids");
  for (const id of named ?? []) {
    if (!ids.includes(id))
      throw new InvalidOptionError(`a model that ${owner} names`, id, `one of ${ids.join(", ")}`);
  }
}
