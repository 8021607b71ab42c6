import {
  type Capabilities,
  InvalidOptionError,
  type ModelDefaults,
  notShown,
  type ProviderOptions,
} from "../../../contracts/index.ts";
import { checkAssumed } from "../../../plugin/check-assumed.ts";
import { checkEfforts } from "../../../plugin/check-efforts.ts";
import {
  checkPrice,
  type FilledOptions,
  type OptionTable,
  readOption,
  readOptions,
} from "../../../plugin/index.ts";
import type { CheckedKind, FieldTable } from "../../../plugin/options/option-kind.ts";
import { refuseKey } from "../../../plugin/refuse-key.ts";

export { factsOf } from "./facts-of.ts";

const flag = { is: "boolean", optional: true } as const;
const tokens = { is: "number", min: 1, integer: true, optional: true } as const;
const texts = {
  is: "record",
  of: { is: "text", empty: true, expected: "a string" },
  optional: true,
  expected: "an object of strings",
} as const;

const modelDefaults: FieldTable<ModelDefaults> = {
  reasoningEffort: { is: "checked", check: checkEffort, optional: true, expected: "a non-empty string" },
  temperature: { is: "number", min: 0, max: 2, optional: true },
  maxOutputTokens: tokens,
  extraBody: { is: "checked", check: checkExtraBody, optional: true, expected: "an object" },
};

const capabilities: FieldTable<Capabilities> = {
  tools: flag,
  images: flag,
  jsonSchema: flag,
  reasoning: flag,
  audioInput: flag,
  audioOutput: flag,
  customTools: flag,
  contentTypes: {
    is: "list",
    of: { is: "text", empty: true, expected: "a media type" },
    optional: true,
    expected: 'an array of media types, for instance "image/png"',
  },
  efforts: { is: "checked", check: checkEfforts, optional: true, expected: "an array of reasoning efforts" },
};

type ModelOption = Exclude<keyof ProviderOptions, "apiKey" | "baseUrl" | "headers" | "fetch">;

/** Options about the model itself, which also a provider without an address takes. */
export const modelOptions: OptionTable<
  Pick<ProviderOptions, ModelOption>,
  Exclude<ModelOption, "strictParameters">
> = {
  defaults: { is: "table", of: modelDefaults, optional: true },
  labels: texts,
  price: { is: "checked", check: checkPrice, optional: true, expected: "a price" },
  contextWindow: tokens,
  maxOutputTokens: tokens,
  capabilities: { is: "table", of: capabilities, optional: true },
  assumeCapabilities: {
    is: "checked",
    check: checkAssumed,
    optional: true,
    expected: 'an array of "tools", "images" and "jsonSchema"',
  },
  name: { is: "text", optional: true },
  strictParameters: { is: "boolean", default: false },
};

/** Options of every provider that have no default. */
export type OpenOption = Exclude<keyof ProviderOptions, "strictParameters">;

const keyRule = "a non-empty string or a function that returns one";
const urlRule = "an absolute http or https URL";

/** An address that must be given. */
export const addressOption: CheckedKind<string> = { is: "checked", check: checkUrl, expected: urlRule };

export const providerOptions: OptionTable<ProviderOptions, OpenOption> = {
  ...modelOptions,
  apiKey: { is: "checked", check: checkKey, optional: true, expected: keyRule },
  baseUrl: { ...addressOption, optional: true },
  headers: { is: "checked", check: checkHeaders, optional: true, expected: texts.expected },
  fetch: { is: "function", optional: true, expected: "a function like the global fetch" },
};

/**
 * Reads the options of a provider. `owner` is the provider's function, for instance `openai`. Throws
 * `InvalidOptionError`, which does not show values that may contain a secret.
 */
export function readProviderOptions<
  Options extends object,
  Open extends keyof Options,
  Given extends { readonly [Key in keyof Options]?: unknown },
>(
  owner: string,
  table: OptionTable<Options, Open>,
  model: unknown,
  given: Given,
): FilledOptions<Given, Open> {
  readOption({ is: "text" }, `${owner}.model`, model);
  refuseKey(owner, given, "baseURL", "it is spelt baseUrl");
  return readOptions(owner, table, given);
}

/** Returns the URL if it is an absolute one. Throws `InvalidOptionError`; credentials in it are not shown. */
function checkUrl(option: string, value: unknown): string {
  if (typeof value === "string" && URL.canParse(value)) {
    const { protocol } = new URL(value);
    if (protocol === "http:" || protocol === "https:") return value;
  }
  const shown = typeof value === "string" && value.includes("@") ? "a URL with credentials" : value;
  throw new InvalidOptionError(option, shown, urlRule);
}

function checkKey<Key>(option: string, key: Key): Key {
  if (typeof key !== "function") readOption({ is: "text", secret: true, expected: keyRule }, option, key);
  return key;
}

function checkHeaders(option: string, given: unknown): Readonly<Record<string, string>> {
  const headers = readOption(texts, option, given) as Readonly<Record<string, string>>;
  for (const [name, text] of Object.entries(headers)) {
    try {
      new Headers({ [name]: text });
    } catch {
      throw new InvalidOptionError(`${option}.${name}`, notShown, "a valid HTTP header on one line");
    }
  }
  return headers;
}

/** An effort may be any text, which an endpoint may know, or null, which is that of the model. */
function checkEffort<Effort>(option: string, effort: Effort): Effort {
  if (effort !== null) readOption({ is: "text" }, option, effort);
  return effort;
}

type Fields = Readonly<Record<string, unknown>>;

/** Names that ask for several answers to one request, each of which is billed. */
const several = ["n", "best_of", "candidateCount"];

/** An extra body must not ask for several answers: only one is read, all are billed. */
function checkExtraBody(option: string, given: unknown): Fields {
  const body = readOption({ is: "record", of: { is: "any" } }, option, given) as Fields;
  const config = body["generationConfig"];
  const inGoogle = typeof config === "object" && config !== null ? (config as Fields) : {};
  for (const [path, fields] of [
    [option, body],
    [`${option}.generationConfig`, inGoogle],
  ] as const)
    for (const name of several) {
      const value = fields[name];
      if (value !== undefined && value !== null && value !== 1)
        throw new InvalidOptionError(`${path}.${name}`, value, "1: several answers are not supported");
    }
  return body;
}
