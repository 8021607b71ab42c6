import { describe, expect, it, test } from "vitest";
import { cascade, guarded, mix, sticky, threshold } from "../../policies/index.ts";
import {
  type Check,
  type Choice,
  type Classifier,
  type Decision,
  InvalidOptionError,
  type Policy,
  type PolicyContext,
  PolicyError,
  type RouterEvent,
} from "../../src/contracts/index.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { candidateOf, factsOf, fakeModel } from "../../src/testing/index.ts";
import { watched } from "../support/escalation/watched.ts";

type Id = "small" | "large";
const split = threshold<Id>({ small: "small", large: "large", at: 0.5 });
/** Takes the complexity from the text. */
const stated: Classifier = {
  name: "stated",
  version: "1",
  classify: ({ ask }) => ({ complexity: Number(ask) }),
};
const ask = (hard: boolean) => [{ role: "user" as const, content: hard ? "0.9" : "0.1" }];

function make(policy: Policy<Id> = guarded(split, { usual: 0.3 }), answer = "yes") {
  const events: RouterEvent[] = [];
  const time = { now: Date.UTC(2026, 10, 27) };
  const router = createRouter({
    models: { small: fakeModel({ model: "s", answer }), large: fakeModel({ model: "l" }) },
    policy,
    classifier: stated,
    random: seededRandom(5),
    clock: () => time.now,
    onEvent: (event) => events.push(event),
  });
  const told = () =>
    events.flatMap((event) =>
      event.type === "escalation-abnormal" || event.type === "escalation-over" ? [event] : [],
    );
  const flood = async (tenant: string, count = 200) => {
    for (let at = 0; at < count; at += 1) await router.decide({ tenant, messages: ask(true) });
  };
  return { router, events, told, time, flood };
}

