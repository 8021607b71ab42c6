import { describe, expect, it } from "vitest";
import { type ScoreReference, scoreDrift } from "../../../src/loop/statistics/score-drift.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { runs } from "../../support/runs.ts";

const uniform: ScoreReference = {
  quantiles: Array.from({ length: 129 }, (_, index) => index / 128),
  scores: Infinity,
};

/** The reference that a file would hold of these scores. */
function referenceOf(scores: readonly number[], steps = 128): ScoreReference {
  const sorted = [...scores].sort((a, b) => a - b);
  const at = (step: number): number => sorted[Math.round((step / steps) * (sorted.length - 1))] as number;
  return { quantiles: Array.from({ length: steps + 1 }, (_, step) => at(step)), scores: scores.length };
}

/** Upper end of the share of alarms that a test of this level gives in so many draws (4 sd). */
const most = (level: number, draws: number): number => level + 4 * Math.sqrt((level * (1 - level)) / draws);

describe("scoreDrift", () => {
  const worlds: readonly (readonly [string, (random: () => number) => number, number, number])[] = [
    ["smooth scores", (random) => random() ** 2, 1_000, 1_000],
    ["few scores", (random) => random(), 200, 200],
    ["scores with heavy ties", (random) => Math.floor(random() * 4) / 4, 400, 300],
    ["scores that are mostly one value", (random) => (random() < 0.85 ? 0 : random()), 500, 250],
  ];

  it.each(worlds)("gives at most the stated share of false alarms on %s", (_, draw, n, m) => {
    const random = seededRandom(11);
    const draws = runs(200, 2_000);
    let psiAlarms = 0;
    let ksAlarms = 0;
    for (let run = 0; run < draws; run += 1) {
      const reference = referenceOf(Array.from({ length: m }, () => draw(random)));
      const scores = Array.from({ length: n }, () => draw(random));
      const { verdict, psi, ks } = scoreDrift(scores, reference, { minDistance: 0 });
      expect(verdict).not.toBe("not-judged");
      if (psi.drifted) psiAlarms += 1;
      if (ks.drifted) ksAlarms += 1;
    }
    expect(psiAlarms / draws).toBeLessThanOrEqual(most(0.01, draws));
    expect(ksAlarms / draws).toBeLessThanOrEqual(most(0.01, draws));
  });

  it("gives no more false alarms when the scores of a conversation depend on each other", () => {
    const random = seededRandom(13);
    const draws = runs(200, 2_000);
    let alarms = 0;
    let naive = 0;
    for (let run = 0; run < draws; run += 1) {
      const scores: number[] = [];
      const units: number[] = [];
      for (let unit = 0; unit < 300; unit += 1) {
        const score = random();
        const size = 1 + Math.floor(random() * 8);
        for (let turn = 0; turn < size; turn += 1) {
          scores.push(score);
          units.push(unit);
        }
      }
      if (scoreDrift(scores, uniform, { units, minDistance: 0 }).verdict === "drifted") alarms += 1;
      if (scoreDrift(scores, uniform, { minDistance: 0 }).verdict === "drifted") naive += 1;
    }
    expect(alarms / draws).toBeLessThanOrEqual(most(0.02, draws));
    expect(naive / draws).toBeGreaterThan(0.1);
  });

  it("notices a real shift, by either measure", () => {
    const random = seededRandom(17);
    const draws = runs(50, 500);
    let noticed = 0;
    for (let run = 0; run < draws; run += 1) {
      const reference = referenceOf(Array.from({ length: 500 }, random));
      const scores = Array.from({ length: 500 }, () => random() ** 0.5);
      const { verdict } = scoreDrift(scores, reference);
      if (verdict === "drifted") noticed += 1;
    }
    expect(noticed / draws).toBeGreaterThan(0.98);
    const spread = Array.from({ length: 2_000 }, () =>
      random() < 0.5 ? random() * 0.2 : 0.8 + random() * 0.2,
    );
    expect(scoreDrift(spread, uniform)).toMatchObject({ psi: { drifted: true }, ks: { drifted: true } });
  });

  it("is silent about a shift that is significant and does not matter", () => {
    const random = seededRandom(19);
    const scores = Array.from({ length: 50_000 }, () => random() ** 0.95);
    const { verdict, ks } = scoreDrift(scores, uniform);
    expect(ks.pValue).toBeLessThan(1e-6);
    expect(verdict).toBe("stable");
    expect(scoreDrift(scores, uniform, { minDistance: 0 }).verdict).toBe("drifted");
  });

  it("does not judge too few scores on either side, whatever they are", () => {
    const far = Array<number>(199).fill(5);
    expect(scoreDrift(far, uniform)).toMatchObject({ verdict: "not-judged", scores: 199, minScores: 200 });
    expect(scoreDrift([...far, 5], uniform).verdict).toBe("drifted");
    expect(scoreDrift([...far, 5], { ...uniform, scores: 199 }).verdict).toBe("not-judged");
    expect(scoreDrift([], uniform).verdict).toBe("not-judged");
    const oneConversation = { units: Array<number>(500).fill(1) };
    expect(scoreDrift(Array<number>(500).fill(5), uniform, oneConversation)).toMatchObject({
      verdict: "not-judged",
      effectiveScores: 1,
    });
  });

  it("finds a constant score that becomes another, and one that stays", () => {
    const constant: ScoreReference = { quantiles: Array<number>(129).fill(0.5), scores: 500 };
    expect(scoreDrift(Array<number>(300).fill(0.5), constant).verdict).toBe("stable");
    expect(scoreDrift(Array<number>(300).fill(0.6), constant).verdict).toBe("drifted");
  });

  it("refuses scores, references and options that are none", () => {
    expect(() => scoreDrift([Number.NaN], uniform)).toThrow(/scoreDrift.scores\[0\] must be a finite number/);
    expect(() => scoreDrift([], { quantiles: [1, 0], scores: 5 })).toThrow(
      /reference.quantiles\[1\] must be/,
    );
    expect(() => scoreDrift([], { quantiles: [1], scores: 5 })).toThrow(/at least 2 quantiles/);
    expect(() => scoreDrift([], { quantiles: [0, 1], scores: 0 })).toThrow(/reference.scores must be/);
    expect(() => scoreDrift([], uniform, { minScores: 5 })).toThrow(
      /minScores must be an integer of at least 20/,
    );
    expect(() => scoreDrift([], uniform, { level: 0.9 })).toThrow(/level must be a number in/);
    expect(() => scoreDrift([1, 2], uniform, { units: [1] })).toThrow(/units must be one for each of the 2/);
  });
});
