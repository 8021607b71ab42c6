import type { PairedOutcomes } from "../evals/metrics/routing-curve.ts";
import { ALWAYS_SMALL } from "../evals/tune/tuning-file.ts";
import type { Guarantee } from "../src/loop/statistics/index.ts";

/** Records of a world, as columns. */
export interface WorldRecords {
  /** Complexities; Infinity if the classifier failed. */
  readonly complexity: Float64Array;
  readonly pair: PairedOutcomes;
  /** Number of the independent unit of each record. */
  readonly units: Uint32Array;
  /** True if all qualities are 0 or 1. */
  readonly isBinary: boolean;
}

/** A synthetic world with a known truth. */
export interface World {
  readonly name: string;
  readonly guarantee: Guarantee;
  readonly maxLoss: number;
  /** Cap on units that is given to tuning. */
  readonly unitCap?: number | undefined;
  /** Draws whole units with at least this many records. `random` is uniform in [0, 1). */
  readonly draw: (records: number, random: () => number) => WorldRecords;
  /** True mean of the guarantee's loss at a threshold, with `unitCap` requests of each unit. Default: all. */
  readonly lossAt: (threshold: number, unitCap?: number) => number;
  /** True share of requests below a threshold. */
  readonly smallShareAt: (threshold: number) => number;
}

/** Cost of a call of the small model, in units of the large model's. */
export const SMALL_COST = 0.1;

/** A possible size of a unit. */
export interface Size {
  readonly size: number;
  readonly probability: number;
}

export interface Unit {
  readonly complexity: number;
  /** Qualities of the small and the large model, by record. */
  readonly outcomes: readonly (readonly [small: number, large: number])[];
}

/** A world by functions of a unit's complexity. Integrals over it use the midpoint rule with 10,000 steps. */
export interface UnitWorld {
  readonly name: string;
  /** Kind of the guarantee. Default `mean`. */
  readonly guarantee?: Guarantee;
  readonly maxLoss?: number;
  readonly unitCap?: number;
  /** Threshold whose loss is the world's `maxLoss`: the hardest null hypothesis. */
  readonly maxLossAt?: number;
  /** Maps a uniform number to a unit's complexity. Must not fall. Default: the number itself. */
  readonly complexityOf?: (uniform: number) => number;
  /** Possible sizes of a unit. Default: one record. */
  readonly sizes?: (complexity: number) => readonly Size[];
  /** Expected loss of a record of a unit that is sent to the small model. */
  readonly gapAt: (complexity: number, size: number) => number;
  readonly outcomes: (complexity: number, random: () => number, size: number) => Unit["outcomes"];
  /** Share of units on which the classifier fails. On them the small model is always wrong and the large one right. */
  readonly unclassified?: number;
}

const steps = 10_000;

export function worldOf({
  name,
  guarantee = "mean",
  complexityOf = (one) => one,
  sizes = () => single,
  gapAt,
  outcomes,
  unclassified = 0,
  ...rest
}: UnitWorld): World {
  const complexities = Float64Array.from({ length: steps }, (_, step) => complexityOf((step + 0.5) / steps));
  /** Integrals of a value over the counted requests of the units up to each complexity, by cap. */
  const integralsOf = (value: (complexity: number, size: number) => number) => {
    const known = new Map<number, Float64Array>();
    return (cap: number): Float64Array => {
      const found = known.get(cap);
      if (found !== undefined) return found;
      let total = 0;
      const integrals = complexities.map((one) => {
        for (const { size, probability } of sizes(one))
          total += probability * Math.min(size, cap) * value(one, size);
        return total;
      });
      known.set(cap, integrals);
      return integrals;
    };
  };
  const losses = integralsOf(gapAt);
  const requests = integralsOf(() => 1);
  /** Takes the integral below a threshold: complexities never fall. */
  const sum = (integrals: Float64Array, below: number): number => {
    let [last, first] = [0, steps];
    while (last < first) {
      const middle = (last + first) >> 1;
      if ((complexities[middle] as number) < below) last = middle + 1;
      else first = middle;
    }
    return (1 - unclassified) * (last === 0 ? 0 : (integrals[last - 1] as number));
  };
  const failing = unclassified * steps;
  const lossAt = remembered((threshold: number, cap: number = Number.POSITIVE_INFINITY): number => {
    const failed = threshold === ALWAYS_SMALL ? failing : 0;
    return (sum(losses(cap), threshold) + failed) / (sum(requests(cap), Number.POSITIVE_INFINITY) + failing);
  });
  const everyone = requests(Number.POSITIVE_INFINITY);
  const all = sum(everyone, Number.POSITIVE_INFINITY) + failing;
  return {
    name,
    guarantee,
    maxLoss: rest.maxLoss ?? lossAt(rest.maxLossAt ?? 1, rest.unitCap),
    unitCap: rest.unitCap,
    lossAt,
    smallShareAt: remembered(
      (threshold: number) => (sum(everyone, threshold) + (threshold === ALWAYS_SMALL ? failing : 0)) / all,
    ),
    draw(records, random) {
      const units: Unit[] = [];
      for (let count = 0; count < records; ) {
        const unit = random() < unclassified ? failed : unitOf(random);
        count += unit.outcomes.length;
        units.push(unit);
      }
      return columnsOf(units);
    },
  };

  function unitOf(random: () => number): Unit {
    const complexity = complexityOf(random());
    const possible = sizes(complexity);
    let left = possible.length === 1 ? 0 : random();
    const drawn = possible.find(({ probability }) => {
      left -= probability;
      return left < 0;
    });
    return { complexity, outcomes: outcomes(complexity, random, (drawn ?? possible[0] ?? aSingle).size) };
  }
}

