import {
  type Capabilities,
  InvalidOptionError,
  type ModelDefaults,
  notShown,
  type ProviderOptions,
} from "../../../contracts/index.ts";
import { checkAssumed } from "../../../plugin/check-assumed.ts";
import { checkEfforts } from "../../../plugin/check-efforts.ts";
import { checkKeys, checkNumber, checkPrice, checkText } from "../../../plugin/index.ts";
import { checkOwnGpu } from "../../../plugin/own-gpu.ts";
import { refuseKey } from "../../../plugin/refuse-key.ts";
import type { WithGpu } from "./facts-of.ts";

export { factsOf } from "./facts-of.ts";

const providerKeys = [
  "apiKey",
  "baseUrl",
  "headers",
  "fetch",
  "defaults",
  "labels",
  "price",
  "contextWindow",
  "maxOutputTokens",
  "capabilities",
  "assumeCapabilities",
  "name",
  "strictParameters",
] as const satisfies readonly (keyof ProviderOptions)[];

/**
 * Throws `InvalidOptionError` for options that a provider cannot use. `owner` is the provider's function,
 * for instance `openai`; `ownKeys` are the options that only it has. Values that may contain a secret are
 * not shown.
 */
export function checkProviderOptions(
  owner: string,
  model: unknown,
  options: ProviderOptions & WithGpu,
  ownKeys: readonly string[] = [],
): void {
  checkText(`${owner}.model`, model);
  refuseKey(owner, options, "baseURL", "it is spelt baseUrl");
  checkKeys(owner, options, [...providerKeys, ...ownKeys]);
  const { apiKey, baseUrl, headers, fetch, defaults, labels, price, capabilities, name } = options;

  if (
    apiKey !== undefined &&
    typeof apiKey !== "function" &&
    (typeof apiKey !== "string" || apiKey.trim() === "")
  )
    throw new InvalidOptionError(
      `${owner}.apiKey`,
      notShown,
      "a non-empty string or a function that returns one",
    );
  if (baseUrl !== undefined) checkUrl(`${owner}.baseUrl`, baseUrl);
  if (headers !== undefined) checkHeaders(`${owner}.headers`, headers);
  if (fetch !== undefined && typeof fetch !== "function")
    throw new InvalidOptionError(`${owner}.fetch`, fetch, "a function like the global fetch");
  if (labels !== undefined) checkTexts(`${owner}.labels`, labels);
  if (name !== undefined) checkText(`${owner}.name`, name);
  if (defaults !== undefined) checkDefaults(`${owner}.defaults`, defaults);
  if (price !== undefined) checkPrice(`${owner}.price`, price);
  if (options.gpu !== undefined) checkOwnGpu(`${owner}.gpu`, options.gpu, price);
  if (capabilities !== undefined) checkCapabilities(`${owner}.capabilities`, capabilities);
  if (options.assumeCapabilities !== undefined)
    checkAssumed(`${owner}.assumeCapabilities`, options.assumeCapabilities);
  checkFlags(owner, { strictParameters: options.strictParameters }, ["strictParameters"]);
  checkTokens(`${owner}.contextWindow`, options.contextWindow);
  checkTokens(`${owner}.maxOutputTokens`, options.maxOutputTokens);
}

const capabilityKeys = ["tools", "images", "jsonSchema", "reasoning"];

function checkCapabilities(option: string, { contentTypes, efforts, ...flags }: Capabilities): void {
  checkFlags(option, flags, [...capabilityKeys, "contentTypes", "efforts"]);
  if (efforts !== undefined) checkEfforts(`${option}.efforts`, efforts);
  const fits =
    contentTypes === undefined ||
    (Array.isArray(contentTypes) && contentTypes.every((type) => typeof type === "string"));
  if (!fits)
    throw new InvalidOptionError(
      `${option}.contentTypes`,
      contentTypes,
      'an array of media types, for instance "image/png"',
    );
}

/**
 * Throws `InvalidOptionError` unless the value is an absolute http(s) URL. Credentials in it are not shown.
 */
export function checkUrl(option: string, value: unknown): string {
  if (typeof value === "string" && URL.canParse(value)) {
    const { protocol } = new URL(value);
    if (protocol === "http:" || protocol === "https:") return value;
  }
  const shown = typeof value === "string" && value.includes("@") ? "a URL with credentials" : value;
  throw new InvalidOptionError(option, shown, "an absolute http or https URL");
}

function checkHeaders(option: string, headers: unknown): void {
  checkTexts(option, headers);
  for (const [name, text] of Object.entries(headers as Record<string, string>)) {
    try {
      new Headers({ [name]: text });
    } catch {
      throw new InvalidOptionError(`${option}.${name}`, notShown, "a valid HTTP header on one line");
    }
  }
}

function checkTexts(option: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidOptionError(option, value, "an object of strings");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw new InvalidOptionError(`${option}.${key}`, text, "a string");
  }
}

function checkFlags(option: string, value: object, keys: readonly string[]): void {
  checkKeys(option, value, keys);
  for (const [key, flag] of Object.entries(value)) {
    if (flag !== undefined && typeof flag !== "boolean")
      throw new InvalidOptionError(`${option}.${key}`, flag, "true or false");
  }
}

function checkTokens(option: string, value: number | undefined): void {
  if (value !== undefined) checkNumber(option, value, { min: 1, integer: true });
}

function checkDefaults(option: string, defaults: ModelDefaults): void {
  checkKeys(option, defaults, ["reasoningEffort", "temperature", "maxOutputTokens", "extraBody"]);
  const { reasoningEffort, temperature, extraBody } = defaults;
  if (reasoningEffort !== undefined && reasoningEffort !== null)
    checkText(`${option}.reasoningEffort`, reasoningEffort);
  if (temperature !== undefined) checkNumber(`${option}.temperature`, temperature, { min: 0, max: 2 });
  checkTokens(`${option}.maxOutputTokens`, defaults.maxOutputTokens);
  if (
    extraBody !== undefined &&
    (typeof extraBody !== "object" || extraBody === null || Array.isArray(extraBody))
  )
    throw new InvalidOptionError(`${option}.extraBody`, extraBody, "an object");
  checkOneAnswer(`${option}.extraBody`, extraBody);
}

/** Names that ask for several answers to one request, each of which is billed. */
const several = ["n", "best_of", "candidateCount"];

/** Throws `InvalidOptionError` if an extra body asks for several answers: only one is read, all are billed. */
function checkOneAnswer(option: string, body: Readonly<Record<string, unknown>> | undefined): void {
  if (body === undefined) return;
  const config = body["generationConfig"];
  const inGoogle = typeof config === "object" && config !== null ? (config as Record<string, unknown>) : {};
  for (const [path, fields] of [
    [option, body],
    [`${option}.generationConfig`, inGoogle],
  ] as const)
    for (const name of several) {
      const value = fields[name];
      if (value !== undefined && value !== null && value !== 1)
        throw new InvalidOptionError(`${path}.${name}`, value, "1: several answers are not supported");
    }
}
