import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import type { Store } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { errors } from "../../src/rollout/guards/errors.ts";
import {
  type AuditScorer,
  createDriftMonitor,
  createHoldOut,
  createPromise,
  createRollout,
  quality,
  rubricJudge,
  sharePromise,
} from "../../src/rollout/index.ts";
import { memoryStore } from "../../src/state/store/memory.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { audited, halfAsGood } from "../support/audited.ts";
import { rolloutWorld, salt } from "../support/rollout/rollout-world.ts";

/** A rejection that is handled by no one ends a process of Node. */
const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

const rejects = (): never => Promise.reject(new Error("a part of a user")) as never;
const ask = (session: string) => ({ session, messages: [{ role: "user" as const, content: "Hello" }] });

describe("parts of users that reject", () => {
  it.each<[string, Parameters<typeof audited>[0]]>([
    ["allow", { audit: { allow: rejects } }],
    ["scorer", { audit: { scorer: { ...halfAsGood, score: rejects } } }],
    ["accepts", { audit: { scorer: { ...halfAsGood, accepts: rejects } } }],
    ["errors", { audit: { scorer: { ...halfAsGood, errors: rejects } } }],
    ["an error's value", { audit: { scorer: { ...halfAsGood, errors: () => ({ a: rejects() }) } } }],
    [
      "a quality",
      { audit: { scorer: { name: "q", score: () => ({ quality: rejects(), referenceQuality: 1 }) } } },
    ],
    ["onRecord", { audit: { onRecord: [rejects, rejects] } }],
    ["the reference", { large: { answer: rejects } }],
    [
      "the judge and onPair",
      {
        audit: {
          scorer: rubricJudge({
            model: fakeModel({
              model: "judge",
              price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 },
              answer: rejects,
            }),
            onPair: rejects,
          }),
        },
      },
    ],
  ])("%s of an audit: the caller has its answer, and the status can be read", async (_, given) => {
    const { router, audit } = audited(given);
    for (let at = 0; at < 3; at += 1)
      expect((await router.route(ask(`s${at}`))).completion.choices[0]?.message.content).toBe("from small");
    await audit.flush();
    expect(JSON.parse(JSON.stringify(audit.status()))).toMatchObject({ drawn: 3 });
    await router.close();
  });

  it("of a rollout: unit, random, guard and candidate", async () => {
    const guard = errors({ margin: 0.1 });
    for (const broken of [
      { ...guard, name: "value", value: rejects },
      { ...guard, name: "add", add: rejects },
      { ...guard, name: "merge", merge: rejects },
      { ...guard, name: "evidence", evidence: rejects },
      { ...guard, name: "part", evidence: () => ({ harm: rejects(), safe: rejects(), pairs: rejects() }) },
      {
        ...guard,
        name: "part of means",
        evidence: () => ({ harm: 1, safe: 1, pairs: 1, control: rejects() }),
      },
    ].map((one) => ({ ...one, name: one.name.replaceAll(" ", "-") })))
      for (const store of [undefined, memoryStore()]) {
        const world = rolloutWorld({
          guards: [guard, broken],
          stages: [{ share: 0.5 }],
          judgeMs: 100,
          random: rejects,
          ...(store && { store }),
        });
        await world.rollout.ready();
        await world.send(30);
        expect((await world.rollout.judge()).verdict).toBe("hold");
        await world.rollout.status();
        expect(world.events.filter(({ type }) => type === "request-completed")).toHaveLength(30);
        await world.router.close();
      }
    const world = rolloutWorld({
      unit: rejects,
      candidate: { name: "rejects", models: ["small"], select: rejects },
      stages: [{ shadow: true, requests: 3, calls: 1 }, { share: 0.5 }],
    });
    await world.send(10);
    expect(world.events.filter(({ type }) => type === "request-completed")).toHaveLength(10);
    await world.rollout.status();
    await world.router.close();
  });

  it("of a store that rejects, throws, never answers, or answers late", async () => {
    const inner = memoryStore();
    const never = () => new Promise<never>(() => {});
    const late = async <T>(work: () => Promise<T>) => {
      await new Promise((resolve) => setTimeout(resolve, 300 * Math.random()));
      return work();
    };
    const throws = () => {
      throw new Error("at once");
    };
    const promise = () => createPromise({ maxLoss: 0.1, everyMs: 60_000, name: "p" });
    for (const kind of [rejects, throws, never, undefined]) {
      const store: Store = {
        ...inner,
        status: kind ?? (() => late(() => inner.status())),
        records: {
          get: kind ?? ((keys) => late(() => inner.records.get(keys))),
          put: kind ?? ((writes) => late(() => inner.records.put(writes))),
        },
      };
      const world = rolloutWorld({ store, judgeMs: 100, pollMs: 100, stages: [{ share: 0.5 }] });
      const shared = sharePromise({ promise: promise(), router: world.router, store, pollMs: 50 });
      for (let at = 0; at < 20; at += 1) await world.router.route(ask(`s${at}`));
      void world.rollout.judge();
      void world.rollout.status();
      void shared.check();
      await world.router.close();
      await shared.close();
    }
  });
});

