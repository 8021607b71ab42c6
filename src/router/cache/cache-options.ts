import { InvalidOptionError, type RequestFacts } from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";

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

export type ResolvedCacheOptions = {
  readonly [Key in Exclude<keyof CacheOptions, "when">]-?: NonNullable<CacheOptions[Key]>;
} & Pick<CacheOptions, "when">;

const longestTtlMs = 31 * 86_400_000;

/** Throws `InvalidOptionError` with option, value and allowed range. */
export function resolveCacheOptions(options: CacheOptions): ResolvedCacheOptions {
  checkKeys("cache", options, [
    "ttlMs",
    "maxBytes",
    "maxAnswers",
    "maxCharacters",
    "maxTemperature",
    "maxImages",
    "tools",
    "fields",
    "version",
    "when",
  ] satisfies readonly (keyof CacheOptions)[]);
  const { tools = false, fields = [], version = "", when } = options;
  const whole = (name: keyof CacheOptions, value: number, max: number) =>
    checkNumber(`cache.${name}`, value, { min: 1, max, integer: true });
  if (typeof tools !== "boolean") throw new InvalidOptionError("cache.tools", tools, "true or false");
  if (
    !Array.isArray(fields) ||
    fields.length > 256 ||
    !fields.every((one) => typeof one === "string" && one !== "")
  )
    throw new InvalidOptionError("cache.fields", fields, "an array of at most 256 names of request fields");
  if (typeof version !== "string" || version.length > 256)
    throw new InvalidOptionError("cache.version", version, "a string of at most 256 characters");
  if (when !== undefined && typeof when !== "function")
    throw new InvalidOptionError("cache.when", when, "a function of the request's facts");
  return {
    ttlMs: whole("ttlMs", options.ttlMs ?? 300_000, longestTtlMs),
    maxBytes: whole("maxBytes", options.maxBytes ?? 2 ** 25, 2 ** 40),
    maxAnswers: whole("maxAnswers", options.maxAnswers ?? 10_000, 10_000_000),
    maxCharacters: whole("maxCharacters", options.maxCharacters ?? 100_000, 2 ** 28),
    maxTemperature: checkNumber("cache.maxTemperature", options.maxTemperature ?? 0, { min: 0, max: 2 }),
    maxImages: checkNumber("cache.maxImages", options.maxImages ?? 0, { min: 0, integer: true }),
    tools,
    fields: [...fields],
    version,
    when,
  };
}
