import {
  type EventSink,
  InvalidOptionError,
  MissingConfigurationError,
  type Model,
  type OwnGpu,
  type Router,
  type SessionFacts,
} from "../../contracts/index.ts";
import { createClock } from "../../plugin/clock.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { oldNode } from "../../plugin/old-node.ts";
import { machineOf } from "../../plugin/own-gpu.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import { type Budget, resolveBudgets } from "../budget/budget-options.ts";
import { lateBudgetDoor } from "../budget/late-budget-door.ts";
import { createLedger } from "../budget/ledger.ts";
import { lateResponseCache, resolveCacheOptions } from "../cache/index.ts";
import { type ExecutionPorts, planRulesOf, resolveExecutionOptions } from "../call/index.ts";
import { defaultClassifier } from "../classifiers/default-classifier.ts";
import { estimateTokens } from "../cost/estimate-tokens.ts";
import { gpuCost, gpuPrice } from "../cost/gpu-cost.ts";
import { lateTokenCounter } from "../cost/late-token-counter.ts";
import { kinAmong } from "../decide/index.ts";
import { createGpuMeter } from "../health/gpu-meter.ts";
import { createHealth } from "../health/health.ts";
import { createLearnedCapabilities } from "../health/learned-capabilities.ts";
import { createLearnedWindows } from "../health/learned-windows.ts";
import { createSessions } from "../health/sessions.ts";
import { createUsageMeans } from "../health/usage-means.ts";
import { checkedFunction } from "../life/checked-function.ts";
import { createEventHub, type EventHub } from "../life/event-hub.ts";
import { createFollowUps } from "../life/follow-ups.ts";
import { requestParts } from "../life/late-parts.ts";
import { lateEstimates, latePricing } from "../life/late-prices.ts";
import { createLifeWatch } from "../life/life-watch.ts";
import { createObserver } from "../life/observer.ts";
import { loadEarly } from "../life/opening-of.ts";
import type { FixedParts } from "../life/parts.ts";
import { createPoolWatches } from "../life/pool-watches.ts";
import { createAdmission } from "../limits/admission.ts";
import { createBreakers } from "../limits/breakers.ts";
import { createHedging } from "../limits/hedging.ts";
import { lateSharedRates } from "../limits/late-shared-rates.ts";
import { learnedAdmission } from "../limits/learned-admission.ts";
import { resolveLimitOptions } from "../limits/limit-options.ts";
import { createLimits } from "../limits/limits.ts";
import { createRetryBudget } from "../limits/retry-budget.ts";
import { normaliseRequest } from "../request/index.ts";
import { completeModels, factsCompleter } from "./complete-models.ts";
import { createInputStates } from "./input-states.ts";
import { neverCalled } from "./never-called.ts";
import { createPoolProblems, type PoolProblems } from "./pool-problems.ts";
import { createReplacer } from "./replacer.ts";
import { connect } from "./router.ts";
import {
  checkDecidingOptions,
  type RouterOptions,
  type RouterSettings,
  readRouterOptions,
} from "./router-options.ts";
import { exportEndpoints, exportState, restoreState } from "./router-state.ts";

/**
 * Creates a router. `models` maps ids, which policies, constraints and pins use, to models. List them from
 * small to large: when one fails, the next larger permitted one is called first. Facts that a model lacks
 * (price, context window, capabilities) are taken from the catalogue.
 *
 * Throws `InvalidOptionError` with option, value and allowed range, and `MissingConfigurationError` on a Node before 20.
 */
export function createRouter<const Models extends Readonly<Record<string, Model>>>(
  options: RouterOptions<keyof Models & string> & { readonly models: Models },
): Router<keyof Models & string> {
  const problem = oldNode(20, 0);
  if (problem !== undefined)
    throw new MissingConfigurationError(`switchpoint ${problem}`, ["a newer version of Node"]);
  return assemble<keyof Models & string>(readRouterOptions(options));
}

