import type { LearnedLimit, LimitOptions } from "../../contracts/index.ts";
import type { FieldTable } from "../../plugin/options/option-kind.ts";
import { readStates } from "../../plugin/options/read-state.ts";
import { createBulkheads } from "./bulkheads.ts";
import { createCallRates } from "./call-rates.ts";
import { longestOf, type RatedCall, reasonOf } from "./draw.ts";
import { resolveLimitOptions } from "./limit-options.ts";
import { createLimitPass, type LimitPass } from "./limit-pass.ts";
import { reserveDraws } from "./reservations.ts";

export type { LimitPass };

/** Limiter of the calls under way, and of the calls and tokens per minute. */
export interface Limits {
  /** Returns how long a call must wait and for which rate; undefined if it can begin now. */
  delayOf(call: RatedCall): { readonly ms: number; readonly reason: string } | undefined;
  /** Reserves what the call will use, or returns the reason if it would wait longer than `maxWaitMs`. */
  enter(call: RatedCall, maxWaitMs: number): LimitPass | string;
  /** Takes a hint of another process about the calls per minute of a model. */
  hint(name: string, perMinute: number): void;
  /** Lists the calls per minute that were learnt here and hold now. */
  learnt(): readonly { readonly name: string; readonly perMinute: number }[];
  /** Exports what was learnt. `wallNow` is the time of day. */
  exportState(wallNow?: number): readonly LearnedLimit[];
  /** Replaces what was learnt. Throws `InvalidOptionError`. */
  restoreState(learned: readonly LearnedLimit[], wallNow?: number): void;
}

export interface LimitsParts {
  /** The router's models, by id. */
  readonly models: Readonly<Record<string, { readonly name: string }>>;
  /** Returns milliseconds on the monotonic clock. */
  readonly clock: () => number;
}

const learnedFields: FieldTable<LearnedLimit> = {
  name: { is: "text" },
  tooMuchPerMinute: { is: "number", above: 0 },
  requestsPerMinute: { is: "number", above: 0 },
  growthPerMinute: { is: "number", above: 0, optional: true },
  at: { is: "number", min: 0 },
};

/** Throws `InvalidOptionError` if the value was not exported by limits. */
export function checkLearnedLimits(states: readonly LearnedLimit[]): readonly LearnedLimit[] {
  return readStates("state.limits", learnedFields, states);
}

/** Creates the limiter of a router. Throws `InvalidOptionError`. */
export function createLimits(options: LimitOptions, { models, clock }: LimitsParts): Limits {
  const resolved = resolveLimitOptions(options, models);
  const bulkheads = createBulkheads();
  const rates = createCallRates(resolved);

  return {
    delayOf(call) {
      const longest = longestOf(rates.drawsOf(call, clock()));
      return longest === undefined ? undefined : { ms: longest.waitMs, reason: reasonOf(longest) };
    },

    enter(call, maxWaitMs) {
      const draws = rates.drawsOf(call, clock());
      const longest = longestOf(draws);
      if (longest !== undefined && longest.waitMs > maxWaitMs) return reasonOf(longest);
      const { name } = call;
      const bounds = resolved.boundsOf(name);
      const reservations = reserveDraws(draws);
      const waitMs = longest?.waitMs ?? 0;
      return createLimitPass({
        name,
        bounds,
        tokens: call.tokens,
        reservations,
        waitMs,
        bulkheads,
        rates,
        clock,
      });
    },

    hint: (name, perMinute) => rates.hint(name, perMinute, clock()),
    learnt: () => rates.learnt(clock()),

    exportState(wallNow) {
      const now = clock();
      const toWall = (wallNow ?? now) - now;
      return rates.exportState(now).map((one) => ({ ...one, at: one.at + toWall }));
    },

    restoreState(learned, wallNow) {
      const now = clock();
      const toWall = (wallNow ?? now) - now;
      const checked = checkLearnedLimits(learned).map((one) => ({ ...one, at: one.at - toWall }));
      rates.restoreState(checked, now);
    },
  };
}
