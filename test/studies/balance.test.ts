import { expect, test } from "vitest";
import { prefixAffinity } from "../../src/router/pools/balance/prefix-affinity.ts";
import { roundRobin } from "../../src/router/pools/balance/round-robin.ts";
import { drawArrivals, fleets } from "../../studies/balance-world.ts";
import { capacityOf, simulateBalance } from "../../studies/simulate-balance.ts";

test("affinity halves round robin's time to the first token at 0.9 of capacity, and does 1.3 x its requests at 1", () => {
  const profiles = fleets.unequal;
  const capacity = capacityOf(profiles);
  const run = (rule: typeof roundRobin, load: number) => {
    const [fromMs, untilMs] = [120_000, 720_000];
    const arrivals = drawArrivals(load * capacity, untilMs, 77);
    const { firstTokenMs, perSecond } = simulateBalance({
      rule,
      profiles,
      arrivals,
      fromMs,
      untilMs,
      seed: 5,
    });
    return { p95: firstTokenMs[Math.floor(0.95 * firstTokenMs.length)] ?? Number.NaN, perSecond };
  };
  expect(run(prefixAffinity(), 0.9).p95).toBeLessThan(0.5 * run(roundRobin, 0.9).p95);
  expect(run(prefixAffinity(), 1).perSecond).toBeGreaterThan(1.3 * run(roundRobin, 1).perSecond);
});
