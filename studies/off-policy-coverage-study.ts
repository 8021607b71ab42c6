/**
 * Counts how often the intervals of `eval off-policy` hold the true value, over many logs of simulated traffic
 * whose truth is known: small exploration, rare failures, grades, sessions, missing ratings. Prints the table
 * of `evals/monitor/off-policy/README.md`; exit code 1 if the 99 % interval of a cell lies below 95 %:
 *
 *     npm run build && node dist/studies/off-policy-coverage-study.js [logs] [part of a world's name]
 */
import { loggedWorlds } from "./logged-worlds.ts";
import { type CoverageName, coverageInterval, simulateOffPolicy } from "./simulate-off-policy.ts";

const [logs = "2000", part = ""] = process.argv.slice(2);
const columns: readonly (readonly [string, CoverageName])[] = [
  ["logged", "quality logged"],
  ["IPS", "quality ips"],
  ["SNIPS", "quality snips"],
  ["doubly robust", "quality dr"],
  ["difference", "quality difference"],
  ["lower bound", "quality lowerBound"],
  ["cost, logged", "costUsd logged"],
  ["cost, IPS", "costUsd ips"],
  ["cost, SNIPS", "costUsd snips"],
  ["cost, doubly robust", "costUsd dr"],
  ["cost, difference", "costUsd difference"],
];
const line = (cells: readonly string[]): void => console.log(`| ${cells.join(" | ")} |`);
line(["log", "Student's", "width", ...columns.map(([name]) => name)]);
line(["---", "---", "---", ...columns.map(() => "---")]);
const low: string[] = [];
for (const world of loggedWorlds) {
  if (!world.name.includes(part)) continue;
  const { coverage, refused, student } = await simulateOffPolicy(world, Number(logs));
  const answered = Number(logs) - refused;
  const cells = columns.map(([name, key]) => {
    const cell = coverage.get(key);
    const interval = cell && coverageInterval(cell);
    if (cell === undefined || interval === undefined) return "none";
    if (interval.high < 0.95) low.push(`${world.name}, ${name}: ${interval.high.toFixed(4)}`);
    const share = `${((100 * cell.held) / cell.shown).toFixed(1)} %`;
    return cell.shown > 0.9 * answered
      ? share
      : `${share} of ${((100 * cell.shown) / answered).toFixed(0)} %`;
  });
  const { width = 0, shown = 1 } = coverage.get("quality dr") ?? {};
  line([world.name, `${((100 * student) / answered).toFixed(0)} %`, (width / shown).toFixed(3), ...cells]);
}
if (low.length > 0) {
  console.error(`below 95 %: ${low.join("; ")}`);
  process.exitCode = 1;
}
