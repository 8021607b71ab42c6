import type {
  BreakerOptions,
  Check,
  HedgeOptions,
  LimitOptions,
  RetryBudgetOptions,
} from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { isList } from "../../plugin/is-list.ts";

/** Options of calls. All times are in milliseconds. */
export interface ExecutionOptions {
  /** Largest number of retries of a model after retryable errors, in [0, 10]. Default 2. */
  readonly retries?: number | undefined;
  /** True if the next permitted model is called when one has failed. Default true. */
  readonly fallback?: boolean | undefined;
  /**
   * Backoff before retry n (from 0): uniform in [0, min(`backoffCapMs`, `backoffBaseMs` * 2^n)]
   * ("full jitter"). Default 500.
   */
  readonly backoffBaseMs?: number | undefined;
  /** Longest backoff. Default 8,000. */
  readonly backoffCapMs?: number | undefined;
  /**
   * Longest `Retry-After` that is waited for; after a longer one the next model is called. Default 20,000.
   */
  readonly retryAfterCapMs?: number | undefined;
  /** Longest call without streaming. Default 600,000, as in the providers' SDKs. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Longest wait for the first content or tool-call delta of a stream. Default 120,000. */
  readonly firstTokenTimeoutMs?: number | undefined;
  /**
   * Longest silence inside a stream while the caller waits for its next chunk. Default 60,000. A caller that
   * reads slowly, or not at all, is bounded only by the request's `deadlineMs` and `signal`.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Longest time of an asynchronous check. After it the answer counts as not accepted. Default 30,000. */
  readonly checkTimeoutMs?: number | undefined;
  /** Bound on the retries of all requests together, so that an outage is not multiplied. */
  readonly retryBudget?: RetryBudgetOptions | undefined;
  /** Rules by which a model that keeps failing is skipped for a while. */
  readonly breaker?: BreakerOptions | undefined;
  /** Limits of calls at once and per minute, by model and by tenant. Default: none, and none are learnt. */
  readonly limits?: LimitOptions | undefined;
  /**
   * Hedging of streams: when the first content is late, the next permitted model is called as well, and the
   * first content wins. Both calls are paid for. There is no hedge if a check has to accept the answer, nor
   * without streaming, where a late answer may just be a long one. Default: no hedges.
   */
  readonly hedge?: HedgeOptions | undefined;
  /**
   * Checks that every answer must pass, for instance `notRefused()` and `finishReason()`. If one does not
   * accept, the next permitted model is called, never the same one again. If no model is left, the last such
   * answer is returned anyway, and `degraded` of the result holds the verdict. A stream shows nothing before
   * the checks have accepted. Default none.
   */
  readonly degraded?: Check | readonly Check[] | undefined;
}

/** Options that other rooms read: execution knows only their answers, by its ports. */
type ForPorts = "breaker" | "limits" | "hedge" | "retryBudget";

/** Options that execution reads itself, with their defaults. */
export type ResolvedExecutionOptions = {
  readonly [Key in Exclude<keyof ExecutionOptions, ForPorts | "degraded">]-?: NonNullable<
    ExecutionOptions[Key]
  >;
} & { readonly degraded: readonly Check[] };

export const executionOptions: OptionTable<ExecutionOptions, ForPorts> = {
  retries: { is: "number", min: 0, max: 10, integer: true, default: 2 },
  fallback: { is: "boolean", default: true },
  backoffBaseMs: { is: "duration", min: 0, default: 500 },
  backoffCapMs: { is: "duration", min: 0, default: 8_000 },
  retryAfterCapMs: { is: "duration", min: 0, default: 20_000 },
  attemptTimeoutMs: { is: "duration", default: 600_000 },
  firstTokenTimeoutMs: { is: "duration", default: 120_000 },
  idleTimeoutMs: { is: "duration", default: 60_000 },
  checkTimeoutMs: { is: "duration", default: 30_000 },
  degraded: {
    is: "list",
    of: { is: "object", methods: ["accepts"], named: ["name"] },
    orOne: true,
    default: [],
  },
  breaker: { is: "any", optional: true },
  limits: { is: "any", optional: true },
  hedge: { is: "any", optional: true },
  retryBudget: { is: "any", optional: true },
};

/** Fills in defaults. Throws `InvalidOptionError`. */
export function resolveExecutionOptions(options: ExecutionOptions = {}): ResolvedExecutionOptions {
  const read = readOptions("execution", executionOptions, options);
  const { breaker: _, limits: __, hedge: ___, retryBudget: ____, degraded, ...own } = read;
  return Object.assign(own, { degraded: isList(degraded) ? degraded : [degraded] });
}
