import fc from "fast-check";
import { expect, it } from "vitest";
import type { Attempt, BreakerState, FailureClass, ProviderErrorKind } from "../../../src/contracts/index.ts";
import { createBreakers } from "../../../src/router/limits/breakers.ts";
import { runs } from "../../support/runs.ts";

const rules = { failureRatio: 0.5, minCalls: 3, windowMs: 1_000, openMs: 100, coolDownMs: 50 };

const classByKind: Record<string, FailureClass> = {
  connection: "connection",
  timeout: "timeout",
  server: "server",
  overloaded: "server",
  incomplete: "server",
};
const kinds = [
  undefined,
  "server",
  "server",
  "server",
  "timeout",
  "connection",
  "overloaded",
  "incomplete",
  "rate-limit",
  "invalid-request",
] as const;

/** Model of one endpoint that keeps every call and counts them whenever it matters. */
function createModel(name: string) {
  let calls: { tenth: number; failed: FailureClass | undefined }[] = [];
  let opening: { until: number; by: FailureClass; failedTrials: number } | undefined;
  let trialUntil: number | undefined;
  let pausedUntil = 0;
  let asked: { until: number; by: number; later: boolean[] } | undefined;
  let limits: boolean[] = [];
  let ends: { second: number; answered: boolean }[] = [];

  /** Share of rate limits, of which the older ones count less. */
  const limitedShare = () =>
    limits.reduce((share, one, index) => share + (Number(one) - share) / Math.min(32, index + 1), 0);
  const isAsked = (now: number) => asked !== undefined && now < asked.until;

  const pause = (retryAfterMs: number | undefined, order: number, now: number) => {
    if (retryAfterMs === undefined) {
      if (limitedShare() >= 0.2) pausedUntil = Math.max(pausedUntil, now + 50);
      return;
    }
    const second = Math.floor(now / 1_000);
    const answered = ends.filter((one) => one.answered && one.second >= second - 1).length;
    const refused = ends.filter((one) => !one.answered && one.second >= second - 1).length;
    if (answered >= Math.max(32, 8 * refused)) return;
    const until = now + Math.min(600_000, retryAfterMs);
    pausedUntil = Math.max(pausedUntil, until);
    if (asked === undefined || now >= asked.until) asked = { until, by: order, later: [] };
    else {
      if (order > asked.by) asked.later.push(false);
      asked.until = Math.max(asked.until, until);
    }
  };

  const answer = (order: number, now: number) => {
    if (asked === undefined || !isAsked(now) || order <= asked.by) return;
    asked.later.push(true);
    const answered = asked.later.filter((one) => one).length;
    if (answered < 16 || answered < 8 * (asked.later.length - answered)) return;
    asked = undefined;
    pausedUntil = 0;
  };

  const open = (by: FailureClass, failedTrials: number, now: number) => {
    opening = { until: now + 100 * (failedTrials < 4 ? 2 ** failedTrials : 16), by, failedTrials };
    trialUntil = undefined;
    calls = [];
  };

  const ask = (now: number): true | string => {
    if (now < pausedUntil) return `its provider asked for a pause; ${pausedUntil - now} ms of it are left`;
    if (opening === undefined) return true;
    if (now < opening.until) return `its breaker is open (${opening.by} failures)`;
    if (trialUntil !== undefined && now < trialUntil) return "its breaker waits for a trial call";
    return true;
  };

  return {
    ask,
    enter(now: number) {
      const answer = ask(now);
      if (answer === true && opening !== undefined) trialUntil = now + 1_600;
      return answer;
    },
    abandon() {
      trialUntil = undefined;
    },
    pauseMs: (now: number) => Math.max(0, pausedUntil - now),
    askedMs: (now: number) => (isAsked(now) ? (asked?.until ?? 0) - now : 0),
    observe(
      kind: ProviderErrorKind | undefined,
      retryAfterMs: number | undefined,
      { begunAt, order }: { begunAt: number; order: number },
      now: number,
    ) {
      if (kind === undefined || kind === "rate-limit") limits.push(kind === "rate-limit");
      const second = Math.floor(now / 1_000);
      if (kind === undefined) {
        ends.push({ second, answered: true });
        answer(order, now);
      } else if (kind === "rate-limit" || (retryAfterMs !== undefined && classByKind[kind] !== undefined)) {
        ends.push({ second, answered: false });
        pause(retryAfterMs, order, now);
      }
      const isLate = opening !== undefined && begunAt < opening.until - 2;
      if (isLate) return;
      const failed = classByKind[kind ?? ""];
      const hasVerdict = kind === undefined || failed !== undefined;
      if (!hasVerdict) trialUntil = undefined;
      else if (opening !== undefined) {
        if (trialUntil === undefined) return;
        if (failed !== undefined) open(failed, opening.failedTrials + 1, now);
        else {
          opening = undefined;
          trialUntil = undefined;
        }
      } else {
        const newest = Math.max(Math.floor(now / 100), ...calls.map(({ tenth }) => tenth));
        calls.push({ tenth: newest, failed });
        const recent = calls.filter(({ tenth }) => tenth > newest - 10);
        const share = (one: FailureClass) =>
          recent.filter((call) => call.failed === one).length / recent.length;
        const over = (["connection", "timeout", "server"] as const).find((one) => share(one) >= 0.5);
        if (failed !== undefined && recent.length >= 3 && over !== undefined) open(over, 0, now);
      }
    },
    exported(now: number): BreakerState[] {
      const pause = {
        ...(pausedUntil > now && { coolDownUntil: pausedUntil }),
        ...(isAsked(now) && { pausedUntil: asked?.until }),
      };
      if (opening === undefined) return pausedUntil > now ? [{ name, state: "closed", ...pause }] : [];
      const { until, by, failedTrials } = opening;
      const state = now < until ? "open" : "half-open";
      return [{ name, state, failureClass: by, openUntil: until, failedTrials, ...pause }];
    },
    restore(now: number) {
      calls = [];
      trialUntil = undefined;
      limits = [];
      ends = [];
      pausedUntil = pausedUntil > now ? Math.min(pausedUntil, now + 600_000) : 0;
      asked = isAsked(now)
        ? { until: Math.min(asked?.until ?? 0, now + 600_000), by: Number.POSITIVE_INFINITY, later: [] }
        : undefined;
      if (opening !== undefined) opening = { ...opening, until: Math.min(opening.until, now + 1_600) };
    },
  };
}

