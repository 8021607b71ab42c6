import type { LearnedLimit, RateLimitInfo, RateOptions } from "../../contracts/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import type { Draw, RatedCall } from "./draw.ts";
import {
  callBegun,
  callEnded,
  createEndpointRates,
  drawFromEndpoint,
  type EndedCall,
  type EndpointRates,
} from "./endpoint-rates.ts";
import { hintedRate, rateNow, restoreRate } from "./learned-rate.ts";
import { type BegunUse, drawFromStated, hearLimits, type StatedLimits, type Use } from "./stated-limits.ts";
import { createTenantRates } from "./tenant-rates.ts";

/** Rates of models and tenants: as configured, as providers state them and as learnt from their 429s. */
export interface CallRates {
  /** Lists the buckets that a call must draw from. Draws nothing yet. */
  drawsOf(call: RatedCall, now: number): Draw[];
  /** Counts a call that has begun. Returns what all calls of the model have begun to use so far. */
  begun(name: string, tokens: number, now: number): Use;
  /** Counts that a call's answer has begun, or that there will be none; once for each call. */
  heard(name: string, tokens: number): void;
  /** Takes over the limits that a provider has stated. `saidBy` is what `begun` returned for the call. */
  onRateLimit(name: string, info: RateLimitInfo, now: number, saidBy?: Use): void;
  /** Learns from a call that has ended. */
  ended(call: EndedCall, now: number): void;
  /** Takes a hint of another process: where nothing is learnt and a limit is configured, the rate begins lower. */
  hint(name: string, perMinute: number, now: number): void;
  /** Lists what was learnt here and holds now, with the rate that holds now. */
  learnt(now: number): readonly { readonly name: string; readonly perMinute: number }[];
  exportState(now: number): readonly LearnedLimit[];
  restoreState(learned: readonly LearnedLimit[], now: number): void;
}

export interface CallRatesOptions {
  readonly boundsOf: (name: string) => RateOptions;
  readonly tenant: RateOptions | undefined;
  readonly maxTenants: number;
  readonly learn: boolean;
}

const nothing: Use = Object.freeze({ calls: 0, tokens: 0 });

/** Number of models whose rates are kept. Beyond it, the least recently called one is forgotten. */
const maxNames = 1_000;

interface Endpoint {
  readonly rates: EndpointRates;
  readonly stated: StatedLimits;
  readonly use: BegunUse;
  /** Time until which no further hint is taken. */
  hintedUntil: number;
}

/** Time between two hints that are taken: the rate is back for half of it whatever hints say. */
const betweenHintsMs = 600_000;

export function createCallRates({ boundsOf, tenant, maxTenants, learn }: CallRatesOptions): CallRates {
  let endpoints = createLatest<Endpoint>(maxNames);
  const tenants = tenant && createTenantRates(tenant, maxTenants);

  const created = (name: string, now: number): Endpoint => ({
    rates: createEndpointRates(boundsOf(name), now),
    stated: { requests: undefined, tokens: undefined },
    use: { calls: 0, tokens: 0, unheardCalls: 0, unheardTokens: 0 },
    hintedUntil: Number.NEGATIVE_INFINITY,
  });
  /**
   * Returns the endpoint if a rate is learnt for it; undefined if learning is off, or if neither the options
   * nor the provider's headers say that it has a rate: then its rate limits have other reasons.
   */
  const learning = (name: string): Endpoint | undefined => {
    const endpoint = learn ? endpoints.get(name) : undefined;
    return endpoint !== undefined && hasRate(endpoint) ? endpoint : undefined;
  };

  return {
    drawsOf({ name, tenant, tokens }, now) {
      const endpoint = endpoints.get(name) ?? created(name, now);
      endpoints.set(name, endpoint);
      const draws: Draw[] = [];
      drawFromEndpoint(draws, endpoint.rates, tokens, now);
      drawFromStated(draws, endpoint.stated, tokens, now);
      tenants?.draw(draws, tenant, tokens, now);
      return draws;
    },

    begun(name, tokens, now) {
      const known = learning(name);
      if (known !== undefined) callBegun(known.rates, now);
      const use = endpoints.get(name)?.use;
      if (use === undefined) return nothing;
      use.calls += 1;
      use.tokens += tokens;
      use.unheardCalls += 1;
      use.unheardTokens += tokens;
      return { calls: use.calls, tokens: use.tokens };
    },

    heard(name, tokens) {
      const use = endpoints.get(name)?.use;
      if (use === undefined) return;
      use.unheardCalls = Math.max(0, use.unheardCalls - 1);
      use.unheardTokens = Math.max(0, use.unheardTokens - tokens);
    },

    onRateLimit(name, info, now, saidBy) {
      const endpoint = learn ? endpoints.get(name) : undefined;
      if (endpoint !== undefined) hearLimits(endpoint.stated, info, now, saidBy, saidBy && endpoint.use);
    },

    ended(call, now) {
      const endpoint = learning(call.name);
      if (endpoint !== undefined) callEnded(endpoint.rates, call, now);
    },

    hint(name, perMinute, now) {
      const endpoint = learning(name);
      const limit = endpoint?.rates.bounds.requestsPerMinute;
      if (endpoint === undefined || limit === undefined || now < endpoint.hintedUntil) return;
      if (rateNow(endpoint.rates.learned, now) !== undefined) return;
      endpoint.hintedUntil = now + betweenHintsMs;
      endpoint.rates.learned = hintedRate(name, perMinute, limit, now);
    },

    learnt: (now) =>
      [...endpoints.values()].flatMap(({ rates: { learned } }) => {
        const perMinute = rateNow(learned, now);
        const isOwn = learned.state === "cut" && learned.hinted !== true;
        return isOwn && perMinute !== undefined ? [{ name: learned.cut.name, perMinute }] : [];
      }),

    exportState(now) {
      return [...endpoints.values()].flatMap(({ rates: { learned } }) =>
        learned.state === "cut" && rateNow(learned, now) !== undefined ? [learned.cut] : [],
      );
    },

    restoreState(states, now) {
      endpoints = createLatest(maxNames);
      if (!learn) return;
      for (const one of states) {
        const endpoint = endpoints.get(one.name) ?? created(one.name, now);
        endpoint.rates.learned = restoreRate(one, now);
        endpoints.set(one.name, endpoint);
      }
    },
  };
}

function hasRate({ rates: { bounds }, stated }: Endpoint): boolean {
  return (
    bounds.requestsPerMinute !== undefined ||
    bounds.tokensPerMinute !== undefined ||
    stated.requests !== undefined ||
    stated.tokens !== undefined
  );
}
