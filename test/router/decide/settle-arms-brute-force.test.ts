import { expect, it } from "vitest";
import type { ArmShare, Choice } from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { checkArms, settleArms } from "../../../src/router/decide/settle-arms.ts";
import { runs } from "../../support/runs.ts";

type Lottery = readonly (Choice & { readonly probability: number })[];

const random = seededRandom(11);
let named = 0;

function plain(): Lottery {
  const share = random();
  named += 1;
  return [
    { model: `a${named}`, reason: "", probability: share },
    { model: `b${named}`, reason: "", probability: 1 - share },
  ];
}

const scaled = (lottery: Lottery, factor: number): Lottery =>
  lottery.map((choice) => ({ ...choice, probability: choice.probability * factor }));

const mixed = (a: Lottery, b: Lottery, share = random()): Lottery => [
  ...scaled(a, share),
  ...scaled(b, 1 - share),
];

/** A rollout from `control` to `candidate`, whose share is drawn. */
function rollout(id: string, candidate: Lottery, control: Lottery): Lottery {
  const share = random() / 2;
  const within = (arm: string, low: number, high: number, lottery: Lottery): Lottery =>
    scaled(lottery, high - low).map((choice) => ({
      ...choice,
      arms: [{ comparison: id, arm, low, high }, ...(choice.arms ?? [])],
    }));
  return [
    ...within("candidate", 0, share, candidate),
    ...within("between", share, 1 - share, control),
    ...within("control", 1 - share, 1, control),
  ];
}

/** A lottery nested at random: rollouts in rollouts, beside each other, and in explorations. */
function nested(depth: number, [id, ...others]: readonly string[]): Lottery {
  if (depth === 0 || id === undefined) return plain();
  const kind = random();
  if (kind < 0.6) return rollout(id, nested(depth - 1, others), kind < 0.4 ? nested(depth - 1, []) : plain());
  if (kind < 0.85) return mixed(nested(depth - 1, [id]), nested(depth - 1, others));
  return mixed(nested(depth - 1, [id, ...others]), plain());
}

interface Cell {
  readonly middle: number;
  readonly width: number;
}

/** Parts of [0, 1) in which no arm of the rollout begins or ends. */
function cellsOf(arms: readonly ArmShare[], id: string): readonly Cell[] {
  const own = arms.filter(({ comparison: name }) => name === id);
  const bounds = [...new Set([0, 1, ...own.flatMap(({ low, high }) => [low, high])])].sort((a, b) => a - b);
  return bounds
    .slice(1)
    .map((high, at) => ({ middle: (high + (bounds[at] ?? 0)) / 2, width: high - (bounds[at] ?? 0) }));
}

it("over all units of all rollouts, cell by cell, each choice has the probability that it states", () => {
  for (let run = 0; run < runs(300, 10_000); run += 1) {
    const lottery = nested(4, ["a", "b", "c"]);
    const { tags, comparisons } = checkArms("p", lottery);
    let cells: readonly { readonly draws: ReadonlyMap<string, number>; readonly weight: number }[] = [
      { draws: new Map(), weight: 1 },
    ];
    for (const id of comparisons)
      cells = cells.flatMap(({ draws, weight }) =>
        cellsOf(tags.flat(), id).map(({ middle, width }) => ({
          draws: new Map(draws).set(id, middle),
          weight: weight * width,
        })),
      );
    const sums = lottery.map(() => 0);
    for (const { draws, weight } of cells) {
      const unitOf = (id: string) => ({ unitHash: `0123456789a${id}`, draw: draws.get(id) ?? 0 });
      const { probabilities } = settleArms("p", lottery, unitOf);
      expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 10);
      probabilities.forEach((one, at) => {
        sums[at] = (sums[at] ?? 0) + weight * one;
      });
    }
    lottery.forEach(({ probability }, at) => {
      expect(sums[at]).toBeCloseTo(probability, 12);
    });
  }
});