/** Remembers the results of a function of numbers: a world is simulated several times. */
function remembered<Arguments extends readonly (number | undefined)[]>(
  of: (...given: Arguments) => number,
): (...given: Arguments) => number {
  const known = new Map<string, number>();
  return (...given) => {
    const key = given.join(" ");
    const value = known.get(key) ?? of(...given);
    known.set(key, value);
    return value;
  };
}

const aSingle: Size = { size: 1, probability: 1 };
const single: readonly Size[] = [aSingle];
const failed: Unit = { complexity: Number.POSITIVE_INFINITY, outcomes: [[0, 1]] };

function columnsOf(units: readonly Unit[]): WorldRecords {
  const rows = units.flatMap(({ complexity, outcomes }, unit) =>
    outcomes.map(([small, large]) => ({ complexity, small, large, unit })),
  );
  return {
    complexity: Float64Array.from(rows, ({ complexity }) => complexity),
    pair: {
      small: {
        quality: Float64Array.from(rows, ({ small }) => small),
        costUsd: new Float64Array(rows.length).fill(SMALL_COST),
      },
      large: {
        quality: Float64Array.from(rows, ({ large }) => large),
        costUsd: new Float64Array(rows.length).fill(1),
      },
    },
    units: Uint32Array.from(rows, ({ unit }) => unit),
    isBinary: rows.every(({ small, large }) => Number.isInteger(small) && Number.isInteger(large)),
  };
}

const bernoulli = (probability: number, random: () => number): number => (random() < probability ? 1 : 0);

/** Draws independent answers that are right with these probabilities. */
const answers =
  (small: (complexity: number) => number, large: number): UnitWorld["outcomes"] =>
  (complexity, random) => [[bernoulli(small(complexity), random), bernoulli(large, random)]];

/** Quality of a small model that is as good as the large one on easy requests, and gets worse on harder ones. */
const fading = (complexity: number): number => 0.98 - 0.75 * Math.max(complexity - 0.3, 0) ** 1.3;

export const levels =
  (count: number): ((uniform: number) => number) =>
  (uniform) =>
    (Math.floor(uniform * count) + 0.5) / count;

/** A loss that is nearly 0 below 0.6 and clearly larger above. */
const steep = (complexity: number): number => (complexity < 0.6 ? 0.01 : 0.15);
const conversationGap = (complexity: number): number => Math.min(1, 0.6 * complexity ** 4);
const conversationSize = (complexity: number): number => 1 + Math.floor(4 * complexity);
/** Probability of taking the unit's answer instead of an own one; √0.3 gives any two a correlation of 0.3. */
const sharing = Math.sqrt(0.3);
/** Sizes of a world in which most prompts occur once and some often. */
const copies: readonly Size[] = [
  { size: 1, probability: 0.7 },
  { size: 3, probability: 0.25 },
  { size: 10, probability: 0.05 },
];
/** Sizes of a world in which one unit in a hundred has fifty requests, all of which the small model gets wrong. */
const rareGiants: readonly Size[] = [
  { size: 1, probability: 0.99 },
  { size: 50, probability: 0.01 },
];
/**
 * Probability of a unit of 10. The loss is exactly 0.05 if 5 requests of a unit count; one draw of 1,000
 * records in three has a unit of 10.
 */