const names = ["a", "b"] as const;
const step = fc.record({
  name: fc.constantFrom("a", "a", "a", "b"),
  // Often the time for which a breaker is open; now and then the clock goes back.
  afterMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 10 }) },
    { weight: 4, arbitrary: fc.constantFrom(50, 99, 100, 101, 200, 400, 800, 1_600) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_700 }) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 0 }) },
  ),
  action: fc.oneof(
    { weight: 6, arbitrary: fc.constant("enter" as const) },
    { weight: 9, arbitrary: fc.constant("observe" as const) },
    { weight: 2, arbitrary: fc.constant("abandon" as const) },
    { weight: 1, arbitrary: fc.constant("restore" as const) },
  ),
  kind: fc.constantFrom(...kinds),
  order: fc.integer({ min: 1, max: 100 }),
  tookMs: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 2_000 })),
  retryAfterMs: fc.option(fc.constantFrom(0, 30, 400), { nil: undefined }),
});

it("breakers agree with a model that keeps every call, whatever happens in whatever order", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
      const breakers = createBreakers(rules);
      const models = { a: createModel("a"), b: createModel("b") };
      let now = 1_000_000;
      for (const { name, afterMs, action, kind, order, tookMs, retryAfterMs } of steps) {
        now += afterMs;
        const model = models[name];
        if (action === "enter") expect(breakers.enter(name, now)).toBe(model.enter(now));
        else if (action === "abandon") {
          breakers.abandon(name);
          model.abandon();
        } else if (action === "observe") {
          const error: Attempt["error"] = kind && { code: "provider", message: "", kind, retryAfterMs };
          breakers.observe({ name, error }, { begunAt: now - tookMs, order }, now);
          model.observe(kind, retryAfterMs, { begunAt: now - tookMs, order }, now);
        } else {
          breakers.restoreState(JSON.parse(JSON.stringify(breakers.exportState(now))), now);
          for (const one of names) models[one].restore(now);
        }
        for (const one of names) {
          // Asked twice, since asking changes nothing.
          expect([breakers.ask(one, now), breakers.ask(one, now)]).toEqual(
            Array(2).fill(models[one].ask(now)),
          );
          expect(breakers.pauseMs(one, now)).toBe(models[one].pauseMs(now));
          expect(Math.max(0, breakers.askedUntil(one) - now)).toBe(models[one].askedMs(now));
        }
        const exported = names.flatMap((one) => models[one].exported(now));
        expect([...breakers.exportState(now)].sort((x, y) => x.name.localeCompare(y.name))).toEqual(exported);
      }
    }),
    { numRuns: runs(100, 5_000) },
  );
});
