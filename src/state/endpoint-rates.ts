import type { RateOptions } from "../contracts/index.ts";
import { type Draw, drawCall, drawTokens } from "./draw.ts";
import { countOne, type FadingCount, perMinute } from "./fading-count.ts";
import { afterRateLimit, type LearnedRate, type LimitedCall, rateNow, unknownRate } from "./learned-rate.ts";
import { createRateBucket } from "./rate-bucket.ts";
import { createTokenBucket, refill, resize, type TokenBucket } from "./token-bucket.ts";

/** Rates of one endpoint: the configured ones, and the pace learnt from its rate limits. */
export interface EndpointRates {
  readonly bounds: RateOptions;
  /** Bucket with the configured or the learnt pace, whichever is lower. */
  requests: TokenBucket | undefined;
  readonly tokens: TokenBucket | undefined;
  learned: LearnedRate;
  /** Number of calls begun. */
  readonly begun: FadingCount;
}

/** Share of a minute's calls that a learnt rate lets through at once: bursts are what hits limits. */
const learnedBurst = 1 / 6;

export function createEndpointRates(bounds: RateOptions, now: number): EndpointRates {
  const tokens = createRateBucket(bounds.tokensPerMinute, now);
  return { bounds, requests: undefined, tokens, learned: unknownRate, begun: { count: 0, at: now } };
}

/** Adds the draws of a call from the endpoint's own rates. */
export function drawFromEndpoint(draws: Draw[], endpoint: EndpointRates, tokens: number, now: number): void {
  const limit = setPace(endpoint, now);
  if (endpoint.requests !== undefined) draws.push(drawCall(endpoint.requests, limit, now));
  if (endpoint.tokens !== undefined) {
    const limit = `its limit of ${endpoint.bounds.tokensPerMinute} tokens per minute`;
    draws.push(drawTokens(endpoint.tokens, tokens, limit, now));
  }
}

export function callBegun({ begun }: EndpointRates, now: number): void {
  countOne(begun, now);
}

/** Cuts the pace after a rate limit. */
export function callLimited(endpoint: EndpointRates, call: LimitedCall, now: number): void {
  const { bounds, begun, learned } = endpoint;
  const pace = Math.min(bounds.requestsPerMinute ?? Number.POSITIVE_INFINITY, perMinute(begun, now));
  endpoint.learned = afterRateLimit(learned, call, pace, now);
  if (endpoint.learned === learned) return;
  setPace(endpoint, now);
  // Nothing is left saved up, except for one call that shows how things are after the pause.
  if (endpoint.requests !== undefined) endpoint.requests.level = Math.min(1, endpoint.requests.level);
}

/** Sets the pace of an endpoint's calls to the one that holds now. Returns the name of that limit. */
function setPace(endpoint: EndpointRates, now: number): string {
  const { requestsPerMinute: limit } = endpoint.bounds;
  const learned = rateNow(endpoint.learned, now);
  if (learned === undefined) endpoint.learned = unknownRate;
  if (learned !== undefined && learned < (limit ?? Number.POSITIVE_INFINITY)) {
    resizeRequests(endpoint, Math.max(1, learned * learnedBurst), learned / 60_000, now);
    return `the rate of ${Math.round(learned)} requests per minute, learnt from its rate limits,`;
  }
  if (limit === undefined) endpoint.requests = undefined;
  else resizeRequests(endpoint, Math.max(1, limit), limit / 60_000, now);
  return `its limit of ${limit} requests per minute`;
}

function resizeRequests(endpoint: EndpointRates, capacity: number, perMs: number, now: number): void {
  endpoint.requests ??= createTokenBucket(capacity, perMs, now);
  refill(endpoint.requests, now);
  resize(endpoint.requests, capacity, perMs);
}
