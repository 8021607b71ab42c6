import type { World } from "./tuning-worlds.ts";
import { levels, worldOf } from "./tuning-worlds.ts";

type Pair = readonly (readonly [small: number, large: number])[];

/** A request that is lost, gained or answered alike, with these probabilities. */
function threeWays(lost: number, gained: number, random: () => number): Pair {
  const uniform = random();
  if (uniform < lost) return [[0, 1]];
  return uniform < lost + gained ? [[1, 0]] : [[1, 1]];
}

/** All requests have one score, so that only one threshold matters and the whole level can be used. */
const oneScore = levels(1);

function oneAtom(name: string, loss: number, gains: number, maxLoss = 0.05): World {
  return worldOf({
    name,
    maxLoss,
    complexityOf: oneScore,
    gapAt: () => loss,
    outcomes: (_, random) => threeWays(loss + gains, gains, random),
  });
}

/** Loss among the easiest requests that makes up all of `total`, of all requests. */
const early = 0.3;
const lostEarly = 0.0505 / early;

/** Gains up to here, losses from there on: all of the loss is reached at 0.6. */
const turn = 0.3;
const gain = 0.1;
const lossAfter = (0.05 + gain * turn) / (0.6 - turn);

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const clipped = (value: number): number => Math.min(1, Math.max(-1, value));
/** A pair whose difference in quality is this loss. */
const graded = (loss: number): Pair => (loss >= 0 ? [[1 - loss, 1]] : [[1, 1 + loss]]);

/** Pareto-like losses, at most 1: rare and large. */
const paretoLoss = (random: () => number): number =>
  random() < 0.2 ? Math.min(1, 0.05 / (1 - random()) ** (1 / 1.2)) : 0;
/** Mean of `min(1, 0.05 U^(-1 / 1.2))`, times 0.2: `0.05 · 6 - 5 · 0.05^1.2`. */
const paretoMean = 0.2 * (0.05 * 6 - 5 * 0.05 ** 1.2);

/** Binary but for a rare grade, so that a file may happen to hold no grade. */
function rareGrade(name: string, share: number, grade: number): World {
  const lost = 0.05 - share * grade;
  return worldOf({
    name,
    maxLoss: 0.05,
    complexityOf: oneScore,
    gapAt: () => 0.05,
    outcomes: (_, random) => (random() < share ? graded(grade) : threeWays(lost / (1 - share), 0, random)),
  });
}

/** Worlds that were made to break the tests of the loss, for few records too. */
export const hardWorlds: readonly World[] = [
  oneAtom("one score, loss 0.0501", 0.0501, 0),
  oneAtom("one score, loss 0.0501, gains 0.05", 0.0501, 0.05),
  oneAtom("one score, loss 0.0501, gains 0.2", 0.0501, 0.2),
  oneAtom("one score, rare losses of 0.0205", 0.0205, 0, 0.02),
  worldOf({
    name: "the loss stays just above epsilon from 0.3 on",
    maxLoss: 0.05,
    complexityOf: levels(20),
    gapAt: (complexity) => (complexity < early ? lostEarly : 0),
    outcomes: (complexity, random) => threeWays(complexity < early ? lostEarly : 0, 0, random),
  }),
  worldOf({
    name: "the same, with losses and gains of 40 % each beyond",
    maxLoss: 0.05,
    complexityOf: levels(20),
    gapAt: (complexity) => (complexity < early ? lostEarly : 0),
    outcomes: (complexity, random) =>
      complexity < early ? threeWays(lostEarly, 0, random) : threeWays(0.4, 0.4, random),
  }),
  worldOf({
    name: "gains hide losses, crossing at 0.6",
    maxLoss: 0.05,
    complexityOf: levels(20),
    gapAt: (complexity) => (complexity < turn ? -gain : lossAfter),
    outcomes: (complexity, random) =>
      complexity < turn ? threeWays(0, gain, random) : threeWays(lossAfter, 0, random),
  }),
  worldOf({
    name: "one score, Pareto losses",
    maxLoss: paretoMean,
    complexityOf: oneScore,
    gapAt: () => paretoMean,
    outcomes: (_, random) => graded(paretoLoss(random)),
  }),
  worldOf({
    // The clipping is symmetric but for the mean, and takes less than 0.0001 from it.
    name: "one score, losses of a judge, normal around 0.05",
    maxLoss: 0.0499,
    complexityOf: oneScore,
    gapAt: () => 0.05,
    outcomes: (_, random) => graded(clipped(0.05 + 0.25 * normal(random))),
  }),
  worldOf({
    name: "one score, losses of 0.99 alone",
    maxLoss: 0.05,
    complexityOf: oneScore,
    gapAt: () => 0.05,
    outcomes: (_, random) => (random() < 0.05 / 0.99 ? graded(0.99) : graded(0)),
  }),
  rareGrade("one score, grades of 0.9 on 0.5 % alone", 0.005, 0.9),
  rareGrade("one score, grades of 0.5 on 0.2 % alone", 0.002, 0.5),
];
