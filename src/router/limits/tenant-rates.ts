import type { RateOptions } from "../../contracts/index.ts";
import { type Draw, drawCall, drawTokens } from "./draw.ts";
import { createRateBucket } from "./rate-bucket.ts";
import { refill, type TokenBucket } from "./token-bucket.ts";

/** Rates of each tenant over all models. Calls without a tenant share an account. */
export interface TenantRates {
  /** Adds the draws of a call from its tenant's account. */
  draw(draws: Draw[], tenant: string | undefined, tokens: number, now: number): void;
}

interface Account {
  readonly requests: TokenBucket | undefined;
  readonly tokens: TokenBucket | undefined;
}

/** Creates the rates of the `maxTenants` tenants that called last. */
export function createTenantRates(rates: RateOptions, maxTenants: number): TenantRates {
  const { requestsPerMinute, tokensPerMinute } = rates;
  const accounts = new Map<string | undefined, Account>();

  const accountOf = (tenant: string | undefined, now: number): Account => {
    const known = accounts.get(tenant);
    if (known !== undefined) {
      // Moves to the end, so that the least recent caller comes first.
      accounts.delete(tenant);
      accounts.set(tenant, known);
      return known;
    }
    const made: Account = {
      requests: createRateBucket(requestsPerMinute, now),
      tokens: createRateBucket(tokensPerMinute, now),
    };
    if (accounts.size >= maxTenants) {
      const [oldest, forgotten] = accounts.entries().next().value as [string | undefined, Account];
      accounts.delete(oldest);
      // No tenant gains by being forgotten: the new account has what the forgotten one had left.
      inherit(made.requests, forgotten.requests, now);
      inherit(made.tokens, forgotten.tokens, now);
    }
    accounts.set(tenant, made);
    return made;
  };

  return {
    draw(draws, tenant, tokens, now) {
      const account = accountOf(tenant, now);
      if (account.requests !== undefined) {
        const limit = `the tenant's limit of ${requestsPerMinute} requests per minute`;
        draws.push(drawCall(account.requests, limit, now));
      }
      if (account.tokens !== undefined) {
        const limit = `the tenant's limit of ${tokensPerMinute} tokens per minute`;
        draws.push(drawTokens(account.tokens, tokens, limit, now));
      }
    },
  };
}

function inherit(made: TokenBucket | undefined, forgotten: TokenBucket | undefined, now: number): void {
  if (made === undefined || forgotten === undefined) return;
  refill(forgotten, now);
  made.level = Math.min(made.level, forgotten.level);
}
