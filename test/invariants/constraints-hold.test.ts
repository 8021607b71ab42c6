import fc from "fast-check";
import { expect, it } from "vitest";
import type { Hop } from "../../src/contracts/index.ts";
import { lateScenarios, type Scenario, scenarios } from "../support/hops/hop-scenarios.ts";
import { runScenario } from "../support/hops/hop-world.ts";
import { runs } from "../support/runs.ts";

it.each<{ what: string; from: fc.Arbitrary<Scenario>; expected: readonly Hop[]; count: number }>([
  {
    what: "on any hop",
    from: scenarios,
    expected: ["classify", "answer", "retry", "fallback", "cascade", "check"],
    count: runs(200, 10_000),
  },
  { what: "as a hedge", from: lateScenarios, expected: ["hedge"], count: runs(75, 3_000) },
])(
  "no request reaches a model that a constraint forbids at that moment, $what",
  async ({ from, expected, count }) => {
    const hops = new Map<Hop, number>();
    await fc.assert(
      fc.asyncProperty(from, async (scenario) => {
        const report = await runScenario(scenario);
        for (const hop of report.hops) hops.set(hop, (hops.get(hop) ?? 0) + 1);
        expect(report.violations).toEqual([]);
      }),
      { numRuns: count },
    );
    // Without these hops the test would show nothing.
    for (const hop of expected) expect(hops.get(hop) ?? 0, hop).toBeGreaterThan(0);
  },
  600_000,
);
