import {
  type Attempt,
  type EndpointLimits,
  InvalidOptionError,
  type LearnedLimit,
  type LimitOptions,
  type RateLimitInfo,
  type RateOptions,
} from "../contracts/index.ts";
import { checkKeys, checkNumber } from "../plugin/index.ts";
import { createBulkheads, type QueuePlace } from "./bulkheads.ts";
import { createCallRates, type Draw, type RatedCall } from "./call-rates.ts";
import { checkLearnedLimits } from "./learned-rate.ts";
import { begin, beginsInMs, cancel, correct, reserve, type TokenBucket } from "./token-bucket.ts";

/** Bounds of the calls under way and of those per minute. */
export interface Limits {
  /** Which rate makes a call wait, and how long in milliseconds; undefined where it can begin now. */
  delayOf(call: RatedCall): { readonly ms: number; readonly reason: string } | undefined;
  /** Reserves what the call will use; or says why not, where it would wait longer than `maxWaitMs`. */
  enter(call: RatedCall, maxWaitMs: number): LimitPass | string;
  exportState(): readonly LearnedLimit[];
  /** Replaces what was learnt. Throws `InvalidOptionError`. */
  restoreState(learned: readonly LearnedLimit[]): void;
}

/** A call's way through the limits: wait `waitMs`, then `queue`, then `begin`. `end` whatever happens. */
export interface LimitPass {
  readonly waitMs: number;
  readonly queueTimeoutMs: number;
  /**
   * `true`: it has a place among the calls under way. `false`: `onTurn` is called when it has one. A
   * text: why it will have none.
   */
  queue(onTurn: () => void): boolean | string;
  /** 0: the call begins now. Otherwise milliseconds after which to ask again: others began late. */
  begin(): number;
  /** What the endpoint says of its own limits. */
  readonly told: (info: RateLimitInfo) => void;
  /** Gives the place back and learns from the call; one that never began has used nothing. Idempotent. */
  end(attempt?: Pick<Attempt, "usage" | "costEstimated" | "error">): void;
}

