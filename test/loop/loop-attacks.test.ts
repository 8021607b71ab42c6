import { describe, expect, it } from "vitest";
import type { Store } from "../../src/contracts/index.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { auditJudge, createPromise, sharePromise } from "../../src/loop/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { audited, halfAsGood } from "../support/audited.ts";
import { failOnUnhandled } from "../support/fail-on-unhandled.ts";
import { rolloutWorld } from "../support/rollout/rollout-world.ts";

failOnUnhandled();

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
          scorer: auditJudge({
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
