import { MissingConfigurationError, type Model } from "../../contracts/index.ts";
import {
  type Environment,
  environmentProviders,
  hasKey,
  madeWith,
  parseModelName,
  providerNames,
  setting,
  vllmModel,
} from "./named-models.ts";

const firstKeys = (): string =>
  Object.values(environmentProviders)
    .map(({ keys }) => keys[0])
    .join(", ");

/** Variables that select models; if none is set, the message shows all ways to configure. */
const modelVariables = (): readonly string[] => [
  ...Object.values(environmentProviders).flatMap(({ keys }) => keys),
  "VLLM_BASE_URL",
  "VLLM_MODEL",
  "SWITCHPOINT_SMALL",
  "SWITCHPOINT_LARGE",
];

const anyModel = (): string =>
  `one of ${firstKeys()} (each gives a small and a large model; SWITCHPOINT_SMALL and SWITCHPOINT_LARGE select others as provider:model, VLLM_BASE_URL with VLLM_MODEL selects your own small one)`;

/**
 * Returns the small and the large model that the environment describes. `SWITCHPOINT_SMALL` and
 * `SWITCHPOINT_LARGE` (`provider:model`) take precedence; `VLLM_BASE_URL` with `VLLM_MODEL` is the small
 * model; what is still missing comes from the first provider whose key is set.
 *
 * Throws `MissingConfigurationError`, which lists exactly what is missing.
 */
export function environmentModels(environment: Environment): {
  readonly small: Model;
  readonly large: Model;
} {
  if (modelVariables().every((variable) => setting(environment, variable) === undefined))
    throw incomplete([anyModel()]);
  const missing: string[] = [];
  const small = pick(environment, "small", missing);
  const large = pick(environment, "large", missing);
  if (small === undefined || large === undefined) throw incomplete(missing);
  if (small.name === large.name) {
    throw incomplete([
      `two different models: SWITCHPOINT_SMALL and SWITCHPOINT_LARGE both resolve to ${small.name}`,
    ]);
  }
  return { small, large };
}

function pick(environment: Environment, size: "small" | "large", missing: string[]): Model | undefined {
  const variable = size === "small" ? "SWITCHPOINT_SMALL" : "SWITCHPOINT_LARGE";
  const named = setting(environment, variable);
  if (named !== undefined) return fromName(environment, variable, named, missing);
  const VLLM_BASE_URL = setting(environment, "VLLM_BASE_URL");
  const VLLM_MODEL = setting(environment, "VLLM_MODEL");
  if (size === "small" && (VLLM_BASE_URL || VLLM_MODEL)) {
    if (!VLLM_BASE_URL) missing.push("VLLM_BASE_URL (VLLM_MODEL is set)");
    if (!VLLM_MODEL) missing.push("VLLM_MODEL (VLLM_BASE_URL is set)");
    if (!VLLM_BASE_URL || !VLLM_MODEL) return undefined;
    return vllmOf(environment, VLLM_BASE_URL, VLLM_MODEL, missing);
  }
  for (const provider of Object.values(environmentProviders)) {
    if (hasKey(environment, provider)) return provider.make(provider[size]);
  }
  const own = size === "small" ? "VLLM_BASE_URL with VLLM_MODEL, " : "";
  missing.push(
    `a ${size} model: set ${firstKeys()}, ${own}or ${variable}=provider:model with its provider's key`,
  );
  return undefined;
}

function fromName(
  environment: Environment,
  variable: string,
  named: string,
  missing: string[],
): Model | undefined {
  const parsed = parseModelName(named);
  if (parsed === undefined) {
    missing.push(`${variable} as provider:model, where provider is one of ${providerNames.join(", ")}`);
    return undefined;
  }
  const { model, provider } = parsed;
  if (provider === undefined) {
    const baseUrl = setting(environment, "VLLM_BASE_URL");
    if (baseUrl === undefined) missing.push(`VLLM_BASE_URL (for ${variable})`);
    const made = baseUrl === undefined ? undefined : vllmOf(environment, baseUrl, model, missing);
    return made && madeWith(parsed, made);
  }
  if (hasKey(environment, provider)) return madeWith(parsed, provider.make(model));
  missing.push(`${provider.keys[0]} (for ${variable})`);
  return undefined;
}

function vllmOf(
  environment: Environment,
  baseUrl: string,
  model: string,
  missing: string[],
): Model | undefined {
  const made = vllmModel(environment, baseUrl, model);
  if (made === undefined) missing.push("VLLM_BASE_URL as an absolute http or https URL");
  return made;
}

function incomplete(missing: readonly string[]): MissingConfigurationError {
  const message = `no router can be created from the environment; missing: ${missing.join("; ")}. Set what is missing, or call configure({ models, policy }) first`;
  return new MissingConfigurationError(message, missing);
}
