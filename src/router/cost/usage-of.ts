import type { Completion, Usage } from "../../contracts/index.ts";
import { serviceTierOf, standard } from "../../plugin/service-tier.ts";

/** Largest count that is accepted: no call takes more, and a larger one would use up any budget. */
const mostTokens = 1e9;

/** Estimates for counts that a provider does not report. */
export interface UsageEstimate {
  readonly inputTokens: number;
  /** Called only where the output is not reported. */
  readonly outputTokens: () => number;
}

const nothing: UsageEstimate = { inputTokens: 0, outputTokens: () => 0 };

type Returned = Partial<NonNullable<Completion["usage"]>> | null | undefined;
type InputDetails = NonNullable<NonNullable<Returned>["prompt_tokens_details"]>;
type OutputDetails = NonNullable<NonNullable<Returned>["completion_tokens_details"]>;

/**
 * Converts the usage that a provider returned; undefined where input or output is not reported. In OpenAI's
 * shape, `prompt_tokens` includes cached tokens and `completion_tokens` includes reasoning; some servers
 * leave reasoning out of `completion_tokens` but not out of `total_tokens`, so the output is at least the
 * total minus the input. A count that is not a number in [0, 1e9] counts as not reported. A missing side is
 * the total minus the other side, if that is above 0. Parts are limited so that they exclude each other.
 */
export function usageOf(returned: Returned): Usage | undefined {
  const { usage, estimated } = usageOrEstimate(returned, nothing);
  return estimated ? undefined : usage;
}

/** Does the same as `usageOf`, but estimates a side that is not reported; so are counts that are all 0. */
export function usageOrEstimate(
  returned: Returned,
  estimate: UsageEstimate,
): { readonly usage: Usage; readonly estimated: boolean } {
  const total = validCount(returned?.total_tokens);
  let prompt = validCount(returned?.prompt_tokens);
  let completion = validCount(returned?.completion_tokens);
  // Servers that do not count send zeros; no request is without tokens.
  if (prompt === 0 && completion === 0 && !((total ?? 0) > 0) && estimate.inputTokens > 0)
    prompt = completion = undefined;
  const input = prompt ?? left(total, completion);
  const output = completion ?? left(total, prompt);
  const inputTokens = input ?? estimate.inputTokens;
  const outputTokens =
    output === undefined ? estimate.outputTokens() : Math.max(output, left(total, input) ?? 0);
  // Assigned in place: every call has one, and copies of it would take longer than all else here.
  const usage: Counted = { inputTokens, outputTokens };
  if (returned !== undefined && returned !== null) {
    addInputParts(usage, returned);
    const details = returned.completion_tokens_details;
    if (details !== undefined && details !== null) addOutputParts(usage, details);
    const searches = returned.server_tool_use?.["web_search_requests"];
    if (searches !== undefined) addSearches(usage, searches);
    const tier = returned.service_tier === undefined ? undefined : serviceTierOf(returned.service_tier);
    if (tier !== undefined && tier !== standard) usage.serviceTier = tier;
  }
  return { usage, estimated: input === undefined || output === undefined };
}

/** Largest number of searches that is accepted: no call makes more, and a larger one would use up any budget. */
const mostSearches = 1_000;

function addSearches(usage: Counted, searches: unknown): void {
  if (typeof searches === "number" && searches >= 1 && searches <= mostSearches)
    usage.searches = Math.floor(searches);
}

type Counted = { -readonly [Key in keyof Usage]: Usage[Key] };

function addInputParts(usage: Counted, returned: NonNullable<Returned>): void {
  const details: Partial<InputDetails> | null | undefined = returned.prompt_tokens_details;
  const told = validCount(details?.cached_tokens);
  let uncached = usage.inputTokens;
  if (told !== undefined) {
    usage.cachedInputTokens = Math.min(told, usage.inputTokens);
    uncached -= usage.cachedInputTokens;
  }
  if (details === undefined || details === null) return;
  const written = validCount(details.cache_write_tokens);
  if (written !== undefined) usage.cacheWriteTokens = Math.min(written, uncached);
  addRarerInput(usage, details, uncached - (usage.cacheWriteTokens ?? 0));
}

/** Adds the parts of the input that few calls have; 0 is left out. */
function addRarerInput(usage: Counted, details: Partial<InputDetails>, left: number): void {
  const { cachedInputTokens = 0, cacheWriteTokens = 0 } = usage;
  const written1h = above0(details.cache_creation_token_details?.ephemeral_1h_input_tokens, cacheWriteTokens);
  if (written1h > 0) usage.cacheWrite1hTokens = written1h;
  const audio = validCount(details.audio_tokens) ?? 0;
  const images = validCount(details.image_tokens) ?? 0;
  if (audio === 0 && images === 0) return;
  const cachedAudio = above0(details.cached_tokens_details?.audio_tokens, Math.min(cachedInputTokens, audio));
  // How much of sound and images is cached is often not known: as little as fits, so that the rest is billed in full.
  const audioTokens = Math.min(audio - cachedAudio, left);
  const imageTokens = Math.min(images, left - audioTokens);
  if (audioTokens > 0) usage.audioInputTokens = audioTokens;
  if (cachedAudio > 0) usage.cachedAudioInputTokens = cachedAudio;
  if (imageTokens > 0) usage.imageInputTokens = imageTokens;
}

function addOutputParts(usage: Counted, details: Partial<OutputDetails>): void {
  const reasoning = validCount(details.reasoning_tokens);
  let left = usage.outputTokens;
  if (reasoning !== undefined) {
    usage.reasoningTokens = Math.min(reasoning, left);
    left -= usage.reasoningTokens;
  }
  const audio = above0(details.audio_tokens, left);
  const images = above0(details.image_tokens, left - audio);
  if (audio > 0) usage.audioOutputTokens = audio;
  if (images > 0) usage.imageOutputTokens = images;
}

/** Returns the total minus one side; undefined if that is not above 0 or one of them is not reported. */
function left(total: number | undefined, side: number | undefined): number | undefined {
  return total !== undefined && side !== undefined && total > side ? total - side : undefined;
}

function validCount(count: unknown): number | undefined {
  return typeof count === "number" && count >= 0 && count <= mostTokens ? count : undefined;
}

/** Returns a count that may be absent, limited; 0 if it is absent or cannot be one. */
function above0(count: unknown, limit: number): number {
  return Math.min(validCount(count) ?? 0, limit);
}
