import { expect, test } from "vitest";
import { type Burst, simulateSpill } from "../../studies/spill-world.ts";

const burst: Burst = { load: 0.6, burstLoad: 1.8, startMs: 70_000, endMs: 130_000, untilMs: 150_000 };
const p95 = (all: readonly number[]) => all[Math.floor(0.95 * all.length)] ?? Number.NaN;

test("a part of a burst spills, which shortens the waits and costs less than the cloud alone", async () => {
  const none = await simulateSpill("no spill", burst, 3);
  const spill = await simulateSpill("spillOver", burst, 3);
  const cloud = await simulateSpill("always cloud", burst, 3);
  expect([none.failed, spill.failed, cloud.failed]).toEqual([0, 0, 0]);
  expect(none.spilled).toBe(0);
  expect(cloud.spilled).toBe(cloud.requests);
  expect(spill.spilled).toBeGreaterThan(0);
  expect(spill.spilled).toBeLessThan(0.5 * spill.requests);
  expect(p95(spill.firstTokenMs)).toBeLessThan(0.5 * p95(none.firstTokenMs));
  expect(spill.gpuUsd + spill.cloudUsd).toBeLessThan(cloud.cloudUsd);
  // Not known for the first minute: less than all of it.
  expect(spill.attributedUsd).toBeGreaterThan(0);
  expect(spill.attributedUsd).toBeLessThan(spill.gpuUsd);
});
