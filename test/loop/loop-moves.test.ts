import { describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { failOnUnhandled } from "../support/fail-on-unhandled.ts";
import { rolloutWorld } from "../support/rollout/rollout-world.ts";

failOnUnhandled();

const rejects = (): never => Promise.reject(new Error("a part of a user")) as never;
const ask = (session: string) => ({ session, messages: [{ role: "user" as const, content: "Hello" }] });

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