describe("a tenant whose share is far above what is usual", () => {
  it("is told of, gets the small model, and the decision says what was wanted", async () => {
    const { router, told, flood } = make();
    await flood("a");
    expect(told()).toEqual([
      expect.objectContaining({
        type: "escalation-abnormal",
        by: "tenant",
        unit: "a",
        capped: true,
        usual: expect.closeTo(0.45, 9),
      }),
    ]);
    expect(told()[0]?.requests).toBeLessThanOrEqual(200);
    const decision = await router.decide({ tenant: "a", messages: ask(true) });
    expect(decision).toMatchObject({
      model: "small",
      plan: [{ model: "small" }],
      insteadOf: [{ model: "large" }],
      propensity: 1,
      forced: false,
      inputs: { escalation: { capped: true, usual: expect.closeTo(0.45, 9) } },
    });
    expect(decision.reason).toBe(
      "the tenant is capped (100 % for large models, usual are up to 45 %): small instead of large; complexity at or above 0.5",
    );
    expect(await router.decide({ tenant: "a", messages: ask(false) })).not.toHaveProperty("insteadOf.0");
  });

  it("changes nothing for other tenants", async () => {
    const { router, flood } = make();
    await flood("a");
    for (const tenant of ["b", undefined]) {
      const decision = await router.decide({ tenant, messages: ask(true) });
      expect(decision.model).toBe("large");
      expect(decision.inputs).toEqual({ escalation: { capped: false } });
    }
  });

  it("is only told of without a cap", async () => {
    const { router, told, flood } = make(guarded(split, { usual: 0.3, cap: false }));
    await flood("a", 400);
    expect(told()).toHaveLength(1);
    expect(told()[0]?.capped).toBe(false);
    expect((await router.decide({ tenant: "a", messages: ask(true) })).model).toBe("large");
  });

  it("keeps a pin, and the permitted model where no smaller one is", async () => {
    const { router, flood } = make();
    await flood("a");
    const pinned = await router.decide({ tenant: "a", model: "large", messages: ask(true) });
    expect(pinned).toMatchObject({ model: "large", forced: true, reason: "pinned by the request" });
    const notSmall = { name: "notSmall", permits: ({ id }: { id: string }) => id !== "small" || "not small" };
    const only = await router.decide({ tenant: "a", messages: ask(true), constraints: [notSmall] });
    expect(only.model).toBe("large");
    expect(only.reason).toContain("but no smaller model is permitted; small is not permitted");
  });

  it("gets the large model again after the time of the cap, and is tested again", async () => {
    const { router, told, time, flood } = make(guarded(split, { usual: 0.3, capMs: 60_000 }));
    await flood("a");
    // It goes on, so that the cap begins again.
    time.now += 50_000;
    await flood("a", 150);
    time.now += 50_000;
    expect((await router.decide({ tenant: "a", messages: ask(true) })).model).toBe("small");
    time.now += 60_000;
    expect((await router.decide({ tenant: "a", messages: ask(true) })).model).toBe("large");
    expect(told().map(({ type }) => type)).toEqual(["escalation-abnormal", "escalation-over"]);
    // The next cap is twice as long.
    await flood("a");
    const [, , again] = told();
    expect((again?.until ?? 0) - time.now).toBe(120_000);
  });

  it("is not let go by a time of day that is set forward, nor kept by one that is set back", async () => {
    const guard = watched({ usual: 0.3, capMs: 60_000 });
    for (let at = 0; at < 200; at += 1) guard.decide("a", true);
    guard.time.wall += 1e9;
    expect(guard.isCapped("a")).toBe(true);
    guard.time.wall -= 2e9;
    guard.time.now += 60_000;
    expect(guard.isCapped("a")).toBe(false);
  });

  it("keeps probabilities exact if the policy is a lottery", async () => {
    const { router, flood } = make(guarded(mix({ small: 0.1, large: 0.9 }), { usual: 0.3 }));
    await flood("a", 300);
    const decisions: Decision[] = [];
    for (let at = 0; at < 200; at += 1)
      decisions.push(await router.decide({ tenant: "a", messages: ask(true) }));
    expect(decisions.every(({ model, propensity }) => model === "small" && propensity === 1)).toBe(true);
    const wanted = decisions.filter(({ insteadOf }) => insteadOf !== undefined).length;
    expect(wanted).toBeGreaterThan(160);
    expect(wanted).toBeLessThan(200);
  });

  it("moves a conversation as well, if it is outermost", async () => {
    const { router, flood } = make(guarded(sticky(split), { usual: 0.3 }));
    const session = "s1";
    expect((await router.route({ tenant: "a", session, messages: ask(true) })).decision.model).toBe("large");
    await flood("a");
    expect((await router.route({ tenant: "a", session, messages: ask(true) })).decision.model).toBe("small");
  });
});

describe("a cascade", () => {
  const unless: Check = {
    name: "isYes",
    accepts: (_, { choices }) => choices[0]?.message.content === "yes",
  };
  const policy = cascade<Id>({ first: "small", then: "large", unless });

  it("counts as large where it escalates, and gets no escalation while its tenant is capped", async () => {
    const { router, told } = make(guarded(policy, { usual: 0.3 }), "no");
    const messages = ask(true);
    for (let at = 0; at < 150; at += 1) await router.route({ tenant: "a", messages });
    expect(told().map(({ type }) => type)).toEqual(["escalation-abnormal"]);
    const { decision, attempts } = await router.route({ tenant: "a", messages });
    expect(attempts.map(({ model }) => model)).toEqual(["small"]);
    expect(decision.plan).toEqual([{ model: "small" }]);
    expect(decision.insteadOf).toEqual([{ model: "small", unless: "isYes" }, { model: "large" }]);
    expect(decision.reason).toContain("no escalation");
    const other = await router.route({ tenant: "b", messages });
    expect(other.attempts.map(({ model }) => model)).toEqual(["small", "large"]);
  });

  it("counts as small where its first answer is accepted", async () => {
    const { router, told } = make(guarded(policy, { usual: 0.3 }), "yes");
    for (let at = 0; at < 150; at += 1) await router.route({ tenant: "a", messages: ask(true) });
    expect(told()).toEqual([]);
  });
});

