import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeDetector, isChangeBets, mergeChanges } from "../../../src/loop/statistics/change-detector.ts";
import {
  addUnit,
  harmEvidence,
  mergePairs,
  noPairs,
  type PairedBets,
  safetyEvidence,
} from "../../../src/loop/statistics/paired-bets.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { bet, isBets, mergeBets, noBets, wealthOf } from "../../../src/loop/statistics/sequential-bets.ts";
import {
  addTrial,
  mergeShareBets,
  mismatchEvidence,
  noShareBets,
} from "../../../src/loop/statistics/share-bets.ts";
import { numRuns, runs } from "../../support/runs.ts";

const alpha = 0.05;

/** Share of the draws in which evidence reached the level, looked at after every observation. */
function shareReached(
  draws: number,
  level: number,
  evidences: (random: () => number) => Iterable<number>,
): number {
  let reached = 0;
  for (let seed = 1; seed <= draws; seed += 1) {
    for (const evidence of evidences(seededRandom(seed * 7_919))) {
      if (evidence < level) continue;
      reached += 1;
      break;
    }
  }
  return reached / draws;
}

/** Upper 99 % bound of a share that is `alpha`, by the normal approximation. */
const mostFalse = (draws: number, share = alpha) => share + 2.33 * Math.sqrt((share * (1 - share)) / draws);

describe("bets against a mean", () => {
  const draws = runs(100, 2_000);

  it.each([
    ["a coin", (random: () => number) => (random() < 0.5 ? 1 : -1)],
    ["rare large gains", (random: () => number) => (random() < 0.02 ? 1 : -0.02 / 0.98)],
    ["rare large losses", (random: () => number) => (random() < 0.02 ? -1 : 0.02 / 0.98)],
  ])("are won with probability alpha at most, whenever they are looked at: %s", (_, gain) => {
    const share = shareReached(draws, 1 / alpha, function* (random) {
      let bets = noBets;
      for (let count = 0; count < 2_000; count += 1) {
        bets = bet(bets, gain(random));
        yield wealthOf(bets);
      }
    });
    expect(share).toBeLessThanOrEqual(mostFalse(draws));
  });

  it("are won against a hypothesis that is wrong by a quarter of a standard deviation, within 500 observations", () => {
    const share = shareReached(draws, 1 / alpha, function* (random) {
      let bets = noBets;
      for (let count = 0; count < 500; count += 1) {
        bets = bet(bets, random() < 0.625 ? 1 : -1);
        yield wealthOf(bets);
      }
    });
    expect(share).toBeGreaterThan(0.95);
  });

  it("start with a wealth of 1 and cannot be ruined", () => {
    expect(wealthOf(noBets)).toBeCloseTo(1, 12);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { maxLength: 300 }), (gains) => {
        const bets = gains.reduce(bet, noBets);
        expect(wealthOf(bets)).toBeGreaterThan(0);
        expect(wealthOf(bets)).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(isBets(JSON.parse(JSON.stringify(bets)))).toBe(true);
      }),
      numRuns(300),
    );
  });

  it("of two processes count together what both have won", () => {
    const won = (count: number) => Array.from({ length: count }, () => 0.5).reduce(bet, noBets);
    const both = mergeBets([won(40), won(60)]);
    expect(both.count).toBe(100);
    expect(wealthOf(both)).toBeGreaterThan(wealthOf(won(60)));
    expect(wealthOf(mergeBets([won(40), noBets]))).toBeCloseTo(wealthOf(won(40)), 6);
  });

  it("are not taken for bets when they are not", () => {
    for (const value of [undefined, null, {}, { ...noBets, logs: [0] }, { ...noBets, sum: Number.NaN }])
      expect(isBets(value)).toBe(false);
  });
});

describe("bets on a change", () => {
  const grid = { every: 25, kept: 20 };

  it("alarm falsely within a window at most once in as many windows as the level says", () => {
    const draws = runs(100, 1_000);
    const share = shareReached(draws, 20 * grid.kept, function* (random) {
      const detector = changeDetector(grid);
      for (let count = 0; count < 500; count += 1) {
        detector.add(random() < 0.5 ? 1 : -1);
        yield detector.evidence();
      }
    });
    expect(share).toBeLessThanOrEqual(mostFalse(draws));
  });

  it("find a sudden change also after a long time in which all was well", () => {
    const random = seededRandom(3);
    const detector = changeDetector(grid);
    for (let count = 0; count < 2_000; count += 1) detector.add(random() < 0.4 ? 1 : -1);
    expect(detector.evidence()).toBeLessThan(grid.kept);
    let after = 0;
    while (detector.evidence() < 20 * grid.kept) {
      detector.add(random() < 0.7 ? 1 : -1);
      after += 1;
    }
    expect(after).toBeLessThan(250);
    expect(detector.state().begun).toHaveLength(grid.kept);
  });

  it("are those of single bets, begun with each interval", () => {
    const detector = changeDetector({ every: 2, kept: 2 });
    const gains = [0.5, -0.2, 0.3, 1, -1];
    for (const gain of gains) detector.add(gain);
    // Begun after 0, 2 and 4 observations; the first ones are dropped.
    const since = (start: number) =>
      wealthOf(gains.slice(start).reduce((bets, gain) => bet(bets, gain), noBets));
    expect(detector.evidence()).toBeCloseTo(since(2) + since(4), 12);
    expect(detector.state().begun.map(({ start }) => start)).toEqual([1, 2]);
  });

  it("begin with the given intervals, and again when a clock was corrected by more than a window", () => {
    const starts = (intervals: readonly number[]) => {
      const detector = changeDetector({ every: 1, kept: 3 });
      for (const interval of intervals) detector.add(0.1, interval);
      return detector.state().begun.map(({ start }) => start);
    };
    expect(starts([7, 7, 9, 8, 9])).toEqual([7, 9]);
    expect(starts([7, 8, 9, 10])).toEqual([8, 9, 10]);
    expect(starts([1_000_000, 5, 5, 6])).toEqual([5, 6]);
  });

  it("of several processes are as good as those of one, and their state goes through JSON", () => {
    const one = changeDetector(grid);
    const other = changeDetector(grid);
    for (let at = 0; at < 60; at += 1) {
      one.add(at % 3 === 0 ? -1 : 1, at < 30 ? 1 : 2);
      other.add(0.5, at < 30 ? 2 : 3);
    }
    const merged = mergeChanges([one.state(), other.state()], grid.kept);
    expect(merged.begun.map(({ start, count }) => [start, count])).toEqual([
      [1, 60],
      [2, 90],
      [3, 30],
    ]);
    expect(one.evidence(other.state())).toBeCloseTo(changeDetector(grid, merged).evidence(), 6);
    const state = JSON.parse(JSON.stringify(one.state()));
    expect(isChangeBets(state, grid.kept)).toBe(true);
    expect(changeDetector(grid, state).evidence()).toBe(one.evidence());
    for (const bad of [
      { ...state, count: -1 },
      { ...state, begun: [...state.begun, state.begun[0]] },
      undefined,
    ])
      expect(isChangeBets(bad, grid.kept)).toBe(false);
  });
});

