import { seededRandom } from "../src/loop/statistics/index.ts";
import { type FastPairs, fastPairs } from "./fast-pairs.ts";
import { drawUnits, type WorldEffect } from "./rollout-worlds.ts";

/**
 * Harm that begins late: the pairs of units from its beginning until a guard rolls back, with the bets that begin again and with
 * those from the start alone, and how often either rolls back falsely. `npm run build && node dist/studies/late-harm-study.js
 * [runs] [seed]`.
 */
const runs = Number(process.argv[2] ?? 400);
const firstSeed = Number(process.argv[3] ?? 1);
/** Three guards share 5 %. */
const level = 60;
const pairsOfPart = 500;
const mostPairs = 40_000;
const none: WorldEffect = { name: "", harmful: false, loss: 0, errors: 0, cost: 0 };

const measures = [
  { name: "errors", margin: 0.005, harms: [0.02, 0.05], better: -0.005, of: "errors" },
  { name: "quality", margin: 0.02, harms: [0.05], better: -0.03, of: "loss" },
] as const;

console.log(`${runs} runs each, seed ${firstSeed}\n`);
console.log("| guard | harm | before it | pairs: begun again | ratio to the start | from the start alone |");
console.log("|---|---|---|---|---|---|");
for (const measure of measures)
  for (const harm of measure.harms) {
    let start = Number.NaN;
    for (const good of [0, 2_000, 5_000, 20_000])
      for (const before of good === 0 ? [0] : [0, measure.better]) {
        const [again, alone] = [true, false].map((begins) =>
          median(allRuns((seed) => pairsUntil(measure, { good, before, harm }, begins, seed))),
        ) as [number, number];
        if (good === 0) start = again;
        const what = good === 0 ? "nothing" : `${good} pairs, ${before === 0 ? "equal" : "better"}`;
        console.log(
          `| ${measure.name} | +${100 * harm} points | ${what} | ${again} | ${(again / start).toFixed(2)} | ${alone} |`,
        );
      }
  }
console.log("\n| guard, at its margin for 20,000 pairs | rolled back, at most 1.67 % |\n|---|---|");
for (const measure of measures) {
  const at = { good: 0, before: 0, harm: measure.margin };
  const found = allRuns((seed) => pairsUntil(measure, at, true, seed, 20_000)).filter(Number.isFinite).length;
  console.log(`| ${measure.name} | ${found} of ${runs} |`);
}

interface Late {
  readonly good: number;
  readonly before: number;
  readonly harm: number;
}

function pairsUntil(
  { name, margin, of }: (typeof measures)[number],
  { good, before, harm }: Late,
  begins: boolean,
  seed: number,
  most = mostPairs,
): number {
  const random = seededRandom(seed);
  const pairs = fastPairs(margin, 1, false);
  const feed = (effect: number, wanted: number, isFound: () => boolean): number => {
    let seen = 0;
    while (seen < wanted) {
      const { arm, values } = drawUnits({ ...none, [of]: effect }, 4_000, random);
      for (let unit = 0; unit < arm.length && seen < wanted; unit += 1) {
        if (!addPair(pairs, arm[unit] === 1, values[name][unit] as number, begins)) continue;
        seen += 1;
        if (isFound()) return seen;
      }
    }
    return Number.POSITIVE_INFINITY;
  };
  feed(before, good, () => false);
  return feed(harm, most, () => (begins ? pairs.harm() : pairs.fromTheStart()) >= level);
}

function addPair(pairs: FastPairs, isCandidate: boolean, value: number, begins: boolean): boolean {
  if (!pairs.add(isCandidate, value)) return false;
  if (begins && pairs.pairs() % pairsOfPart === 0) pairs.begin();
  return true;
}

function allRuns(of: (seed: number) => number): readonly number[] {
  return Array.from({ length: runs }, (_, run) => of((firstSeed * 1_000_003 + run) % 2 ** 32));
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number;
}