describe("what counts", () => {
  it("leaves out pins and requests for which only one model is permitted", async () => {
    const { router, told } = make();
    const onlyLarge = {
      name: "onlyLarge",
      permits: ({ id }: { id: string }) => id === "large" || "not small",
    };
    for (let at = 0; at < 300; at += 1) {
      await router.decide({ tenant: "a", model: "large", messages: ask(true) });
      await router.decide({ tenant: "b", messages: ask(true), constraints: [onlyLarge] });
    }
    expect(told()).toEqual([]);
  });

  it("leaves out an outage of the classifier where nothing else tells it from a flood", async () => {
    const { router, told } = make();
    for (let at = 0; at < 300; at += 1)
      await router.decide({ tenant: "a", messages: [{ role: "user", content: "not a number" }] });
    expect(told()).toEqual([]);
  });

  it.each([
    ["flags nobody while the classifier fails for all, however unequal they are", true],
    ["flags a tenant whose prompts alone the classifier fails at", false],
  ])("%s", async (_, isOutage) => {
    const { router, told } = make(guarded(split));
    const send = (tenant: string, content: string) =>
      router.decide({ tenant, messages: [{ role: "user", content }] });
    const names = ["b", "c", "d", "e", "f", "g", "h", "i"];
    for (let at = 0; at < 600; at += 1) for (const tenant of ["a", ...names]) await send(tenant, "0.1");
    for (let at = 0; at < 400; at += 1) {
      await send("a", "not a number");
      // Each of the others sends one request in 32 of the first one's.
      if (at % 4 === 0) await send(names[(at / 4) % 8] as string, isOutage ? "not a number" : "0.1");
    }
    expect(told().map(({ unit }) => unit)).toEqual(isOutage ? [] : ["a"]);
  });

  it("goes by what other tenants get where few are known and the usual share is stated", async () => {
    const { router, told } = make(guarded(split, { usual: 0.3 }));
    const send = (tenant: string, content: string) =>
      router.decide({ tenant, messages: [{ role: "user", content }] });
    for (let at = 0; at < 300; at += 1) for (const tenant of ["a", "b"]) await send(tenant, "0.1");
    for (let at = 0; at < 300; at += 1) {
      await send("a", "not a number");
      await send("b", "0.1");
    }
    expect(told().map(({ unit }) => unit)).toEqual(["a"]);
  });

  it.each([
    ["session", { session: "one" }],
    [{ label: "user" }, { labels: { user: "one" } }],
  ] as const)("goes by %j if asked, apart for each tenant", async (by, facts) => {
    const { router, told } = make(guarded(split, { by, usual: 0.3 }));
    for (let at = 0; at < 200; at += 1) await router.decide({ tenant: "a", ...facts, messages: ask(true) });
    expect(told()).toEqual([expect.objectContaining({ unit: "one", tenant: "a" })]);
    expect((await router.decide({ tenant: "b", ...facts, messages: ask(true) })).model).toBe("large");
    expect((await router.decide({ tenant: "a", messages: ask(true) })).model).toBe("large");
    expect((await router.decide({ tenant: "a", ...facts, messages: ask(true) })).model).toBe("small");
  });

  it("lets no tenant make a share usual for the sessions of others", async () => {
    const told: RouterEvent[] = [];
    const [input] = guarded(split, { by: "session" }).reads ?? [];
    const state = input?.create({
      classifier: "sample@1",
      now: () => 0,
      monotonic: () => 0,
      emit: (event) => told.push(event),
    });
    const decide = (tenant: string, session: string, isLarge: boolean) => {
      const model = isLarge ? "large" : "small";
      const candidates = ["small", "large"].map((id) => ({ model: id, permitted: true }));
      const request = { tenant, session, labels: {} };
      const decision = {
        model,
        plan: [{ model }],
        candidates,
        forced: false,
        request,
      } as unknown as Decision;
      state?.observe?.({ type: "decision-made", decision });
    };
    for (let session = 0; session < 60; session += 1)
      for (let at = 0; at < 210; at += 1) decide(`t${session % 12}`, `s${session}`, at % 5 === 0);
    // Each step is within what the steps before have made usual.
    for (let share = 0.35; share <= 1; share += 0.05)
      for (let session = 0; session < 200; session += 1)
        for (let at = 0; at < 205; at += 1)
          decide("mallory", `${share}-${session}`, Math.floor((at + 1) * share) > Math.floor(at * share));
    told.length = 0;
    for (let at = 0; at < 400; at += 1) decide("other", "flood", true);
    expect(told).toEqual([expect.objectContaining({ type: "escalation-abnormal", unit: "flood" })]);
  });

  it("takes the large models from the option, and caps to the first that is not one of them", async () => {
    const models = {
      small: fakeModel({ model: "s" }),
      mid: fakeModel({ model: "m" }),
      large: fakeModel({ model: "l" }),
    };
    const told: RouterEvent[] = [];
    const always: Policy<"small" | "mid" | "large"> = {
      name: "byText",
      select: ({ request }) => ({ model: request.ask as "mid" | "large", reason: "by text" }),
    };
    const router = createRouter({
      models,
      policy: guarded(always, { large: "large", usual: 0.3 }),
      onEvent: (event) => event.type === "escalation-abnormal" && told.push(event),
    });
    const send = (tenant: string, content: string) =>
      router.decide({ tenant, messages: [{ role: "user", content }] });
    for (let at = 0; at < 200; at += 1) await send("a", "mid");
    expect(told).toHaveLength(0);
    for (let at = 0; at < 300; at += 1) await send("a", "large");
    expect(told).toHaveLength(1);
    expect((await send("a", "mid")).model).toBe("mid");
    expect((await send("a", "large")).model).toBe("small");
  });

  it("is what other tenants do where nothing is stated, and a stated unit is never flagged at 1", async () => {
    const guard = watched({ usualOf: { lawyers: 1 } });
    for (let at = 0; at < 600; at += 1)
      for (const tenant of ["a", "b", "c", "d", "e", "f"]) guard.decide(tenant, at % 5 === 0);
    for (let at = 0; at < 400; at += 1) guard.decide("lawyers", true);
    expect(guard.told).toEqual([]);
    for (let at = 0; at < 150; at += 1) guard.decide("fresh", true);
    expect(guard.told).toEqual([expect.objectContaining({ unit: "fresh", usual: expect.closeTo(0.65, 1) })]);
  });

  it("does not take a rise of all tenants for a flood of each", () => {
    const guard = watched();
    const tenants = Array.from({ length: 20 }, (_, at) => `t${at}`);
    for (let at = 0; at < 1_000; at += 1) for (const tenant of tenants) guard.decide(tenant, at % 4 === 0);
    for (let at = 0; at < 1_000; at += 1) for (const tenant of tenants) guard.decide(tenant, at % 10 !== 0);
    expect(guard.told).toEqual([]);
    for (let at = 0; at < 200; at += 1) guard.decide("t0", true);
    expect(guard.isCapped("t0")).toBe(false);
  });

  it("is a tenant's own past where it is alone", () => {
    const guard = watched();
    for (let at = 0; at < 1_000; at += 1) guard.decide("a", at % 4 === 0);
    for (let at = 0; at < 200; at += 1) guard.decide("a", true);
    expect(guard.isCapped("a")).toBe(true);
    expect(guard.told).toHaveLength(1);
  });
});

