import { describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import {
  type AuditScorer,
  createDriftMonitor,
  createHoldOut,
  createPromise,
  createRollout,
  quality,
} from "../../src/loop/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { audited } from "../support/audited.ts";
import { failOnUnhandled } from "../support/fail-on-unhandled.ts";
import { rolloutWorld, salt } from "../support/rollout/rollout-world.ts";

failOnUnhandled();

const ask = (session: string) => ({ session, messages: [{ role: "user" as const, content: "Hello" }] });

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
