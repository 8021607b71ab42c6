import { describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import type { RouterEvent } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { aborts } from "../../src/loop/guards/aborts.ts";
import { cost } from "../../src/loop/guards/cost.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { createRollout } from "../../src/loop/rollout/create-rollout.ts";
import { watchFailures } from "../../src/loop/rollout/failed-in-a-row.ts";
import type { RolloutOptions } from "../../src/loop/rollout/rollout-options.ts";
import type { ArmRequest } from "../../src/loop/units/unit-request.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Id = "small" | "large";

/** A rollout of `small` behind a router with a fallback, as applications have it. */
function world(options: Partial<RolloutOptions<Id>>, answer: (session: number) => string | Promise<string>) {
  let now = Date.UTC(2026, 0, 1);
  let session = 0;
  const rollout = createRollout<Id>({
    id: "behind-a-rescue",
    salt: "0123456789abcdef-of-tests",
    unit: "session",
    control: always("large"),
    candidate: always("small"),
    stages: [{ share: 0.5 }, { share: 1 }],
    holdOut: 0.05,
    guards: [errors({ margin: 0.05 })],
    clock: () => now,
    monotonicClock: () => now,
    ...options,
  });
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: {
      small: fakeModel({ name: "small", answer: () => answer(session) }),
      large: fakeModel({ name: "large", answer: "ok" }),
    },
    policy: rollout.policy,
    execution: { retries: 0 },
    onEvent: (event) => void events.push(event),
  });
  rollout.attach(router);
  return {
    rollout,
    router,
    events,
    async send(sessions: number, requests = 1, signal?: () => AbortSignal) {
      for (let sent = 0; sent < sessions; sent += 1) {
        session += 1;
        for (let turn = 0; turn < requests; turn += 1) {
          now += 1_000;
          const abortSignal = signal?.();
          await router
            .route(
              { session: `s${session}`, messages: [{ role: "user", content: "Hello" }] },
              abortSignal && { signal: abortSignal },
            )
            .catch(() => {});
        }
        if (session % 10 === 0) await rollout.judge();
      }
    },
  };
}

const down = () => {
  throw new Error("down");
};

/** Units of the candidate that the router has decided. */
function candidates(events: readonly RouterEvent[]): number {
  return new Set(
    events.flatMap((event) =>
      event.type === "request-completed"
        ? (event.decision.arms ?? []).filter(({ arm }) => arm === "candidate").map(({ unitHash }) => unitHash)
        : [],
    ),
  ).size;
}

describe("a candidate whose model fails every request behind a fallback", () => {
  it.each([0.01, 0.1, 0.5])(
    "is rolled back after at most 30 of its units while their sessions are open, at a share of %d",
    async (share) => {
      const { rollout, router, events, send } = world({ stages: [{ share }, { share: 1 }] }, down);
      for (let round = 0; round < 60 && candidates(events) < 31; round += 1) {
        await send(share < 0.1 ? 100 : 10);
        if ((await rollout.status()).state === "rolled-back") break;
      }
      const status = await rollout.status();
      expect(status).toMatchObject({ state: "rolled-back", share: 0 });
      expect(candidates(events)).toBeLessThanOrEqual(30);
      // Its callers have seen nothing of it.
      expect(events.filter(({ type }) => type === "request-failed")).toEqual([]);
      expect(status.requests.candidate).toMatchObject({ failed: 0, troubled: status.requests.candidate.all });
      expect(status.requests.control).toMatchObject({ failed: 0, troubled: 0 });
      await router.close();
    },
  );

  it("is compared by what callers see where that is asked for, and rolled back all the same", async () => {
    const { rollout, router, events, send } = world(
      { guards: [errors({ margin: 0.05, of: "requests" })], unitMaxRequests: 1 },
      down,
    );
    await send(100);
    const status = await rollout.status();
    expect(status.history.at(-1)).toMatchObject({ verdict: "roll-back", guard: "failed-in-a-row" });
    expect(status.guards[0]).toMatchObject({ name: "errors", candidate: 0, control: 0 });
    expect(candidates(events)).toBe(30);
    await router.close();
  });
});

it("a first request counts at once, and the guard on it shares the error", async () => {
  let failing = 0;
  const { rollout, router, send } = world({}, () => {
    failing += 1;
    if (failing % 4 < 2) throw new Error("down");
    return "ok";
  });
  await send(200);
  const { guards, units, history } = await rollout.status();
  expect(units).toEqual({ control: 0, candidate: 0 });
  expect(guards.map(({ name, of }) => [name, of])).toEqual([
    ["errors", undefined],
    ["errors:first", "first-request"],
  ]);
  expect(guards.map(({ alarmAt }) => Math.round(alarmAt))).toEqual([40, 40]);
  expect(history.at(-1)).toMatchObject({ verdict: "roll-back", guard: "errors:first" });
  await router.close();
});

