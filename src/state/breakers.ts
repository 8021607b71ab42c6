import {
  type Attempt,
  type BreakerOptions,
  type BreakerState,
  type FailureClass,
  InvalidOptionError,
  type ProviderErrorKind,
} from "../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../plugin/index.ts";

export interface Breakers {
  /** `true`, or why no call may be made now. Half-open admits one trial until its result is observed. No side effect. */
  ask(name: string, now: number): true | string;
  /** As `ask`; where the breaker is half-open, the call is its trial. */
  enter(name: string, now: number): true | string;
  /** A call that was admitted is not made after all. */
  abandon(name: string): void;
  /** Milliseconds left of the pause that a rate limit asked for; 0 where there is none. */
  pauseMs(name: string, now: number): number;
  /** Learns from a call that has ended. */
  observe(attempt: Pick<Attempt, "name" | "error" | "startedAt">, now: number): void;
  /** Every endpoint that is not closed, and each closed one that cools down. */
  exportState(now: number): readonly BreakerState[];
  /** Replaces what is known. Throws `InvalidOptionError`. */
  restoreState(states: readonly BreakerState[], now: number): void;
}

const classOf: Partial<Record<ProviderErrorKind, FailureClass>> = {
  connection: "connection",
  timeout: "timeout",
  server: "server",
  overloaded: "server",
  incomplete: "server",
};
const classes: readonly FailureClass[] = ["connection", "timeout", "server"];

/** The window slides in steps of a tenth. */
const bucketCount = 10;
/** Longest pause that a Retry-After can set. */
const longestCoolDownMs = 600_000;
/** Failed trials that double the time until the next one. */
const mostDoublings = 4;
/** A timer may fire this much before its time, and the trial that waited for it begin. */
const timerSlackMs = 2;
/** Endpoints that are remembered; beyond, the one met first is forgotten. */
const maxNames = 1_000;

interface Bucket {
  start: number;
  calls: number;
  readonly failed: Record<FailureClass, number>;
}

interface Endpoint {
  buckets: Bucket[];
  openUntil: number | undefined;
  failureClass: FailureClass | undefined;
  failedTrials: number;
  trialUntil: number;
  coolDownUntil: number;
}

/**
 * One breaker for each model name. It opens when, among at least `minCalls` calls of the window, the
 * share that failed in one class reaches `failureRatio`; after `openMs` one trial decides. A rate
 * limit is a cool-down and no failure; what the caller brought about counts for nothing.
 */
