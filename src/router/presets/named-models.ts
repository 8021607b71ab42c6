import {
  InvalidOptionError,
  MissingConfigurationError,
  type Model,
  type ReasoningEffort,
} from "../../contracts/index.ts";
import { readName } from "../../plugin/read-name.ts";
import { withEffort } from "../create/with-effort.ts";
import { anthropicBatchLimits, openaiBatchLimits } from "../providers/internal/batch-limits.ts";
import {
  anthropicContentTypes,
  googleContentTypes,
  openaiContentTypes,
} from "../providers/internal/content-types.ts";
import { factsOf } from "../providers/internal/facts-of.ts";
import { spokenBy } from "../providers/internal/openai-api.ts";
import { pathOf } from "../providers/internal/path-of.ts";
import { lazyModel } from "./lazy-model.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

interface ProviderEntry {
  /** Variables of the key; an error names the first one if none is set. */
  readonly keys: readonly string[];
  readonly small: string;
  readonly large: string;
  /** Makes the model; its adapter is loaded at its first call. Throws for a name that the adapter refuses. */
  readonly make: (model: string) => Model;
}

/** Providers in order of preference, with the models that are used if the environment names none. */
export const environmentProviders: Readonly<Record<string, ProviderEntry>> = {
  openai: {
    keys: ["OPENAI_API_KEY"],
    small: "gpt-5.4-mini",
    large: "gpt-5.5",
    make: (model) =>
      lazyModel({
        facts: factsOf("openai", model, {}, openaiContentTypes(model)),
        batches: openaiBatchLimits,
        speaks: spokenBy(model, {}),
        load: async () => (await import("../providers/openai.ts")).openai(model),
      }),
  },
  anthropic: {
    keys: ["ANTHROPIC_API_KEY"],
    small: "claude-haiku-4-5",
    large: "claude-opus-5",
    make: (model) => {
      pathOf("anthropic.model", model);
      return lazyModel({
        facts: factsOf("anthropic", model, {}, anthropicContentTypes),
        batches: anthropicBatchLimits,
        speaks: ["messages"],
        load: async () => (await import("../providers/anthropic.ts")).anthropic(model),
      });
    },
  },
  google: {
    keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    small: "gemini-3.5-flash-lite",
    large: "gemini-3.1-pro-preview",
    make: (model) => {
      pathOf("google.model", model);
      return lazyModel({
        facts: factsOf("google", model, {}, googleContentTypes(model)),
        speaks: ["generateContent"],
        load: async () => (await import("../providers/google.ts")).google(model),
      });
    },
  },
};

/** Providers that a name `provider:model` may begin with. */
export const providerNames: readonly string[] = [...Object.keys(environmentProviders), "vllm"];

/** A name that was read. `provider` is absent for `vllm`, whose address the environment holds. */
export interface ParsedModelName {
  readonly model: string;
  /** Reasoning effort of every call, after `@`. */
  readonly effort: ReasoningEffort | undefined;
  readonly provider: ProviderEntry | undefined;
}

/** Reads `provider:model[@effort]`; undefined if it names no model, or a provider that is not known. */
export function parseModelName(named: string): ParsedModelName | undefined {
  const { provider, model: read, effort, version } = readName(named.trim());
  const name = provider.trim();
  const model = (version === undefined ? read : `${read}#${version}`).trim();
  if (model === "" || !providerNames.includes(name)) return undefined;
  return {
    model,
    effort,
    provider: Object.hasOwn(environmentProviders, name) ? environmentProviders[name] : undefined,
  };
}

/**
 * Returns the models of a router, those that are named made by their providers. Throws `InvalidOptionError` for
 * a name that is not `provider:model` of a provider that is known, `MissingConfigurationError` for a model of
 * vLLM without `VLLM_BASE_URL`.
 */
export function namedModels<Id extends string>(
  models: Readonly<Record<Id, Model | string>>,
  environment: Environment,
): Readonly<Record<Id, Model>> {
  const entries = Object.entries<Model | string>(models).map(([id, model]) => [
    id,
    typeof model === "string" ? namedModel(`models.${id}`, model, environment) : model,
  ]);
  return Object.fromEntries(entries) as Readonly<Record<Id, Model>>;
}

function namedModel(option: string, named: string, environment: Environment): Model {
  const parsed = parseModelName(named);
  if (parsed === undefined) {
    const known = `a model, or its name as provider:model, where provider is one of ${providerNames.join(", ")} (others: azure("…"), engines such as ollama("…", { baseUrl }), openaiCompatible("…", { baseUrl }))`;
    throw new InvalidOptionError(option, named, known);
  }
  if (parsed.provider !== undefined) return madeWith(parsed, parsed.provider.make(parsed.model));
  const baseUrl = setting(environment, "VLLM_BASE_URL");
  const made = baseUrl === undefined ? undefined : vllmModel(environment, baseUrl, parsed.model);
  if (made !== undefined) return madeWith(parsed, made);
  const missing =
    baseUrl === undefined
      ? `VLLM_BASE_URL (for ${option})`
      : `VLLM_BASE_URL as an absolute http or https URL (for ${option})`;
  throw new MissingConfigurationError(
    `${option} is a model of vLLM; missing: ${missing}. Set it, or give vllm("…", { baseUrl })`,
    [missing],
  );
}

/** Returns the model with the effort that its name asks for. */
export function madeWith({ effort }: ParsedModelName, model: Model): Model {
  return effort === undefined ? model : withEffort(model, effort);
}

/** Returns a model behind vLLM; undefined if the address is not an absolute http or https URL. */
export function vllmModel(environment: Environment, baseUrl: string, model: string): Model | undefined {
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) return undefined;
  const apiKey = setting(environment, "VLLM_API_KEY");
  const options = { baseUrl, ...(apiKey === undefined ? {} : { apiKey }) };
  return lazyModel({
    facts: factsOf("vllm", model, options),
    load: async () => (await import("../providers/engines/vllm.ts")).vllm(model, options),
  });
}

/** True if a variable of the provider's key is set. */
export function hasKey(environment: Environment, { keys }: ProviderEntry): boolean {
  return keys.some((key) => setting(environment, key) !== undefined);
}

/** Returns a variable's value; an empty variable counts as not set. */
export function setting(environment: Environment, variable: string): string | undefined {
  return environment[variable]?.trim() || undefined;
}
