import { lossTest, seededRandom, shuffled } from "../../src/loop/statistics/index.ts";
import { showPercentUpTo } from "../../src/plugin/show-percent.ts";
import type { TuneColumns } from "./tune-columns.ts";
import type { TuneSettings } from "./tune-options.ts";

/** Level of each of the two tests: at most one certificate in twenty has a concern where there is no cause. */
const level = 0.025;
/** Least loss of a category that is worth a sentence, in multiples of the promised one. */
const farMore = 2;
const categoriesShown = 5;

export interface Concerned {
  readonly columns: Pick<TuneColumns, "records" | "units" | "categories">;
  /** Loss of the policy by record. */
  readonly loss: Float64Array;
  readonly maxLoss: number;
  readonly settings: Pick<TuneSettings, "guarantee" | "triedBefore">;
}

/**
 * Finds what a reader must know although the promise of all requests together holds: categories that surely
 * lose far more than it, and a loss that rises in the course of the records. Where every category keeps the
 * promise and the records are in no order, there is a concern in at most 5 % of the draws: each of the two
 * tests takes half of that, and the categories share theirs evenly.
 */
export async function concernsOf(concerned: Concerned): Promise<readonly string[]> {
  const { triedBefore = 0 } = concerned.settings;
  const tries =
    triedBefore === 0
      ? []
      : [
          `These records were tuned on ${triedBefore === 1 ? "once" : `${triedBefore} times`} before, with another seed or other options: the best of several tries holds less often than it says.`,
        ];
  return [...(await losingCategories(concerned)), ...risingLoss(concerned), ...tries];
}

async function losingCategories({
  columns: { categories, units },
  loss,
  maxLoss,
  settings: { guarantee },
}: Concerned): Promise<readonly string[]> {
  const indices = new Map<string, number[]>();
  categories.forEach((category, index) => {
    if (category === undefined) return;
    const of = indices.get(category);
    if (of === undefined) indices.set(category, [index]);
    else of.push(index);
  });
  const found: { category: string; records: number; measured: number }[] = [];
  const delta = level / Math.max(1, indices.size);
  for (const [category, of] of indices) {
    const counts = guarantee === "regressions";
    // The mean of the mirrored losses is surely below the mirrored promise if the loss is surely above it.
    const mirrored = Float64Array.from(of, (index) => {
      const one = loss[index] as number;
      return counts ? 1 - one : -one;
    });
    const limit = counts ? 1 - maxLoss : -maxLoss;
    const test = await lossTest({ guarantee, units: withoutGaps(of, units), delta });
    const measured = counts ? 1 - test.mean(mirrored) : -test.mean(mirrored);
    if (measured < farMore * maxLoss || limit <= -1 || limit >= 1) continue;
    if (test.rejects(mirrored, limit)) found.push({ category, records: of.length, measured });
  }
  if (found.length === 0) return [];
  found.sort((a, b) => b.measured - a.measured);
  const shown = found
    .slice(0, categoriesShown)
    .map(
      ({ category, records, measured }) =>
        `${category} lost ${showPercentUpTo(measured, 1)} on ${records} records`,
    );
  const more = found.length > categoriesShown ? `, and ${found.length - categoriesShown} more` : "";
  return [
    `Some categories surely lose far more than what is promised of all requests together: ${shown.join(", ")}${more}. Tuning by category promises it of each.`,
  ];
}

const permutations = 999;
/** Permutations with as large a trend after which the p-value is known to be above the level. */
const enough = 40;
/** Fewest units with a time of which a trend is looked for. */
const fewestUnits = 20;

/**
 * Tests if the loss rises with time, by the correlation of losses with the order in time and by permutation:
 * exact for units in no order, whatever their losses are.
 */
function risingLoss({ columns: { records, units }, loss }: Concerned): readonly string[] {
  const ofUnit = new Map<number, { at: number; loss: number; size: number }>();
  const total = { loss: 0, size: 0 };
  records.forEach(({ at }, index) => {
    if (at === undefined) return;
    const unit = units[index] as number;
    const one = ofUnit.get(unit) ?? { at: Date.parse(at), loss: 0, size: 0 };
    one.loss += loss[index] as number;
    one.size += 1;
    total.loss += loss[index] as number;
    total.size += 1;
    ofUnit.set(unit, one);
  });
  const timed = [...ofUnit.values()].sort((a, b) => a.at - b.at);
  const { length } = timed;
  const first = timed[0]?.at;
  if (length < fewestUnits || first === timed.at(-1)?.at) return [];
  const mean = total.loss / total.size;
  const excess = timed.map((one) => one.loss - mean * one.size);
  const ranks = middleRanks(timed.map(({ at }) => at));
  const trend = (order: Uint32Array | undefined): number => {
    let sum = 0;
    for (let index = 0; index < length; index += 1)
      sum +=
        (ranks[index] as number) * (excess[order === undefined ? index : (order[index] as number)] as number);
    return sum;
  };
  const observed = trend(undefined);
  if (!(observed > 0)) return [];
  // Always the same one: another seed must not be a way around it.
  const random = seededRandom(1);
  const order = Uint32Array.from({ length }, (_, index) => index);
  let [above, drawn] = [0, 0];
  while (drawn < permutations && above < enough) {
    drawn += 1;
    if (trend(shuffled(order, random)) >= observed - 1e-9) above += 1;
  }
  if (above >= enough || (above + 1) / (drawn + 1) > level) return [];
  const half = Math.floor(length / 2);
  const lossOf = (part: readonly { readonly loss: number; readonly size: number }[]): string => {
    const size = part.reduce((sum, one) => sum + one.size, 0);
    return showPercentUpTo(part.reduce((sum, one) => sum + one.loss, 0) / size, 1);
  };
  return [
    `The loss rises in the course of these records: ${lossOf(timed.slice(0, half))} in the earlier half, ${lossOf(timed.slice(half))} in the later one, which chance does not explain. Requests to come may lose more than is promised.`,
  ];
}

/** Ranks of ascending values around 0; equal ones share theirs. */
function middleRanks(ascending: readonly number[]): Float64Array {
  const ranks = new Float64Array(ascending.length);
  for (let from = 0; from < ascending.length; ) {
    let to = from;
    while (to < ascending.length && ascending[to] === ascending[from]) to += 1;
    ranks.fill((from + to - ascending.length) / 2, from, to);
    from = to;
  }
  return ranks;
}

function withoutGaps(indices: readonly number[], units: Uint32Array): Uint32Array {
  const numbers = new Map<number, number>();
  return Uint32Array.from(indices, (index) => {
    const unit = units[index] as number;
    const known = numbers.get(unit) ?? numbers.size;
    numbers.set(unit, known);
    return known;
  });
}
