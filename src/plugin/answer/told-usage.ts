import type { CompletionUsage } from "../../contracts/index.ts";
import { type Fields, fieldsOf, isObject } from "../fields-of.ts";

/**
 * Returns the usage that an answer or a chunk reports, in our fields. Groq's older streams have it in `x_groq` (recorded
 * 2025-02), Moonshot's in the choice (API reference, 2026-12). Undefined: none.
 */
export function toldUsage(said: Fields, choice: Fields | undefined): CompletionUsage | undefined {
  const told = [said["usage"], fieldsOf(said["x_groq"])["usage"], choice?.["usage"]].find(isObject);
  return told === undefined ? undefined : (withOurFields(told, said) as unknown as CompletionUsage);
}

/** Adds what has other names. The same object where there is nothing to add. */
function withOurFields(usage: Fields, said: Fields): Fields {
  const more: Record<string, unknown> = {};
  addUntoldCounts(more, usage);
  const cached = cachedTokens(usage);
  if (cached !== undefined)
    more["prompt_tokens_details"] = {
      ...fieldsOf(more["prompt_tokens_details"] ?? usage["prompt_tokens_details"]),
      cached_tokens: cached,
    };
  addCost(more, usage);
  addSearches(more, usage, said["model"]);
  for (const _ in more) return { ...usage, ...more };
  return usage;
}

/** Takes out what cannot be a count of tokens, so that it is estimated and not taken for one. */
function addUntoldCounts(more: Record<string, unknown>, counts: Fields): void {
  for (const field in counts) {
    const value = counts[field];
    if (field.endsWith("_tokens")) {
      if (!isCount(value)) more[field] = undefined;
    } else if (field.endsWith("_tokens_details") && value !== null) {
      const details: Record<string, unknown> = {};
      if (isObject(value)) addUntoldCounts(details, value);
      if (!isObject(value)) more[field] = undefined;
      else for (const _ in details) more[field] = { ...value, ...details };
    }
  }
}

function isCount(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === "number" && value >= 0 && value <= mostTokens)
  );
}

/** Largest count that is believed. */
const mostTokens = 1e9;

/** Names of the tokens that were read from a cache, outside of the details: DeepSeek, Mistral, Moonshot (recorded 2026-06). */
const cachedNames = ["prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens"] as const;

function cachedTokens(usage: Fields): number | undefined {
  if (typeof fieldsOf(usage["prompt_tokens_details"])["cached_tokens"] === "number") return undefined;
  for (const name of cachedNames) {
    const count = usage[name];
    if (typeof count === "number" && isCount(count)) return count;
  }
  return undefined;
}

/** Parts of a US dollar in which xAI states what a call costs (docs.x.ai, cost tracking, 2026-12). */
const ticksPerUsd = 1e10;

/** Adds the charge of the provider, in US dollars: OpenRouter says it as a number, xAI in ticks, Perplexity as a sum of parts. */
function addCost(more: Record<string, unknown>, { cost, cost_in_usd_ticks: ticks }: Fields): void {
  if (typeof ticks === "number" && cost === undefined) more["cost"] = ticks / ticksPerUsd;
  const { total_cost: total } = fieldsOf(cost);
  if (typeof total !== "number") return;
  more["cost"] = total;
  more["cost_details"] = cost;
}

/** Models of OpenAI that search once for each answer, and tell so by their name only (API reference, 2026-12). */
const alwaysSearches = /-search-(?:preview|api)/;

/** Searches, which are billed apart: of OpenRouter, Perplexity, xAI and OpenAI. */
function addSearches(more: Record<string, unknown>, usage: Fields, model: unknown): void {
  const details = fieldsOf(usage["server_tool_use_details"])["web_search_requests"];
  const told = above0(details) ?? above0(usage["num_search_queries"]);
  const searches = told ?? (typeof model === "string" && alwaysSearches.test(model) ? 1 : undefined);
  const sources = above0(usage["num_sources_used"]);
  if (searches === undefined && sources === undefined) return;
  more["server_tool_use"] = {
    ...(searches !== undefined && { web_search_requests: searches }),
    ...(sources !== undefined && { web_search_sources: sources }),
    ...fieldsOf(usage["server_tool_use"]),
  };
}

function above0(count: unknown): number | undefined {
  return typeof count === "number" && count > 0 ? count : undefined;
}

/**
 * Adds the searches of tools that Groq ran for the answer, which its usage does not count (recorded 2025-06). `executed`: its
 * list of them.
 */
export function withExecutedTools(
  usage: CompletionUsage | undefined,
  executed: unknown,
): CompletionUsage | undefined {
  if (usage === undefined || usage.server_tool_use !== undefined || !Array.isArray(executed)) return usage;
  const searches = executed.filter((tool) => /search/.test(String(fieldsOf(tool)["type"]))).length;
  return searches === 0 ? usage : { ...usage, server_tool_use: { web_search_requests: searches } };
}
