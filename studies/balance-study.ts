/**
 * Time to the first token, throughput and prefix hits of each balance rule, in front of four simulated engines with 64
 * sessions, at loads from 0.5 to 1.1 of their capacity; 10 seeds, 95 % intervals of the mean over seeds. Needs no data:
 *
 *     npm run build && node dist/studies/balance-study.js
 */

import { meanError, tInterval } from "../src/loop/statistics/index.ts";
import {
  type BalanceRule,
  leastInFlight,
  leastLoaded,
  powerOfTwo,
  prefixAffinity,
  roundRobin,
} from "../src/router/pools/index.ts";
import { drawArrivals, fleets } from "./balance-world.ts";
import { type BalanceResult, capacityOf, simulateBalance } from "./simulate-balance.ts";

const loads = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1];
const seeds = 10;
const [fromMs, untilMs] = [120_000, 720_000];
const rules: readonly BalanceRule[] = [
  roundRobin,
  leastInFlight,
  powerOfTwo,
  leastLoaded(),
  prefixAffinity(),
];

for (const [fleet, profiles] of Object.entries(fleets)) {
  const capacity = capacityOf(profiles);
  console.log(`\n${fleet} endpoints, capacity ${capacity.toFixed(2)} requests/s\n`);
  console.log(
    "| load | rule | p50 s | p95 s | p99 s | requests/s | prefix hits | p95 / round robin | requests / round robin |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const load of loads) {
    const results = rules.map((rule) => Array.from({ length: seeds }, (_, seed) => run(rule, load, seed)));
    const [base = []] = results;
    for (const [index, own] of results.entries()) {
      const cells = [
        ...(await Promise.all([0.5, 0.95, 0.99].map((q) => cell(own.map((one) => at(one, q) / 1_000))))),
        await cell(own.map(({ perSecond }) => perSecond)),
        await cell(own.map(({ hitRate }) => hitRate)),
        // Seeds are the same for all rules: ratios are formed within a seed.
        await cell(own.map((one, seed) => at(one, 0.95) / at(base[seed] as BalanceResult, 0.95))),
        await cell(own.map((one, seed) => one.perSecond / (base[seed] as BalanceResult).perSecond)),
      ];
      console.log(`| ${load} | ${rules[index]?.name} | ${cells.join(" | ")} |`);
    }
  }

  function run(rule: BalanceRule, load: number, seed: number): BalanceResult {
    const arrivals = drawArrivals(load * capacity, untilMs, 1_000 + seed);
    return simulateBalance({ rule, profiles, arrivals, fromMs, untilMs, seed });
  }
}

function at({ firstTokenMs }: BalanceResult, quantile: number): number {
  return firstTokenMs[Math.floor(quantile * firstTokenMs.length)] ?? Number.NaN;
}

async function cell(values: readonly number[]): Promise<string> {
  const error = meanError(Float64Array.from(values));
  const { low, high } = await tInterval(error, 0.95);
  return `${shown(error.mean)} [${shown(low)}, ${shown(high)}]`;
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
