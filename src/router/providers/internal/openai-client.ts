import type { ClientOptions } from "openai";
import type { ProviderOptions } from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import { defaultFetch } from "../transport/default-fetch.ts";
import { openaiFetch } from "./openai-fetch.ts";

/** Timeout of the SDK. The router sets the real limits; this one only ends abandoned calls. */
const timeoutMs = 3_600_000;

/** Returns the options of every client, whatever its endpoint. `model`: its name, for errors. */
export function clientOptions(options: ProviderOptions, model: string): Omit<ClientOptions, "provider"> {
  return {
    ...(options.baseUrl !== undefined && { baseURL: options.baseUrl }),
    defaultHeaders: { ...options.headers },
    fetch: openaiFetch(options.fetch ?? defaultFetch, model),
    maxRetries: 0,
    timeout: timeoutMs,
    // The SDK logs text that it cannot parse, which includes the answer.
    logLevel: "off",
  };
}

/**
 * Returns client options that keep the environment's OpenAI settings from an endpoint that is not OpenAI's.
 * `withheld`: headers that are not sent unless `options` set them.
 */
export function foreignClientOptions(
  options: ProviderOptions,
  model: string,
  withheld: readonly string[] = [],
): Omit<ClientOptions, "provider"> {
  const names = [...customHeaderNames(), ...withheld];
  return {
    ...clientOptions(options, model),
    organization: null,
    project: null,
    adminAPIKey: null,
    defaultHeaders: { ...Object.fromEntries(names.map((name) => [name, null])), ...options.headers },
  };
}

/** Lists the headers that the SDK adds to the requests of every client. */
function customHeaderNames(): string[] {
  const lines = (environment()["OPENAI_CUSTOM_HEADERS"] ?? "").split("\n");
  return lines.filter((line) => line.includes(":")).map((line) => line.slice(0, line.indexOf(":")).trim());
}
