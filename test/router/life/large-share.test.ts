import { describe, expect, test } from "vitest";
import { explore, firstOf, mix, override, rules, sticky, threshold, when } from "../../../policies/index.ts";
import { scoredBy, shortChatScores } from "../../../policies/internal/short-chat-scores.generated.ts";
import {
  type Classifier,
  type Decision,
  isRouterError,
  type Policy,
  type PolicyInput,
} from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { complexity } from "../../../src/router/classifiers/complexity.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const models = { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) };
const byShare = (largeShare: number) => threshold({ small: "small", large: "large", largeShare });
/** Takes the score from the text. */
const stated: Classifier = {
  name: "stated",
  version: "1",
  classify: ({ ask }) => ({ complexity: Number(ask) }),
};
const upOf = (decisions: readonly Decision[]) =>
  decisions.filter(({ model }) => model === "large").length / decisions.length;

describe("threshold({ largeShare })", () => {
  test("sends the first hard one-liner up, and an easy one down", async () => {
    const router = createRouter({ models, policy: byShare(0.3) });
    expect((await router.decide("Prove that there are infinitely many primes.")).model).toBe("large");
    expect((await router.decide("What is the capital of France?")).model).toBe("small");
  });

  test("starts from scores of the shipped classifier: run studies/short-chat-scores.ts after training", () => {
    const { name, version } = complexity();
    expect(scoredBy).toBe(`${name}@${version}`);
    expect(shortChatScores).toHaveLength(50);
    expect([...shortChatScores].sort((a, b) => a - b)).toEqual(shortChatScores);
  });

  test.each([
    ["scores near the top", (random: () => number) => 0.9 + random() / 10],
    ["scores near the bottom", (random: () => number) => random() / 100],
    ["scores with ties", (random: () => number) => Math.round(random() * 3) / 3],
    ["one score for all", () => 0.5],
  ])("sends its share of its own traffic up: %s", async (_, scoreOf) => {
    const random = seededRandom(7);
    const router = createRouter({ models, policy: byShare(0.3), classifier: stated, random });
    const decisions: Decision[] = [];
    for (let index = 0; index < 3_000; index += 1)
      decisions.push(await router.decide(String(scoreOf(random))));
    expect(upOf(decisions.slice(500))).toBeGreaterThan(0.27);
    expect(upOf(decisions.slice(500))).toBeLessThan(0.33);
    expect(decisions.every(({ propensity }) => propensity > 0 && propensity <= 1)).toBe(true);
  });

  test("records cut, ties, count and classifier, from which the decision replays", async () => {
    const policy = byShare(0.3);
    const router = createRouter({ models, policy, classifier: stated, random: seededRandom(1) });
    for (let index = 0; index < 200; index += 1) {
      const decision = JSON.parse(JSON.stringify(await router.decide(String((index % 10) / 10)))) as Decision;
      const [input] = Object.values(decision.inputs ?? {}) as { scores: number }[];
      expect(input).toMatchObject({ scores: index, classifier: "stated@1" });
      const again = (policy as Policy<string>).select({
        request: {} as never,
        classification: decision.classification,
        candidates: decision.candidates.map(({ model }) => ({ id: model, facts: {} as never })),
        inputs: decision.inputs ?? {},
        now: 0,
      });
      const choices = Array.isArray(again) ? again : [again];
      expect(choices.find(({ model }) => model === decision.model)?.probability ?? 1).toBeCloseTo(
        decision.propensity,
        9,
      );
      expect(JSON.stringify(decision.inputs).length).toBeLessThan(1_000);
    }
  });

  test("keeps its parameters when the cut moves, and so its hash", async () => {
    const router = createRouter({ models, policy: byShare(0.3), classifier: stated });
    const first = await router.decide("0.1");
    for (let index = 0; index < 100; index += 1) await router.decide("0.9");
    const last = await router.decide("0.1");
    expect(last.inputs).not.toEqual(first.inputs);
    expect(last.versions.policy).toBe(first.versions.policy);
    expect(last.policy.parameters).toMatchObject({ largeShare: 0.3 });
  });

  test("a tenant that floods it cannot send the others down", async () => {
    const router = createRouter({
      models,
      policy: byShare(0.3),
      classifier: stated,
      random: seededRandom(3),
    });
    const random = seededRandom(5);
    const others: Decision[] = [];
    for (let index = 0; index < 4_000; index += 1) {
      await router.decide({ messages: [{ role: "user", content: "1" }], tenant: "loud" });
      const content = String(random());
      const decision = await router.decide({
        messages: [{ role: "user", content }],
        tenant: `t${index % 50}`,
      });
      if (index > 2_000) others.push(decision);
    }
    // A tenth of the sketch is theirs, all above the cut: the others keep 0.2 / 0.9 at least.
    expect(upOf(others)).toBeGreaterThan(0.18);
  });

  test("exports its scores and starts from them", async () => {
    const first = createRouter({ models, policy: byShare(0.3), classifier: stated });
    for (let index = 0; index < 400; index += 1)
      await first.decide({ messages: [{ role: "user", content: String(index / 4_000) }], tenant: "t" });
    const state = JSON.parse(JSON.stringify(first.exportState()));
    const second = createRouter({ models, policy: byShare(0.3), classifier: stated });
    second.restoreState(state);
    expect((await second.decide("0.05")).inputs).toEqual((await first.decide("0.05")).inputs);
    expect(() =>
      second.restoreState({ ...state, inputs: { "recent-scores:0.3:0.1": { entries: [[2]] } } }),
    ).toThrow("state.inputs.recent-scores.entries");
    const other = createRouter({ models, policy: byShare(0.3), classifier: { ...stated, version: "2" } });
    other.restoreState(state);
    expect(Object.values((await other.decide("0.05")).inputs ?? {})).toMatchObject([{ scores: 0 }]);
  });

  test("is never certified by the certificate of a number", async () => {
    const router = createRouter({ models, policy: byShare(0.3) });
    expect(await router.decide("Hello")).toMatchObject({ certified: false });
  });

  test("works wherever a policy can stand", async () => {
    const inner = byShare(0.3);
    const nested: readonly Policy<"small" | "large">[] = [
      firstOf(inner),
      when(() => true, inner),
      mix([
        { weight: 0.5, use: inner },
        { weight: 0.5, use: "small" },
      ]),
      explore(0.1, inner),
      sticky(inner),
      rules([
        { if: { tenant: "a" }, use: "small" },
        { if: { minTurns: 0 }, use: inner },
      ]),
      override({ label: "use", values: { a: inner }, otherwise: inner }),
    ];
    for (const policy of nested) {
      expect(policy.reads, policy.name).toHaveLength(1);
      const decision = await createRouter({ models, policy }).decide("Hello");
      expect(Object.keys(decision.inputs ?? {}), policy.name).toEqual(["recent-scores:0.3:0.1"]);
    }
  });
});

