import { describe, expect, it } from "vitest";
import { notRefused } from "../../policies/checks/index.ts";
import { boundary } from "../../policies/constraints/index.ts";
import { always, cascade, mix, sticky, threshold, tiers } from "../../policies/index.ts";
import {
  type Classifier,
  createRouter,
  type Decision,
  explain,
  type Policy,
  type RouteRequest,
} from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Id = "small" | "mid" | "large";
const price = (usd: number) => ({ usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: usd });
const labels = { boundary: "eu" };
const models: Readonly<Record<Id, ReturnType<typeof fakeModel>>> = {
  small: fakeModel({ model: "s", price: price(1), labels }),
  mid: fakeModel({ model: "m", labels }),
  large: fakeModel({ model: "l", price: price(20) }),
};
const scored = (complexity: number): Classifier => ({
  name: "fixed",
  version: "1",
  classify: () => ({ complexity }),
});
const constraints = [
  boundary({ label: "boundary", required: { byTenant: { clinic: "eu" }, withoutTenant: true } }),
];

async function explained(
  policy: Policy<Id>,
  request: Partial<Exclude<RouteRequest<Id>, string>> = {},
  classifier = scored(0.42),
): Promise<string> {
  const router = createRouter({ models, policy, classifier, constraints, random: () => 0.95 });
  const messages = [{ role: "user" as const, content: "secret question" }];
  return explain(await router.decide({ messages, max_completion_tokens: 100, ...request }));
}

const split = threshold({ small: "small", large: "large", at: 0.7 });

describe("a decision in one sentence", () => {
  it("says where, why, among which, for how much and whether certified", async () => {
    expect(await explained(split)).toBe(
      "small, because complexity 0.42 is below 0.7; all 3 models permitted; expected cost $0.00011; not certified",
    );
  });

  it("says which models are not permitted, and why", async () => {
    expect(await explained(split, { tenant: "clinic" })).toContain(
      "; 2 of 3 models permitted (large: boundary: boundary is not known, eu is required); ",
    );
  });

  it("says the complexity next to a reason that does not begin with it", async () => {
    expect(await explained(always("mid"))).toBe(
      "mid, because always mid; complexity 0.42; all 3 models permitted; expected cost not known; not certified",
    );
  });

  it("cuts the complexity, which must not read as the threshold that it is below", async () => {
    expect(await explained(split, {}, scored(0.6999))).toContain("complexity 0.69 is below 0.7");
    expect(await explained(split, {}, scored(0.7))).toContain("complexity 0.70 is at or above 0.7");
    expect(
      await explained(tiers({ models: ["small", "mid", "large"], cuts: [0.29, 0.7] }), {}, scored(0.29)),
    ).toContain("mid, because complexity 0.29 is in [0.29, 0.7)");
  });

  it("says each step of a cascade, and the check that ends it", async () => {
    const policy = cascade({ first: "small", then: ["mid", "large"], unless: notRefused() });
    expect(await explained(policy)).toMatch(
      /^small, then mid unless notRefused accepts, then large unless notRefused accepts, because /,
    );
  });

  it("says how likely a lottery drew it", async () => {
    expect(await explained(mix({ small: 0.9, large: 0.1 }))).toContain("large, because share 0.1; ");
    expect(await explained(mix({ small: 0.9, large: 0.1 }))).toContain("; drawn with probability 0.1; ");
  });

  it("says why there is no complexity", async () => {
    const broken: Classifier = {
      name: "broken",
      version: "1",
      classify: () => {
        throw new RangeError("secret question");
      },
    };
    const text = await explained(sticky(split), {}, broken);
    expect(text).toContain("; no complexity: classifier broken threw an error of type RangeError; ");
    expect(text).not.toContain("secret");
  });

  it("names a pin as the reason", async () => {
    expect(await explained(split, { model: "mid" })).toMatch(
      /^mid, because pinned by the request; all 3 models/,
    );
  });

  it("names five refused models and counts the others", () => {
    const candidates = Array.from({ length: 9 }, (_, index) => ({
      model: `m${index}`,
      permitted: index === 0 || "only: no",
    }));
    const decision = { plan: [{ model: "m0" }], reason: "r", candidates, propensity: 1, certified: true };
    expect(explain(decision as unknown as Decision)).toBe(
      "m0, because r; 1 of 9 models permitted (m1: only: no; m2: only: no; m3: only: no; m4: only: no; m5: only: no; 3 more); expected cost not known; certified",
    );
  });
});
