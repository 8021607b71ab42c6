import type { Model, Router } from "../../contracts/index.ts";
import { environment } from "../../plugin/environment.ts";
import { createRouter as createRouterOf } from "../create/create-router.ts";
import type { RouterOptions } from "../create/router-options.ts";
import { namedModels } from "./named-models.ts";

/**
 * Creates a router. `models` maps ids, which policies, constraints and pins use, to models. List them from
 * small to large: when one fails, the next larger permitted one is called first. A model may be given by its
 * name, `"openai:gpt-5.4-mini"`, with a provider that the environment knows (`openai`, `anthropic`, `google`;
 * `vllm` with `VLLM_BASE_URL`); its key is then that of the environment. Facts that a model lacks (price,
 * context window, capabilities) are taken from the catalogue.
 *
 * Throws `InvalidOptionError` with option, value and allowed range; `MissingConfigurationError` for a model of
 * vLLM without an address.
 */
export function createRouter<const Models extends Readonly<Record<string, Model | string>>>(
  options: RouterOptions<keyof Models & string> & { readonly models: Models },
): Router<keyof Models & string> {
  type Id = keyof Models & string;
  type Made = RouterOptions<Id> & { readonly models: Readonly<Record<Id, Model>> };
  const given: unknown = (options as { readonly models?: unknown } | null | undefined)?.models;
  const isNamed =
    typeof given === "object" &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).some((one) => typeof one === "string");
  // There, options that are not an object, and unknown ones, are refused.
  if (!isNamed) return createRouterOf(options as Made);
  return createRouterOf({
    ...options,
    models: namedModels<Id>(options.models, environment()),
  } as Made);
}