describe("bets on pairs of two arms", () => {
  const margin = { margin: 0.02 };
  const arms = (control: number, candidate: number, units: number) =>
    function* (random: () => number): Generator<PairedBets> {
      let bets = noPairs;
      for (let count = 0; count < units; count += 1) {
        const isCandidate = random() < 0.5;
        const value = random() < (isCandidate ? candidate : control) ? 1 : 0;
        bets = addUnit(bets, isCandidate ? "candidate" : "control", value, margin);
        yield bets;
      }
    };
  function* mapped<A, B>(values: Iterable<A>, of: (value: A) => B): Generator<B> {
    for (const value of values) yield of(value);
  }

  it("find harm above the margin, and not what lies at it", () => {
    const draws = runs(40, 1_000);
    const found = shareReached(draws, 1 / alpha, (random) =>
      mapped(arms(0.2, 0.3, 4_000)(random), harmEvidence),
    );
    expect(found).toBeGreaterThan(0.9);
    const atMargin = shareReached(draws, 1 / alpha, (random) =>
      mapped(arms(0.2, 0.22, 4_000)(random), harmEvidence),
    );
    expect(atMargin).toBeLessThanOrEqual(mostFalse(draws));
  });

  it("rule harm out where the candidate is better, and not where harm lies at the margin", () => {
    const draws = runs(40, 1_000);
    const found = shareReached(draws, 1 / alpha, (random) =>
      mapped(arms(0.2, 0.14, 6_000)(random), safetyEvidence),
    );
    expect(found).toBeGreaterThan(0.9);
    const atMargin = shareReached(draws, 1 / alpha, (random) =>
      mapped(arms(0.2, 0.22, 4_000)(random), safetyEvidence),
    );
    expect(atMargin).toBeLessThanOrEqual(mostFalse(draws));
  });

  it("do not mind that units of one arm take longer", () => {
    // All units of control come first: pairs are the same as if they alternated.
    const control = Array.from({ length: 200 }, (_, index) => index % 4 === 0);
    const candidate = Array.from({ length: 200 }, (_, index) => index % 3 === 0);
    const one = (bets: PairedBets, arm: "control" | "candidate", value: boolean | undefined) =>
      addUnit(bets, arm, value ? 1 : 0, margin);
    const alternating = control.reduce(
      (bets, value, at) => one(one(bets, "control", value), "candidate", candidate[at]),
      noPairs,
    );
    const late = candidate.reduce(
      (bets, value) => one(bets, "candidate", value),
      control.reduce((bets, value) => one(bets, "control", value), noPairs),
    );
    expect(late.pairs).toBe(200);
    expect(late.harm).toEqual(alternating.harm);
  });

  it("keep a bounded number of units that wait for a partner", () => {
    let bets = noPairs;
    for (let count = 0; count < 3_000; count += 1) bets = addUnit(bets, "candidate", 1, margin);
    expect(bets.waiting.length).toBe(1_000);
    expect(bets.pairs).toBe(0);
  });

  it("of two processes are as good as the bets of one", () => {
    const draws = runs(40, 500);
    const found = shareReached(draws, 1 / alpha, function* (random) {
      const [first, second] = [arms(0.2, 0.3, 2_000)(random), arms(0.2, 0.3, 2_000)(random)];
      for (const bets of first) {
        const other = second.next().value;
        if (other !== undefined) yield harmEvidence(mergePairs([bets, other]));
      }
    });
    expect(found).toBeGreaterThan(0.9);
  });
});

describe("bets on a share", () => {
  it("find arms whose shares are not the stated ones, and no others", () => {
    const draws = runs(20, 1_000);
    const trials = (share: number) =>
      function* (random: () => number) {
        let bets = noShareBets;
        for (let count = 0; count < 5_000; count += 1) {
          bets = addTrial(bets, random() < share, 0.5);
          yield mismatchEvidence(mergeShareBets([bets]));
        }
      };
    expect(shareReached(draws, 1_000, trials(0.55))).toBeGreaterThan(0.9);
    expect(shareReached(draws, 1_000, trials(0.5))).toBeLessThanOrEqual(mostFalse(draws, 0.001));
  });
});
