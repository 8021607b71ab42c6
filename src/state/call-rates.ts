import type { LearnedLimit, RateLimitInfo, RateOptions } from "../contracts/index.ts";
import { halved, rateNow } from "./learned-rate.ts";
import { createTokenBucket, refill, resize, type TokenBucket, waitMs } from "./token-bucket.ts";

/** A call as rates see it. */
export interface RatedCall {
  /** Name of the model. */
  readonly name: string;
  readonly tenant: string | undefined;
  /** Estimated input and output tokens. */
  readonly tokens: number;
}

/** A bucket that a call must draw from. */
export interface Draw {
  readonly bucket: TokenBucket;
  readonly cost: number;
  readonly waitMs: number;
  /** Which limit it is, for people. */
  readonly limit: string;
  /** Whether the bucket is the provider's, as far as it has told. */
  readonly told: boolean;
  /** Whether the cost is an estimate that the call's usage corrects. */
  readonly corrected: boolean;
}

/** Rates of models and tenants: what was configured, what the providers tell, what their 429s taught. */
export interface CallRates {
  drawsOf(call: RatedCall, now: number): Draw[];
  /** A call has begun. */
  begun(name: string, now: number): void;
  told(name: string, info: RateLimitInfo, now: number): void;
  /** A call that began at `begunAt` met a rate limit. */
  limited(name: string, begunAt: number, now: number): void;
  exportState(now: number): readonly LearnedLimit[];
  restoreState(learned: readonly LearnedLimit[], now: number): void;
}

export interface CallRatesOptions {
  readonly boundsOf: (name: string) => RateOptions;
  readonly tenant: RateOptions | undefined;
  readonly maxTenants: number;
  readonly learn: boolean;
}

/** Models whose rates are kept; the least recently called is forgotten. */
const maxNames = 1_000;
/** Longest time that a provider's word is believed. */
const longestToldMs = 600_000;
/** What a learned rate lets through at once: ten seconds' worth, for bursts are what hit the limit. */
const learnedBurst = 1 / 6;

/** What a provider said last; holds until then. */
interface Told {
  readonly bucket: TokenBucket;
  until: number;
}

interface Endpoint {
  requests: TokenBucket | undefined;
  readonly tokens: TokenBucket | undefined;
  toldRequests: Told | undefined;
  toldTokens: Told | undefined;
  learned: LearnedLimit | undefined;
  /** Calls begun, each fading by 1/e in a minute: the rate per minute as it is. */
  begun: number;
  begunAt: number;
}

interface Tenant {
  readonly requests: TokenBucket | undefined;
  readonly tokens: TokenBucket | undefined;
}