describe("what a policy reads", () => {
  const reading = (...reads: readonly PolicyInput[]): Policy<"small"> => ({
    name: "reading",
    reads,
    select: ({ inputs }) => ({ model: "small", reason: JSON.stringify(inputs) }),
  });
  const counting = (id: string): PolicyInput => ({
    id,
    create() {
      let seen = 0;
      return {
        snapshot: () => ({ seen }),
        observe(event) {
          if (event.type === "decision-made") seen += 1;
        },
        exportState: () => seen,
        restoreState(state) {
          if (typeof state !== "number") throw new TypeError("not mine");
          seen = state;
        },
      };
    },
  });

  test("belongs to one router, is told its events, and is recorded in the decision", async () => {
    const policy = reading(counting("a"), counting("__proto__"));
    const [first, second] = [createRouter({ models, policy }), createRouter({ models, policy })];
    await first.route("Hello");
    const decision = await first.decide("Hello");
    expect(Object.entries(decision.inputs ?? {})).toEqual([
      ["a", { seen: 1 }],
      ["__proto__", { seen: 1 }],
    ]);
    expect((await second.decide("Hello")).reason).toBe('{"a":{"seen":0},"__proto__":{"seen":0}}');
    expect(Object.isFrozen(decision.inputs)).toBe(true);
  });

  test("is absent where nothing is read, and where a pin decides", async () => {
    const plain = createRouter({ models, policy: reading() });
    expect(await plain.decide("Hello")).not.toHaveProperty("inputs.a");
    const router = createRouter({ models, policy: reading(counting("a")) });
    expect(
      (await router.decide({ messages: [{ role: "user", content: "Hello" }], model: "large" })).inputs,
    ).toBeUndefined();
  });

  test("two inputs with one id are refused", () => {
    expect(() => createRouter({ models, policy: reading(counting("a"), counting("a")) })).toThrow(
      "policy.reads[1].id",
    );
  });

  test("one that throws is an error of the policy, and one that cannot restore changes nothing", async () => {
    const broken: PolicyInput = {
      id: "broken",
      create: () => ({
        snapshot() {
          throw new Error("secret");
        },
        observe() {
          throw new Error("ignored");
        },
      }),
    };
    const failed = await createRouter({ models, policy: reading(broken) })
      .decide("Hello")
      .catch((error: unknown) => error);
    expect(isRouterError(failed, "policy")).toBe(true);
    expect(String(failed)).not.toContain("secret");

    const router = createRouter({ models, policy: reading(counting("a"), counting("b")) });
    const state = router.exportState();
    expect(() => router.restoreState({ ...state, inputs: { a: 5, b: "x" } })).toThrow("not mine");
    expect((await router.decide("Hello")).inputs).toEqual({ a: { seen: 0 }, b: { seen: 0 } });
  });
});
