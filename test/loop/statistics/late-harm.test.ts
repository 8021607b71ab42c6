import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ArmMoments,
  addMoment,
  momentsSince,
  noArmMoments,
} from "../../../src/loop/statistics/asymptotic-sequence.ts";
import { beginPart, mergeBegun, mostBegun, wealthOfParts } from "../../../src/loop/statistics/begun.ts";
import {
  addUnit,
  beginHarm,
  harmEvidence,
  isPairedBets,
  mergePairs,
  noPairs,
  type PairedBets,
} from "../../../src/loop/statistics/paired-bets.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import {
  addTrial,
  beginShares,
  isShareBets,
  mergeShareBets,
  mismatchEvidence,
  noShareBets,
} from "../../../src/loop/statistics/share-bets.ts";
import { numRuns, runs } from "../../support/runs.ts";

const level = 60;
const margin = { margin: 0.005 };

/** Adds pairs, and begins a part of the bets every 500. */
function withPairs(
  bets: PairedBets,
  pairs: number,
  candidate: number,
  random: () => number,
  until = Number.POSITIVE_INFINITY,
): PairedBets {
  let next = bets;
  for (let count = 0; count < pairs && harmEvidence(next) < until; count += 1) {
    next = addUnit(next, "control", random() < 0.01 ? 1 : 0, margin);
    next = addUnit(next, "candidate", random() < candidate ? 1 : 0, margin);
    if (next.pairs % 500 === 0) next = beginHarm(next, next.pairs / 500);
  }
  return next;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number;
}

describe("harm that begins late", () => {
  it("after 5,000 good pairs is found in some two times the pairs from the start, not in six", () => {
    const draws = runs(15, 200);
    const until = (good: number) =>
      median(
        Array.from({ length: draws }, (_, draw) => {
          const random = seededRandom(100 + draw);
          const before = withPairs(noPairs, good, 0.01, random);
          return withPairs(before, 12_000, 0.06, random, level).pairs - good;
        }),
      );
    expect(until(5_000) / until(0)).toBeLessThan(2.8);
  });

  it("is no easier to see where there is none: at the margin few are rolled back", () => {
    const draws = runs(8, 400);
    let found = 0;
    for (let draw = 0; draw < draws; draw += 1)
      if (harmEvidence(withPairs(noPairs, 6_000, 0.015, seededRandom(7_000 + draw), 20)) >= 20) found += 1;
    // 5 %, and three deviations of so few.
    expect(found / draws).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / draws));
  });
});