describe("numbers that are none", () => {
  it("no loss, quality or probability that is not in its range changes a promise, a rollout, a hold-out or a monitor", async () => {
    const promise = createPromise({ maxLoss: 0.1, window: 100 });
    const world = rolloutWorld({
      guards: [quality({ margin: 0.1, from: "audit" })],
      stages: [{ share: 0.5 }],
    });
    const { decision } = await world.router.route(ask("s"));
    const drift = createDriftMonitor();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1.5, 2, "1", null, undefined, {}, [1], 1n]) {
      const loss = bad as number;
      expect(() => promise.add({ loss })).toThrow(expect.objectContaining({ code: "invalid-option" }));
      expect(() => world.router.feedback(decision, loss)).toThrow();
      expect(() => world.rollout.add({ decisionId: decision.id, loss })).not.toThrow();
      expect(() => drift.noteJudge(bad as never)).not.toThrow();
    }
    for (const probability of [0, -0, Number.NaN, 1.1, -1, 1e-9])
      expect(() => promise.add({ loss: 0, probability })).toThrow(/probability/);
    promise.add({ loss: -0 });
    expect(promise.standing()).toMatchObject({ records: 1 });
    expect(JSON.stringify(await world.rollout.status())).not.toMatch(/null|NaN/);
    await world.router.close();
  });

  it("feedback twice, and for decisions that no one knows, counts once or not at all", async () => {
    const holdOut = createHoldOut({ policy: always("small"), large: "large", salt, share: 0.5 });
    const { router, audit } = audited({ options: { policy: holdOut.policy as never } });
    const { decision } = await router.route(ask("s"));
    for (let time = 0; time < 3; time += 1) router.feedback(decision, time / 2);
    router.feedback({ ...decision, id: "__proto__" }, 1);
    await audit.flush();
    const { heldOut, routed } = holdOut.saving();
    expect(heldOut.rated + routed.rated).toBe(2);
    expect(audit.status().feedback).toMatchObject({ joined: 1, repeated: 2, unknown: 1 });
    await router.close();
  });

  const strange: AuditScorer = { name: "strange", score: () => ({ quality: -0, referenceQuality: -0 }) };
  it("a quality of -0 is 0", async () => {
    const { router, audit, lines, losses } = audited({ audit: { scorer: strange } });
    await router.route(ask("s"));
    await audit.flush();
    expect(losses[0]?.loss).toBe(0);
    expect(lines()[0]?.metadata.audit["loss"]).toBe(0);
    await router.close();
  });
});

describe("units of any name, and prompts of any text", () => {
  const names = [
    "__proto__",
    "constructor",
    "\u0000\u2028\n\u001b[31m",
    "\ud800",
    "🎈".repeat(40),
    " ",
    "null",
  ];

  it("are units like others: each in one arm, that of before", async () => {
    const long = "x".repeat(1_000_000);
    const rollout = createRollout({
      id: "names",
      salt,
      unit: (request) => request.labels["unit"] ?? request.session,
      control: always("large"),
      candidate: always("small"),
      stages: [{ share: 0.5 }],
      guards: [errors({ margin: 0.1 })],
    });
    const router = createRouter({
      models: { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) },
      policy: rollout.policy,
    });
    rollout.attach(router);
    const arms = new Map<string, string>();
    for (let round = 0; round < 3; round += 1)
      for (const name of [...names, long, `${long}y`]) {
        const { decision } = await router
          .route({ labels: { unit: name }, messages: [{ role: "user", content: "a\u2028b" }] })
          .catch(() => ({ decision: undefined }));
        if (decision === undefined) continue;
        const hash = decision.arms?.[0];
        expect(hash?.unitHash).toMatch(/^[0-9a-f]{12}$/);
        const arm = `${hash?.unitHash} ${hash?.arm}`;
        expect(arms.get(name) ?? arm).toBe(arm);
        arms.set(name, arm);
      }
    expect(new Set(arms.values()).size).toBe(arms.size);
    expect(arms.size).toBeGreaterThan(5);
    expect((await rollout.status()).inBoth).toBe(0);
    expect(JSON.stringify(rollout.exportState()).length).toBeLessThan(100_000);
    await router.close();
  });

  it("stand in one line of the file each, and are read again", async () => {
    const { router, audit, file, lines } = audited({ audit: { prompts: "store" } });
    const texts = ["a\u2028b\u2029c", "\ud800 alone", '{"id":"x"}\n{"id":"y"}', "__proto__"];
    for (const content of texts) await router.route({ messages: [{ role: "user", content }] });
    await audit.flush();
    expect(lines().map((line) => line.prompt)).toEqual(texts);
    await router.close();
    const { readOutcomes } = await import("../../evals/data/outcomes/read-outcomes.ts");
    let read = 0;
    for await (const _ of readOutcomes(file)) read += 1;
    expect(read).toBe(texts.length);
  });
});

