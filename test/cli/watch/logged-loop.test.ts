import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { logDashboard } from "../../../cli/watch/log-dashboard.ts";
import { createLoggedLoop } from "../../../cli/watch/logged-loop.ts";
import { always } from "../../../policies/index.ts";
import type { RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter, decisionLog } from "../../../src/index.ts";
import { createDriftMonitor, createHoldOut, createPromise, loopStates } from "../../../src/loop/index.ts";
import type { FramePromise } from "../../../src/serve/status/frame.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { rolloutWorld, salt } from "../../support/rollout/rollout-world.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-loop-log-"));
  file = join(folder, "decisions.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

async function shown() {
  const log = await logDashboard({ file, reference: undefined, mostBytes: 1e8, now: () => Date.now() });
  await log.read();
  const frame = await log.frame({ window: "7d", seq: 0, statesSeq: 0 });
  await log.close();
  return frame;
}

it("a log alone shows the rollout with its sequence, the promise, drift and what changed", async () => {
  const world = rolloutWorld();
  const promise = createPromise({ name: "desk", maxLoss: 0.02 });
  const drift = createDriftMonitor({});
  const log = decisionLog({
    file,
    loop: loopStates({ rollouts: [world.rollout], promises: [promise], drift }),
  });
  world.router.observe(log);
  world.fail("small", 1);
  await world.send(400);
  const status = await world.rollout.status();
  expect(status.state).toBe("rolled-back");
  await log.close();
  const { states, source } = await shown();
  expect(source).toMatchObject({ requests: 400, unreadable: 0 });
  const [rollout] = states?.rollouts ?? [];
  expect(rollout).toMatchObject({
    id: "small-for-all",
    state: "rolled-back",
    stages: [0.1, 0.5, 1],
    share: 0,
  });
  expect(rollout?.units).toEqual(status.units);
  const [guard] = rollout?.guards ?? [];
  expect(guard).toMatchObject({ alarmAt: status.guards[0]?.alarmAt, safeAt: status.guards[0]?.safeAt });
  expect(guard?.points).toHaveLength(status.guards[0]?.points.length ?? -1);
  expect(guard?.harm).toBeGreaterThanOrEqual(guard?.alarmAt ?? Number.POSITIVE_INFINITY);
  expect(states?.promises).toMatchObject([{ name: "desk", state: "not-enough-evidence", maxLoss: 0.02 }]);
  expect(states?.drift).toMatchObject({ windows: 0, alarms: [] });
  expect(states?.news).toMatchObject([
    { tone: "bad", text: expect.stringMatching(/^Rollout small-for-all: /) },
  ]);
  await world.rollout.close();
});

it("events alone say the state, and that no sequence was written", async () => {
  const world = rolloutWorld();
  const log = decisionLog({ file });
  world.router.observe(log);
  world.fail("small", 1);
  await world.send(400);
  await log.close();
  expect(await readFile(file, "utf8")).not.toContain('"loop":{');
  const { states } = await shown();
  expect(states?.rollouts).toMatchObject([
    { id: "small-for-all", state: "rolled-back", share: 0, stages: [], guards: [] },
  ]);
  expect(states?.rollouts?.[0]?.units).toBeUndefined();
  expect(states?.promises).toBeUndefined();
  await world.rollout.close();
});

it("feedback on decisions in arms measures quality beside the saving, each decision once", async () => {
  const price = (usd: number) => ({ usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: usd });
  const holdOut = createHoldOut({ policy: always("small"), large: "large", share: 0.5, salt });
  const router = createRouter({
    models: {
      small: fakeModel({ model: "small", price: price(100) }),
      large: fakeModel({ model: "large", price: price(900) }),
    },
    policy: holdOut.policy,
    onEvent: decisionLog({ file }),
  });
  for (let at = 0; at < 300; at += 1) {
    const { decision } = await router.route({
      messages: [{ role: "user", content: "hi" }],
      session: `s${at}`,
    });
    router.feedback(decision, decision.model === "large" ? 0.5 : 0.75);
    router.feedback(decision, 0);
  }
  await router.close();
  const { savedUsd, savedShare, qualityGained } = holdOut.saving();
  const saving = (await shown()).states?.saving;
  expect(saving?.qualityGained).toEqual(qualityGained);
  expect(saving?.qualityGained?.value).toBeCloseTo(0.25);
  expect(saving?.savedShare).toEqual(savedShare);
  expect(savedUsd?.value).toBeGreaterThan(0);
});

it("takes the worst promise of several processes, and forgets those that are gone", () => {
  const loop = createLoggedLoop();
  const of = (writer: string, state: string, records: number) => ({
    writer,
    states: { promises: [{ name: "desk", state, records, maxLoss: 0.1 } satisfies FramePromise] },
  });
  loop.set(0, of("gone", "broken", 9));
  loop.set(1_000_000, of("a", "kept", 50));
  loop.set(1_000_001, of("b", "at-risk", 40));
  loop.set(1_000_002, of("c", "not-enough-evidence", 1));
  expect(loop.states(1_000_002).promises).toEqual([
    { name: "desk", state: "at-risk", records: 40, maxLoss: 0.1, processes: 3 },
  ]);
  loop.set(1_000_003, of("b", "kept", 50));
  loop.set(1_000_004, of("c", "kept", 50));
  expect(loop.states(1_000_004).promises).toEqual([
    { name: "desk", state: "kept", records: 50, maxLoss: 0.1 },
  ]);
  // After a night all are quiet: the newest is shown, not nothing.
  expect(loop.states(9e9).promises).toHaveLength(1);
});

it("drift that events tell of counts for a day", () => {
  const loop = createLoggedLoop();
  const event = {
    type: "drift-found",
    of: "score",
    statistic: "psi",
    value: 0.4,
    bound: 0.2,
    reason: "r",
  } as const;
  expect(loop.states(0).drift).toBeUndefined();
  loop.note(0, event);
  expect(loop.states(1_000).drift).toMatchObject({ alarms: [{ of: "score" }], findings: [{ value: 0.4 }] });
  expect(loop.states(90_000_000).drift).toBeUndefined();
});

it("a rollout or promise that throws or hangs is left out, and its log closes", async () => {
  const hanging = { status: () => new Promise<never>(() => {}) };
  const throwing = {
    name: "x",
    report: () => {
      throw new Error("secret");
    },
  };
  const events: RouterEvent[] = [];
  const log = decisionLog({ file, loop: loopStates({ rollouts: [hanging], promises: [throwing] }) });
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small"), onEvent: log });
  router.observe((event) => events.push(event));
  await router.route("hello");
  await router.close();
  expect(log.dropped).toBe(0);
  expect((await readFile(file, "utf8")).trimEnd().split("\n")).toHaveLength(1);
  const other = decisionLog({
    file,
    loop: loopStates({ rollouts: [hanging], drift: createDriftMonitor({}) }),
  });
  await other.close();
  expect((await shown()).states).toMatchObject({ rollouts: [], drift: { windows: 0 } });
});

it("refuses sources that are none, by name", () => {
  const made = (sources: object) => () => loopStates(sources);
  expect(made({ rollouts: [{}] })).toThrow(/loopStates\.rollouts\[0\]/);
  expect(made({ drift: 1 })).toThrow(/loopStates\.drift/);
  for (const everyMs of [10, 600_001]) expect(made({ everyMs })).toThrow(/loopStates\.everyMs/);
  expect(made({ holdOut: {} })).toThrow(/holdOut/);
  const rollouts: object[] = [];
  expect(() => decisionLog({ file, loop: { rollouts } as never })).toThrow(
    'decisionLog.loop must be loopStates({ promises, rollouts, drift }) of "switchpoint/loop", got an object',
  );
});
