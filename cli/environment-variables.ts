import type { Environment } from "../src/index.ts";
import { environmentProviders } from "../src/router/presets/inner.ts";

/** Variables of each provider, one of which holds its key. Own endpoints may work without a key. */
const keyVariables: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(environmentProviders).map(([name, { keys }]) => [name, keys])),
  azure: ["AZURE_OPENAI_API_KEY"],
  vllm: ["VLLM_API_KEY"],
  vertex: ["GOOGLE_APPLICATION_CREDENTIALS"],
  bedrock: ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"],
  sagemaker: ["AWS_ACCESS_KEY_ID"],
};

/** Providers that may work without a key: own servers, and platforms that know the machine or its user. */
const keyless: ReadonlySet<string> = new Set(["vllm", "vertex", "bedrock", "sagemaker"]);

const otherVariables = [
  "OPENAI_BASE_URL",
  "AZURE_OPENAI_ENDPOINT",
  "AZURE_TENANT_ID",
  "AZURE_CLIENT_ID",
  "VLLM_BASE_URL",
  "VLLM_MODEL",
  "SWITCHPOINT_SMALL",
  "SWITCHPOINT_LARGE",
];

/**
 * Returns the variables that the package reads, each true if it is set; an empty variable counts as not
 * set.
 */
export function environmentVariables(env: Environment): Readonly<Record<string, boolean>> {
  const names = new Set([...Object.values(keyVariables).flat(), ...otherVariables]);
  return Object.fromEntries([...names].map((name) => [name, isSet(env, name)]));
}

export interface KeyVariable {
  readonly variable: string;
  readonly found: boolean;
  /** True if calls work without a key, unless the server requires one. */
  readonly optional: boolean;
}

/**
 * Returns the variable that holds the provider's key, else the one to set; undefined for an unknown
 * provider.
 */
export function keyVariable(provider: string, env: Environment): KeyVariable | undefined {
  const names = Object.hasOwn(keyVariables, provider) ? keyVariables[provider] : undefined;
  const variable = names?.find((name) => isSet(env, name)) ?? names?.[0];
  if (variable === undefined) return undefined;
  return { variable, found: isSet(env, variable), optional: keyless.has(provider) };
}

function isSet(env: Environment, name: string): boolean {
  return Boolean(env[name]?.trim());
}