describe("a million tenants", () => {
  it("neither fill the memory, nor push out a flag or the evidence of one that is about to be flagged", () => {
    const guard = watched({ usual: 0.3, maxUnits: 100 });
    for (let at = 0; at < 200; at += 1) guard.decide("flagged", true);
    for (let at = 0; at < 75; at += 1) guard.decide("suspect", true);
    for (let at = 0; at < 20_000; at += 1) guard.decide(`fresh${at}`, at % 3 === 0);
    expect(guard.isCapped("flagged")).toBe(true);
    for (let at = 0; at < 60; at += 1) guard.decide("suspect", true);
    expect(guard.isCapped("suspect")).toBe(true);
    const state = guard.state.exportState?.() as { readonly units: readonly unknown[] };
    expect(state.units.length).toBeLessThanOrEqual(200);
  });

  it.each([1, 5])("do not push out evidence either where only %d of them are to be watched", (maxUnits) => {
    const guard = watched({ usual: 0.3, maxUnits });
    for (let at = 0; at < 75; at += 1) guard.decide("suspect", true);
    // Each is seen twice, so that none of them looks like one that is over.
    for (let at = 0; at < 4_000; at += 1) guard.decide(`fresh${at >> 1}`, at % 6 === 0);
    for (let at = 0; at < 60; at += 1) guard.decide("suspect", true);
    expect(guard.isCapped("suspect")).toBe(true);
  });

  it("do not push out evidence before it is strong", () => {
    const guard = watched({ usual: 0.3, maxUnits: 5 });
    for (let round = 0; round < 8; round += 1) {
      for (let at = 0; at < 16; at += 1) guard.decide("suspect", true);
      for (let at = 0; at < 500; at += 1) guard.decide(`fresh${round}.${at}`, false);
    }
    expect(guard.isCapped("suspect")).toBe(true);
  });

  it("that are all flagged keep as many flags as there is room for", () => {
    const guard = watched({ usual: 0.3, maxUnits: 5 });
    for (let tenant = 0; tenant < 12; tenant += 1)
      for (let at = 0; at < 150; at += 1) guard.decide(`t${tenant}`, true);
    const capped = Array.from({ length: 12 }, (_, tenant) => guard.isCapped(`t${tenant}`));
    expect(capped.filter(Boolean)).toHaveLength(5);
    expect(guard.told.filter(({ type }) => type === "escalation-over")).toHaveLength(7);
  });

  it("of one attacker do not move what is usual far: those that flood do not count", () => {
    const guard = watched();
    for (let at = 0; at < 600; at += 1)
      for (let tenant = 0; tenant < 10; tenant += 1) guard.decide(`t${tenant}`, at % 5 === tenant % 5);
    for (let fresh = 0; fresh < 50; fresh += 1)
      for (let at = 0; at < 250; at += 1) guard.decide(`fresh${fresh}`, true);
    const flagged = guard.told.filter(
      ({ type, together }) => type === "escalation-abnormal" && together !== true,
    );
    expect(flagged.map(({ unit }) => unit)).toEqual(
      Array.from({ length: 50 }, (_, fresh) => `fresh${fresh}`),
    );
    expect(Math.max(...flagged.map(({ usual }) => usual))).toBeLessThan(0.8);
  });
});

