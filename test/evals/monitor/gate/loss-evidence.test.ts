import { describe, expect, it } from "vitest";
import { lossEvidence } from "../../../../evals/monitor/gate/loss-evidence.ts";
import { seededRandom } from "../../../../src/loop/statistics/seeded-random.ts";
import { runs } from "../../../support/runs.ts";

const bound = { confidence: 0.95, maxLoss: 0.1, seed: 1, largestUnit: 1 } as const;

/** Share of draws in which a test at level 0.05 rejects, and the most that chance makes of a level of 0.05. */
const draws = runs(100, 2_000);
const most = 0.05 + 4 * Math.sqrt((0.05 * 0.95) / draws);

async function shares(
  guarantee: "mean" | "regressions",
  draw: (random: () => number) => number,
  sizeOf: (random: () => number) => number = () => 1,
  caps: { readonly largestUnit?: number; readonly unitCap?: number } = {},
): Promise<{ broken: number; certified: number }> {
  const random = seededRandom(23);
  let broken = 0;
  let certified = 0;
  for (let run = 0; run < draws; run += 1) {
    const losses: number[] = [];
    const units: number[] = [];
    for (let unit = 0; unit < 400; unit += 1) {
      const loss = draw(random);
      const size = sizeOf(random);
      for (let record = 0; record < size; record += 1) {
        losses.push(loss);
        units.push(unit);
      }
    }
    const { pKept, pBroken, delta } = await lossEvidence(Float64Array.from(losses), units, {
      ...bound,
      ...caps,
      guarantee,
    });
    if (pKept <= delta) broken += 1;
    if (pBroken <= delta) certified += 1;
  }
  return { broken: broken / draws, certified: certified / draws };
}

describe("lossEvidence", () => {
  // The loss is exactly what was promised: the hardest case for either test.
  const atTheBound: readonly (readonly [string, "mean" | "regressions", (random: () => number) => number])[] =
    [
      ["losses and gains", "mean", (random) => (random() < 0.4 ? (random() < 0.625 ? 1 : -1) : 0)],
      ["graded losses", "mean", (random) => random() * 0.2],
      ["regressions", "regressions", (random) => (random() < 0.1 ? 1 : 0)],
    ];

  it.each(atTheBound)("gives a false alarm in at most 5 % of the runs: %s", async (_, guarantee, draw) => {
    const { broken, certified } = await shares(guarantee, draw);
    expect(broken).toBeLessThanOrEqual(most);
    expect(certified).toBeLessThanOrEqual(most);
  });

  it("gives no more when the records of a unit are all lost together", async () => {
    const size = (random: () => number): number => 1 + Math.floor(random() * 4);
    for (const guarantee of ["mean", "regressions"] as const) {
      const { broken, certified } = await shares(guarantee, (random) => (random() < 0.1 ? 1 : 0), size, {
        largestUnit: 4,
      });
      expect(broken).toBeLessThanOrEqual(most);
      expect(certified).toBeLessThanOrEqual(most);
    }
  });

  it("counts as many records of a unit as the certificate does", async () => {
    // Half of the records are those of one conversation, which is lost; a twentieth of the others is.
    const size = 2_000;
    const units = Uint32Array.from({ length: size }, (_, index) => (index < size / 2 ? 0 : index));
    const place = new Map<number, number>();
    const numbered = units.map((unit) => {
      if (!place.has(unit)) place.set(unit, place.size);
      return place.get(unit) as number;
    });
    const losses = Float64Array.from(units, (unit) => (unit === 0 || unit % 20 === 0 ? 1 : 0));
    for (const guarantee of ["mean", "regressions"] as const) {
      const capped = await lossEvidence(losses, numbered, {
        ...bound,
        guarantee,
        unitCap: 1,
        largestUnit: 7,
      });
      expect(capped.loss).toBeCloseTo(51 / 1_001, 12);
      expect(capped.pKept).toBeGreaterThan(0.5);
      expect(capped.pBroken).toBeLessThan(0.05);
      // A certificate that names no cap speaks of units as large as those it has seen.
      const seen = await lossEvidence(losses, numbered, { ...bound, guarantee, largestUnit: 7 });
      expect(seen.loss).toBeCloseTo(57 / 1_007, 12);
    }
  });

  it("gives no more false alarms where some units are larger than the cap", async () => {
    const world = { largestUnit: 3, unitCap: 1 };
    const { broken, certified } = await shares(
      "mean",
      (random) => (random() < 0.1 ? 1 : 0),
      (random) => (random() < 0.2 ? 10 : 1),
      world,
    );
    expect(broken).toBeLessThanOrEqual(most);
    expect(certified).toBeLessThanOrEqual(most);
  });

  it("notices a broken promise, and certifies again where there is room", async () => {
    for (const guarantee of ["mean", "regressions"] as const) {
      const broken = await shares(guarantee, (random) => (random() < 0.2 ? 1 : 0));
      expect(broken.broken).toBeGreaterThan(0.95);
      expect(broken.certified).toBe(0);
      const kept = await shares(guarantee, (random) => (random() < 0.03 ? 1 : 0));
      expect(kept.certified).toBeGreaterThan(0.95);
      expect(kept.broken).toBe(0);
    }
  });

  it("is the exact binomial test for regressions, on either side", async () => {
    const losses = Float64Array.from({ length: 500 }, (_, index) => (index < 10 ? 1 : 0));
    const units = losses.map((_, index) => index);
    const regressions = { ...bound, guarantee: "regressions", maxLoss: 0.05 } as const;
    const kept = await lossEvidence(losses, units, regressions);
    // P(Binomial(500, 0.05) <= 10), and the Clopper-Pearson bound.
    expect(kept.pBroken).toBeCloseTo(4.60007e-4, 8);
    expect(kept.upperBound).toBeCloseTo(0.033688, 6);
    expect(kept).toMatchObject({ records: 500, units: 500, loss: 0.02 });
    expect(kept.lowerBound).toBeUndefined();
    const broken = await lossEvidence(losses, units, { ...regressions, maxLoss: 0.005 });
    // P(Binomial(500, 0.005) >= 10).
    expect(broken.pKept).toBeCloseTo(2.64e-4, 5);
    expect(broken.lowerBound).toBeGreaterThan(0.005);
    expect(broken.lowerBound).toBeLessThan(0.02);
  });

  it("states a bound on the side where it proves something", async () => {
    const losses = Float64Array.from({ length: 2_000 }, (_, index) => (index % 10 < 3 ? 1 : 0));
    const units = losses.map((_, index) => index);
    const above = await lossEvidence(losses, units, { ...bound, guarantee: "mean" });
    expect(above.lowerBound).toBeGreaterThan(0.25);
    expect(above.lowerBound).toBeLessThan(0.3);
    expect(above.upperBound).toBeUndefined();
    const below = await lossEvidence(losses, units, { ...bound, guarantee: "mean", maxLoss: 0.5 });
    expect(below.upperBound).toBeGreaterThan(0.3);
    expect(below.upperBound).toBeLessThan(0.35);
  });
});
