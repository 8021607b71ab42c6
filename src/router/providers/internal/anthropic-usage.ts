import type { Completion } from "../../../contracts/index.ts";
import { fieldsOf, isObject } from "../../../plugin/fields-of.ts";
import type { AnswerCounts, AnswerIteration, AnswerUsage } from "./anthropic-wire.ts";
import { addCounts, tokenCount } from "./token-count.ts";

type Usage = NonNullable<Completion["usage"]>;

/** Longest name of a class of service that is kept, in characters. */
const longestTier = 32;
/** Largest number of iterations, and of kinds of tools, that are read. */
const mostEntries = 1_000;

/**
 * Converts the counts: OpenAI includes cached input in the input, Anthropic counts it separately. What a compaction read
 * and wrote is added, since it is billed and in no other count; so is that of other models, but at their own prices. A
 * side that is not known, or cannot be a count, is left out, so that it is estimated and not taken for 0.
 */
export function toUsage(usage: AnswerUsage | undefined): Completion["usage"] {
  if (!isObject(usage)) return undefined;
  const given = usage as AnswerUsage;
  const iterations = iterationsOf(given);
  const compactions = iterations.filter(({ type }) => type === "compaction");
  const counted = countsOf([given, ...compactions]);
  if (counted === undefined) return undefined;
  const reasoning = tokenCount(fieldsOf(given.output_tokens_details)["thinking_tokens"]);
  const tier = given.speed === "fast" ? "fast" : given.service_tier;
  const tools = toolsOf(given.server_tool_use);
  const others = iterations.flatMap(otherModelOf);
  return {
    ...counted,
    ...(typeof tier === "string" && tier !== "standard" && { service_tier: tier.slice(0, longestTier) }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
    ...(tools !== undefined && { server_tool_use: tools }),
    ...(others.length > 0 && { other_models: others }),
  };
}

function iterationsOf({ iterations }: AnswerUsage): readonly AnswerIteration[] {
  return Array.isArray(iterations) ? iterations.slice(0, mostEntries).filter(isObject) : [];
}

/** Adds up counts; undefined if neither input nor output is known. */
function countsOf(all: readonly AnswerCounts[]): Usage | undefined {
  const reads = all.map((one) => countUnlessAbsent(one.cache_read_input_tokens));
  const writes = all.map((one) => countUnlessAbsent(one.cache_creation_input_tokens));
  const cacheRead = addCounts(...reads.map(({ count }) => count));
  const cacheWrite = addCounts(...writes.map(({ count }) => count));
  const input = addCounts(...all.map((one) => tokenCount(one.input_tokens)), cacheRead, cacheWrite);
  const output = addCounts(...all.map((one) => tokenCount(one.output_tokens)));
  const total = addCounts(input, output);
  if (input === undefined && output === undefined) return undefined;
  const written1h = all.reduce(
    (sum, one) => sum + (tokenCount(fieldsOf(one.cache_creation)["ephemeral_1h_input_tokens"]) ?? 0),
    0,
  );
  const isTold = (counts: typeof reads) => counts.some((one) => one.isTold);
  const known = {
    ...(input !== undefined && { prompt_tokens: input }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(total !== undefined && { total_tokens: total }),
    prompt_tokens_details: {
      ...(cacheRead !== undefined && isTold(reads) && { cached_tokens: cacheRead }),
      ...(cacheWrite !== undefined && isTold(writes) && { cache_write_tokens: cacheWrite }),
      ...(written1h > 0 && { cache_creation_token_details: { ephemeral_1h_input_tokens: written1h } }),
    },
  };
  return known as Usage;
}

/** Reads a count that is 0 if it is absent; undefined if it cannot be one. */
function countUnlessAbsent(value: unknown): { readonly count: number | undefined; readonly isTold: boolean } {
  if (value === undefined || value === null) return { count: 0, isTold: false };
  const count = tokenCount(value);
  return { count, isTold: count !== undefined };
}

function otherModelOf(iteration: AnswerIteration): NonNullable<Usage["other_models"]> {
  const { type, model } = iteration;
  if (type !== "advisor_message" || typeof model !== "string") return [];
  const counted = countsOf([iteration]);
  return counted === undefined ? [] : [{ model, ...counted }];
}

/** Returns the calls of the provider's tools; undefined if there was none. */
function toolsOf(given: unknown): Usage["server_tool_use"] {
  const calls = Object.entries(fieldsOf(given))
    .slice(0, mostEntries)
    .flatMap(([kind, count]): [string, number][] => {
      const calls = tokenCount(count);
      return calls === undefined ? [] : [[kind, calls]];
    });
  return calls.some(([, count]) => count > 0) ? Object.fromEntries(calls) : undefined;
}