const twiceAsLarge = 4e-4;
const largeShare = 0.05 / (5 * 0.95 + 0.05);
const nowAndThenLarger: readonly Size[] = [
  { size: 1, probability: 1 - largeShare },
  { size: 5, probability: largeShare - twiceAsLarge },
  { size: 10, probability: twiceAsLarge },
];
/** Sizes 1, 2, 4 … 1,024, each 0.4 times as frequent as the one before. */
const heavyTail: readonly Size[] = Array.from({ length: 11 }, (_, power) => ({
  size: 2 ** power,
  probability: power === 10 ? 0.4 ** 10 : 0.6 * 0.4 ** power,
}));
/** Loss of the small model, which grows with the length of a conversation. */
const heavyGap = (complexity: number, size: number): number =>
  Math.min(1, complexity ** 2 * 0.06 * Math.log2(2 * size));
const alike = (lost: number, size: number): Unit["outcomes"] =>
  Array.from({ length: size }, () => [1 - lost, 1] as const);

/** Worlds on which the guarantee is tested. */
export const worlds: readonly World[] = [
  worldOf({
    name: "informative score",
    maxLoss: 0.02,
    gapAt: (complexity) => 0.93 - fading(complexity),
    outcomes: answers(fading, 0.93),
  }),
  worldOf({
    // Five scores, so that the loss jumps from far below the limit to exactly the limit.
    name: "risk exactly epsilon at a grid point",
    maxLossAt: 0.8,
    complexityOf: levels(5),
    gapAt: steep,
    outcomes: answers((complexity) => 0.9 - steep(complexity), 0.9),
  }),
  worldOf({
    name: "uninformative score",
    maxLoss: 0.05,
    gapAt: () => 0.1,
    outcomes: answers(() => 0.8, 0.9),
  }),
  worldOf({
    name: "small better than large",
    maxLoss: 0.02,
    gapAt: () => -0.05,
    outcomes: answers(() => 0.9, 0.85),
  }),
  worldOf({
    name: "graded quality, heavy ties",
    maxLossAt: 0.6,
    complexityOf: levels(10),
    gapAt: (complexity) => 0.02 + 0.2 * complexity ** 3,
    // Grades of 0, 0.25 … 1; the small model sometimes loses one or two of them.
    outcomes: (complexity, random) => {
      const large = Math.floor(2 + 3 * random()) / 4;
      const loses = bernoulli((0.02 + 0.2 * complexity ** 3) / 0.375, random);
      return [[large - (loses * (1 + bernoulli(0.5, random))) / 4, large]];
    },
  }),
  worldOf({
    name: "conversations, correlation 0.3",
    maxLossAt: 0.7,
    sizes: (complexity) => [{ size: conversationSize(complexity), probability: 1 }],
    gapAt: conversationGap,
    outcomes: (complexity, random, size) => {
      const gap = conversationGap(complexity);
      const shared = bernoulli(gap, random);
      return Array.from({ length: size }, () => {
        const fails = random() < sharing ? shared : bernoulli(gap, random);
        return [1 - fails, 1] as const;
      });
    },
  }),
  worldOf({
    name: "duplicate prompts",
    maxLoss: 0.02,
    sizes: () => copies,
    gapAt: (complexity) => 0.93 - fading(complexity),
    outcomes: (complexity, random, size) => {
      const answer = answers(fading, 0.93)(complexity, random, 1);
      return Array.from({ length: size }, () => answer).flat();
    },
  }),
  worldOf({
    name: "regressions",
    guarantee: "regressions",
    complexityOf: levels(10),
    maxLossAt: 0.6,
    gapAt: (complexity) => 0.9 * (1 - fading(complexity)),
    outcomes: answers(fading, 0.9),
  }),
  worldOf({
    // A tenth of the others have complexity 1: only always-small would save on them.
    name: "unclassified requests, on which the small model is wrong",
    maxLoss: 0.02,
    complexityOf: (one) => Math.min(1, one / 0.9),
    gapAt: () => 0,
    outcomes: () => [[1, 1]],
    unclassified: 0.2,
  }),
  worldOf({
    name: "units of 50 in a hundred, on which the small model is wrong",
    maxLoss: 0.05,
    sizes: () => rareGiants,
    gapAt: (_, size) => Number(size > 1),
    outcomes: (_, __, size) => alike(Number(size > 1), size),
  }),
  worldOf({
    name: "units larger than all before, now and then",
    maxLoss: 0.05,
    complexityOf: levels(1),
    sizes: () => nowAndThenLarger,
    gapAt: (_, size) => Number(size > 1),
    outcomes: (_, __, size) => alike(Number(size > 1), size),
  }),
  worldOf({
    name: "heavy-tailed units, the longer the worse, each counts the same",
    maxLossAt: 0.7,
    unitCap: 1,
    complexityOf: levels(10),
    sizes: () => heavyTail,
    gapAt: heavyGap,
    outcomes: (complexity, random, size) => alike(bernoulli(heavyGap(complexity, size), random), size),
  }),
];