it("20 failed requests of one unit in a row pause, and a person who goes on is not asked again", async () => {
  const { rollout, router, send } = world({ stages: [{ share: 0.5 }, { share: 1 }] }, down);
  let at = 0;
  const armOf = async () =>
    (await router.decide({ session: `s${at + 1}`, messages: [{ role: "user", content: "Hello" }] })).arms?.[0]
      ?.arm;
  while ((await armOf()) !== "candidate") {
    await send(1);
    at += 1;
  }
  await send(1, 19);
  expect((await rollout.status()).state).toBe("running");
  at += 1;
  while ((await armOf()) !== "candidate") {
    await send(1);
    at += 1;
  }
  await send(1, 20);
  const status = await rollout.status();
  expect(status).toMatchObject({ state: "paused", verdict: { guard: "failed-in-a-row" } });
  await rollout.resume("ada");
  await send(1, 25);
  expect((await rollout.status()).state).toBe("running");
  await router.close();
});

it("callers who leave are compared, and what they waited is a latency", async () => {
  const { rollout, router, send } = world(
    { guards: [errors({ margin: 0.05 }), aborts({ margin: 0.05 })], unitMaxRequests: 1 },
    (session) => (session % 3 === 0 ? new Promise((resolve) => setTimeout(resolve, 10_000, "late")) : "ok"),
  );
  await send(300, 1, () => AbortSignal.timeout(5));
  const { state, history, requests } = await rollout.status();
  expect(state).toBe("rolled-back");
  expect(history.at(-1)).toMatchObject({ guard: "aborts" });
  expect(requests.candidate.aborted).toBeGreaterThan(10);
  expect(requests.candidate.failed).toBe(0);
  await router.close();
});

it("units of unknown price hold the rollout, and the verdict says which share they are", async () => {
  const { rollout, router, send } = world(
    { guards: [cost({ marginShare: 0.05, maxUsd: 1 })], unitMaxRequests: 1, minUnitsAtStage: 20 },
    () => "ok",
  );
  await send(100);
  const status = await rollout.status();
  expect(status.verdict).toMatchObject({ verdict: "hold", needs: "data" });
  expect(status.verdict.reason).toBe(
    "cost: of 100 % of the units it is not known, so that the others are not compared",
  );
  expect(status.guards[0]?.unknownShare).toBe(1);
  await router.close();
});

it("tells how many minutes it takes at the traffic of the stage", async () => {
  const { rollout, router, send } = world({ unitMaxRequests: 1, minUnitsAtStage: 1_000 }, () => "ok");
  await send(240);
  const { delay, units } = await rollout.status();
  const ended = Math.min(units.control, units.candidate);
  expect(delay).toMatchObject({ totalFailureUnits: 30, unitsLeft: 1_000 - ended, idleMinutes: 30 });
  expect(delay?.unitsPerMinute).toBeCloseTo(ended / 4, 1);
  expect(delay?.minutesLeft).toBeCloseTo((1_000 - ended) / (ended / 4), 0);
  await router.close();
});

describe("failures in a row", () => {
  const request = (over: Partial<ArmRequest>, how: Partial<ArmRequest["request"]> = {}): ArmRequest => ({
    unitHash: "u",
    arm: "candidate",
    revision: 0,
    isCompared: true,
    request: { outcome: "answered", latencyMs: 1, troubled: "failed", ...how },
    ...over,
  });

  it("begin again with one answer, and mean nothing while control fails as well", () => {
    const { note } = watchFailures();
    for (let unit = 0; unit < 29; unit += 1) expect(note(request({ unitHash: `a${unit}` }))).toBeUndefined();
    note(request({ unitHash: "good" }, { troubled: undefined }));
    for (let unit = 0; unit < 29; unit += 1) expect(note(request({ unitHash: `b${unit}` }))).toBeUndefined();
    note(request({ unitHash: "c", arm: "control" }, { outcome: "failed" }));
    for (let unit = 0; unit < 100; unit += 1) expect(note(request({ unitHash: `d${unit}` }))).toBeUndefined();
    note(request({ unitHash: "c", arm: "control" }, { troubled: undefined }));
    expect(note(request({ unitHash: "e" }))).toMatchObject({ verdict: "roll-back" });
  });

  it("are neither answers that a check refused nor callers who left", () => {
    const { note } = watchFailures();
    for (let unit = 0; unit < 100; unit += 1) {
      expect(note(request({ unitHash: `a${unit}` }, { troubled: "refused" }))).toBeUndefined();
      expect(
        note(request({ unitHash: `b${unit}` }, { outcome: "aborted", troubled: undefined })),
      ).toBeUndefined();
    }
  });
});
