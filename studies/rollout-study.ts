import { cost, errors, type Guard, quality } from "../src/loop/index.ts";
import { suspicion } from "../src/loop/inner.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import { type FastPairs, fastPairs } from "./fast-pairs.ts";
import { addSum, failedChecks, growthBook, noSums, peekedTest, type RivalMargin } from "./rollout-rivals.ts";
import { type DrawnUnits, drawUnits, maxUsd, type WorldEffect, worlds } from "./rollout-worlds.ts";

/**
 * Simulated rollouts, looked at after every event: how often guards roll back falsely, and how many units are harmed until
 * they roll back, next to other ways to decide. `npm run build && node dist/studies/rollout-study.js [runs] [seed] [world]`,
 * where a world is a part of a name in `rollout-worlds`.
 */
const runs = Number(process.argv[2] ?? 100);
const firstSeed = Number(process.argv[3] ?? 1);
const asked = process.argv[4] ?? "";
const horizon = 20_000;
const alpha = 0.05;
const minUnits = 100;
const pairsOfPart = 500;
const earlyStages = 3;

const measures = ["errors", "quality", "cost"] as const;
const margins: Readonly<Record<(typeof measures)[number], RivalMargin>> = {
  errors: { margin: 0.005, controlFactor: 1 },
  quality: { margin: 0.02, controlFactor: 1 },
  cost: { margin: 0, controlFactor: 1.05 },
};
const level = measures.length / alpha;

const methods = [
  "ours",
  "GrowthBook's sequence, error split as ours",
  "GrowthBook's sequence, 5 % each",
  "fixed-n test, peeked at",
  "ten failed checks (Flagger)",
] as const;

interface Life {
  /** Units of the candidate that had begun when each method rolled back. Infinity: it never did. */
  readonly harmed: readonly number[];
  /** Units of the candidate when the rollout was at 50 %, and when harm was ruled out by all guards. */
  readonly half: number;
  readonly done: number;
}

checkFastPairs();
console.log(`${runs} rollouts each, ${horizon} units in both arms, seed ${firstSeed}\n`);
for (const [index, world] of worlds.entries()) if (world.name.includes(asked)) report(world, index);

function report(world: WorldEffect, index: number): void {
  const lives = Array.from({ length: runs }, (_, run) =>
    live(drawUnits(world, horizon, seededRandom((firstSeed * 1_000_003 + index * 100_003 + run) % 2 ** 32))),
  );
  console.log(
    `## ${world.name}\n\n| rule | rolled back | 99 % interval | harmed units until then: median, 90 % |\n|---|---|---|---|`,
  );
  for (const [at, method] of methods.entries()) {
    const harmed = lives.map((life) => life.harmed[at] as number).sort((a, b) => a - b);
    const found = harmed.filter(Number.isFinite).length;
    console.log(
      `| ${method} | ${shown(found)} | ${interval(found)} | ${quantile(harmed, 0.5)}, ${quantile(harmed, 0.9)} |`,
    );
  }
  const done = lives.map((life) => life.done).sort((a, b) => a - b);
  const half = lives.map((life) => life.half).sort((a, b) => a - b);
  const [passed, ramped] = [done, half].map((list) => list.filter(Number.isFinite).length) as [
    number,
    number,
  ];
  console.log(
    `\nAt 50 %: ${shown(ramped)}, median ${quantile(half, 0.5)}. Done: ${shown(passed)} ${interval(passed)}, median ${quantile(done, 0.5)}, 90 % ${quantile(done, 0.9)}.\n`,
  );
}

