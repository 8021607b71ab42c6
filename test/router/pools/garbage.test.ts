import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { always, firstOf } from "../../../policies/index.ts";
import type { Member, Model, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type BalanceRule, pool } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const at = (endpoint: string, answer = endpoint): Model => ({
  ...fakeModel({ name: "vllm:m", answer }),
  provider: "vllm",
  model: "m",
  endpoint,
});

const member = (model: Model, more: object = {}): Member => ({
  key: `own@${model.endpoint}`,
  model,
  facts: model,
  state: "ready",
  inFlight: 0,
  ...more,
});

/** A pool of a user's own, whose `members()` is right when the router is made. */
function ownPool(members: () => unknown) {
  let isMade = false;
  const good = [member(at("http://good/"))];
  const model = { ...fakeModel({ name: "own" }), members: () => (isMade ? members() : good) } as Model;
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { own: model, other: fakeModel({ name: "other", answer: "other" }) },
    policy: firstOf(always("own"), always("other")),
    onEvent: (event) => void events.push(event),
  });
  isMade = true;
  return { router, problems: () => events.filter(({ type }) => type === "pool-problem") };
}

const throwing = () => {
  throw new Error("secret");
};

describe("a pool of a user's own", () => {
  it.each([
    ["throws", throwing, "members() threw an error of type Error"],
    ["returns nothing", () => undefined, "members() returned no array"],
    ["returns a promise", () => Promise.reject(new Error("secret")), "members() returned no array"],
    [
      "returns garbage",
      () => [1, null, {}, { key: "" }, { key: "a", model: {}, state: "ready" }],
      "returned 5",
    ],
    ["returns pools", () => [member(pool("inner", [at("http://inner/")]))], "returned 1"],
    [
      "returns members with bad facts",
      () => [member({ ...at("http://x/"), labels: null } as never)],
      "facts",
    ],
    ["returns getters that throw", () => [Object.defineProperty({}, "key", { get: throwing })], "returned 1"],
  ])("that %s has no endpoint, which is told once", async (_name, members, problem) => {
    const { router, problems } = ownPool(members);
    expect((await router.route("Hello")).text).toBe("other");
    expect((await router.route("Hello")).text).toBe("other");
    expect(problems()).toHaveLength(1);
    expect(problems()[0]).toMatchObject({ model: "own", problem: expect.stringContaining(problem) });
    expect(JSON.stringify(problems())).not.toContain("secret");
  });

  it("keeps its good members, of two with one key the first, and only a load that can be", async () => {
    const load = { waiting: Number.NaN, expectedWaitMs: -1, ageMs: 0 };
    const { router } = ownPool(() => [
      7,
      member(at("http://a/"), { inFlight: Number.NaN, load }),
      member(at("http://b/", "never"), { key: "own@http://a/" }),
      member(at("http://c/"), { state: "draining", load: { waiting: 2, ageMs: 0 } }),
    ]);
    const { text, decision } = await router.route("Hello");
    expect(text).toBe("http://a/");
    expect(decision.candidates[0]?.members).toEqual([
      { endpoint: "http://a/", permitted: true },
      { endpoint: "http://c/", permitted: "state: draining", load: { waiting: 2, ageMs: 0 } },
    ]);
  });

  it("that is wrong when the router is made is refused", () => {
    const make = (members: () => unknown) => () =>
      createRouter({
        models: { own: { ...fakeModel({ name: "own" }), members } as Model },
        policy: always("own"),
      });
    expect(make(throwing)).toThrow("models.own.members");
    expect(make(() => [{}])).toThrow("models.own.members");
  });
});

describe("a balance rule that is wrong", () => {
  const garbage: fc.Arbitrary<unknown> = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.constant("order"),
    fc.constant({ length: 2, 0: 1 }),
    fc.constantFrom(...[["length"], ["0", "1"], [Number.NaN], [0.5, 1e9, -1], [[0]], new Array(5)]),
    fc.array(
      fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom(Number.NaN, 0.5, "1", null, undefined)),
      { maxLength: 9 },
    ),
  );
  const rule = (order: () => unknown): BalanceRule => ({ name: "odd", order: order as never });
  const models = () => [at("http://a/"), at("http://b/"), at("http://c/")];

  it("loses no request, in a pool or in one of a user's own, and reaches members alone", async () => {
    await fc.assert(
      fc.asyncProperty(garbage, fc.boolean(), async (order, throws) => {
        const odd = rule(() => (throws ? throwing() : order));
        const own = pool("own", models(), { balance: odd });
        const bare: Model = {
          ...fakeModel({ name: "bare" }),
          members: () => models().map((one) => member(one, { key: `bare@${one.endpoint}` })),
          pool: { maxWaitMs: 0, order: () => (throws ? throwing() : (order as never)) },
        };
        for (const model of [own, bare]) {
          const router = createRouter({ models: { model }, policy: always("model") });
          expect((await router.route("Hello")).text).toMatch(/^http:\/\/[abc]\/$/);
        }
        const signal = new AbortController().signal;
        const direct = await own.generate({ messages: [] }, { signal });
        expect(direct.choices[0]?.message.content).toMatch(/^http:/);
      }),
      { numRuns: runs(60, 2_000) },
    );
  });

  it("is told by the pool, until it is right again", async () => {
    let order: () => unknown = () => Promise.reject(new Error("secret"));
    const own = pool("own", models(), { balance: rule(() => order()) });
    const router = createRouter({ models: { own }, policy: always("own") });
    const unhandled = vi.fn();
    process.once("unhandledRejection", unhandled);
    await router.route("Hello");
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.removeListener("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(own.pool?.problems?.()).toEqual([
      "its balance rule returned no list of different indices of members",
    ]);
    order = throwing;
    await router.route("Hello");
    expect(own.pool?.problems?.()).toEqual(["its balance rule threw an error of type Error"]);
    order = () => [2];
    expect((await router.route("Hello")).text).toBe("http://c/");
    expect(own.pool?.problems?.()).toEqual([]);
  });
});
