import type { Completion } from "../../../contracts/index.ts";
import type { GoogleCounts } from "./google-wire.ts";
import { isJsonObject } from "./google-wire.ts";
import { addCounts, tokenCount } from "./token-count.ts";

/** Facts that the counts of an answer depend on. */
export interface Counted {
  /** True for an answer without content, of which Google leaves out the count. */
  readonly isEmpty: boolean;
  /** Searches that are billed. */
  readonly searches: number;
}

/**
 * Converts the counts: Google counts thoughts separately from the answer, what tools at Google brought separately from the
 * prompt, and cached tokens within the prompt. A side that is not known, or cannot be a count, is left out, so that it is
 * estimated and not taken for 0.
 */
export function googleUsage(
  raw: GoogleCounts | null | undefined,
  { isEmpty, searches }: Counted,
): Completion["usage"] {
  if (!isJsonObject(raw)) return undefined;
  const counts = raw as GoogleCounts;
  const prompt = addCounts(
    tokenCount(counts.promptTokenCount),
    tokenCount(counts.toolUsePromptTokenCount ?? 0),
  );
  const said = tokenCount(counts.totalTokenCount);
  const thoughts = counts.thoughtsTokenCount ?? undefined;
  const reasoning = tokenCount(thoughts);
  // An answer of calls alone may have no count of its own: the total then says it.
  const rest =
    said === undefined || prompt === undefined ? undefined : Math.max(0, said - prompt - (reasoning ?? 0));
  const answered = counts.candidatesTokenCount ?? (isEmpty ? 0 : rest);
  const output = addCounts(tokenCount(answered), thoughts === undefined ? 0 : reasoning);
  const total = addCounts(prompt, output) ?? said;
  const cached = tokenCount(counts.cachedContentTokenCount);
  if (prompt === undefined && output === undefined) return undefined;
  const inputDetails = inputDetailsOf(counts, cached);
  const outputDetails = {
    ...(reasoning !== undefined && { reasoning_tokens: reasoning }),
    ...kindsOf(counts.candidatesTokensDetails),
  };
  const tier = tierOf(counts);
  const known = {
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(total !== undefined && { total_tokens: total }),
    ...(tier !== undefined && { service_tier: tier }),
    ...(hasKeys(inputDetails) && { prompt_tokens_details: inputDetails }),
    ...(hasKeys(outputDetails) && { completion_tokens_details: outputDetails }),
    ...(searches > 0 && { server_tool_use: { web_search_requests: searches } }),
  };
  return known as Completion["usage"];
}

/**
 * Adds the counts of a piece of a stream to those before it. Each piece tells only some of them. A count of the answer lacks
 * the content that has come since.
 */
export function addedCounts(
  before: GoogleCounts | undefined,
  told: GoogleCounts | null | undefined,
  hasContent: boolean,
): GoogleCounts | undefined {
  const more: GoogleCounts = isJsonObject(told) ? told : {};
  const counts = { ...before, ...more };
  if (hasContent && more.candidatesTokenCount === undefined) {
    delete counts.candidatesTokenCount;
    delete counts.candidatesTokensDetails;
    if (more.totalTokenCount === undefined) delete counts.totalTokenCount;
  }
  return hasKeys(counts) ? counts : undefined;
}

function inputDetailsOf(raw: GoogleCounts, cached: number | undefined): object {
  const { audio_tokens: cachedAudio } = kindsOf(raw.cacheTokensDetails);
  return {
    ...(cached !== undefined && { cached_tokens: cached }),
    ...kindsOf(raw.promptTokensDetails, raw.toolUsePromptTokensDetails),
    ...(cachedAudio !== undefined && { cached_tokens_details: { audio_tokens: cachedAudio } }),
  };
}

/** Returns the counts of sound and images, without those that are 0 or cannot be counts. */
function kindsOf(...lists: readonly GoogleCounts["promptTokensDetails"][]): {
  audio_tokens?: number;
  image_tokens?: number;
} {
  let [audio, images] = [0, 0];
  for (const details of lists) {
    if (!Array.isArray(details)) continue;
    // A list has one entry for each kind.
    for (const one of details.slice(0, 16)) {
      const count = tokenCount(one?.tokenCount) ?? 0;
      if (one?.modality === "AUDIO") audio += count;
      if (one?.modality === "IMAGE") images += count;
    }
  }
  return { ...(audio > 0 && { audio_tokens: audio }), ...(images > 0 && { image_tokens: images }) };
}

/** Returns the class of service; undefined for the standard one. */
function tierOf({ serviceTier, trafficType }: GoogleCounts): string | undefined {
  const said = serviceTier ?? trafficType;
  if (typeof said !== "string" || said.length > 40) return undefined;
  const name = said.toLowerCase().replace(/^(?:service_tier_|on_demand_)/, "");
  return name === "on_demand" || name === "standard" || name.endsWith("unspecified") ? undefined : name;
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}
