import { InvalidOptionError, type RequestFacts } from "../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOptions } from "../../plugin/index.ts";

/** Rules of the response cache. `{}` turns it on with the defaults. */
export interface CacheOptions {
  /** Longest age of an answer in milliseconds, up to 31 days. Default 300,000 (five minutes). */
  readonly ttlMs?: number | undefined;
  /**
   * Largest size of all answers together in bytes. One answer may have a sixteenth of it, and a tenant that floods
   * the cache takes at most half of it from others. Default 33,554,432 (32 MiB).
   */
  readonly maxBytes?: number | undefined;
  /** Largest number of answers; the least recently used one goes first. Default 10,000. */
  readonly maxAnswers?: number | undefined;
  /** Longest request, all its JSON together, in characters: finding an answer takes time with its length. Default 100,000. */
  readonly maxCharacters?: number | undefined;
  /**
   * Largest temperature, in [0, 2]. One that neither the request nor the model's defaults state counts as 1, as does
   * one that a model does not take. Default 0.
   */
  readonly maxTemperature?: number | undefined;
  /** Largest number of images and files, which must be part of the request and not be addresses. Default 0. */
  readonly maxImages?: number | undefined;
  /** True if requests with tools may be answered. An answer that calls tools is never kept. Default false. */
  readonly tools?: boolean | undefined;
  /**
   * Names of further fields that a request or `defaults.extraBody` may have, such as a server's own. A request with
   * a field that is neither one of these nor known is always sent, since the field may do anything. Default none.
   */
  readonly fields?: readonly string[] | undefined;
  /**
   * Version of what an answer depends on besides its request: prompts, retrieval, post-processing. Answers of another
   * version are not found. At most 256 characters. Default "".
   */
  readonly version?: string | undefined;
  /**
   * Selects the requests for which it returns `true`, for instance those without a label `fresh`. One that throws
   * selects none. Default: all.
   */
  readonly when?: ((request: RequestFacts) => boolean) | undefined;
}

export type ResolvedCacheOptions = FilledOptions<CacheOptions, "when">;

const longestTtlMs = 31 * 86_400_000;

const fieldsRule = "an array of at most 256 names of request fields";

export const cacheOptions: OptionTable<CacheOptions, "when"> = {
  ttlMs: { is: "number", min: 1, max: longestTtlMs, integer: true, default: 300_000 },
  maxBytes: { is: "number", min: 1, max: 2 ** 40, integer: true, default: 2 ** 25 },
  maxAnswers: { is: "number", min: 1, max: 10_000_000, integer: true, default: 10_000 },
  maxCharacters: { is: "number", min: 1, max: 2 ** 28, integer: true, default: 100_000 },
  maxTemperature: { is: "number", min: 0, max: 2, default: 0 },
  maxImages: { is: "number", min: 0, integer: true, default: 0 },
  tools: { is: "boolean", default: false },
  fields: { is: "checked", check: checkFields, expected: fieldsRule, default: [] },
  version: { is: "text", empty: true, max: 256, expected: "a string of at most 256 characters", default: "" },
  when: { is: "function", optional: true, expected: "a function of the request's facts" },
};

function checkFields(option: string, fields: readonly string[]): readonly string[] {
  const isName = (one: unknown) => typeof one === "string" && one !== "";
  if (Array.isArray(fields) && fields.length <= 256 && fields.every(isName)) return [...fields];
  throw new InvalidOptionError(option, fields, fieldsRule);
}

/** Throws `InvalidOptionError` with option, value and allowed range. */
export function resolveCacheOptions(options: CacheOptions): ResolvedCacheOptions {
  return readOptions("cache", cacheOptions, options);
}