describe("a rollout that should not matter, or that is moved under its router", () => {
  it("finds no harm in a candidate that is control, and takes shares that do not sum in binary", async () => {
    const control = always("large");
    for (let percent = 51; percent < 100; percent += 1) {
      const share = percent / 100;
      const holdOut = Number((1 - share).toFixed(2));
      const world = rolloutWorld({
        control,
        candidate: control,
        stages: [{ share: 0.1 }, { share }],
        holdOut,
      });
      await world.rollout.advance("alice");
      for (const session of ["a", "b", "c", "d", "e"]) {
        const { arms, propensity } = await world.router.decide(ask(session));
        expect(arms?.[0]?.arm).toMatch(/candidate|control/);
        expect(propensity).toBeCloseTo(1, 12);
      }
      await world.router.close();
    }
    const world = rolloutWorld({ control, candidate: control, stages: [{ share: 0.5 }] });
    await world.send(400);
    expect(await world.rollout.status()).toMatchObject({
      state: expect.stringMatching(/running|done/),
      inBoth: 0,
    });
    await world.router.close();
  });

  it("does not take a candidate that always fails to all requests, since control has decided in its place", async () => {
    const broken = { name: "broken", models: ["small"] as const, select: rejects };
    const world = rolloutWorld({
      candidate: broken as never,
      stages: [{ share: 0.5 }],
      advanceWhen: "no-harm-found",
      minUnitsAtStage: 10,
      guards: [errors({ margin: 0.4 })],
    });
    await world.send(300);
    expect(await world.rollout.status()).toMatchObject({
      state: "running",
      verdict: {
        verdict: "hold",
        needs: "a person",
        reason: expect.stringMatching(/candidate failed for \d+ of \d+/),
      },
    });
    await world.router.close();
    const sound = rolloutWorld({
      stages: [{ share: 0.5 }],
      minUnitsAtStage: 10,
      guards: [errors({ margin: 0.4 })],
    });
    await sound.send(300);
    expect((await sound.rollout.status()).state).toBe("done");
    await sound.router.close();
  });

  it("goes on after replace() and revert(): units stay in their arms, and none counts twice", async () => {
    const world = rolloutWorld({ stages: [{ share: 0.5 }], minUnitsAtStage: 10_000, unitMaxRequests: 50 });
    const { router, rollout } = world;
    const arms: (string | undefined)[] = [];
    const sessions = Array.from({ length: 30 }, (_, at) => `r${at}`);
    for (const session of sessions) arms.push((await router.route(ask(session))).decision.arms?.[0]?.arm);
    const before = await rollout.status();
    await router.replace({ policy: always("large"), reason: "an incident" });
    for (const session of sessions)
      expect((await router.route(ask(session))).decision).toMatchObject({ model: "large" });
    await rollout.judge();
    expect((await rollout.status()).state).toBe("running");
    await router.revert("the incident is over");
    const again: (string | undefined)[] = [];
    for (const session of sessions) again.push((await router.route(ask(session))).decision.arms?.[0]?.arm);
    expect(again).toEqual(arms);
    const after = await rollout.status();
    expect([after.openUnits, after.inBoth]).toEqual([before.openUnits, 0]);
    await router.close();
  });

  it("closes in the middle of everything, once and again", async () => {
    for (let at = 0; at < 12; at += 1) {
      const store = memoryStore();
      const world = rolloutWorld({
        store,
        stages: [{ shadow: true, requests: 5, calls: 1 }, { share: 0.5 }],
        judgeMs: 100,
      });
      const { router, rollout } = world;
      const work = [
        ...Array.from({ length: 10 }, (_, one) => router.route(ask(`c${one}`))),
        rollout.judge(),
        rollout.status(),
        rollout.pause("alice"),
        rollout.abort("alice"),
        rollout.ready(),
      ];
      const settled = Promise.allSettled(work);
      for (let turn = 0; turn < at; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([rollout.close(), router.close(), rollout.close()]);
      await settled;
      await router.close();
    }
  });
});
