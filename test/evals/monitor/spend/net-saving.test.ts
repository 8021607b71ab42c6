import { describe, expect, it } from "vitest";
import { netSaving } from "../../../../evals/monitor/spend/net-saving.ts";
import { readSpend } from "../../../../evals/monitor/spend/read-spend.ts";
import { seededRandom } from "../../../../src/loop/statistics/seeded-random.ts";
import { InsufficientEvidenceError } from "../../../../src/plugin/index.ts";
import { runs } from "../../../support/runs.ts";
import { linesSource, type SpendLine, spendLine } from "../../../support/spend-log.ts";

/** 1 dollar a million tokens in and out, a tenth for what is cached. */
const price = {
  usdPerMillionInputTokens: 1,
  usdPerMillionOutputTokens: 1,
  usdPerMillionCachedInputTokens: 0.1,
};
const large = { model: "large", usage: { inputTokens: 100, outputTokens: 100 }, costUsd: 0.0002 };

async function savingOf(lines: readonly SpendLine[], unlistedUsd = 0) {
  const { requests } = await readSpend({ logs: [linesSource(lines.map(spendLine))], large: "large" });
  return netSaving(requests, { large: "large", price, unlistedUsd });
}

const many = (count: number, line: (at: number) => Omit<SpendLine, "id">): SpendLine[] =>
  Array.from({ length: count }, (_, at) => ({ id: `r${at}`, ...line(at) }));

