import {
  InvalidOptionError,
  type Model,
  type ModelFacts,
  type NeededCapability,
} from "../contracts/index.ts";
import { completeFacts } from "../cost/catalogue.ts";
import { checkAssumed } from "../plugin/check-assumed.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { deepFreeze } from "../plugin/deep-freeze.ts";
import { checkMethods, checkNumber, checkPrice, checkText } from "../plugin/index.ts";
import { checkOwnGpu } from "../plugin/own-gpu.ts";
import { decidingPool, poolFacts } from "./router-pools.ts";

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
    return deepFreeze(assumes.length === 0 ? facts : { ...facts, assumeCapabilities: assumes });
  };
}

/** Checks the models and completes their facts by `complete`. Facts of the caller take precedence. */
export function completeModels<Id extends string>(
  given: Readonly<Record<Id, Model>>,
  complete: (facts: ModelFacts) => ModelFacts,
): Readonly<Record<Id, Model>> {
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
    if (model.gpu !== undefined) checkOwnGpu(`models.${id}.gpu`, model.gpu, model.price);
    for (const field of ["contextWindow", "maxOutputTokens"] as const)
      if (model[field] !== undefined) checkNumber(`models.${id}.${field}`, model[field], { min: 1 });
    if (model.capabilities !== undefined) checkObject(`models.${id}.capabilities`, model.capabilities);
    if (model.assumeCapabilities !== undefined)
      checkAssumed(`models.${id}.assumeCapabilities`, model.assumeCapabilities);
    const other = idByName.get(model.name);
    if (other !== undefined) {
      const advice = `different from models.${other}.name: give each model its own name (option name of the provider)`;
      throw new InvalidOptionError(`models.${id}.name`, model.name, advice);
    }
    idByName.set(model.name, id);
    if (model.members !== undefined) checkMethods(`models.${id}`, model, ["members"]);
    return [id, completeModel(model, complete)] as const;
  });
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<Id, Model>>;
}

/**
 * Completes one model. Methods are bound, so that it may be an instance of a class. Frozen, since constraints
 * rest on its facts and calls go where it says.
 */
function completeModel(model: Model, complete: (facts: ModelFacts) => ModelFacts): Model {
  const { health, describe } = model;
  const pool = decidingPool(model, complete);
  return Object.freeze<Model>({
    ...(pool === undefined ? complete(model) : poolFacts(model.name, pool)),
    ...(pool === undefined ? {} : { members: pool.members, pool: model.pool }),
    defaults: deepFreeze(copyOf(model.defaults)),
    generate: (request, options) => model.generate(request, options),
    stream: (request, options) => model.stream(request, options),
    ...(health === undefined ? {} : { health: (options) => health.call(model, options) }),
    ...(describe === undefined ? {} : { describe: (options) => describe.call(model, options) }),
    ...(model.batches === undefined ? {} : { batches: model.batches }),
    ...(model.speaks === undefined ? {} : { speaks: copyOf(model.speaks) }),
  });
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