/** Composition root: the one place that knows every part. */
function assemble<Id extends string>(options: RouterSettings<Id>): Router<Id> {
  const completeFacts = factsCompleter(options.assumeCapabilities);
  // Called while requests are decided: a pool of the user's own may return anything.
  const onPoolProblem = (id: string, problem: string | undefined) => poolProblems?.note(id, problem);
  let poolProblems: PoolProblems | undefined;
  const models = completeModels(options.models, completeFacts, onPoolProblem);
  const ids = Object.keys(models) as Id[];
  checkDecidingOptions(options, models);
  const ownClassifier = defaultClassifier();
  const { policy, classifier = ownClassifier, constraints, tuning, golden, release } = options;
  const { coalesce, maxCharacters, maxSessions } = options;

  const random =
    options.random &&
    checkedFunction("random", options.random, "a function that returns numbers in [0, 1)", isDraw);
  const newId =
    options.newId &&
    checkedFunction("newId", options.newId, "a function that returns non-empty strings", isId);
  const clock = createClock(options.clock, options.monotonicClock);
  // Rules of state are durations: no correction of the time of day may move them.
  const now = clock.monotonic;
  const events = createEventHub<Id>(options.onEvent as EventSink<Id> | undefined);
  poolProblems = createPoolProblems(models, events.emit);
  const execution = resolveExecutionOptions(options.execution);
  const means = createUsageMeans();
  const health = createHealth();
  const gpus = createGpuMeter();
  const windows = createLearnedWindows();
  const sessions = createSessions({ maxSessions });
  const { breaker, retryBudget: retries, limits: bounds, hedge } = options.execution ?? {};
  const breakers = createBreakers(breaker);
  const learned = createLearnedCapabilities();
  const retryBudget = createRetryBudget(retries);
  const limits = bounds === undefined ? undefined : createLimits(bounds, { models, clock: now });
  const inputs = createInputStates(events as EventHub<string>);
  const { shared } = options;
  const opened = shared?.open({
    clock,
    emit: events.emit,
    names: namesOf(models),
    endpoints: endpointsOf(models),
    maxSessions,
    sessions,
    breakers,
    limits,
    guards: inputs.guards,
  });
  const desk = opened?.desk;
  const sharedRates = desk && bounds && lateSharedRates(resolveLimitOptions(bounds, models), desk);
  const hedging = hedge === undefined ? undefined : createHedging(hedge, health.of);
  const budgets = resolveBudgets(options.budgets, models);
  checkPromise(options, budgets);
  const ledger = createLedger({
    budgets,
    desk,
    now: clock.wall,
    monotonic: now,
    onNews: events.emit,
    parts: () => requestParts.get(),
  });
  const cached = options.cache === undefined ? undefined : resolveCacheOptions(options.cache);
  const cache =
    cached && lateResponseCache(() => requestParts.get().createResponseCache(cached, models, clock));
  const countTokens = lateTokenCounter();
  const readLimits = { maxCharacters, estimateTokens, agents: options.agents };

  const facts = ids.map((id) => {
    const { members, pool: rules } = models[id];
    const revision = rules?.revision;
    return members === undefined || revision === undefined
      ? { id, facts: completeFacts(models[id]) }
      : { id, facts: models[id], pool: { members, revision } };
  });
  const deciding: FixedParts<Id>["deciding"] = {
    models: facts,
    hasPools: facts.some(({ pool }) => pool !== undefined),
    kinOf: kinAmong(facts),
    strictCapabilities: options.strictCapabilities,
    learntOf: (name, capability) => learned.has(name, capability, now()),
    classifierTimeoutMs: options.classifierTimeoutMs,
    random: random ?? Math.random,
    clock: clock.wall,
    monotonic: now,
    ...lateEstimates({ models, means, wall: clock.wall, countsTokens: ledger.countsTokens }),
    promise: options.promise,
    healthOf: health.of,
    windowOf: windows.of,
    gpuOf(model, at, load) {
      const cost = gpuCost(model.gpu as OwnGpu, gpus.read(machineOf(model), at), load);
      return { cost, price: gpuPrice(cost) };
    },
    sessionOf: (request) => sessions.read(request, now()) as SessionFacts<Id> | undefined,
  };
  const neverCalledWith: FixedParts<Id>["neverCalledWith"] = (constraints) =>
    neverCalled({ models, constraints, budgets, kinOf: deciding.kinOf });
  const life = createLifeWatch<Id>({ models, emit: events.emit, wall: clock.wall });
  const ports: ExecutionPorts = {
    clock,
    random: random ?? Math.random,
    admission: learnedAdmission(
      createAdmission({ breakers, retryBudget, hedging, limits, sharedRates, now }),
      learned,
      now,
    ),
    observer: createObserver({ events, means, health, gpus, windows, life, learned, now }),
    pricing: latePricing(Object.values<Model>(models)),
    options: execution,
  };
  const state = {
    means,
    health,
    gpus,
    windows,
    breakers,
    learned,
    sessions,
    budgets: ledger.kept,
    limits,
    inputs,
    ids,
    clock,
  };
  const fixed: FixedParts<Id> = {
    models,
    deciding,
    ports,
    ledger,
    events,
    followUps: createFollowUps(),
    poolWatches: createPoolWatches({ models, clock, emit: events.emit }),
    budgetDoor: lateBudgetDoor({
      budgets,
      kept: ledger.kept,
      shared,
      desk: opened?.desk,
      now: clock.wall,
    }),
    liftCap: async (lift) =>
      (await import("./lift-cap.ts")).liftCap({ guards: inputs.guards, opened, now: clock.wall }, lift),
    shared,
    loadClassifier: (used) => (used === ownClassifier ? ownClassifier.load() : undefined),
    neverCalledWith,
    rules: planRulesOf(execution, models, (name) => windows.of(name, now())),
    completeFacts,
    normalise: (request, text) => normaliseRequest(request, readLimits, text),
    countTokens: async (text, signal) => {
      try {
        return (await countTokens(text, { signal })).tokens;
      } catch {
        signal.throwIfAborted();
        // Workers and edge functions compile no WebAssembly, of which the tokeniser consists.
        return undefined;
      }
    },
    coalesce: coalesce === true ? () => true : coalesce || undefined,
    cache,
    newId: newId ?? nodeCrypto().randomUUID,
    recordSession:
      opened === undefined
        ? sessions.record
        : (tenant, session, answer) => {
            sessions.record(tenant, session, answer);
            opened.write(tenant, session);
          },
    readSession: opened?.read,
    loadShared: opened && (() => allOf([opened.load(), ledger.load(), sharedRates?.load()])),
    closeShared: opened?.close,
    exportState: () => exportState(state),
    readEndpoints: () => exportEndpoints(state),
    restoreState: (given) => restoreState(state, given),
  };
  const first = { policy, classifier, constraints, tuning, golden, release };
  const router = connect<Id>(fixed, createReplacer<Id>({ fixed, first, states: inputs }));
  const { name, version, notRecommended: reason } = classifier;
  if (reason !== undefined)
    events.emit({ type: "classifier-not-recommended", classifier: { name, version }, reason });
  if (events.isHeard) life.begin(router.neverCalled);
  loadEarly(fixed, classifier);
  return router;
}

