import { bettingPValue } from "../statistics/betting-p-value.ts";
import { meanUpperBound } from "../statistics/mean-bound.ts";
import type { LossRow } from "./loss-window.ts";
import type { PromiseRules } from "./promise-options.ts";

/**
 * Returns the level of a look at the window after this many records; undefined if none is due. Looks at a half and at
 * the whole of the first window share its error; each later one is a statement about its own window.
 */
export function levelOfLook(records: number, { size, every, delta }: PromiseRules): number | undefined {
  if (records === Math.ceil(size / 2) || records === size) return delta / 2;
  return records > size && (records - size) % every === 0 ? delta : undefined;
}

/** Returns true if the hypothesis that the mean loss of the rows is at least the limit is refused at the level. */
export function isBelowLimit(rows: readonly LossRow[], rules: PromiseRules, level: number): boolean {
  const { maxLoss } = rules;
  const most = scaleOf(rows, rules);
  if (most === 0) return false;
  const excess = new Float64Array(rows.length);
  rows.forEach(({ loss, weight }, at) => {
    excess[at] = (weight / most) * (loss - maxLoss);
  });
  return bettingPValue(excess, { most: 1 - maxLoss, delta: level, limit: maxLoss, enough: level }) <= level;
}

/** Returns the bound of `Standing.upperBound` over the rows; undefined if there are none. */
export function upperBoundOf(rows: readonly LossRow[], rules: PromiseRules): number | undefined {
  const most = scaleOf(rows, rules);
  if (rows.length === 0 || most === 0) return undefined;
  const losses = rows.map(({ loss, weight }) => ({ value: loss, weight: weight / most }));
  return meanUpperBound(losses, { delta: rules.delta, planned: rules.size });
}

/** Returns the rows of the window since its first bets were begun: its first interval may have lost some. */
export function rowsSinceStart(
  rows: readonly LossRow[],
  records: number,
  { size, every, everyMs }: PromiseRules,
): readonly LossRow[] {
  if (records <= size) return rows;
  if (everyMs === undefined) return rows.slice((every - ((records - rows.length) % every)) % every);
  const intervalOf = ({ at }: LossRow) => Math.floor(at / everyMs);
  const [first] = rows;
  const begin = rows.findIndex((row) => first !== undefined && intervalOf(row) !== intervalOf(first));
  return begin < 0 ? rows : rows.slice(begin);
}

function scaleOf(rows: readonly LossRow[], { mostWeight }: PromiseRules): number {
  return mostWeight ?? rows.reduce((largest, { weight }) => Math.max(largest, weight), 0);
}