describe("the net saving", () => {
  it("is nothing, exactly, where the large model answered everything", async () => {
    const { savedUsd, savedShare, alwaysLargeUsd } = await savingOf(many(80, () => ({ attempts: [large] })));
    expect(savedUsd.value).toBeCloseTo(0, 12);
    expect(savedUsd.low).toBeCloseTo(0, 12);
    expect(savedShare.value).toBeCloseTo(0, 12);
    expect(alwaysLargeUsd).toBeCloseTo(80 * 0.0002, 12);
  });

  it("is negative where judges, classifiers, retries and lost hedges cost more than was saved", async () => {
    const lines = many(80, () => ({
      attempts: [
        { model: "judge", hop: "classify" as const, costUsd: 0.0003 },
        large,
        { hop: "check" as const, costUsd: 0.0001 },
      ],
    }));
    const { savedUsd } = await savingOf(lines, 0.001);
    expect(savedUsd.value).toBeCloseTo(-80 * 0.0004 - 0.001, 12);
    expect(savedUsd.high).toBeCloseTo(-80 * 0.0004 - 0.001, 12);
  });

  it("counts what failed requests have cost, and takes always-large to have spent nothing on them", async () => {
    const failed = many(10, () => ({
      attempts: [{ costUsd: 0.01 }],
      error: { code: "all-models-failed", message: "x" },
    })).map((line) => ({ ...line, id: `f${line.id}` }));
    const saving = await savingOf([...many(80, () => ({ attempts: [large] })), ...failed]);
    expect(saving.savedUsd.value).toBeCloseTo(-0.1, 10);
    expect(saving.failed).toBe(10);
  });

  it("leaves pins and requests that may not go to the large model as they were", async () => {
    const lines = [
      ...many(80, () => ({ attempts: [large] })),
      ...many(20, (at) => ({
        attempts: [{}],
        ...(at < 10 ? { forced: true } : { refused: ["large"] }),
      })).map((line) => ({ ...line, id: `u${line.id}` })),
    ];
    const { savedUsd, unaffected } = await savingOf(lines);
    expect(savedUsd.value).toBeCloseTo(0, 12);
    expect(unaffected).toBe(20);
  });

  it("compares with the large model's prompt cache, as its own conversations show it", async () => {
    // Conversations of two turns. Where both went to the large model, it read the first turn from its cache.
    const turn = (tokens: number, cached: number) => ({
      model: "large",
      usage: { inputTokens: tokens, outputTokens: 100, cachedInputTokens: cached },
      costUsd: 0.001,
    });
    const lines = Array.from({ length: 80 }, (_, at): SpendLine[] => {
      const session = `s${at}`;
      const first = { id: `${at}a`, session, inputTokens: 2_000, attempts: [turn(2_000, 0)] };
      const second = { id: `${at}b`, session, inputTokens: 2_200, at: "2026-11-26T10:01:00.000Z" };
      // In the last half the second turn is drawn, and went to the small model in half of the cases.
      if (at < 40) return [first, { ...second, attempts: [turn(2_200, 1_050)] }];
      const drawn = { ...second, propensity: 0.5 };
      return [first, { ...drawn, attempts: [at % 2 === 0 ? turn(2_200, 1_050) : { costUsd: 0 }] }];
    }).flat();
    const { alwaysLargeUsd, alwaysLargeUncachedUsd, cache, units } = await savingOf(lines);
    expect(units).toBe(80);
    // A turn repeats 2,100 tokens, of which 1,050 were cached.
    expect(cache).toEqual({ hitRate: 0.5, measuredOn: 60 });
    const first = 2_100e-6;
    expect(alwaysLargeUsd).toBeCloseTo(80 * (first + (1_150 + 105 + 100) * 1e-6), 6);
    expect(alwaysLargeUncachedUsd).toBeCloseTo(80 * (first + 2_300e-6), 6);
  });

  it("assumes a full cache where none was measured: the least favourable to routing", async () => {
    const lines = [
      ...many(80, () => ({ attempts: [large] })),
      ...Array.from({ length: 40 }, (_, at): SpendLine[] => {
        const line = { session: `s${at}`, inputTokens: 2_000, propensity: 0.5, attempts: [{ costUsd: 0 }] };
        return [
          { ...line, id: `${at}a` },
          { ...line, id: `${at}b`, at: "2026-11-26T10:04:00.000Z" },
          { ...line, id: `${at}c`, at: "2026-11-26T10:14:00.000Z" },
        ];
      }).flat(),
    ];
    const { alwaysLargeUsd, alwaysLargeUncachedUsd, cache, noInterval } = await savingOf(lines);
    expect(cache).toEqual({ hitRate: 1, measuredOn: 0 });
    // Of each conversation the second turn came within five minutes, the third one did not.
    expect(alwaysLargeUncachedUsd - alwaysLargeUsd).toBeCloseTo(40 * 2_000 * 0.9e-6, 6);
    expect(noInterval).toMatch(/rarely or never/);
  });

  it("has no interval where the large model had no chance to answer, and says so", async () => {
    const lines = many(200, (at) => ({ attempts: at % 2 === 0 ? [large] : [{}], complexity: at % 2 }));
    const { savedUsd, noInterval, extrapolatedShare } = await savingOf(lines);
    expect(savedUsd).not.toHaveProperty("low");
    expect(noInterval).toMatch(/no chance to answer: explore/);
    expect(extrapolatedShare).toBeCloseTo(0.5, 6);
  });

  it("leaves requests of unknown cost out on both sides, and gives no interval where there are many", async () => {
    const lines = many(100, (at) => ({ attempts: [at < 90 ? large : { costUsd: undefined }] }));
    const { savedUsd, leftOut, noInterval } = await savingOf(lines);
    expect({ leftOut, value: Math.abs(savedUsd.value) < 1e-12 }).toEqual({ leftOut: 10, value: true });
    expect(noInterval).toMatch(/10 % of the requests have a cost that is not known/);
  });

  it("refuses a log in which the large model hardly answers", async () => {
    await expect(savingOf(many(100, (at) => ({ attempts: [at < 20 ? large : {}] })))).rejects.toThrow(
      InsufficientEvidenceError,
    );
  });

  it("holds the true saving as often as it says, where a lottery decides", async () => {
    // Answers of the large model are longer for hard requests, and not linearly: the regression is wrong.
    const truthPerRequest = (complexity: number) => 100e-6 + outputOf(complexity) * 1e-6;
    function outputOf(complexity: number): number {
      return 50 + 800 * complexity ** 4;
    }
    const random = seededRandom(3);
    const trials = runs(14, 40);
    let held = 0;
    let given = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      let truth = 0;
      const lines = many(1_500, () => {
        const complexity = random();
        const toLarge = complexity >= 0.7 ? 0.9 : 0.1;
        const isLarge = random() < toLarge;
        const costUsd = truthPerRequest(complexity);
        truth += isLarge ? 0 : costUsd - 20e-6;
        return {
          complexity,
          propensity: isLarge ? toLarge : 1 - toLarge,
          attempts: isLarge
            ? [{ model: "large", costUsd, usage: { inputTokens: 100, outputTokens: outputOf(complexity) } }]
            : [{ costUsd: 20e-6 }],
        };
      });
      const { savedUsd } = await savingOf(lines);
      if (savedUsd.low === undefined || savedUsd.high === undefined) continue;
      given += 1;
      if (savedUsd.low <= truth && truth <= savedUsd.high) held += 1;
    }
    expect(given).toBeGreaterThan(trials / 2);
    // 95 %, less three deviations of so few trials.
    expect(held / given).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / given));
  });
});
