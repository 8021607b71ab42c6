/**
 * Counts how often `eval check` finds models that have become worse, and how often it fails although nothing
 * has changed: on the records that were tuned on, answered once more (some 6 % of the grades change by
 * themselves), and on others. Prints the table of `evals/monitor/gate/README.md`:
 *
 *     npm run build && node dist/studies/gate-power-study.js [runs] [part of a scenario's name]
 */
import { gateScenarios, simulateGate } from "./simulate-gate.ts";

const [runs = "500", part = ""] = process.argv.slice(2);
console.log("| what has changed, records | runs | failed | by check |\n|---|---|---|---|");
for (const scenario of gateScenarios) {
  if (!scenario.name.includes(part)) continue;
  const { runs: count, failed, by } = await simulateGate(scenario, Number(runs));
  const checks = Object.entries(by).map(([name, times]) => `${name} ${((100 * times) / count).toFixed(1)} %`);
  const share = `${((100 * failed) / count).toFixed(1)} %`;
  console.log(`| ${scenario.name} | ${count} | ${share} | ${checks.join(", ")} |`);
}