export function createBreakers(options: BreakerOptions = {}): Breakers {
  checkKeys("execution.breaker", options, ["failureRatio", "minCalls", "windowMs", "openMs", "coolDownMs"]);
  const {
    failureRatio = 0.5,
    minCalls = 10,
    windowMs = 30_000,
    openMs = 5_000,
    coolDownMs = 1_000,
  } = options;
  checkNumber("execution.breaker.failureRatio", failureRatio, { min: Number.MIN_VALUE, max: 1 });
  checkNumber("execution.breaker.minCalls", minCalls, { min: 1, integer: true });
  checkNumber("execution.breaker.windowMs", windowMs, { min: bucketCount });
  checkNumber("execution.breaker.openMs", openMs, { min: 1 });
  checkNumber("execution.breaker.coolDownMs", coolDownMs, { min: 0 });
  const longestOpenMs = openMs * 2 ** mostDoublings;
  let endpoints = new Map<string, Endpoint>();

  const endpointOf = (name: string): Endpoint => {
    const known = endpoints.get(name);
    if (known !== undefined) return known;
    const made: Endpoint = {
      buckets: [],
      openUntil: undefined,
      failureClass: undefined,
      failedTrials: 0,
      trialUntil: 0,
      coolDownUntil: 0,
    };
    endpoints.set(name, made);
    if (endpoints.size > maxNames) endpoints.delete(endpoints.keys().next().value as string);
    return made;
  };

  const open = (endpoint: Endpoint, failureClass: FailureClass, now: number) => {
    endpoint.openUntil = now + openMs * 2 ** Math.min(mostDoublings, endpoint.failedTrials);
    endpoint.failureClass = failureClass;
    endpoint.trialUntil = 0;
    endpoint.buckets = [];
  };

  const close = (endpoint: Endpoint) => {
    endpoint.openUntil = undefined;
    endpoint.failureClass = undefined;
    endpoint.failedTrials = 0;
    endpoint.trialUntil = 0;
  };

  const count = (endpoint: Endpoint, failureClass: FailureClass | undefined, now: number) => {
    const step = windowMs / bucketCount;
    const start = Math.floor(now / step) * step;
    const { buckets } = endpoint;
    while (buckets[0] !== undefined && buckets[0].start <= now - windowMs) buckets.shift();
    let bucket = buckets.at(-1);
    if (bucket === undefined || bucket.start < start) {
      bucket = { start, calls: 0, failed: { connection: 0, timeout: 0, server: 0 } };
      buckets.push(bucket);
    }
    bucket.calls += 1;
    if (failureClass !== undefined) bucket.failed[failureClass] += 1;
  };

  const classOverRatio = ({ buckets }: Endpoint): FailureClass | undefined => {
    const calls = buckets.reduce((sum, bucket) => sum + bucket.calls, 0);
    if (calls < minCalls) return undefined;
    return classes.find(
      (one) => buckets.reduce((sum, { failed }) => sum + failed[one], 0) >= failureRatio * calls,
    );
  };

  const ask = (name: string, now: number): true | string => {
    const endpoint = endpoints.get(name);
    if (endpoint === undefined) return true;
    if (now < endpoint.coolDownUntil)
      return `it asked for a pause of ${endpoint.coolDownUntil - now} ms more`;
    if (endpoint.openUntil === undefined) return true;
    if (now < endpoint.openUntil) return `its breaker is open (${endpoint.failureClass} failures)`;
    return now < endpoint.trialUntil ? "its breaker waits for a trial call" : true;
  };

  return {
    ask,

    enter(name, now) {
      const answer = ask(name, now);
      const endpoint = endpoints.get(name);
      // A trial that is never observed (its request was dropped) must not keep it shut for ever.
      if (answer === true && endpoint?.openUntil !== undefined) endpoint.trialUntil = now + longestOpenMs;
      return answer;
    },

    abandon(name) {
      const endpoint = endpoints.get(name);
      if (endpoint !== undefined) endpoint.trialUntil = 0;
    },

    pauseMs(name, now) {
      return Math.max(0, (endpoints.get(name)?.coolDownUntil ?? 0) - now);
    },

    observe({ name, error, startedAt }, now) {
      const kind = error?.kind as ProviderErrorKind | undefined;
      const failureClass = kind === undefined ? undefined : classOf[kind];
      const verdict = error === undefined || failureClass !== undefined || kind === "rate-limit";
      const known = endpoints.get(name);
      // Calls that had begun before it opened say nothing new: only its trial decides.
      const mayBeTrial =
        known?.openUntil === undefined || Date.parse(startedAt) >= known.openUntil - timerSlackMs;
      if (!verdict) {
        if (known !== undefined && mayBeTrial) known.trialUntil = 0;
        return;
      }
      const endpoint = known ?? endpointOf(name);
      if (kind === "rate-limit") {
        const pause = Math.min(error?.retryAfterMs ?? coolDownMs, longestCoolDownMs);
        endpoint.coolDownUntil = Math.max(endpoint.coolDownUntil, now + pause);
        if (mayBeTrial) endpoint.trialUntil = 0;
        return;
      }
      if (endpoint.openUntil !== undefined) {
        if (endpoint.trialUntil === 0 || !mayBeTrial) return;
        if (failureClass === undefined) close(endpoint);
        else {
          endpoint.failedTrials += 1;
          open(endpoint, failureClass, now);
        }
        return;
      }
      count(endpoint, failureClass, now);
      const over = failureClass === undefined ? undefined : classOverRatio(endpoint);
      if (over !== undefined) open(endpoint, over, now);
    },

    exportState(now) {
      const states: BreakerState[] = [];
      for (const [name, { openUntil, failureClass, failedTrials, coolDownUntil }] of endpoints) {
        const cooling = coolDownUntil > now ? { coolDownUntil } : {};
        if (openUntil === undefined) {
          if (coolDownUntil > now) states.push({ name, state: "closed", ...cooling });
        } else {
          const state = now < openUntil ? "open" : "half-open";
          states.push({ name, state, failureClass, openUntil, failedTrials, ...cooling });
        }
      }
      return states;
    },

    restoreState(states, now) {
      const checked = checkBreakerStates(states);
      endpoints = new Map();
      for (const { name, openUntil, coolDownUntil = 0, failedTrials = 0, failureClass } of checked) {
        const endpoint = endpointOf(name);
        // No longer than it could be from now: the clock that wrote the state may have been ahead.
        endpoint.coolDownUntil = Math.min(coolDownUntil, now + longestCoolDownMs);
        if (openUntil === undefined) continue;
        endpoint.openUntil = Math.min(openUntil, now + longestOpenMs);
        endpoint.failedTrials = failedTrials;
        endpoint.failureClass = failureClass;
      }
    },
  };
}

/** Throws `InvalidOptionError` where the value is none that was exported. */
export function checkBreakerStates(states: readonly BreakerState[]): readonly BreakerState[] {
  if (!Array.isArray(states)) throw new InvalidOptionError("breakers", states, "an array of states");
  for (const [index, state] of states.entries()) {
    const path = `breakers[${index}]`;
    checkText(`${path}.name`, state?.name);
    const { openUntil, coolDownUntil, failedTrials, failureClass }: BreakerState = state;
    if (coolDownUntil !== undefined) checkNumber(`${path}.coolDownUntil`, coolDownUntil, { min: 0 });
    if (openUntil !== undefined) checkNumber(`${path}.openUntil`, openUntil, { min: 0 });
    if (failedTrials !== undefined)
      checkNumber(`${path}.failedTrials`, failedTrials, { min: 0, integer: true });
    if (failureClass !== undefined && !classes.includes(failureClass))
      throw new InvalidOptionError(`${path}.failureClass`, failureClass, `one of ${classes.join(", ")}`);
  }
  return states;
}