/** Units are counted in those of the candidate that had begun. Rules go on to the horizon, whatever the others say. */
function live(units: DrawnUnits): Life {
  const begun = new Float64Array(horizon + 1);
  for (let unit = 0; unit < horizon; unit += 1)
    begun[unit + 1] = (begun[unit] as number) + (units.arm[unit] as number);
  const pairs = measures.map((measure) => pairsOf(measure));
  const sums = measures.map(noSums);
  const rules = [growthBook(alpha / measures.length), growthBook(alpha), peekedTest(1.6449)];
  const checks = failedChecks();
  const harmed = methods.map(() => Number.POSITIVE_INFINITY);
  const safe = measures.map(() => false);
  const evidence = measures.map(() => 1);
  const closed: [number, number] = [0, 0];
  let stage = 0;
  let before = 0;
  let half = Number.POSITIVE_INFINITY;
  let done = Number.POSITIVE_INFINITY;
  for (let event = 0; event < units.events.length; event += 1) {
    const code = units.events[event] as number;
    const unit = code >> 1;
    const arm = units.arm[unit] as number;
    const now = begun[Math.min(horizon, Math.floor(units.times[event] as number) + 1)] as number;
    if (code % 2 === 0) closed[arm as 0 | 1] += 1;
    for (let at = 0; at < measures.length; at += 1) {
      const measure = measures[at] as (typeof measures)[number];
      if ((measure === "quality") !== (code % 2 === 1)) continue;
      const value = Math.min(maxUsd, units.values[measure][unit] as number);
      const bets = pairs[at] as FastPairs;
      if (bets.add(arm === 1, value / (measure === "cost" ? maxUsd : 1))) {
        if (bets.pairs() % pairsOfPart === 0) bets.begin();
        evidence[at] = bets.harm();
        if ((evidence[at] as number) >= level) harmed[0] = Math.min(harmed[0] as number, now);
        if (!safe[at]) safe[at] = bets.safe() >= 1 / alpha;
      }
      const sum = sums[at] as (typeof sums)[number];
      addSum(sum, arm === 1, value);
      for (const [rule, isHarm] of rules.entries())
        if (harmed[rule + 1] === Number.POSITIVE_INFINITY && isHarm(sum, margins[measure]))
          harmed[rule + 1] = now;
      if (harmed[4] === Number.POSITIVE_INFINITY && checks.add(at, arm === 1, value, margins[measure]))
        harmed[4] = now;
    }
    if (harmed[0] !== Number.POSITIVE_INFINITY || done !== Number.POSITIVE_INFINITY) {
      if (harmed.every(Number.isFinite)) break;
      continue;
    }
    const enough = Math.min(closed[0], closed[1]) - before >= minUnits;
    if (enough && stage < earlyStages && evidence.every((harm) => harm < suspicion)) {
      stage += 1;
      before = Math.min(closed[0], closed[1]);
      if (stage === earlyStages) half = now;
    }
    if (enough && stage === earlyStages && safe.every(Boolean)) done = now;
  }
  return { harmed, half, done };
}

function pairsOf(measure: (typeof measures)[number]): FastPairs {
  const { margin, controlFactor } = margins[measure];
  return fastPairs(margin, controlFactor, measure === "cost");
}

/** Throws unless the fast bets give the numbers of the guards. */
function checkFastPairs(): void {
  const guards: Readonly<Record<(typeof measures)[number], Guard>> = {
    errors: errors({ margin: 0.005 }),
    quality: quality({ margin: 0.02, from: "feedback" }),
    cost: cost({ marginShare: 0.05, maxUsd }),
  };
  const units = drawUnits(worlds[1] as WorldEffect, 2_000, seededRandom(5));
  for (const measure of measures) {
    const guard = guards[measure];
    const fast = pairsOf(measure);
    let state = guard.initial;
    units.values[measure].forEach((value, unit) => {
      const isCandidate = units.arm[unit] === 1;
      state = guard.add(state, isCandidate ? "candidate" : "control", value);
      if (!fast.add(isCandidate, value) || fast.pairs() % 300 !== 0) return;
      fast.begin();
      state = guard.begin?.(state, fast.pairs() / 300);
    });
    const { harm, safe } = guard.evidence(state);
    const isSame = (left: number, right: number, most = 1e-6) => Math.abs(left / right - 1) < most;
    // Guards round where a part began.
    if (!isSame(harm, fast.harm(), 1e-3) || !isSame(safe, fast.safe()))
      throw new Error(`${measure}: not the same`);
  }
}

function shown(count: number): string {
  return `${((100 * count) / runs).toFixed(1)} %`;
}

/** Score interval of 99 %, in percent. */
function interval(count: number): string {
  const square = 2.5758 ** 2 / runs;
  const mean = count / runs;
  const center = (mean + square / 2) / (1 + square);
  const spread = Math.sqrt(square) * Math.sqrt(mean * (1 - mean) + square / 4);
  const [low, high] = [center - spread / (1 + square), center + spread / (1 + square)];
  return `[${(100 * Math.max(0, low)).toFixed(1)}, ${(100 * Math.min(1, high)).toFixed(1)}]`;
}

function quantile(sorted: readonly number[], part: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number;
  return Number.isFinite(value) ? String(value) : "-";
}