describe("the state of a guard", () => {
  it("is exported and restored, with flags and evidence", async () => {
    const { router, time, flood } = make(guarded(split, { usual: 0.3, capMs: 60_000 }));
    await flood("a");
    await flood("b", 60);
    const state = JSON.parse(JSON.stringify(router.exportState()));
    const next = make(guarded(split, { usual: 0.3, capMs: 60_000 }));
    next.time.now = time.now + 30_000;
    next.router.restoreState(state);
    expect((await next.router.decide({ tenant: "a", messages: ask(true) })).model).toBe("small");
    await next.flood("b", 60);
    expect(next.told().map(({ unit }) => unit)).toEqual(["b"]);
    next.time.now += 31_000;
    expect((await next.router.decide({ tenant: "a", messages: ask(true) })).model).toBe("large");
  });

  it("lasts no longer than a cap can from now, whatever clock it was stored by", () => {
    const guard = watched({ usual: 0.3, capMs: 60_000 });
    for (let at = 0; at < 200; at += 1) guard.decide("a", true);
    const state = guard.state.exportState?.();
    const later = watched({ usual: 0.3, capMs: 60_000 });
    later.time.wall -= 1e12;
    later.state.restoreState?.(state ?? null);
    expect(later.isCapped("a")).toBe(true);
    later.time.now += 16 * 60_000;
    expect(later.isCapped("a")).toBe(false);
  });

  it.each([
    null,
    1,
    { formatVersion: 2, units: [] },
    { formatVersion: 1, units: {} },
    { formatVersion: 1, units: [null] },
    { formatVersion: 1, units: [{ requests: 1, share: 2, recent: 0, evidence: [0, 0, 0] }] },
    { formatVersion: 1, units: [{ requests: 1, share: 0, recent: 0, evidence: [0, 0, null] }] },
    {
      formatVersion: 1,
      units: [{ requests: 1, share: 0, recent: 0, evidence: [0, 0, 0], alarm: { until: 1 } }],
    },
  ])("that is not its own is refused: %j", (state) => {
    const guard = watched({ usual: 0.3 });
    for (let at = 0; at < 200; at += 1) guard.decide("a", true);
    expect(() => guard.state.restoreState?.(state as never)).toThrow(InvalidOptionError);
    expect(guard.isCapped("a")).toBe(true);
  });
});