export interface LimitsParts {
  /** The router's models, by id. */
  readonly models: Readonly<Record<string, { readonly name: string }>>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

const rateNames = ["requestsPerMinute", "tokensPerMinute"] as const;
const endpointNames = [...rateNames, "maxConcurrent", "maxQueued", "queueTimeoutMs"] as const;

/** Throws `InvalidOptionError`. */
export function createLimits(options: LimitOptions, { models: known, clock }: LimitsParts): Limits {
  const owner = "execution.limits";
  checkKeys(owner, options, [...endpointNames, "models", "tenant", "maxTenants", "learn"]);
  const { models = {}, tenant, maxTenants = 10_000, learn = true, ...general } = options;
  checkEndpoint(owner, general);
  if (tenant !== undefined) {
    checkKeys(`${owner}.tenant`, tenant, rateNames);
    checkRates(`${owner}.tenant`, tenant);
  }
  checkNumber(`${owner}.maxTenants`, maxTenants, { min: 1, integer: true });
  if (typeof learn !== "boolean") throw new InvalidOptionError(`${owner}.learn`, learn, "true or false");
  checkKeys(`${owner}.models`, models, Object.keys(known));
  const own = new Map<string, EndpointLimits>();
  for (const [id, bounds] of Object.entries(models)) {
    checkKeys(`${owner}.models.${id}`, bounds, endpointNames);
    checkEndpoint(`${owner}.models.${id}`, bounds);
    const given = Object.entries(bounds).filter(([, value]) => value !== undefined);
    own.set((known[id] as { name: string }).name, { ...general, ...Object.fromEntries(given) });
  }

  const boundsOf = (name: string): EndpointLimits => own.get(name) ?? general;
  const bulkheads = createBulkheads();
  const rates = createCallRates({ boundsOf, tenant, maxTenants, learn });

  return {
    delayOf(call) {
      const longest = longestOf(rates.drawsOf(call, clock()));
      return longest === undefined ? undefined : { ms: longest.waitMs, reason: reasonOf(longest) };
    },

    enter(call, maxWaitMs) {
      const draws = rates.drawsOf(call, clock());
      const longest = longestOf(draws);
      if (longest !== undefined && longest.waitMs > maxWaitMs) return reasonOf(longest);
      const reserved = draws.map(({ bucket, cost, told, corrected }) => ({
        bucket,
        told,
        corrected,
        taken: reserve(bucket, cost),
      }));
      return passOf(call, reserved, longest?.waitMs ?? 0);
    },

    exportState: () => rates.exportState(clock()),
    restoreState: (learned) => rates.restoreState(checkLearnedLimits(learned), clock()),
  };

  function passOf({ name }: RatedCall, reserved: readonly Reserved[], waitMs: number): LimitPass {
    const { maxConcurrent, maxQueued = 100, queueTimeoutMs = 10_000 } = boundsOf(name);
    let begunAt: number | undefined;
    let holdsPlace = false;
    let queued: QueuePlace | undefined;
    let over = false;
    return {
      waitMs,
      queueTimeoutMs,
      queue(onTurn) {
        if (maxConcurrent === undefined) return true;
        const place = bulkheads.enter(name, { maxConcurrent, maxQueued }, () => {
          queued = undefined;
          holdsPlace = true;
          onTurn();
        });
        if (place === false)
          return `its maxConcurrent of ${maxConcurrent} is reached, and so is its maxQueued of ${maxQueued}`;
        holdsPlace = place === true;
        if (place !== true) queued = place;
        return holdsPlace;
      },
      begin() {
        const now = clock();
        let leftMs = 0;
        for (const { bucket, told, taken } of reserved)
          if (!told) leftMs = Math.max(leftMs, beginsInMs(bucket, taken, now));
        if (leftMs > 0) return leftMs;
        begunAt = now;
        for (const { bucket, taken } of reserved) begin(bucket, taken);
        rates.begun(name, now);
        return 0;
      },
      told: (info) => rates.told(name, info, clock()),
      end(attempt) {
        if (over) return;
        over = true;
        queued?.leave();
        if (holdsPlace) bulkheads.leave(name);
        if (begunAt === undefined) {
          for (const { bucket, taken } of reserved) cancel(bucket, taken);
          return;
        }
        const { usage, costEstimated, error } = attempt ?? {};
        if (usage !== undefined && !costEstimated) {
          const tokens = usage.inputTokens + usage.outputTokens;
          for (const { bucket, taken, corrected } of reserved) if (corrected) correct(bucket, tokens - taken);
        }
        // What is spent (`retryable` false) does not come back by calling less.
        if (error?.kind === "rate-limit" && error.retryable !== false) rates.limited(name, begunAt, clock());
      },
    };
  }
}

interface Reserved {
  readonly bucket: TokenBucket;
  readonly told: boolean;
  readonly corrected: boolean;
  readonly taken: number;
}

/** The draw that a call waits for, where it must wait. */
function longestOf(draws: readonly Draw[]): Draw | undefined {
  let longest: Draw | undefined;
  for (const draw of draws) if (draw.waitMs > (longest?.waitMs ?? 0)) longest = draw;
  return longest;
}

function reasonOf({ limit, waitMs }: Draw): string {
  return `${limit} is reached for ${waitMs} ms more`;
}

function checkEndpoint(owner: string, bounds: EndpointLimits): void {
  const { maxConcurrent, maxQueued, queueTimeoutMs } = bounds;
  checkRates(owner, bounds);
  if (maxConcurrent !== undefined)
    checkNumber(`${owner}.maxConcurrent`, maxConcurrent, { min: 1, integer: true });
  if (maxQueued !== undefined)
    checkNumber(`${owner}.maxQueued`, maxQueued, { min: 0, max: 1_000_000, integer: true });
  if (queueTimeoutMs !== undefined)
    checkNumber(`${owner}.queueTimeoutMs`, queueTimeoutMs, { min: 1, max: 2 ** 31 - 1 });
}

function checkRates(owner: string, rates: RateOptions): void {
  for (const name of rateNames) {
    if (rates[name] !== undefined) checkNumber(`${owner}.${name}`, rates[name], { min: Number.MIN_VALUE });
  }
}
