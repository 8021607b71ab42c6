/**
 * Measures how many tuning records a certificate needs: the mean true saving, as a share of that of the best
 * threshold, by number of records and largest loss, on two synthetic worlds; and how often it is refused.
 * Prints rows of a Markdown table:
 *
 *     npm run build && node dist/studies/tuning-records-study.js
 */
import { simulateTuning } from "./simulate-tuning.ts";
import { worlds } from "./tuning-worlds.ts";

const draws = 200;
const counts = [200, 500, 1_000, 1_500, 3_000, 5_000, 10_000];
const maxLosses = [0.01, 0.02, 0.05];

for (const name of ["informative score", "uninformative score"]) {
  const world = worlds.find((one) => one.name === name);
  if (world === undefined) throw new Error(`no world ${name}`);
  for (const maxLoss of maxLosses) {
    const cells: string[] = [];
    let best = 0;
    for (const count of counts) {
      const { saving, oracleSaving, refused } = await simulateTuning(world, count, draws, { maxLoss });
      best = oracleSaving;
      const share = `${((100 * saving) / oracleSaving).toFixed(0)} %`;
      const often = refused > 0 ? ` (${((100 * refused) / draws).toFixed(0)} % refused)` : "";
      cells.push(refused === draws ? "refused" : `${share}${often}`);
    }
    console.info(`| ${name} | ${maxLoss} | ${(100 * best).toFixed(0)} % | ${cells.join(" | ")} |`);
  }
}
