/**
 * A burst in front of four simulated A100: the share that spills to a cloud, the time to the first token and the cost,
 * without spilling, by back-pressure alone, by `spillOver`, and with everything in the cloud. The router, its pool and its
 * policies are the real ones. 10 seeds, 95 % intervals of the mean over seeds. Needs no data:
 *
 *     npm run build && node dist/studies/spill-study.js
 */
import { meanError, tInterval } from "../src/loop/statistics/index.ts";
import { type Burst, type SpillResult, simulateSpill, ways } from "./spill-world.ts";

const seeds = 10;
/** Ten minutes at 0.6 of capacity, two at 1.5, and six at 0.6 again. */
const burst: Burst = { load: 0.6, burstLoad: 1.5, startMs: 600_000, endMs: 720_000, untilMs: 1_080_000 };

console.log(
  "| way | spilled | decided before | p50 s | p95 s | p99 s | cloud USD | GPUs USD | of it in attempts USD | USD / 1,000 | failed |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
for (const way of ways) {
  const results: SpillResult[] = [];
  for (let seed = 0; seed < seeds; seed += 1) results.push(await simulateSpill(way, burst, seed));
  const cells = await Promise.all([
    cell(results, ({ spilled, requests }) => spilled / requests),
    cell(results, ({ decided, requests }) => decided / requests),
    ...[0.5, 0.95, 0.99].map((quantile) =>
      cell(
        results,
        ({ firstTokenMs: all }) => (all[Math.floor(quantile * all.length)] ?? Number.NaN) / 1_000,
      ),
    ),
    cell(results, ({ cloudUsd }) => cloudUsd),
    cell(results, ({ gpuUsd }) => gpuUsd),
    cell(results, ({ attributedUsd }) => attributedUsd),
    cell(results, ({ cloudUsd, gpuUsd, all }) => ((cloudUsd + gpuUsd) / all) * 1_000),
  ]);
  const failed = results.reduce((sum, one) => sum + one.failed, 0);
  console.log(`| ${way} | ${cells.join(" | ")} | ${failed} |`);
}

async function cell(
  results: readonly SpillResult[],
  numberOf: (one: SpillResult) => number,
): Promise<string> {
  const error = meanError(Float64Array.from(results, numberOf));
  const { low, high } = await tInterval(error, 0.95);
  return low === high || Number.isNaN(low)
    ? shown(error.mean)
    : `${shown(error.mean)} [${shown(low)}, ${shown(high)}]`;
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