/** Throws for a promise that nothing reads: it would change nothing, and look as if it did. */
function checkPromise<Id extends string>(
  { promise, policy, tuning }: RouterSettings<Id>,
  budgets: readonly Budget[],
): void {
  if (promise === undefined || tuning !== undefined || budgets.some(({ degrade }) => degrade.length > 0))
    return;
  if (policy.reads?.some((input) => input.promise !== undefined)) return;
  throw new InvalidOptionError(
    "promise",
    promise,
    "absent unless something reads it: a soft limit (budgets[].degrade), a tuning, or keepPromise(policy, { promise, otherwise })",
  );
}

/** Joins what is being loaded. Undefined: nothing is. */
function allOf(loads: readonly (Promise<unknown> | undefined)[]): Promise<unknown> | undefined {
  return loads.some((one) => one !== undefined) ? Promise.all(loads) : undefined;
}

function namesOf(models: Readonly<Record<string, Model>>): Record<string, string> {
  return Object.fromEntries(Object.entries(models).map(([id, { name }]) => [id, name]));
}

function endpointsOf(models: Readonly<Record<string, Model>>): readonly string[] {
  return Object.values(models).map((model) => withoutEffort(model.name, model));
}

function isDraw(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < 1;
}

/** Longest id of a decision, in characters: ids are kept and logged. */
const longestId = 1_024;

function isId(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value.length <= longestId;
}
