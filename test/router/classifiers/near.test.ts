import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Classification, Classifier } from "../../../src/contracts/index.ts";
import { near } from "../../../src/router/classifiers/index.ts";
import { factsOf } from "../../../src/testing/index.ts";
import { openHop } from "../../support/hops/open-hop.ts";
import { runs } from "../../support/runs.ts";

const saying = (name: string, answer: Classification | (() => Classification | Promise<Classification>)) => {
  const classifier: Classifier & { asked: number } = {
    name,
    version: "1",
    asked: 0,
    classify() {
      classifier.asked += 1;
      return typeof answer === "function" ? answer() : answer;
    },
  };
  return classifier;
};
const ask = (classifier: Classifier) => classifier.classify(factsOf(), openHop());
const unit = fc.double({ min: 0, max: 1, noNaN: true });

afterEach(() => vi.useRealTimers());

describe("near", () => {
  it("uses the first outside the margin, synchronously, and the second inside", () => {
    fc.assert(
      fc.property(
        unit,
        unit,
        fc.array(unit, { minLength: 1, maxLength: 3 }),
        unit,
        (a, b, around, margin) => {
          const first = saying("a", { complexity: a, category: "code", signals: { x: 1 } });
          const second = saying("b", { complexity: b });
          const answer = ask(near({ first, second, around, margin }));
          const distance = Math.min(...around.map((at) => Math.abs(a - at)));
          if (distance > margin + 1e-6) {
            expect(answer).toBe(ask(first));
            expect(second.asked).toBe(0);
          }
          if (distance <= margin)
            expect(answer).toEqual({ complexity: b, category: "code", signals: { first: a } });
        },
      ),
      { numRuns: runs(100, 1_000) },
    );
  });

  it("counts the end of the margin as in doubt, in spite of rounding", () => {
    const second = saying("b", { complexity: 1 });
    ask(near({ first: saying("a", { complexity: 0.7 }), second, around: 0.6, margin: 0.1 }));
    expect(second.asked).toBe(1);
  });

  it("keeps the second's answer, and fills its gaps from the first", async () => {
    const first = saying("a", { complexity: 0.5, category: "code", quality: { m: 0.1 } });
    const second = saying("b", async () => ({
      complexity: 0.9,
      quality: { m: 0.8 },
      signals: { rating: 9 },
    }));
    expect(await ask(near({ first, second, around: 0.5 }))).toEqual({
      complexity: 0.9,
      category: "code",
      quality: { m: 0.8 },
      signals: { rating: 9, first: 0.5 },
    });
  });

  const failures: readonly (readonly [string, () => Classification | Promise<Classification>])[] = [
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret"))],
    ["returns NaN", () => ({ complexity: Number.NaN })],
    ["returns nothing", () => undefined as never],
  ];
  for (const [what, fail] of failures)
    it(`keeps the first where the second ${what}, and signals it`, async () => {
      const first = saying("a", { complexity: 0.5, signals: { x: 1 } });
      const answer = await ask(near({ first, second: saying("b", fail), around: 0.5 }));
      expect(answer).toEqual({ complexity: 0.5, signals: { x: 1, secondFailed: 1 } });
    });

  it("keeps the first where the second takes too long, or the hop ends, and leaves no timer", async () => {
    vi.useFakeTimers();
    const first = saying("a", async () => ({ complexity: 0.5 }));
    const second = saying("b", () => new Promise(() => {}));
    const classifier = near({ first, second, around: 0.5, timeoutMs: 50 });
    const late = ask(classifier);
    await vi.advanceTimersByTimeAsync(50);
    expect(await late).toEqual({ complexity: 0.5, signals: { secondFailed: 1 } });

    const controller = new AbortController();
    const ended = classifier.classify(factsOf(), openHop(controller.signal));
    await vi.advanceTimersByTimeAsync(10);
    controller.abort(new Error("over"));
    expect(await ended).toMatchObject({ complexity: 0.5 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("fails where the first does", () => {
    const first = saying("a", () => {
      throw new RangeError("first");
    });
    expect(() => ask(near({ first, second: first, around: 0.5 }))).toThrow(RangeError);
  });

  it("has a version that names its parts", () => {
    const classifier = near({
      first: saying("a", { complexity: 0 }),
      second: saying("b", { complexity: 0 }),
      around: [0.3, 0.7],
    });
    expect(`${classifier.name}@${classifier.version}`).toBe("near@a@1,b@1,0.3|0.7±0.1");
  });

  it.each([
    [{ around: 1.5 }, /near\.around must be a number in \[0, 1\], got 1\.5/],
    [{ around: [] }, /near\.around\.length must be a number of at least 1/],
    [{ around: [0.5, Number.NaN] }, /near\.around\[1\] must be .*, got NaN/],
  ])("refuses %j", (wrong, message) => {
    const first = saying("a", { complexity: 0 });
    expect(() => near({ first, second: first, around: 0.5, ...(wrong as object) })).toThrow(message);
  });
});