describe("guarded()", () => {
  test("decides again from what a decision has recorded", async () => {
    const policy = guarded(split, { usual: 0.3 });
    const { router, flood } = make(policy);
    await flood("a");
    const decision = JSON.parse(
      JSON.stringify(await router.decide({ tenant: "a", messages: ask(true) })),
    ) as Decision<Id>;
    const context: PolicyContext<Id> = {
      request: factsOf({ tenant: "a" }),
      classification: decision.classification,
      candidates: [candidateOf("small"), candidateOf("large")],
      inputs: decision.inputs ?? {},
      now: 0,
    };
    expect(policy.select(context)).toMatchObject({ model: decision.model, reason: decision.reason });
    expect(() => policy.select({ ...context, inputs: {} })).toThrow(PolicyError);
  });

  test("passes on that a policy has no opinion", () => {
    const policy = guarded<Id>({ name: "silent", select: () => undefined });
    const inputs = { escalation: { capped: true } };
    const context = {
      request: factsOf(),
      candidates: [candidateOf("small"), candidateOf("large")],
      inputs,
      now: 0,
    };
    expect(policy.select(context as PolicyContext<Id>)).toBeUndefined();
  });

  test("nests: the inner wish is kept, and two guards have two names", async () => {
    const policy = guarded(guarded(split, { usual: 0.3 }), {
      by: { label: "user" },
      usual: 0.3,
      name: "byUser",
    });
    const { router } = make(policy);
    for (let at = 0; at < 200; at += 1)
      await router.decide({ tenant: "a", labels: { user: "u" }, messages: ask(true) });
    const decision = await router.decide({ tenant: "a", labels: { user: "u" }, messages: ask(true) });
    expect(decision.insteadOf).toEqual([{ model: "large" }]);
    expect(Object.keys(decision.inputs ?? {}).sort()).toEqual(["byUser", "escalation"]);
    expect(() => make(guarded(guarded(split)))).toThrow("different for each input");
  });

  test.each([
    [{ by: "user" }, "guarded.by"],
    [{ by: { label: "" } }, "guarded.by.label"],
    [{ by: { lable: "x" } }, "guarded.by.lable"],
    [{ large: [] }, "guarded.large"],
  ])("refuses %j", (options, option) => {
    expect(() => guarded(split, options as never)).toThrow(
      expect.objectContaining({ code: "invalid-option", option }),
    );
  });

  test.each([{ model: 1 }, { model: "x", escalate: 1 }, { model: "x", escalate: [null] }, null])(
    "a policy that says it chose instead of %j is refused",
    async (insteadOf) => {
      const choice = { model: "small", reason: "x", insteadOf } as unknown as Choice<Id>;
      const { router } = make({ name: "odd", select: () => choice });
      await expect(router.decide("1")).rejects.toThrow(PolicyError);
    },
  );
});