export function createCallRates({ boundsOf, tenant, maxTenants, learn }: CallRatesOptions): CallRates {
  let endpoints = new Map<string, Endpoint>();
  const tenants = new Map<string | undefined, Tenant>();

  const endpointOf = (name: string, now: number): Endpoint => {
    const known = endpoints.get(name);
    // Back to the end: the least recently called stands first.
    if (known !== undefined) endpoints.delete(name);
    const endpoint = known ?? {
      requests: undefined,
      tokens: bucketOf(boundsOf(name).tokensPerMinute, now),
      toldRequests: undefined,
      toldTokens: undefined,
      learned: undefined,
      begun: 0,
      begunAt: now,
    };
    endpoints.set(name, endpoint);
    if (endpoints.size > maxNames) endpoints.delete(endpoints.keys().next().value as string);
    return endpoint;
  };

  const tenantOf = (id: string | undefined, now: number): Tenant => {
    const known = tenants.get(id);
    if (known !== undefined) {
      tenants.delete(id);
      tenants.set(id, known);
      return known;
    }
    const made: Tenant = {
      requests: bucketOf(tenant?.requestsPerMinute, now),
      tokens: bucketOf(tenant?.tokensPerMinute, now),
    };
    if (tenants.size >= maxTenants) {
      const [oldest, forgotten] = tenants.entries().next().value as [string | undefined, Tenant];
      tenants.delete(oldest);
      // Nobody gains by being forgotten: the newcomer has what the forgotten one had left.
      inherit(made.requests, forgotten.requests, now);
      inherit(made.tokens, forgotten.tokens, now);
    }
    tenants.set(id, made);
    return made;
  };

  /** Sets the pace of a model's calls to what holds now, and says which limit that is. */
  const requestsOf = (endpoint: Endpoint, name: string, now: number): string => {
    const limit = boundsOf(name).requestsPerMinute;
    const learned = endpoint.learned && rateNow(endpoint.learned, now);
    if (learned === undefined) endpoint.learned = undefined;
    if (learned !== undefined && learned < (limit ?? Number.POSITIVE_INFINITY)) {
      const capacity = Math.max(1, learned * learnedBurst);
      endpoint.requests ??= createTokenBucket(capacity, learned / 60_000, now);
      refill(endpoint.requests, now);
      resize(endpoint.requests, capacity, learned / 60_000);
      return `the rate of ${Math.round(learned)} requests per minute, learnt from its rate limits,`;
    }
    if (limit === undefined) endpoint.requests = undefined;
    else {
      endpoint.requests ??= bucketOf(limit, now);
      if (endpoint.requests !== undefined) {
        refill(endpoint.requests, now);
        resize(endpoint.requests, Math.max(1, limit), limit / 60_000);
      }
    }
    return `its limit of ${limit} requests per minute`;
  };

  return {
    drawsOf({ name, tenant: id, tokens }, now) {
      const draws: Draw[] = [];
      const draw = (bucket: TokenBucket | undefined, cost: number, limit: string, corrected = false) => {
        if (bucket !== undefined)
          draws.push({ bucket, cost, waitMs: waitMs(bucket, cost, now), limit, told: false, corrected });
      };
      const drawTold = (told: Told | undefined, cost: number, kind: string) => {
        if (told === undefined || now >= told.until) return;
        const wait = Math.min(waitMs(told.bucket, cost, now), told.until - now);
        const limit = `the limit of ${kind} that its provider tells`;
        draws.push({ bucket: told.bucket, cost, waitMs: wait, limit, told: true, corrected: false });
      };
      const endpoint = endpointOf(name, now);
      const limit = requestsOf(endpoint, name, now);
      draw(endpoint.requests, 1, limit);
      draw(endpoint.tokens, tokens, `its limit of ${boundsOf(name).tokensPerMinute} tokens per minute`, true);
      drawTold(endpoint.toldRequests, 1, "requests");
      drawTold(endpoint.toldTokens, tokens, "tokens");
      if (tenant === undefined) return draws;
      const account = tenantOf(id, now);
      draw(account.requests, 1, `the tenant's limit of ${tenant.requestsPerMinute} requests per minute`);
      draw(account.tokens, tokens, `the tenant's limit of ${tenant.tokensPerMinute} tokens per minute`, true);
      return draws;
    },

    begun(name, now) {
      const endpoint = endpoints.get(name);
      if (endpoint === undefined || !learn) return;
      endpoint.begun = begunPerMinute(endpoint, now) + 1;
      endpoint.begunAt = now;
    },

    told(name, info, now) {
      const endpoint = learn ? endpoints.get(name) : undefined;
      if (endpoint === undefined) return;
      const { limitRequests, remainingRequests, resetRequestsMs } = info;
      const { limitTokens, remainingTokens, resetTokensMs } = info;
      const requests = [remainingRequests, limitRequests, resetRequestsMs] as const;
      const tokens = [remainingTokens, limitTokens, resetTokensMs] as const;
      endpoint.toldRequests = hear(endpoint.toldRequests, requests, now) ?? endpoint.toldRequests;
      endpoint.toldTokens = hear(endpoint.toldTokens, tokens, now) ?? endpoint.toldTokens;
    },

    limited(name, begunAt, now) {
      const endpoint = learn ? endpoints.get(name) : undefined;
      if (endpoint === undefined) return;
      // Begun before the last cut: it tells of the rate before it.
      if (endpoint.learned !== undefined && begunAt <= endpoint.learned.at) return;
      const allowed = (endpoint.learned && rateNow(endpoint.learned, now)) ?? Number.POSITIVE_INFINITY;
      const limit = boundsOf(name).requestsPerMinute ?? Number.POSITIVE_INFINITY;
      endpoint.learned = halved(name, Math.min(allowed, limit, begunPerMinute(endpoint, now)), now);
      requestsOf(endpoint, name, now);
      // Nothing is saved up; but its pause over, one call may show how things are.
      if (endpoint.requests !== undefined) endpoint.requests.level = Math.min(1, endpoint.requests.level);
    },

    exportState(now) {
      return [...endpoints.values()].flatMap(({ learned }) =>
        learned !== undefined && rateNow(learned, now) !== undefined ? [learned] : [],
      );
    },

    restoreState(states, now) {
      endpoints = new Map();
      if (!learn) return;
      // Not from the future, where it would not begin to recover: the clock that wrote it was ahead.
      for (const learned of states)
        endpointOf(learned.name, now).learned = { ...learned, at: Math.min(learned.at, now) };
    },
  };
}

function bucketOf(perMinute: number | undefined, now: number): TokenBucket | undefined {
  // At least one call fits, however slow the pace.
  return perMinute === undefined
    ? undefined
    : createTokenBucket(Math.max(1, perMinute), perMinute / 60_000, now);
}

function inherit(made: TokenBucket | undefined, forgotten: TokenBucket | undefined, now: number): void {
  if (made === undefined || forgotten === undefined) return;
  refill(forgotten, now);
  made.level = Math.min(made.level, forgotten.level);
}

function begunPerMinute({ begun, begunAt }: Endpoint, now: number): number {
  return begun * Math.exp(-Math.max(0, now - begunAt) / 60_000);
}

/**
 * What a provider said becomes a bucket, whatever the span of its limit: what is missing comes back
 * evenly until its reset. Without a limit nothing comes back before the reset, and without a reset its
 * word holds for a minute.
 */
function hear(
  before: Told | undefined,
  said: readonly [remaining: Count, limit: Count, resetMs: Count],
  now: number,
): Told | undefined {
  // A user's own model may say anything.
  const [remaining, limit, resetMs] = said.map(countOrNone);
  if (remaining === undefined) return undefined;
  const capacity = Math.max(1, limit ?? remaining, remaining);
  const span = Math.max(1, resetMs ?? 60_000);
  const perMs = limit === undefined ? 0 : Math.max(0, limit - remaining) / span;
  const bucket = before?.bucket ?? createTokenBucket(capacity, perMs, now);
  bucket.at = now;
  bucket.capacity = capacity;
  bucket.perMs = perMs;
  // Calls that have not begun are not in its count.
  bucket.level = remaining - bucket.pending;
  const told = before ?? { bucket, until: 0 };
  told.until = now + Math.min(span, longestToldMs);
  return told;
}

type Count = number | undefined;

function countOrNone(value: Count): Count {
  return value !== undefined && value >= 0 && value < Number.POSITIVE_INFINITY ? value : undefined;
}
