import { describe, expect, it } from "vitest";
import { always, byTask, guarded, mix, sticky, threshold } from "../../../policies/index.ts";
import { createRouter, explain, type Policy, type Tuning } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const models = { cheap: fakeModel({ model: "s" }), dear: fakeModel({ model: "l" }) };
const classifier = { name: "stub", version: "3", classify: () => ({ complexity: 0.4 }) };
const tuning: Tuning = {
  version: "0123456789ab",
  expiresAt: "2027-01-01T00:00:00.000Z",
  models: ["fake:s", "fake:l"],
  policy: {
    name: "threshold",
    parameters: { small: "fake:s", large: "fake:l", at: 0.43, otherwise: "fake:l" },
  },
  classifier: { name: "stub", version: "3" },
};
const policy = threshold({ small: "cheap", large: "dear", at: 0.43 });

interface Change {
  readonly tuning?: Partial<Tuning>;
  readonly policy?: Policy<"cheap" | "dear">;
  readonly classifier?: typeof classifier;
  readonly now?: string;
}

const routerOf = (change: Change = {}) =>
  createRouter({
    models,
    classifier: change.classifier ?? classifier,
    policy: change.policy ?? policy,
    tuning: { ...tuning, ...change.tuning },
    clock: () => Date.parse(change.now ?? "2026-12-01T00:00:00Z"),
  });

