import type { PairedOutcomes } from "../metrics/routing-curve.ts";

/** Records of a world, as columns. */
export interface WorldRecords {
  readonly complexity: Float64Array;
  readonly pair: PairedOutcomes;
  /** By record: number of the independent unit. */
  readonly units: Uint32Array;
}

/** A synthetic world whose truth is known. */
export interface World {
  readonly name: string;
  readonly maxLoss: number;
  /** About so many records: whole units. `random` is uniform in [0, 1). */
  readonly draw: (records: number, random: () => number) => WorldRecords;
  /** True mean loss of a request at a threshold. */
  readonly lossAt: (threshold: number) => number;
  /** True share of requests below a threshold. */
  readonly smallShareAt: (threshold: number) => number;
}

/** Costs of a call: the large model's is the unit. */
export const SMALL_COST = 0.1;

interface Unit {
  readonly complexity: number;
  /** Qualities of small and large, by record. */
  readonly outcomes: readonly (readonly [small: number, large: number])[];
}

/** Of a unit's complexity. Integrals over it are exact up to the midpoint rule on 10,000 steps. */
interface UnitWorld {
  readonly name: string;
  readonly maxLoss?: number;
  /** The loss at this threshold is the world's `maxLoss`: the hardest null. */
  readonly maxLossAt?: number;
  /** Complexity of a unit from a uniform number. Never falls. Default: the number itself. */
  readonly complexityOf?: (uniform: number) => number;
  /** Expected records of a unit. */
  readonly sizeAt: (complexity: number) => number;
  /** Expected quality of the large model less that of the small one. */
  readonly gapAt: (complexity: number) => number;
  readonly outcomes: (complexity: number, random: () => number) => Unit["outcomes"];
}

const steps = 10_000;

function worldOf({ name, complexityOf = (one) => one, sizeAt, gapAt, outcomes, ...rest }: UnitWorld): World {
  const complexities = Float64Array.from({ length: steps }, (_, step) => complexityOf((step + 0.5) / steps));
  const sum = (value: (complexity: number) => number, below: number): number =>
    complexities.reduce((total, one) => (one < below ? total + value(one) : total), 0);
  const all = sum(sizeAt, Number.POSITIVE_INFINITY);
  const lossAt = (threshold: number): number => sum((one) => sizeAt(one) * gapAt(one), threshold) / all;
  return {
    name,
    maxLoss: rest.maxLoss ?? lossAt(rest.maxLossAt ?? 1),
    lossAt,
    smallShareAt: (threshold) => sum(sizeAt, threshold) / all,
    draw(records, random) {
      const units: Unit[] = [];
      for (let count = 0; count < records; ) {
        const complexity = complexityOf(random());
        const unit = { complexity, outcomes: outcomes(complexity, random) };
        count += unit.outcomes.length;
        units.push(unit);
      }
      return columnsOf(units);
    },
  };
}

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
  };
}

const one = (): number => 1;
const bernoulli = (probability: number, random: () => number): number => (random() < probability ? 1 : 0);

/** Independent answers, right with these probabilities. */
const answers =
  (small: (complexity: number) => number, large: number): UnitWorld["outcomes"] =>
  (complexity, random) => [[bernoulli(small(complexity), random), bernoulli(large, random)]];

/** The small model is as good as the large one on easy requests, and ever worse on harder ones. */
const fading = (complexity: number): number => 0.98 - 0.75 * Math.max(complexity - 0.3, 0) ** 1.3;

const levels = (count: number) => (uniform: number) => (Math.floor(uniform * count) + 0.5) / count;

/** Steep where it counts: nearly free below 0.6, then clearly worse. */
const steep = (complexity: number): number => (complexity < 0.6 ? 0.01 : 0.15);
const conversationGap = (complexity: number): number => Math.min(1, 0.6 * complexity ** 4);
const conversationSize = (complexity: number): number => 1 + Math.floor(4 * complexity);
/** Correlation 0.3 of any two: each takes the unit's answer with probability sqrt(0.3), else its own. */
const sharing = Math.sqrt(0.3);
/** Most prompts come once, some are asked again and again. */
const copies = (random: () => number): number => {
  const uniform = random();
  return uniform < 0.7 ? 1 : uniform < 0.95 ? 3 : 10;
};
const meanCopies = 0.7 + 0.25 * 3 + 0.05 * 10;

/** The worlds on which the guarantee is tested. */
export const worlds: readonly World[] = [
  worldOf({
    name: "informative score",
    maxLoss: 0.02,
    sizeAt: one,
    gapAt: (complexity) => 0.93 - fading(complexity),
    outcomes: answers(fading, 0.93),
  }),
  worldOf({
    // Five scores, so that the loss jumps from far below the limit to the limit itself.
    name: "risk exactly epsilon at a grid point",
    maxLossAt: 0.8,
    complexityOf: levels(5),
    sizeAt: one,
    gapAt: steep,
    outcomes: answers((complexity) => 0.9 - steep(complexity), 0.9),
  }),
  worldOf({
    name: "uninformative score",
    maxLoss: 0.05,
    sizeAt: one,
    gapAt: () => 0.1,
    outcomes: answers(() => 0.8, 0.9),
  }),
  worldOf({
    name: "small better than large",
    maxLoss: 0.02,
    sizeAt: one,
    gapAt: () => -0.05,
    outcomes: answers(() => 0.9, 0.85),
  }),
  worldOf({
    name: "graded quality, heavy ties",
    maxLossAt: 0.6,
    complexityOf: levels(10),
    sizeAt: one,
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
    sizeAt: conversationSize,
    gapAt: conversationGap,
    outcomes: (complexity, random) => {
      const gap = conversationGap(complexity);
      const shared = bernoulli(gap, random);
      return Array.from({ length: conversationSize(complexity) }, () => {
        const fails = random() < sharing ? shared : bernoulli(gap, random);
        return [1 - fails, 1] as const;
      });
    },
  }),
  worldOf({
    name: "duplicate prompts",
    maxLoss: 0.02,
    sizeAt: () => meanCopies,
    gapAt: (complexity) => 0.93 - fading(complexity),
    outcomes: (complexity, random) => {
      const answer = answers(fading, 0.93)(complexity, random);
      return Array.from({ length: copies(random) }, () => answer).flat();
    },
  }),
];
