import { InvalidOptionError, type ModelFacts } from "../../../contracts/index.ts";
import type { ServerDescription } from "../../../contracts/server-description.ts";
import type { EngineModel } from "./engine-options.ts";

/**
 * Asks a model's server and returns the model with the window and the capabilities that it states; what the options
 * state stays. Throws `InvalidOptionError` if the server lists models and not this one, and `ProviderError` if it cannot
 * be asked.
 */
export async function fromServer(
  model: EngineModel,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<EngineModel> {
  const description = await model.describe(options);
  const problem = unservedProblem(model, description);
  if (problem !== undefined) throw new InvalidOptionError(`${model.provider}.model`, model.model, problem);
  const { contextWindow = description.contextWindow } = model;
  const capabilities = { ...description.capabilities, ...model.capabilities };
  return {
    ...model,
    ...(contextWindow !== undefined && { contextWindow }),
    ...(Object.keys(capabilities).length > 0 && { capabilities }),
  };
}

/** Names that are shown. */
const mostShown = 5;

/** Says what a server serves in place of a model that it does not list; undefined if it lists it, or nothing. */
function unservedProblem({ model }: ModelFacts, { models }: ServerDescription): string | undefined {
  const isListed = models.some(({ id }) => id === model || id === `${model}:latest`);
  if (models.length === 0 || isListed) return undefined;
  const names = models.slice(0, mostShown).map(({ id }) => id);
  return `a model that the server lists: ${names.join(", ")}`;
}
