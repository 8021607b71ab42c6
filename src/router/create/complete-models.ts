import {
  InvalidOptionError,
  type Model,
  type ModelFacts,
  type NeededCapability,
} from "../../contracts/index.ts";
import { keepAddedBody } from "../../plugin/added-body.ts";
import { asksLike } from "../../plugin/call-abort.ts";
import { checkAssumed } from "../../plugin/check-assumed.ts";
import { checkModel } from "../../plugin/check-model.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";
import { checkText } from "../../plugin/option-checks.ts";
import { isEffort, reasoningEfforts } from "../../plugin/read-name.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import { completeFacts } from "../cost/catalogue.ts";
import { readMembers } from "../life/read-members.ts";
import { decidingPool, poolFacts, poolRules } from "../life/router-pools.ts";

const none: readonly NeededCapability[] = [];

/**
 * Returns a function that completes facts from the catalogue, with capabilities that the router assumes. Its
 * results are frozen copies: constraints and prices rest on them, whatever is done to the originals. Throws
 * `InvalidOptionError`.
 */
export function factsCompleter(
  assumed: readonly NeededCapability[] = none,
): (facts: ModelFacts) => ModelFacts {
  const assumedByAll = [...checkAssumed("assumeCapabilities", assumed)];
  return (model) => {
    const facts = copyOf(completeFacts(model));
    const assumes = [...new Set([...assumedByAll, ...(facts.assumeCapabilities ?? none)])];
    const complete = deepFreeze(assumes.length === 0 ? facts : { ...facts, assumeCapabilities: assumes });
    keepAddedBody(complete, model);
    return complete;
  };
}

/** Checks the models and completes their facts by `complete`. Facts of the caller take precedence. */
export function completeModels<Id extends string>(
  given: Readonly<Record<Id, Model>>,
  complete: (facts: ModelFacts) => ModelFacts,
  onPoolProblem?: (id: string, problem: string | undefined) => void,
): Readonly<Record<Id, Model>> {
  const idByName = new Map<string, string>();
  const byEndpoint = new Map<string, readonly [id: string, facts: ModelFacts]>();
  const entries = Object.entries<Model>(given).map(([id, model]) => {
    checkText("models: an id", id);
    checkModel(`models.${id}`, model);
    const other = idByName.get(model.name);
    if (other !== undefined) {
      const advice = `different from models.${other}.name: give each model its own name (option name of the provider)`;
      throw new InvalidOptionError(`models.${id}.name`, model.name, advice);
    }
    idByName.set(model.name, id);
    if (model.members !== undefined) checkMembers(id, model);
    const made = completeModel(model, complete, (problem) => onPoolProblem?.(id, problem));
    checkEffort(`models.${id}`, made);
    checkEndpoint(id, made, byEndpoint);
    return [id, made] as const;
  });
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<Id, Model>>;
}

/**
 * Completes one model. Methods are bound, so that it may be an instance of a class. Frozen, since constraints
 * rest on its facts and calls go where it says.
 */
function completeModel(
  model: Model,
  complete: (facts: ModelFacts) => ModelFacts,
  onPoolProblem: (problem: string | undefined) => void,
): Model {
  const { health, describe, countTokens } = model;
  const pool = decidingPool(model, complete, onPoolProblem);
  return Object.freeze<Model>({
    ...(pool === undefined ? complete(model) : poolFacts(model, pool)),
    ...(pool === undefined ? {} : { members: pool.members, pool: poolRules(model.pool, pool.revision) }),
    defaults: deepFreeze(copyOf(model.defaults)),
    generate: asksLike<Model["generate"]>(model.generate, (request, options) =>
      model.generate(request, options),
    ),
    stream: asksLike<Model["stream"]>(model.stream, (request, options) => model.stream(request, options)),
    ...(health === undefined ? {} : { health: (options) => health.call(model, options) }),
    ...(describe === undefined ? {} : { describe: (options) => describe.call(model, options) }),
    ...(model.batches === undefined ? {} : { batches: model.batches }),
    ...(countTokens && { countTokens: (native, signal) => countTokens.call(model, native, signal) }),
  });
}

/** Refuses an effort that the model is known not to have. One that is not known is told by each decision. */
function checkEffort(option: string, { name, effort, capabilities = {} }: ModelFacts): void {
  if (effort === undefined) return;
  if (!isEffort(effort))
    throw new InvalidOptionError(`${option}.effort`, effort, `one of ${reasoningEfforts.join(", ")}`);
  if (!name.endsWith(`@${effort}`))
    throw new InvalidOptionError(`${option}.name`, name, `one that ends with @${effort}: use efforts(…)`);
  const { efforts = capabilities.reasoning === false ? ["none"] : undefined } = capabilities;
  if (efforts !== undefined && !efforts.includes(effort)) {
    const has = efforts.length === 0 ? "no effort" : `only ${efforts.join(", ")}`;
    throw new InvalidOptionError(`${option}.effort`, effort, `one that the model has: ${name} has ${has}`);
  }
}

/** Refuses models that would share a breaker and limits although they are not one model at one address. */
function checkEndpoint(
  id: string,
  made: ModelFacts,
  known: Map<string, readonly [id: string, facts: ModelFacts]>,
): void {
  const key = withoutEffort(made.name, made);
  const [other, facts] = known.get(key) ?? [id, made];
  known.set(key, [other, facts]);
  const { provider, model, endpoint } = made;
  if (facts.provider === provider && facts.model === model && facts.endpoint === endpoint) return;
  const advice = `made of another name than models.${other}.name, which is another model or address (option name of the provider)`;
  throw new InvalidOptionError(`models.${id}.name`, made.name, advice);
}

/** A pool must be right when a router is made. What is wrong later is told, and leaves out what cannot be used. */
function checkMembers(id: string, model: Model): void {
  const { problem } = readMembers(model);
  if (problem !== undefined)
    throw new InvalidOptionError(`models.${id}.members`, model.name, `a pool: ${problem}`);
}
