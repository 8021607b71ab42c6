import fc from "fast-check";
import { expect, it } from "vitest";
import { mostEvents, planWorlds, runWorld } from "../../../support/execution/plan-world.ts";
import { runs } from "../../../support/runs.ts";

it("a direct plan proposes one call, whatever becomes of it, and ends", () => {
  fc.assert(
    fc.property(planWorlds, (world) => {
      const direct = { attemptId: "r/check-1", hop: "check" } as const;
      const run = runWorld({ ...world, input: { ...world.input, direct } }, mostEvents(world.input) + 1);
      const steps = run.flatMap((moved) => moved.steps);
      const proposals = steps.flatMap((one) => (one.step === "propose" ? [one] : []));
      expect(proposals.length).toBeLessThanOrEqual(1);
      for (const { attemptId, hop, direct: isDirect, lastResort } of proposals)
        expect([attemptId, hop, isDirect, lastResort]).toEqual(["r/check-1", "check", true, undefined]);
      expect(run.at(-1)?.after.over).toBe(true);
    }),
    { numRuns: runs(300, 10_000) },
  );
});