describe("a decision", () => {
  it("is certified where the tuning file fits the router: ids stand for names", async () => {
    const decision = await routerOf().decide("Hello");
    expect(decision).toMatchObject({ model: "cheap", certified: true });
    expect(decision.uncertified).toBeUndefined();
    expect(explain(decision)).toMatch(/; certified$/);
  });

  it("is certified where ids are field names of the policy: small and large", async () => {
    const own = { small: models.cheap, large: models.dear };
    const threshold43 = threshold({ small: "small", large: "large", at: 0.43 });
    const router = createRouter({
      models: own,
      classifier,
      policy: threshold43,
      tuning,
      clock: () => Date.parse("2026-12-01T00:00:00Z"),
    });
    expect(await router.decide("Hello")).toMatchObject({ model: "small", certified: true });
  });

  it.each<[string, Change, string]>([
    [
      "the file has expired",
      { now: "2027-01-01T00:00:00Z" },
      "the certificate of tuning 0123456789ab has expired on 2027-01-01T00:00:00.000Z",
    ],
    [
      "another threshold is used",
      { policy: threshold({ small: "cheap", large: "dear", at: 0.5 }) },
      "other parameters of the policy threshold were tuned: at differs",
    ],
    [
      "requests without a classification go elsewhere",
      { policy: threshold({ small: "cheap", large: "dear", at: 0.43, otherwise: "cheap" }) },
      "other parameters of the policy threshold were tuned: otherwise differs",
    ],
    [
      "the models are the other way round",
      { policy: threshold({ small: "dear", large: "cheap", at: 0.43 }) },
      "other parameters of the policy threshold were tuned: small, large, otherwise differ",
    ],
    [
      "another policy is used, around the tuned one too",
      { policy: sticky(policy) },
      "the policy is sticky, and threshold was tuned",
    ],
    [
      "the classifier is another",
      { classifier: { ...classifier, name: "other" } },
      "the classifier is other@3, and stub@3 was tuned",
    ],
    [
      "the classifier is another version",
      { classifier: { ...classifier, version: "4" } },
      "the classifier is stub@4, and stub@3 was tuned",
    ],
    [
      "a model is missing",
      { tuning: { models: ["fake:s", "fake:xl"] } },
      "the router has no model named fake:xl, which was tuned",
    ],
  ])("is not certified, and states why, where %s", async (_, change, reason) => {
    const decision = await routerOf(change).decide("Hello");
    expect(decision).toMatchObject({ certified: false, uncertified: reason });
    expect(explain(decision)).toContain(`not certified: ${reason}`);
  });

  it("is certified within a guard of one's own, except where the guard overrules", async () => {
    type Id = "cheap" | "dear";
    const atNight = (night: boolean): Policy<Id> => ({
      name: "atNight",
      parameters: { night },
      models: policy.models,
      inner: [policy],
      guards: true,
      select(context) {
        const opinion = policy.select(context);
        if (!night || opinion === undefined || !("model" in opinion)) return opinion;
        return { model: "cheap", reason: "night", insteadOf: { model: opinion.model } };
      },
    });
    expect(await routerOf({ policy: atNight(false) }).decide("Hello")).toMatchObject({ certified: true });
    expect(await routerOf({ policy: guarded(atNight(false)) }).decide("Hello")).toMatchObject({
      certified: true,
    });
    expect(await routerOf({ policy: atNight(true) }).decide("Hello")).toMatchObject({
      certified: false,
      uncertified: "another plan than the policy's was taken",
    });
    const plain = { ...atNight(false), guards: undefined };
    expect(await routerOf({ policy: plain }).decide("Hello")).toMatchObject({
      certified: false,
      uncertified: "the policy is atNight, and threshold was tuned",
    });
    const other = { ...atNight(false), inner: [threshold<Id>({ small: "cheap", large: "dear", at: 0.5 })] };
    expect(await routerOf({ policy: other }).decide("Hello")).toMatchObject({
      uncertified: "other parameters of the policy threshold were tuned: at differs",
    });
  });

  it("is certified where the guard itself was tuned", async () => {
    const named = guarded(threshold({ small: "fake:s", large: "fake:l", at: 0.43 }));
    expect(
      await routerOf({ policy: guarded(policy), tuning: { policy: named } }).decide("Hello"),
    ).toMatchObject({ certified: true });
  });

  it("is not certified where a pin decided, and needs no reason where there is no tuning file", async () => {
    const router = routerOf();
    const pinned = await router.decide({ messages: [{ role: "user", content: "Hello" }], model: "dear" });
    expect(pinned).toMatchObject({ certified: false, uncertified: "a pin decided" });
    const bare = await createRouter({ models, policy, classifier }).decide("Hello");
    expect(bare.certified).toBe(false);
    expect(bare.uncertified).toBeUndefined();
  });

  it("is certified with nested policies and with weights by model", async () => {
    const nested = byTask({ tasks: { chat: policy, code: always("dear") }, otherwise: "dear" });
    const described = {
      name: "byTask",
      parameters: {
        tasks: {
          chat: tuning.policy,
          code: { name: "always", parameters: { model: "fake:l" } },
        },
        otherwise: "fake:l",
      },
    };
    expect(await routerOf({ policy: nested, tuning: { policy: described } }).decide("Hello")).toMatchObject({
      certified: true,
    });
    const mixed = mix([
      { weight: 0.5, use: "cheap" },
      { weight: 0.5, use: "dear" },
    ]);
    const parameters = JSON.parse(
      JSON.stringify(mixed.parameters).replaceAll('"cheap"', '"fake:s"').replaceAll('"dear"', '"fake:l"'),
    );
    expect(
      await routerOf({ policy: mixed, tuning: { policy: { name: "mix", parameters } } }).decide("Hello"),
    ).toMatchObject({ certified: true });
  });
});

it.each<[object | string, string]>([
  ["tuning.json", 'tuning must be the contents of a tuning file, got "tuning.json"'],
  [{ ...tuning, version: undefined }, "tuning.version must be a non-empty string, but it is missing"],
  [{ ...tuning, expiresAt: "soon" }, 'tuning.expiresAt must be a date in ISO 8601, got "soon"'],
  [{ ...tuning, policy: "threshold" }, 'tuning.policy must be an object with a name, got "threshold"'],
  [{ ...tuning, models: "fake:s" }, 'tuning.models must be an array of names, got "fake:s"'],
  [{ ...tuning, classifier: { name: "stub" } }, "tuning.classifier.version must be a non-empty string"],
])("an invalid tuning is refused at construction: %o", (wrong, message) => {
  expect(() => createRouter({ models, policy, tuning: wrong as never })).toThrow(message);
});
