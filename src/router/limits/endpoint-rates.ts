import type { RateOptions } from "../../contracts/index.ts";
import { type Draw, drawCall, drawTokens } from "./draw.ts";
import { afterWindow, type LearnedRate, rateNow, unknownRate } from "./learned-rate.ts";
import { createRateBucket } from "./rate-bucket.ts";
import {
  countBegun,
  countEnded,
  createRateWindow,
  isWhole,
  type RateWindow,
  restartWindow,
  windowPerMinute,
} from "./rate-window.ts";
import { createTokenBucket, refill, resize, type TokenBucket } from "./token-bucket.ts";

/** A call that has ended. */
export interface EndedCall {
  /** Name of the model. */
  readonly name: string;
  readonly begunAt: number;
  /** True if it met a rate limit. */
  readonly isLimited: boolean;
}

/** Rates of one endpoint: the configured ones, and the pace learnt from its rate limits. */
export interface EndpointRates {
  readonly bounds: RateOptions;
  /** Bucket with the configured or the learnt pace, whichever is lower. */
  requests: TokenBucket | undefined;
  readonly tokens: TokenBucket | undefined;
  learned: LearnedRate;
  readonly window: RateWindow;
  /** Calls per minute that were answered in the best of the latest windows, of which older ones count less. */
  usualPerMinute: number;
}

/** Share of a minute's calls that a learnt rate lets through at once: bursts are what hits limits. */
const learnedBurst = 1 / 6;
/** Share of the usual rate that is kept from window to window. */
const remembered = 0.95;

export function createEndpointRates(bounds: RateOptions, now: number): EndpointRates {
  const tokens = createRateBucket(bounds.tokensPerMinute, now);
  const window = createRateWindow();
  return { bounds, requests: undefined, tokens, learned: unknownRate, window, usualPerMinute: 0 };
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

export function callBegun({ window }: EndpointRates, now: number): void {
  countBegun(window, now);
}

/** Counts the end of a call. At the end of a window with many rate limits, it cuts the pace. */
export function callEnded(
  endpoint: EndpointRates,
  { name, begunAt, isLimited }: EndedCall,
  now: number,
): void {
  const { bounds, window, learned } = endpoint;
  countEnded(window, begunAt, isLimited);
  if (!isWhole(window, now)) return;
  const perMinute = windowPerMinute(window, now);
  const { limited } = window;
  const limitedShare = limited / window.ended;
  restartWindow(window, now);
  const answered = perMinute * (1 - limitedShare);
  const usualPerMinute = Math.max(answered, endpoint.usualPerMinute * remembered);
  endpoint.usualPerMinute = usualPerMinute;
  const measured = {
    perMinute: Math.min(bounds.requestsPerMinute ?? Number.POSITIVE_INFINITY, perMinute),
    limited,
    limitedShare,
    usualPerMinute,
  };
  endpoint.learned = afterWindow(learned, name, measured, now);
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
