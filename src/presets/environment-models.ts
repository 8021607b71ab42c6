import { MissingConfigurationError, type Model } from "../contracts/index.ts";
import { anthropic } from "../providers/anthropic.ts";
import { google } from "../providers/google.ts";
import { openai } from "../providers/openai.ts";
import { openaiCompatible } from "../providers/openai-compatible.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

interface ProviderEntry {
  /** Variables of the key; an error names the first one if none is set. */
  readonly keys: readonly string[];
  readonly small: string;
  readonly large: string;
  readonly make: (model: string) => Model;
}

/** Providers in order of preference, with the models that are used if the environment names none. */
export const environmentProviders: Readonly<Record<string, ProviderEntry>> = {
  openai: { keys: ["OPENAI_API_KEY"], small: "gpt-5.4-mini", large: "gpt-5.5", make: openai },
  anthropic: {
    keys: ["ANTHROPIC_API_KEY"],
    small: "claude-haiku-4-5",
    large: "claude-opus-5",
    make: anthropic,
  },
  google: {
    keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    small: "gemini-3.5-flash-lite",
    large: "gemini-3.1-pro-preview",
    make: google,
  },
};

const firstKeys = Object.values(environmentProviders).map(({ keys }) => keys[0]);

/** Variables that select models; if none is set, the message shows all ways to configure. */
const modelVariables = [
  ...Object.values(environmentProviders).flatMap(({ keys }) => keys),
  "VLLM_BASE_URL",
  "VLLM_MODEL",
  "SWITCHPOINT_SMALL",
  "SWITCHPOINT_LARGE",
];

const anyModel = `one of ${firstKeys.join(", ")} (each gives a small and a large model; SWITCHPOINT_SMALL and SWITCHPOINT_LARGE select others as provider:model, VLLM_BASE_URL with VLLM_MODEL selects your own small one)`;

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
  if (modelVariables.every((variable) => setting(environment, variable) === undefined))
    throw incomplete([anyModel]);
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
    return vllmModel(environment, VLLM_BASE_URL, VLLM_MODEL, missing);
  }
  for (const provider of Object.values(environmentProviders)) {
    if (hasKey(environment, provider)) return provider.make(provider[size]);
  }
  const own = size === "small" ? "VLLM_BASE_URL with VLLM_MODEL, " : "";
  missing.push(
    `a ${size} model: set ${firstKeys.join(", ")}, ${own}or ${variable}=provider:model with its provider's key`,
  );
  return undefined;
}

function fromName(
  environment: Environment,
  variable: string,
  named: string,
  missing: string[],
): Model | undefined {
  const colon = named.indexOf(":");
  const provider = named.slice(0, colon);
  const model = named.slice(colon + 1);
  const names = [...Object.keys(environmentProviders), "vllm"];
  if (colon < 1 || model === "" || !names.includes(provider)) {
    missing.push(`${variable} as provider:model, where provider is one of ${names.join(", ")}`);
    return undefined;
  }
  if (provider === "vllm") {
    const baseUrl = setting(environment, "VLLM_BASE_URL");
    if (baseUrl === undefined) missing.push(`VLLM_BASE_URL (for ${variable})`);
    return baseUrl === undefined ? undefined : vllmModel(environment, baseUrl, model, missing);
  }
  const entry = environmentProviders[provider] as ProviderEntry;
  if (hasKey(environment, entry)) return entry.make(model);
  missing.push(`${entry.keys[0]} (for ${variable})`);
  return undefined;
}

function vllmModel(
  environment: Environment,
  baseUrl: string,
  model: string,
  missing: string[],
): Model | undefined {
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
    missing.push("VLLM_BASE_URL as an absolute http or https URL");
    return undefined;
  }
  const apiKey = setting(environment, "VLLM_API_KEY");
  return openaiCompatible(model, { provider: "vllm", baseUrl, ...(apiKey === undefined ? {} : { apiKey }) });
}

function hasKey(environment: Environment, provider: ProviderEntry): boolean {
  return provider.keys.some((key) => setting(environment, key) !== undefined);
}

/** Returns a variable's value; an empty variable counts as not set. */
function setting(environment: Environment, variable: string): string | undefined {
  return environment[variable]?.trim() || undefined;
}

function incomplete(missing: readonly string[]): MissingConfigurationError {
  const message = `no router can be created from the environment; missing: ${missing.join("; ")}. Set what is missing, or call configure({ models, policy }) first`;
  return new MissingConfigurationError(message, missing);
}
