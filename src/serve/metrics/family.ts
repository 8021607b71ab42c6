/** Kind of a series, in the words of Prometheus. */
export type FamilyType = "counter" | "gauge" | "histogram";

/** Description of a family, without its values. */
export interface FamilyShape {
  /** Name with the unit in it, as Prometheus wants it: `switchpoint_cost_usd_total`. */
  readonly name: string;
  /** Meaning in a sentence. */
  readonly help: string;
  readonly type: FamilyType;
  /** Names of the labels, in the order of the values of a cell. */
  readonly labels: readonly string[];
  /** Upper bounds of the buckets of a histogram, ascending, without infinity. */
  readonly buckets?: readonly number[] | undefined;
}

/** One series: the values of its labels, and its number or its distribution. */
export interface Cell {
  readonly labels: readonly string[];
  /** Value of a counter or gauge, or sum of a histogram. */
  value: number;
  /** Number of observations in each bucket, not cumulative, the last one above all bounds. Histograms only. */
  readonly counts?: number[] | undefined;
}

/** Series of one name, with at most three labels, whose values are given in their order. Their number is bounded, since each value of a label comes from a bounded set. */
export interface Family extends FamilyShape {
  cells(): readonly Cell[];
  /** Adds to a counter. What is not above 0, or not finite, is left out: a provider may say anything. */
  add(amount: number, first?: string, second?: string, third?: string): void;
  /** Sets a gauge. A value that is not finite is left out. */
  set(value: number, first?: string, second?: string, third?: string): void;
  /** Counts an observation of a histogram. Below 0, or not finite: left out. */
  observe(value: number, first?: string, second?: string, third?: string): void;
  /** Forgets all cells, for gauges that are read again. */
  clear(): void;
}

/** Largest step of a counter: one lying answer must not make a sum useless for good. */
const largestStep = 1e12;

/** Largest number of cells of a family, whatever its label sets allow. */
const mostCells = 10_000;

export function createFamily(shape: FamilyShape): Family {
  const { buckets } = shape;
  let cells: Cell[] = [];
  /** By one label within the other: names are hashed once, which a joined key would be at each call. */
  let byLabel = new Map<string, Map<string, Map<string, Cell>>>();
  const cellAt = (first: string, second: string, third: string): Cell | undefined => {
    const known = byLabel.get(first)?.get(second)?.get(third);
    if (known !== undefined || cells.length >= mostCells) return known;
    const counts = buckets === undefined ? undefined : new Array<number>(buckets.length + 1).fill(0);
    const labels = [first, second, third].slice(0, shape.labels.length);
    const cell: Cell = { labels, value: 0, counts };
    const inFirst = byLabel.get(first) ?? new Map<string, Map<string, Cell>>();
    const inSecond = inFirst.get(second) ?? new Map<string, Cell>();
    byLabel.set(first, inFirst.set(second, inSecond.set(third, cell)));
    cells.push(cell);
    return cell;
  };
  return {
    ...shape,
    cells: () => cells,
    add(amount, first = "", second = "", third = "") {
      const cell = cellAt(first, second, third);
      if (cell !== undefined && amount > 0 && amount < Number.POSITIVE_INFINITY)
        cell.value += Math.min(amount, largestStep);
    },
    set(value, first = "", second = "", third = "") {
      if (!Number.isFinite(value)) return;
      const cell = cellAt(first, second, third);
      if (cell !== undefined) cell.value = value;
    },
    observe(value, first = "", second = "", third = "") {
      if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return;
      const cell = cellAt(first, second, third);
      if (cell?.counts === undefined || buckets === undefined) return;
      let at = 0;
      while (at < buckets.length && value > (buckets[at] as number)) at += 1;
      cell.counts[at] = (cell.counts[at] as number) + 1;
      cell.value += Math.min(value, largestStep);
    },
    clear() {
      cells = [];
      byLabel = new Map();
    },
  };
}
