import { InvalidOptionError, type Model } from "../contracts/index.ts";
import { completeFacts } from "../cost/catalogue.ts";
import { checkMethods, checkNumber, checkPrice, checkText } from "../plugin/index.ts";

/** Checks the models and completes their facts from the catalogue. Facts of the caller take precedence. */
export function completeModels<Id extends string>(
  given: Readonly<Record<Id, Model>>,
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
    for (const field of ["contextWindow", "maxOutputTokens"] as const)
      if (model[field] !== undefined) checkNumber(`models.${id}.${field}`, model[field], { min: 1 });
    if (model.capabilities !== undefined) checkObject(`models.${id}.capabilities`, model.capabilities);
    const other = idByName.get(model.name);
    if (other !== undefined) {
      const advice = `different from models.${other}.name: give each model its own name (option name of the provider)`;
      throw new InvalidOptionError(`models.${id}.name`, model.name, advice);
    }
    idByName.set(model.name, id);
    return [id, completeModel(model)] as const;
  });
  return Object.fromEntries(entries) as Record<Id, Model>;
}

/**
 * Completes one model. Methods are bound, so that it may be an instance of a class. Labels are frozen, since
 * constraints rest on them.
 */
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
