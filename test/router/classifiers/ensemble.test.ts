import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Classification, type Classifier, isRouterError } from "../../../src/contracts/index.ts";
import { ensemble } from "../../../src/router/classifiers/index.ts";
import { factsOf } from "../../../src/testing/index.ts";
import { openHop } from "../../support/hops/open-hop.ts";
import { runs } from "../../support/runs.ts";

const saying = (name: string, answer: Classification | Promise<Classification>): Classifier => ({
  name,
  version: "1",
  classify: () => answer,
});
const failing = (name: string): Classifier => ({
  name,
  version: "1",
  classify() {
    throw new TypeError("secret");
  },
});
const ask = (classifier: Classifier) => classifier.classify(factsOf(), openHop());
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const weights = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

afterEach(() => vi.useRealTimers());

describe("an ensemble", () => {
  it("lies between its members, is synchronous where they are, and only proportions of weights count", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, weights), { minLength: 1, maxLength: 6 }), (members) => {
        const build = (factor: number) =>
          ask(
            ensemble(
              members.map(([complexity, weight], index) => ({
                classifier: saying(`m${index}`, { complexity }),
                weight: Math.min(1e6, Math.max(1e-6, weight * factor)),
              })),
            ),
          ) as Classification;
        const { complexity } = build(1);
        const all = members.map(([one]) => one);
        expect(complexity).toBeGreaterThanOrEqual(Math.min(...all));
        expect(complexity).toBeLessThanOrEqual(Math.max(...all));
        if (members.every(([, weight]) => weight > 2e-6))
          expect(build(0.5).complexity).toBeCloseTo(complexity, 9);
      }),
      { numRuns: runs(100, 1_000) },
    );
  });

  it("is the weighted mean, with each member's complexity", () => {
    const members = [
      { classifier: saying("a", { complexity: 0.2 }), weight: 3 },
      { classifier: saying("b", { complexity: 0.6 }) },
    ];
    const { complexity, signals } = ask(ensemble(members)) as Classification;
    expect(complexity).toBeCloseTo(0.3, 12);
    expect(signals).toEqual({ a: 0.2, b: 0.6 });
  });

  it("has the category with the largest weight and the mean quality of the members that state it", () => {
    const answer = ask(
      ensemble([
        { classifier: saying("a", { complexity: 0, category: "chat", quality: { s: 0.2, only: 0.4 } }) },
        { classifier: saying("b", { complexity: 0, category: "code", quality: { s: 0.8 } }), weight: 2 },
        { classifier: saying("c", { complexity: 0, category: "chat" }) },
        { classifier: saying("d", { complexity: 0 }) },
      ]),
    ) as Classification;
    expect(answer.category).toBe("chat"); // 1 + 1 against 2: the earlier one
    expect(answer.quality?.["s"]).toBeCloseTo(0.6, 12);
    expect(answer.quality?.["only"]).toBe(0.4);
  });

  it("leaves out a member that fails, and signals it", async () => {
    const answer = await ask(
      ensemble([
        { classifier: saying("a", { complexity: 0.2 }) },
        { classifier: failing("b"), weight: 100 },
        { classifier: saying("c", Promise.reject(new Error("secret"))) },
        { classifier: saying("d", { complexity: Number.NaN }) },
        { classifier: saying("a", Promise.resolve({ complexity: 0.4 })) },
      ]),
    );
    expect(answer.complexity).toBeCloseTo(0.3, 12);
    expect(answer.signals).toEqual({ a: 0.2, "b.failed": 1, "c.failed": 1, "d.failed": 1, "a#5": 0.4 });
  });

  it("leaves out a member that takes too long", async () => {
    vi.useFakeTimers();
    const classifier = ensemble(
      [
        { classifier: saying("a", { complexity: 0.2 }) },
        { classifier: saying("slow", new Promise<Classification>(() => {})) },
      ],
      { timeoutMs: 50 },
    );
    const answer = ask(classifier);
    await vi.advanceTimersByTimeAsync(50);
    expect(await answer).toEqual({ complexity: 0.2, signals: { a: 0.2, "slow.failed": 1 } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("fails where all members fail, without the text of their errors", () => {
    try {
      ask(ensemble([{ classifier: failing("a") }]));
      expect.unreachable();
    } catch (error) {
      if (!isRouterError(error, "classifier")) throw error;
      expect(error.message).toBe(
        "classifier ensemble got no answer from any member (classifier a threw an error of type TypeError)",
      );
    }
  });

  it("refuses to have no members", () => {
    expect(() => ensemble([])).toThrow(/ensemble\.members must be an array with at least one member/);
  });
});
