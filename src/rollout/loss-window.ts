/** Loss and weight of an audited record. */
export type LossRow = readonly [loss: number, weight: number];

/** The last audited records, each of another unit. */
export interface LossWindow {
  /** Adds a record, the oldest leaves. Returns false, and adds nothing, if its unit is in the window. */
  add(loss: number, weight: number, unit: string | undefined): boolean;
  count(): number;
  /** Returns the weighted mean loss; undefined without records. */
  mean(): number | undefined;
  /** Returns the largest weight; 0 without records. */
  mostWeight(): number;
  /** Returns all records, the oldest first. */
  rows(): readonly LossRow[];
}

/** Creates a window of `size` records, filled with those given. Units of given records are not known. */
export function lossWindow(size: number, given: readonly LossRow[] = []): LossWindow {
  const rows: LossRow[] = [];
  /** Unit by place. */
  const unitOf: (string | undefined)[] = [];
  const units = new Set<string>();
  let next = 0;
  /** Undefined if it has to be looked for: the record that had it has left. */
  let most: number | undefined = 0;
  const put = (row: LossRow, unit: string | undefined) => {
    const leaving = unitOf[next];
    if (leaving !== undefined) units.delete(leaving);
    if (most !== undefined && row[1] >= most) most = row[1];
    else if (rows[next]?.[1] === most) most = undefined;
    rows[next] = row;
    unitOf[next] = unit;
    if (unit !== undefined) units.add(unit);
    next = (next + 1) % size;
  };
  for (const row of given.slice(-size)) put(row, undefined);

  return {
    add(loss, weight, unit) {
      if (unit !== undefined && units.has(unit)) return false;
      put([loss, weight], unit);
      return true;
    },
    count: () => rows.length,
    mean() {
      let sum = 0;
      let weights = 0;
      for (const [loss, weight] of rows) {
        sum += loss * weight;
        weights += weight;
      }
      return weights === 0 ? undefined : sum / weights;
    },
    mostWeight() {
      most ??= rows.reduce((largest, [, weight]) => Math.max(largest, weight), 0);
      return most;
    },
    rows: () => (rows.length < size ? [...rows] : [...rows.slice(next), ...rows.slice(0, next)]),
  };
}