describe("money that begins in parts", () => {
  it("is worth 1 in all while nothing is won or lost, whenever parts begin, until the oldest are dropped", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: mostBegun }), { maxLength: mostBegun }), (at) => {
        const begun = at
          .sort((left, right) => left - right)
          .reduce<ReturnType<typeof beginPart<number>>>((all, one) => beginPart(all, one, 0), []);
        expect(wealthOfParts(1, begun, () => 1)).toBeCloseTo(1, 12);
      }),
    );
    let all: ReturnType<typeof beginPart<number>> = [];
    for (let at = 1; at <= 1_000; at += 1) all = beginPart(all, at, 0);
    expect(all.length).toBe(mostBegun);
    const left = wealthOfParts(1, all, () => 1);
    expect(left).toBeGreaterThan(0.5);
    expect(left).toBeLessThan(1);
  });

  it("stays where it has begun, and what is told twice or late changes nothing", () => {
    const once = beginHarm(withPairs(noPairs, 700, 0.5, seededRandom(1)), 3);
    expect(beginHarm(once, 3)).toBe(once);
    expect(beginHarm(once, 2)).toBe(once);
    expect(isPairedBets(JSON.parse(JSON.stringify(once)))).toBe(true);
    const broken = [
      [{ at: 0, sums: once.harm.logs }],
      [{ at: 1, sums: [0] }],
      [...once.begun, ...once.begun],
    ];
    for (const begun of broken) expect(isPairedBets({ ...once, begun })).toBe(false);
    const shares = beginShares(addTrial(noShareBets, true, 0.5), 1);
    expect(isShareBets(JSON.parse(JSON.stringify(shares)))).toBe(true);
    expect(isShareBets({ ...shares, begun: [{ at: 1, sums: {} }] })).toBe(false);
  });

  it("is put together in any order of processes, of which some have missed a beginning", () => {
    const step = fc.record({
      process: fc.integer({ min: 0, max: 2 }),
      value: fc.integer({ min: -5, max: 5 }),
      begins: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const all = [0, 1, 2].map(() => ({ now: 0, begun: beginPart<number>([], 0, 0) }));
        let last = 0;
        for (const { process, value, begins } of steps) {
          if (begins) last += 1;
          const one = all[process] as { now: number; begun: ReturnType<typeof beginPart<number>> };
          one.begun = beginPart(one.begun, last, one.now);
          one.now += value;
        }
        const merge = (list: typeof all) => ({
          now: list.reduce((sum, { now }) => sum + now, 0),
          begun: mergeBegun(list, (sums) => sums.reduce((sum, one) => sum + one, 0)),
        });
        const [a, b, c] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
        expect(merge([merge([a, b]), c])).toEqual(merge([a, b, c]));
        expect(merge([c, merge([b, a])])).toEqual(merge([a, b, c]));
      }),
      numRuns(2_000),
    );
  });

  it("finds in three processes what it finds in one", () => {
    const random = seededRandom(5);
    let apart = [noPairs, noPairs, noPairs];
    let one = noPairs;
    for (let count = 0; count < 9_000; count += 1) {
      const process = count % 3;
      const isLate = count > 6_000;
      for (const arm of ["control", "candidate"] as const) {
        const value = random() < (arm === "candidate" && isLate ? 0.04 : 0.01) ? 1 : 0;
        one = addUnit(one, arm, value, margin);
        apart = apart.map((bets, at) => (at === process ? addUnit(bets, arm, value, margin) : bets));
      }
      if (count % 500 !== 499) continue;
      one = beginHarm(one, (count + 1) / 500);
      apart = apart.map((bets) => beginHarm(bets, (count + 1) / 500));
    }
    const merged = mergePairs(apart);
    expect(merged.begun.map(({ at }) => at)).toEqual(one.begun.map(({ at }) => at));
    expect(Math.log(harmEvidence(one))).toBeGreaterThan(Math.log(level));
    expect(Math.log(harmEvidence(merged))).toBeGreaterThan(Math.log(level));
    // Written again and again, as a table that is folded: each time a little is rounded off, never up.
    const again = mergePairs([mergePairs([merged])]);
    expect(harmEvidence(again)).toBeLessThanOrEqual(harmEvidence(merged) * (1 + 1e-9));
    expect(harmEvidence(again)).toBeGreaterThan(harmEvidence(merged) * 0.99);
  });

  it("finds arms that lose their shares after 20,000 units", () => {
    const random = seededRandom(11);
    let bets = noShareBets;
    const trials = (count: number, share: number) => {
      for (let at = 0; at < count; at += 1) {
        bets = addTrial(bets, random() < share, 0.5);
        if (bets.more.count % 1_000 === 0) bets = beginShares(bets, bets.more.count / 1_000);
      }
    };
    trials(20_000, 0.5);
    expect(mismatchEvidence(bets)).toBeLessThan(1_000);
    trials(4_000, 0.42);
    expect(mismatchEvidence(mergeShareBets([bets]))).toBeGreaterThan(1_000);
  });

  it("of costs without a bound takes the moments since a part began", () => {
    const random = seededRandom(3);
    const add = (moments: ArmMoments): ArmMoments => ({
      control: addMoment(moments.control, random()),
      candidate: addMoment(moments.candidate, 2 * random()),
    });
    let before = noArmMoments;
    for (let count = 0; count < 300; count += 1) before = add(before);
    let [all, alone] = [before, noArmMoments];
    for (let count = 0; count < 200; count += 1) {
      const [control, candidate] = [random(), random()];
      const one = (moments: ArmMoments): ArmMoments => ({
        control: addMoment(moments.control, control),
        candidate: addMoment(moments.candidate, candidate),
      });
      [all, alone] = [one(all), one(alone)];
    }
    const since = momentsSince(all, before);
    for (const arm of ["control", "candidate"] as const) {
      expect(since[arm].count).toBe(200);
      expect(since[arm].mean).toBeCloseTo(alone[arm].mean, 9);
      expect(since[arm].deviations).toBeCloseTo(alone[arm].deviations, 6);
    }
    expect(momentsSince(before, all)).toEqual(noArmMoments);
  });
});
