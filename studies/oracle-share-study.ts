/**
 * Measures how much of the best threshold's saving is certified, by test: a set of records is taken for the
 * whole population, samples are drawn from it with replacement, and the threshold tuned on each is compared
 * with the best one for the population, which knows the truth. Prints a Markdown table by largest loss and
 * number of records. Needs the data sets in SWITCHPOINT_DATA (default ../shared/data):
 *
 *     npm run build && node dist/studies/oracle-share-study.js [draws] [rational] [routerbench] [mmlu] [gsm8k]
 */

import { chooseCandidate, thresholdCandidates } from "../evals/tune/candidates.ts";
import { readTuneCases, type TuneColumns, tuneColumns } from "../evals/tune/tune-columns.ts";
import { type TuneOptions, tuneOptions, tuneSettings } from "../evals/tune/tune-options.ts";
import { thresholdGrid } from "../evals/tune/tune-threshold.ts";
import { lossTest, seededRandom } from "../src/loop/statistics/index.ts";
import { readOptions } from "../src/plugin/index.ts";
import { complexity, length } from "../src/router/classifiers/index.ts";
import { readStudySet, studySets } from "./study-sets.ts";

const counts = [200, 500, 1_000];
const maxLosses = [0.02, 0.05];
const tests = ["exact, else gaffke", "gaffke", "betting"] as const;
const delta = 0.05;

const asked = process.argv.slice(2);
const draws = Number(asked.find((one) => /^\d+$/.test(one)) ?? 100);
const names = asked.filter((one) => !/^\d+$/.test(one));

interface Sum {
  share: number;
  broken: number;
  refused: number;
  cells: number;
}

const sums = new Map<string, Sum>();
for (const [name, set] of Object.entries(studySets)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const groups = await readStudySet(set);
  // One of each group: the records are independent, and drawing them is exact.
  const records = groups.flatMap((group) => group.slice(0, 1));
  for (const classifier of [complexity(), length()]) {
    const { small, large, text } = set;
    const given: TuneOptions = { small, large, text, classifier, independentPrompts: true };
    const settings = tuneSettings("study", readOptions("study", tuneOptions, given));
    const columns = tuneColumns(await readTuneCases(records, [small, large], settings), settings);
    for (const maxLoss of maxLosses)
      for (const count of counts) if (count <= columns.records.length) await addCell(columns, maxLoss, count);
    console.error(`${name}, ${classifier.name}: done`);
  }
}
console.log(
  "| largest loss | records | test | of the best saving | broken | refused |\n|---|---|---|---|---|---|",
);
for (const [key, { share, broken, refused, cells }] of sums) {
  const percent = (value: number): string => `${((100 * value) / cells).toFixed(1)} %`;
  console.log(`| ${key} | ${percent(share)} | ${percent(broken)} | ${percent(refused)} |`);
}

async function addCell(population: TuneColumns, maxLoss: number, count: number): Promise<void> {
  const grid = thresholdGrid();
  const all = thresholdCandidates(population.complexity, population.pair, grid);
  const truth = grid.map((_, index) => {
    const { quality, costUsd, toLarge } = all.at(index);
    const { large } = population.pair;
    const cost =
      large.costUsd && costUsd ? 1 - sum(costUsd) / sum(large.costUsd) : 1 - sum(toLarge) / toLarge.length;
    return { loss: (sum(large.quality) - sum(quality)) / quality.length, saving: cost };
  });
  const best = Math.max(0, ...truth.filter(({ loss }) => loss < maxLoss).map(({ saving }) => saving));
  if (best === 0) return;
  for (const name of tests) {
    const key = `${maxLoss} | ${count} | ${name}`;
    const total = sums.get(key) ?? { share: 0, broken: 0, refused: 0, cells: 0 };
    sums.set(key, total);
    total.cells += 1;
    for (let draw = 0; draw < draws; draw += 1) {
      const random = seededRandom(draw);
      const drawn = Uint32Array.from({ length: count }, () =>
        Math.floor(random() * population.records.length),
      );
      const index = await tuned(population, drawn, maxLoss, name === tests[0] ? undefined : name, draw);
      total.share += (truth[index]?.saving ?? 0) / best / draws;
      if ((truth[index]?.loss ?? 0) >= maxLoss) total.broken += 1 / draws;
      if (index < 0) total.refused += 1 / draws;
    }
  }
}

/** Index of the threshold that is chosen on the records drawn, each a unit of its own. */
async function tuned(
  { complexity: scores, pair, isBinary }: TuneColumns,
  drawn: Uint32Array,
  maxLoss: number,
  asked: "gaffke" | "betting" | undefined,
  draw: number,
): Promise<number> {
  const pick = (column: Float64Array): Float64Array => Float64Array.from(drawn, (at) => column[at] as number);
  const own = { small: { quality: pick(pair.small.quality) }, large: { quality: pick(pair.large.quality) } };
  const units = Uint32Array.from(drawn, (_, index) => index);
  const options = {
    guarantee: "mean",
    units,
    isBinary,
    test: asked,
    delta,
    seed: 0x8000_0000 + draw,
  } as const;
  const test = await lossTest(options);
  const { index } = chooseCandidate({
    candidates: thresholdCandidates(pick(scores), own, thresholdGrid()),
    large: own.large,
    guarantee: "mean",
    // Only the rejection matters here, not the p-value.
    test: { ...test, pValue: (loss, limit) => (test.rejects(loss, limit) ? 0 : 1) },
    maxLoss,
    delta,
  });
  return index;
}

function sum(column: Float64Array): number {
  let total = 0;
  for (const one of column) total += one;
  return total;
}
