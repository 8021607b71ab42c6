import { describe, expect, it } from "vitest";
import { always, firstOf } from "../../policies/index.ts";
import type { Policy } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import type { Guard } from "../../src/loop/guards/guard.ts";
import { latency } from "../../src/loop/guards/latency.ts";
import { quality } from "../../src/loop/guards/quality.ts";
import { createRollout } from "../../src/loop/rollout/create-rollout.ts";
import type { RolloutOptions } from "../../src/loop/rollout/rollout-options.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { rolloutWorld, salt, type WorldId } from "../support/rollout/rollout-world.ts";

/** Wide enough that some dozen units rule harm out. */
const wide = { guards: [errors({ margin: 0.4 })], minUnitsAtStage: 15 };
const half = { stages: [{ share: 0.5 }, { share: 1 }] };

const ofSession = (session: string) => ({ session, messages: [{ role: "user" as const, content: "Hello" }] });

/** Lets the calls of a shadow stage, which begin in a turn of their own, be answered. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

const changesOf = ({ events }: ReturnType<typeof rolloutWorld>) =>
  events.flatMap((event) =>
    event.type === "rollout-changed" ? [`${event.verdict} ${event.stage} ${event.share}`] : [],
  );

describe("a rollout", () => {
  it("goes from shadow to all requests but the hold-out, and tells each step", async () => {
    const world = rolloutWorld({
      ...wide,
      stages: [{ shadow: true, requests: 20, calls: 1 }, { share: 0.3 }, { share: 0.5 }, { share: 1 }],
      holdOut: 0.2,
    });
    await world.send(19);
    await world.rollout.status();
    await turn();
    const shadow = await world.rollout.status();
    expect(shadow.shadow).toMatchObject({ requests: 19, changed: 19, failed: 0, priced: 19, calls: 19 });
    expect(shadow).toMatchObject({ share: 0, controlShare: 0, units: { control: 0, candidate: 0 } });
    expect(shadow.shadow?.costDifferenceUsd).toBeLessThan(0);
    await world.send(400);
    expect(changesOf(world)).toEqual(["advance 1 0.3", "advance 2 0.5", "advance 3 0.8", "done 3 0.8"]);
    const status = await world.rollout.status();
    expect(status).toMatchObject({ state: "done", stage: 3, share: 0.8, controlShare: 0.2, inBoth: 0 });
    expect(status.history.map(({ verdict }) => verdict)).toEqual(["advance", "advance", "advance", "done"]);
    expect(status.guards[0]?.points.length).toBeGreaterThan(5);
    expect(status.guards[0]?.safe).toBeGreaterThan(20);
    expect(JSON.stringify(status)).not.toContain(salt);
    await world.router.close();
  });

  it("compares as many units of the candidate as of control above one half, none that were between the arms", async () => {
    const world = rolloutWorld({
      ...wide,
      stages: [{ share: 0.05 }, { share: 1 }],
      holdOut: 0.1,
      minUnitsAtStage: 1e6,
    });
    const before = (await world.router.decide(ofSession("s"))).arms;
    await world.rollout.advance("alice");
    await world.send(300);
    let [control, candidate] = [0, 0];
    for (let at = 1; at <= 300; at += 1) {
      const [arm] = (await world.router.decide(ofSession(`s7-${at}`))).arms ?? [];
      if (arm?.arm === "control") control += 1;
      if (arm !== undefined && arm.draw < 0.1) candidate += 1;
    }
    expect(before).toHaveLength(1);
    expect(control).toBeGreaterThan(10);
    expect(candidate).toBeGreaterThan(10);
    expect((await world.rollout.status()).units).toEqual({ control, candidate });
    await world.router.close();
  });

  it.each([undefined, null, Number.NaN, "99", "promise"])(
    "rolls back by its other guards where one returns no evidence (%#)",
    async (returned) => {
      const broken = {
        ...errors({ margin: 0.1 }),
        name: "own",
        evidence() {
          if (returned === "promise") return Promise.reject(new Error("down"));
          return typeof returned === "object" ? returned : { harm: returned, safe: returned, pairs: 1 };
        },
      };
      const world = rolloutWorld({ ...half, guards: [broken as unknown as Guard, errors({ margin: 0.05 })] });
      world.fail("small", 0.8);
      await world.send(120);
      expect(await world.rollout.status()).toMatchObject({
        state: "rolled-back",
        guards: [{ harm: 1 }, {}, { of: "first-request" }],
      });
      await world.router.close();
    },
  );

  it("rolls itself back when the candidate harms, for good, and counts nobody from then on", async () => {
    const world = rolloutWorld(half);
    world.fail("small", 0.6);
    await world.send(100);
    const status = await world.rollout.status();
    expect(status).toMatchObject({ state: "rolled-back", share: 0, controlShare: 0 });
    expect(status.history).toMatchObject([{ verdict: "roll-back", guard: "errors" }]);
    world.fail("small", 0);
    await world.send(50);
    expect(changesOf(world)).toEqual(["roll-back 0 0"]);
    expect((await world.rollout.status()).units).toEqual(status.units);
    expect(await world.armOf("anyone")).toBe("between");
    expect(await world.rollout.judge()).toMatchObject({ verdict: "hold", needs: "a person" });
    // A person begins again: without the evidence, at the first stage.
    await world.rollout.resume("alice", "mended");
    expect(await world.rollout.status()).toMatchObject({
      state: "running",
      stage: 0,
      share: 0.5,
      units: { control: 0, candidate: 0 },
    });
    await world.send(30);
    expect((await world.rollout.status()).state).toBe("running");
  });

  it("moves no unit to another arm as shares grow, until control shrinks to its hold-out", async () => {
    const world = rolloutWorld({ stages: [{ share: 0.1 }, { share: 0.3 }, { share: 0.5 }] });
    const sessions = Array.from({ length: 60 }, (_, at) => `t${at}`);
    const arms = async () => Promise.all(sessions.map((session) => world.armOf(session)));
    let before = await arms();
    for (const _ of [1, 2]) {
      await world.rollout.advance("alice");
      const now = await arms();
      before.forEach((arm, at) => {
        if (arm !== "between") expect(now[at]).toBe(arm);
      });
      before = now;
    }
    expect(new Set(before)).toEqual(new Set(["candidate", "control"]));
    await expect(world.rollout.advance("alice")).rejects.toThrow(/before the last stage/);
  });

  it("is paused, resumed, aborted and begun again by hand, with the name of who did it", async () => {
    const world = rolloutWorld({ ...wide, ...half });
    await world.rollout.pause("alice", "a look at the tickets");
    await world.send(100);
    expect(await world.rollout.status()).toMatchObject({ state: "paused", stage: 0, share: 0.5 });
    expect(await world.rollout.judge()).toMatchObject({ needs: "a person", reason: "the rollout is paused" });
    await world.rollout.resume("bob");
    await world.send(10);
    expect(await world.rollout.status()).toMatchObject({ state: "running", stage: 1 });
    await world.rollout.abort("carol", "no \u001b[31mreason");
    const { state, share, history } = await world.rollout.status();
    expect({ state, share }).toEqual({ state: "aborted", share: 0 });
    expect(history.map(({ verdict, by }) => [verdict, by])).toEqual([
      ["pause", "alice"],
      ["resume", "bob"],
      ["advance", undefined],
      ["abort", "carol"],
    ]);
    expect(history.at(-1)?.reason).not.toContain("\u001b");
    await expect(world.rollout.advance("dan")).rejects.toThrow(
      /running or paused: resume it first, got "aborted"/,
    );
    await expect(world.rollout.pause("dan")).rejects.toThrow(/is running, got "aborted"/);
    await expect(world.rollout.abort("")).rejects.toThrow(/rollout.abort.by must be a non-empty string/);
  });

  it("is paused by a signal, which a person may overrule", async () => {
    const world = rolloutWorld({
      ...half,
      guards: [errors({ margin: 0.9 })],
      signals: [errors({ margin: 0.05 })].map((guard) => ({ ...guard, name: "failures" })),
    });
    world.fail("small", 0.5);
    await world.send(120);
    expect((await world.rollout.status()).history).toMatchObject([{ verdict: "pause", guard: "failures" }]);
    await world.rollout.resume("alice");
    await world.send(20);
    expect((await world.rollout.status()).state).not.toBe("paused");
  });

  it("is aborted by a promise that breaks, before anything else", async () => {
    const world = rolloutWorld(half);
    const broken = { type: "promise-changed", promise: "live", from: "kept", to: "at-risk" } as const;
    const facts = { records: 500, maxLoss: 0.02, reason: "audits" };
    let emit: ((event: never) => void) | undefined;
    const attach = (to: NonNullable<typeof emit>) => {
      emit = to;
    };
    world.router.observe(Object.assign(() => {}, { attach }) as never);
    emit?.({ ...broken, ...facts } as never);
    expect((await world.rollout.status()).state).toBe("running");
    emit?.({ ...broken, ...facts, to: "broken" } as never);
    expect(await world.rollout.status()).toMatchObject({
      state: "aborted",
      share: 0,
      history: [{ verdict: "abort", reason: "the promise live broke" }],
    });
  });

  it("goes on after a restart in mid-stage: the same arms, stage, time and units", async () => {
    const options = { ...wide, ...half, minMsAtStage: 200_000 };
    const world = rolloutWorld(options);
    await world.send(100);
    const before = await world.rollout.status();
    expect(before).toMatchObject({ stage: 0, openUnits: 0 });
    const arms = await Promise.all(["a", "b", "c", "d", "e"].map((session) => world.armOf(session)));
    const state = JSON.parse(JSON.stringify(world.router.exportState()));
    await world.router.close();
    const again = rolloutWorld(options);
    // Days later, and the monotonic clock began again.
    again.jump(86_400_000);
    again.router.restoreState(state);
    expect(await again.rollout.status()).toMatchObject({ stage: 0, share: 0.5, units: before.units });
    expect(await Promise.all(["a", "b", "c", "d", "e"].map((session) => again.armOf(session)))).toEqual(arms);
    // The same sessions again: they are known, and count once.
    await again.send(90);
    expect(await again.rollout.status()).toMatchObject({ stage: 0, units: before.units });
    // Of the time at the stage one half passed before.
    await again.send(20);
    expect((await again.rollout.status()).stage).toBe(1);
    const other = rolloutWorld({ ...options, salt: "another salt of 16 characters" });
    expect(() => other.router.restoreState(state)).toThrow(/same salt/);
    const changed = rolloutWorld({ ...options, guards: [errors({ margin: 0.3 })] });
    expect(() => changed.router.restoreState(state)).toThrow(/another id/);
    expect((await changed.rollout.status()).stage).toBe(0);
  });

  it("does not advance because a clock jumps", async () => {
    const world = rolloutWorld({ ...wide, ...half, minMsAtStage: 3_600_000 });
    await world.send(100);
    world.jump(30 * 86_400_000);
    expect(await world.rollout.judge()).toMatchObject({ verdict: "hold", needs: "time" });
    world.tick(3_600_000);
    await world.rollout.judge();
    expect((await world.rollout.status()).stage).toBe(1);
  });

  it("enrols neither pinned requests nor those without a unit", async () => {
    const { router, rollout } = rolloutWorld(half);
    const messages = [{ role: "user" as const, content: "Hello" }];
    await router.route({ messages });
    await router.route({ messages, session: "s", model: "small" });
    expect((await rollout.status()).units).toEqual({ control: 0, candidate: 0 });
    expect((await router.decide({ messages })).arms).toBeUndefined();
  });

  it("says which guard has no data, and that no router is attached", async () => {
    const world = rolloutWorld({
      ...half,
      guards: [errors({ margin: 0.9 }), quality({ margin: 0.1, from: "feedback" })],
      minUnitsAtStage: 5,
    });
    await world.send(50);
    expect(await world.rollout.judge()).toMatchObject({
      verdict: "hold",
      needs: "data",
      reason: expect.stringContaining("quality:feedback"),
    });
    const alone = createRollout({ ...usual, stages: [{ shadow: true, requests: 5 }, { share: 1 }] });
    expect(await alone.judge()).toMatchObject({
      needs: "data",
      reason: expect.stringContaining("attach(router)"),
    });
  });

  it("joins feedback with its unit", async () => {
    const world = rolloutWorld({
      ...half,
      guards: [errors({ margin: 0.9 }), quality({ margin: 0.1, from: "feedback" })],
      unitMaxRequests: 5,
      unitIdleMs: 1_000,
    });
    const messages = [{ role: "user" as const, content: "Hello" }];
    for (let at = 0; at < 40; at += 1) {
      const { decision } = await world.router.route({ messages, session: `f${at}` });
      world.router.feedback(decision, decision.model === "small" ? 0 : 1, { source: "thumbs" });
    }
    world.tick(5_000);
    await world.rollout.judge();
    const { guards } = await world.rollout.status();
    expect(guards.find(({ name }) => name === "quality:feedback")).toMatchObject({
      control: 0,
      candidate: 1,
    });
  });

  it("leaves nothing running, and takes nothing more, after close", async () => {
    const world = rolloutWorld(half);
    await world.send(20);
    await world.router.close();
    const { units } = await world.rollout.status();
    expect(units.control + units.candidate).toBe(20);
    await world.rollout.close();
  });
});

const usual: RolloutOptions<WorldId> = {
  id: "r",
  salt,
  unit: "session",
  control: always("large"),
  candidate: always("small"),
  stages: [{ share: 0.5 }],
  guards: [errors({ margin: 0.05 })],
};

describe("createRollout", () => {
  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["no stages", { stages: [] }, /createRollout.stages must be an array of 1 to 20 stages/],
    ["a share of 0", { stages: [{ share: 0 }] }, /stages\[0\].share must be a number in \(0, 1\]/],
    [
      "shares that do not grow",
      { stages: [{ share: 0.5 }, { share: 0.5 }] },
      /stages\[1\].share must be above that of the stage before it, 0.5/,
    ],
    [
      "a share above one half without a hold-out",
      { stages: [{ share: 0.7 }] },
      /at most 0.5, or 1: above one half control needs a holdOut/,
    ],
    ["a share in the hold-out", { stages: [{ share: 0.95 }], holdOut: 0.1 }, /at most 1 - holdOut, 0.9/],
    [
      "a shadow stage that is not the first",
      { stages: [{ share: 0.1 }, { shadow: true, requests: 5 }] },
      /stages\[1\].shadow/,
    ],
    [
      "a shadow that counts as true",
      { stages: [{ shadow: "true", requests: 5 }, { share: 0.5 }] },
      /stages\[0\].shadow must be true, or absent/,
    ],
    [
      "nothing but a shadow stage",
      { stages: [{ shadow: true, requests: 5 }] },
      /of which one at least has a share/,
    ],
    ["no guard", { guards: [] }, /createRollout.guards must be an array of at least one guard/],
    [
      "something that is no guard",
      { guards: [{}] },
      /createRollout.guards\[0\] must be an object with value\(\)/,
    ],
    [
      "two guards of one name",
      { guards: [errors({ margin: 0.1 }), errors({ margin: 0.2 })] },
      /a name that no other guard has/,
    ],
    [
      "signals alone",
      { guards: [latency({ quantile: 0.95, marginMs: 200 })], signals: [] },
      /at least one of kind "guard": nothing else rolls back/,
    ],
    [
      "a guard that refuses its own state",
      { guards: [{ ...errors({ margin: 0.1 }), isState: () => false }] },
      /isState\(\) accepts their initial state/,
    ],
    ["a salt that is short", { salt: "short" }, /salt must be a secret of at least 16/],
    ["an unknown unit", { unit: "user" }, /unit must be/],
    ["a namespace without a store", { namespace: "x" }, /createRollout.namespace must be absent/],
    ["a store that is none", { store: {} }, /createRollout.store/],
  ])("refuses %s", (_, options, message) => {
    expect(() => createRollout({ ...usual, ...options })).toThrow(message);
  });

  it("does not show the salt in its error", () => {
    expect(() => createRollout({ ...usual, salt: "geheim" })).not.toThrow(/geheim/);
  });

  it("is refused by a router that lacks a model of the candidate", () => {
    const { policy } = createRollout<string>({ ...usual, candidate: always("huge") } as never);
    expect(() => createRouter({ models: { small: fakeModel() }, policy: policy as Policy<"small"> })).toThrow(
      /huge|large/,
    );
  });

  it("refuses a rollout within a rollout, two over one policy, a strange router and a second one", () => {
    const models = { small: fakeModel({ name: "small" }), large: fakeModel({ name: "large" }) };
    const first = createRollout(usual);
    expect(() => createRollout({ ...usual, id: "outer", control: first.policy })).toThrow(
      /createRollout.control/,
    );
    const second = createRollout({ ...usual, id: "second" });
    const both = createRouter({ models, policy: firstOf(first.policy, second.policy) });
    expect(() => first.attach(both)).toThrow(/second has one of them, too/);
    const router = createRouter({ models, policy: first.policy });
    expect(() => second.attach(router)).toThrow(/whose policy is, or holds, rollout.policy/);
    const letGo = first.attach(router);
    expect(() => first.attach(router)).toThrow(/one router/);
    letGo();
    first.attach(router);
  });
});
