import { cost, errors, quality } from "../src/loop/index.ts";
import { createUnits, judge } from "../src/loop/inner.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import { type HardEffect, type HardWorld, hardWorlds, sendHardUnits } from "./hard-units.ts";

/**
 * Rollouts through the units and the judge that run in production, in worlds that are unkind to them: how often they roll
 * back falsely with all three guards at their margins, and how often harm is found. `npm run build && node
 * dist/studies/units-study.js [runs] [units] [seed] [world]`, where a world is a part of a name in `hard-units`.
 */
const runs = Number(process.argv[2] ?? 100);
const count = Number(process.argv[3] ?? 6_000);
const firstSeed = Number(process.argv[4] ?? 1);
const asked = process.argv[5] ?? "";
const alpha = 0.05;
const guards = [
  errors({ margin: 0.005 }),
  quality({ margin: 0.02, from: "feedback" }),
  cost({ marginShare: 0.05, maxUsd: 1 }),
];
const stage = {
  index: 0,
  count: 2,
  requires: "harm-ruled-out",
  minUnits: 100,
  minMs: 0,
  sinceMs: 0,
  before: { control: 0, candidate: 0 },
} as const;
const effects: Readonly<Record<string, HardEffect>> = {
  "all at their margins": { errors: 0.005, loss: 0.02, costFactor: 1.05 },
  "quality -10 points": { errors: 0, loss: 0.1, costFactor: 1 },
  "errors +4 points": { errors: 0.04, loss: 0, costFactor: 1 },
};

console.log(`${runs} rollouts each, ${count} units, seed ${firstSeed}\n`);
console.log(
  `| world | ${Object.keys(effects).join(" | ")} |\n|---|${"---|".repeat(Object.keys(effects).length)}`,
);
for (const [index, world] of hardWorlds.entries()) {
  if (!world.name.includes(asked)) continue;
  const cells = Object.values(effects).map((effect, at) => cellOf(world, effect, 10 * index + at));
  console.log(`| ${world.name} | ${cells.join(" | ")} |`);
}

/** Share of the rollouts that were rolled back, with its 99 % interval, and the median of the units until then. */
function cellOf(world: HardWorld, effect: HardEffect, cell: number): string {
  const ends: number[] = [];
  const causes = new Map<string, number>();
  for (let run = 0; run < runs; run += 1) {
    const random = seededRandom((firstSeed * 1_000_003 + cell * 100_003 + run) % 2 ** 32);
    let time = 0;
    const units = createUnits(guards, () => time, { idleMs: 60, maxRequests: 20, lateMs: count });
    sendHardUnits(world, effect, {
      units,
      count,
      random,
      look(now) {
        time = now;
        const verdict = judge(units.table(), stage, guards, alpha);
        if (verdict.verdict !== "roll-back" && verdict.verdict !== "invalid") return false;
        const cause = verdict.verdict === "invalid" ? verdict.because : verdict.guard;
        causes.set(cause, (causes.get(cause) ?? 0) + 1);
        ends.push(now);
        return true;
      },
    });
  }
  const median = ends.sort((a, b) => a - b)[Math.floor(ends.length / 2)];
  const why = [...causes].map(([cause, times]) => `${cause} ${times}`).join(", ");
  return `${((100 * ends.length) / runs).toFixed(1)} % ${intervalOf(ends.length)}${median === undefined ? "" : `, ${median} units`}${why && ` (${why})`}`;
}

/** Score interval of 99 %, in percent. */
function intervalOf(found: number): string {
  const square = 2.5758 ** 2 / runs;
  const mean = found / runs;
  const center = (mean + square / 2) / (1 + square);
  const spread = (Math.sqrt(square) * Math.sqrt(mean * (1 - mean) + square / 4)) / (1 + square);
  return `[${(100 * Math.max(0, center - spread)).toFixed(1)}, ${(100 * Math.min(1, center + spread)).toFixed(1)}]`;
}
