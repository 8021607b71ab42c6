import { vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { ProviderErrorKind } from "../../../src/contracts/index.ts";
import { createRouter, type ExecutionOptions, ProviderError } from "../../../src/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { fakeModel } from "../../../src/testing/index.ts";

export interface LimitedWorld {
  /** Requests per second. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Returns true if the provider fails a call now. */
  readonly refuses: (now: number, random: () => number) => boolean;
  /** Kind of its failures. Default: `rate-limit`. */
  readonly kind?: ProviderErrorKind | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Time that a call takes. Default 20 ms. */
  readonly takesMs?: number | undefined;
  readonly execution?: ExecutionOptions | undefined;
  /** True if there is a second endpoint, which answers all. */
  readonly second?: boolean | undefined;
  readonly seed?: number | undefined;
}

export interface LimitedRun {
  readonly sent: number;
  readonly answered: number;
  /** Calls that the limited endpoint received and answered. */
  readonly calls: number;
  readonly served: number;
  /** Times of the calls that it received, in milliseconds since the start. */
  readonly callsAt: readonly number[];
}

/** Sends requests at a constant rate to a router whose first endpoint fails some calls. Fake timers. */
export async function runLimitedWorld(world: LimitedWorld): Promise<LimitedRun> {
  const { perSecond, seconds, refuses, kind = "rate-limit", retryAfterMs, takesMs = 20 } = world;
  const { execution, second, seed = 1 } = world;
  const random = seededRandom(seed);
  const startedAt = performance.now();
  const callsAt: number[] = [];
  let [sent, answered, served] = [0, 0, 0];
  const error = new ProviderError({ kind, model: "fake:a", retryAfterMs });
  const a = fakeModel({
    model: "a",
    answer: () => {
      const now = performance.now() - startedAt;
      callsAt.push(now);
      if (refuses(now, random)) throw error;
      served += 1;
      return "ok";
    },
    wait: () => new Promise((resolve) => setTimeout(resolve, takesMs)),
  });
  const models = second === true ? { a, b: fakeModel({ model: "b" }) } : { a };
  const router = createRouter({ models, policy: always("a"), execution, random });
  const total = perSecond * seconds;
  const stepMs = Math.max(1, 1_000 / perSecond);
  const each = Math.max(1, Math.round((perSecond * stepMs) / 1_000));
  for (; sent < total; await vi.advanceTimersByTimeAsync(stepMs)) {
    for (let one = 0; one < each; one += 1) {
      sent += 1;
      void router.route("Hi").then(
        () => {
          answered += 1;
        },
        () => undefined,
      );
    }
    (a.requests as unknown[]).length = 0;
  }
  await vi.advanceTimersByTimeAsync(120_000);
  return { sent, answered, calls: callsAt.length, served, callsAt };
}

/** Provider that fails a random share of calls. */
export const share = (of: number) => (_now: number, random: () => number) => random() < of;

/** Provider with a token bucket of `perSecond` calls and a burst of `burst`. */
export function bucket(perSecond: number, burst: number): LimitedWorld["refuses"] {
  let level = burst;
  let at = 0;
  return (now) => {
    level = Math.min(burst, level + ((now - at) / 1_000) * perSecond);
    at = now;
    if (level < 1) return true;
    level -= 1;
    return false;
  };
}
