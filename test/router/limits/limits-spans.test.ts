import fc from "fast-check";
import { expect, it } from "vitest";
import { createLimits, type LimitPass } from "../../../src/router/limits/limits.ts";
import { runs } from "../../support/runs.ts";

const models = { small: { name: "p:small" }, large: { name: "p:large" } };

const call = fc.record({
  pauseMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20_000 })),
  name: fc.constantFrom("p:small", "p:large"),
  tenant: fc.constantFrom(undefined, "a", "b"),
  tokens: fc.integer({ min: 1, max: 300 }),
  maxWaitMs: fc.constantFrom(0, 0, 60_000),
  /** Delay between its turn and its beginning. */
  lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30_000 })),
  takesMs: fc.integer({ min: 0, max: 30_000 }),
  fate: fc.constantFrom("answered", "answered", "answered", "limited", "left"),
  remaining: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
});

const bounds = fc.record({
  requestsPerMinute: fc.integer({ min: 1, max: 40 }),
  tokensPerMinute: fc.integer({ min: 100, max: 2_000 }),
  tenantPerMinute: fc.integer({ min: 1, max: 40 }),
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxQueued: fc.integer({ min: 0, max: 4 }),
});

interface Begun {
  readonly at: number;
  readonly amount: number;
}

/** Expects that no more begins in any span than a full bucket and what comes back in the span. */
function expectWithin(begun: readonly Begun[], perMinute: number): void {
  begun.forEach(({ at: start }, first) => {
    let sum = 0;
    for (const { at, amount } of begun.slice(first)) {
      sum += amount;
      expect(sum).toBeLessThanOrEqual(perMinute + ((at - start) * perMinute) / 60_000 + 1e-6);
    }
  });
}

it("in any span no more calls and tokens begin, and no more calls run at once, than configured; no place is lost", () => {
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 60 }), bounds, (calls, given) => {
      const { requestsPerMinute, tokensPerMinute, tenantPerMinute, maxConcurrent, maxQueued } = given;
      let now = 1_000_000;
      const limits = createLimits(
        {
          requestsPerMinute,
          tokensPerMinute,
          maxConcurrent,
          maxQueued,
          tenant: { requestsPerMinute: tenantPerMinute },
        },
        { models, clock: () => now },
      );
      const begun: (Begun & { name: string; tenant: string | undefined; tokens: number })[] = [];
      const underWay = new Map<string, number>();
      let due: { at: number; run: () => void }[] = [];
      const later = (ms: number, run: () => void) => due.push({ at: now + ms, run });
      const settle = (until: number) => {
        for (;;) {
          const next = due.reduce<(typeof due)[number] | undefined>(
            (first, one) => (one.at <= until && (first === undefined || one.at < first.at) ? one : first),
            undefined,
          );
          if (next === undefined) break;
          due = due.filter((one) => one !== next);
          now = next.at;
          next.run();
        }
        now = until;
      };
      const begin = (pass: LimitPass, one: (typeof calls)[number]) => {
        const { name, tenant, tokens, takesMs, remaining, fate } = one;
        const leftMs = pass.begin();
        if (leftMs > 0) {
          later(leftMs, () => begin(pass, one));
          return;
        }
        begun.push({ at: now, amount: 1, name, tenant, tokens: Math.min(tokens, tokensPerMinute) });
        const atOnce = (underWay.get(name) ?? 0) + 1;
        underWay.set(name, atOnce);
        expect(atOnce).toBeLessThanOrEqual(maxConcurrent);
        later(takesMs, () => {
          underWay.set(name, (underWay.get(name) ?? 0) - 1);
          pass.onRateLimit({ limitRequests: 50, remainingRequests: remaining, resetRequestsMs: 5_000 });
          const error = { code: "provider", message: "", kind: "rate-limit" };
          pass.end(fate === "limited" ? { error } : {});
        });
      };
      for (const one of calls) {
        settle(now + one.pauseMs);
        const pass = limits.enter(one, one.maxWaitMs);
        if (typeof pass === "string") continue;
        later(pass.waitMs, () => {
          const place = pass.queue(() => later(one.lateMs, () => begin(pass, one)));
          if (one.fate === "left" || typeof place === "string") pass.end();
          else if (place) later(one.lateMs, () => begin(pass, one));
        });
      }
      settle(Number.MAX_SAFE_INTEGER);
      for (const { name } of Object.values(models)) {
        const own = begun.filter((one) => one.name === name);
        expectWithin(own, requestsPerMinute);
        expectWithin(
          own.map(({ at, tokens }) => ({ at, amount: tokens })),
          tokensPerMinute,
        );
      }
      for (const tenant of [undefined, "a", "b"])
        expectWithin(
          begun.filter((one) => one.tenant === tenant),
          tenantPerMinute,
        );
      // Every place has come back.
      for (const { name } of Object.values(models)) {
        for (let place = 0; place < maxConcurrent; place += 1) {
          const pass = limits.enter({ name, tenant: undefined, tokens: 1 }, Number.POSITIVE_INFINITY);
          expect(typeof pass === "string" ? pass : pass.queue(() => {})).toBe(true);
        }
      }
    }),
    { numRuns: runs(100, 5_000) },
  );
});
