import fc from "fast-check";
import { expect, it } from "vitest";
import type { Hop } from "../src/index.ts";
import { scenarios } from "./support/hop-scenarios.ts";
import { runScenario } from "./support/hop-world.ts";
import { runs } from "./support/runs.ts";

it("no request reaches a model that a constraint forbids at that moment, on any hop", async () => {
  const hops = new Map<Hop, number>();
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const report = await runScenario(scenario);
      for (const hop of report.hops) hops.set(hop, (hops.get(hop) ?? 0) + 1);
      expect(report.violations).toEqual([]);
    }),
    { numRuns: runs(400, 10_000) },
  );
  // Or the test has shown nothing.
  for (const hop of ["classify", "answer", "retry", "fallback", "cascade", "check"] as const)
    expect(hops.get(hop) ?? 0, hop).toBeGreaterThan(0);
}, 600_000);
