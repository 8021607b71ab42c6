import { describe, expect, it } from "vitest";
import { capabilities } from "../../../src/router/decide/capabilities.ts";
import { contextWindow, isNearWindow } from "../../../src/router/decide/context-window.ts";
import { permits, unknownOf } from "../../../src/router/decide/eligible.ts";
import { fallbacksOf } from "../../../src/router/decide/plan-of.ts";
import { policyHash } from "../../../src/router/decide/policy-hash.ts";
import { candidateOf, constraintConformance, factsOf } from "../../../src/testing/index.ts";

const at = { hop: "answer", now: 0 } as const;

describe("the router's own constraints conform", () => {
  for (const constraint of [capabilities, contextWindow]) {
    for (const { name, run } of constraintConformance({ constraint, models: ["small", "large"] })) {
      it(`${constraint.name}: ${name}`, run);
    }
  }
});

describe("capabilities", () => {
  const request = factsOf({ tools: 1, images: 1, jsonSchema: true });

  it("refuses a capability that is known to be missing, and nothing that is not known", () => {
    const known = (given: object) =>
      candidateOf("m", { facts: { capabilities: { images: true, ...given } } });
    expect(capabilities.permits(known({ tools: false }), { request, ...at })).toBe("cannot call tools");
    expect(capabilities.permits(known({ images: false }), { request, ...at })).toBe("cannot read images");
    expect(capabilities.permits(known({ jsonSchema: false }), { request, ...at })).toBe(
      "cannot answer by a JSON schema",
    );
    expect(capabilities.permits(known({}), { request, ...at })).toBe(true);
    expect(capabilities.permits(candidateOf("m"), { request, ...at })).toBe(true);
    const assuming = candidateOf("m", { facts: { assumeCapabilities: ["images"] } });
    expect(capabilities.permits(assuming, { request, ...at })).toBe(true);
    const blind = candidateOf("m", {
      facts: { capabilities: { images: false }, assumeCapabilities: ["images"] },
    });
    expect(capabilities.permits(blind, { request, ...at })).toBe("cannot read images");
    expect(capabilities.permits(known({ tools: false }), { request: factsOf(), ...at })).toBe(true);
  });

  it("refuses content that the model's API cannot represent", () => {
    const reads = candidateOf("m", { facts: { capabilities: { contentTypes: ["image/png"] } } });
    const holding = (...contentTypes: string[]) => ({ request: factsOf({ contentTypes }), ...at });
    expect(capabilities.permits(reads, holding("image/png"))).toBe(true);
    expect(capabilities.permits(reads, holding("image/png", "file-id"))).toBe("cannot read file-id");
    expect(capabilities.permits(candidateOf("m"), holding("file-id"))).toBe(true);
    expect(unknownOf(candidateOf("m"), factsOf({ contentTypes: ["file-id"] }))).toContain("contentTypes");
    expect(unknownOf(reads, factsOf({ contentTypes: ["file-id"] }))).not.toContain("contentTypes");
  });

  it("names the unknown facts in the decision", () => {
    const all = { price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 }, contextWindow: 10 };
    expect(unknownOf(candidateOf("m"), request)).toEqual([
      "price",
      "contextWindow",
      "tools",
      "images",
      "jsonSchema",
    ]);
    expect(unknownOf(candidateOf("m", { facts: all }), factsOf())).toBeUndefined();
  });
});

describe("the context window", () => {
  const model = candidateOf("m", { facts: { contextWindow: 1_000, maxOutputTokens: 400 } });
  const ask = (inputTokens: number, maxOutputTokens?: number) =>
    factsOf({ inputTokens, maxOutputTokens, expectedOutputTokens: Math.min(maxOutputTokens ?? 300, 300) });

  it("holds input and output together", () => {
    expect(contextWindow.permits(model, { request: ask(700), ...at })).toBe(true);
    expect(contextWindow.permits(model, { request: ask(701), ...at })).toBe(
      "its window of 1000 tokens is too small for about 1001",
    );
    expect(contextWindow.permits(model, { request: ask(600, 400), ...at })).toBe(true);
    expect(contextWindow.permits(model, { request: ask(601, 400), ...at })).not.toBe(true);
  });

  it("refuses an output limit above the model's", () => {
    expect(contextWindow.permits(model, { request: ask(10, 401), ...at })).toBe(
      "answers at most 400 tokens, 401 were asked for",
    );
  });

  it("reads the model's own calibrated count where there is one", () => {
    const calibrated = { ...model, estimatedInputTokens: 701 };
    expect(contextWindow.permits(calibrated, { request: ask(10), ...at })).not.toBe(true);
  });

  it("asks for an exact count only near the edge", () => {
    expect(isNearWindow(model, ask(100))).toBe(false);
    expect(isNearWindow(model, ask(600))).toBe(true);
    expect(isNearWindow(model, ask(800))).toBe(true);
    expect(isNearWindow(model, ask(5_000))).toBe(false);
    expect(isNearWindow(candidateOf("m"), ask(600))).toBe(false);
    expect(isNearWindow(model, { ...ask(600), inputTokensExact: true })).toBe(false);
  });
});

describe("constraints fail closed", () => {
  const request = factsOf();

  it("when they throw, without repeating the error's text", () => {
    const constraint = {
      name: "broken",
      permits: () => {
        throw new TypeError("secret");
      },
    };
    expect(permits(candidateOf("m"), [constraint], { request, ...at })).toBe(
      "broken: it threw an error of type TypeError",
    );
  });

  it("when they return anything but true", () => {
    for (const answer of [false, undefined, 1, ""]) {
      const constraint = { name: "odd", permits: () => answer as never };
      expect(permits(candidateOf("m"), [constraint], { request, ...at })).toBe("odd: it gave no reason");
    }
    const late = { name: "late", permits: async () => true } as never;
    expect(permits(candidateOf("m"), [late], { request, ...at })).toBe(
      "late: it answered with a promise: permits() must not be async",
    );
  });
});

describe("fallbacks", () => {
  it("go to larger models first, nearest first, then to smaller ones", () => {
    const candidates = ["a", "b", "c", "d"].map((id) => candidateOf(id));
    expect(fallbacksOf("b", candidates)).toEqual(["c", "d", "a"]);
    expect(fallbacksOf("d", candidates)).toEqual(["c", "b", "a"]);
    expect(fallbacksOf("a", candidates.slice(0, 1))).toEqual([]);
  });
});

describe("the hash of a policy", () => {
  it("does not depend on the order of keys, and depends on every value", () => {
    const hash = policyHash({ name: "p", parameters: { a: 1, b: { c: [1, 2], d: 3 } } });
    expect(policyHash({ name: "p", parameters: { b: { d: 3, c: [1, 2] }, a: 1 } })).toBe(hash);
    expect(policyHash({ name: "p", parameters: { a: 1, b: { c: [2, 1], d: 3 } } })).not.toBe(hash);
    expect(policyHash({ name: "q", parameters: { a: 1, b: { c: [1, 2], d: 3 } } })).not.toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
  });
});
