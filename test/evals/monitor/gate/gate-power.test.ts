import { describe, expect, it } from "vitest";
import { type GateScenario, gateScenarios, simulateGate } from "../../../../studies/simulate-gate.ts";
import { runs } from "../../../support/runs.ts";

const isWorse = ({ worse }: GateScenario): boolean => worse.small + worse.large > 0;
// Few runs under npm test: the bounds then allow for chance.
const count = runs(2, 300);
const wanted = gateScenarios.filter(({ records }) => records <= 2_000 || runs(0, 1) === 1);

describe("the gate", () => {
  it.each(wanted.filter(isWorse))("finds in 90 % of the runs: $name", async (scenario) => {
    const { runs: made, failed } = await simulateGate(scenario, count);
    expect(failed / made).toBeGreaterThanOrEqual(0.9 - 2.6 * Math.sqrt(0.09 / made));
  });

  it.each(wanted.filter((one) => !isWorse(one)))("fails in at most 5 %: $name", async (scenario) => {
    const { runs: made, failed } = await simulateGate(scenario, count);
    expect(failed / made).toBeLessThanOrEqual(0.05 + 2.6 * Math.sqrt(0.0475 / made));
  });
});
