import type { Units } from "../src/loop/inner.ts";
import type { Random } from "./rollout-worlds.ts";

/**
 * A world of units that is unkind to comparisons. Time is the number of units that have begun. Effects are those of the
 * candidate: at the margins of the guards, so that a rollback is false and as likely as it can be, or harm.
 */
export interface HardWorld {
  readonly name: string;
  /** Exponent of the number of turns of a session: 1 has no mean, 3 is short. */
  readonly tail: number;
  /** Share of giant sessions, which have 40 turns at least, and whose turns fail and please together. */
  readonly giants: number;
  /** Error rate of control at the beginning and at the end. */
  readonly errors: readonly [from: number, to: number];
  /** Standard deviation of the logarithm of a session's cost. */
  readonly costSpread: number;
  /** Probability that an answer is rated, where it is good and where it is bad. */
  readonly rated: readonly [good: number, bad: number];
  /** Factor on the time between two turns of the candidate's sessions: 2 is twice as slow. */
  readonly slowness: number;
}

const usual: HardWorld = {
  name: "",
  tail: 1.5,
  giants: 0,
  errors: [0.01, 0.01],
  costSpread: 0.9,
  rated: [1, 1],
  slowness: 1,
};

export const hardWorlds: readonly HardWorld[] = [
  { ...usual, name: "heavy tails: turns without a mean, costs with a spread of 2", tail: 1, costSpread: 2 },
  { ...usual, name: "giants: 1 % of the sessions, all or nothing", giants: 0.01 },
  {
    ...usual,
    name: "errors rise from 1 to 20 %, and the candidate is three times as slow",
    errors: [0.01, 0.2],
    slowness: 3,
  },
  { ...usual, name: "complaints: bad answers are rated ten times as often", rated: [0.05, 0.5] },
  { ...usual, name: "complaints alone: good answers are never rated", rated: [0, 0.5] },
];

/** Effect of the candidate: candidate minus control, and the factor on cost. */
export interface HardEffect {
  readonly errors: number;
  readonly loss: number;
  readonly costFactor: number;
}

interface Session {
  readonly unitHash: string;
  readonly isCandidate: boolean;
  readonly isAlike: boolean;
  /** Cost of a turn. */
  readonly usd: number;
  readonly gap: number;
  /** Chances of an error and of a bad answer; of a session that is alike, 0 or 1. */
  readonly chances: readonly [error: number, loss: number];
  left: number;
}

/** Sends `count` units and their verdicts through `units`, and calls `look` after each event. Stops where it says so. */
export function sendHardUnits(
  world: HardWorld,
  effect: HardEffect,
  { units, count, random, look }: HardRun,
): void {
  const due = new Map<number, (() => void)[]>();
  const at = (time: number, work: () => void): void => {
    const list = due.get(Math.ceil(time));
    if (list === undefined) due.set(Math.ceil(time), [work]);
    else list.push(work);
  };
  const draw = (chance: number, isAlike: boolean) => (isAlike ? (random() < chance ? 1 : 0) : chance);

  const turn = (session: Session, now: number): void => {
    const { unitHash, isCandidate, usd, gap, chances } = session;
    const arm = isCandidate ? "candidate" : "control";
    const outcome = random() < chances[0] ? "failed" : "answered";
    const request = { outcome, costUsd: usd, latencyMs: 5 } as const;
    units.add({ unitHash, arm, revision: 0, share: 0.5, request });
    const isBad = random() < chances[1];
    const decisionId = `${unitHash}-${session.left}`;
    if (random() < world.rated[isBad ? 1 : 0])
      at(now + 1 - 100 * Math.log(1 - random()), () =>
        units.rate({ unitHash, decisionId, value: isBad ? 0 : 1, source: "feedback" }),
      );
    session.left -= 1;
    if (session.left > 0) at(now + gap * (0.5 + random()) + 1, () => turn(session, now + gap));
  };

  for (let now = 0; now < count; now += 1) {
    const isCandidate = random() < 0.5;
    const isGiant = random() < world.giants;
    const isAlike = isGiant || random() < 0.5;
    const own = isCandidate ? effect : { errors: 0, loss: 0, costFactor: 1 };
    const rate = world.errors[0] + ((world.errors[1] - world.errors[0]) * now) / count;
    const turns = Math.ceil((1 - random()) ** (-1 / world.tail));
    turn(
      {
        unitHash: now.toString(16).padStart(12, "0"),
        isCandidate,
        isAlike,
        usd: 0.004 * own.costFactor * Math.exp(world.costSpread * normal(random) - world.costSpread ** 2 / 2),
        gap: 5 * (isCandidate ? world.slowness : 1),
        chances: [draw(rate + own.errors, isAlike), draw(0.2 + own.loss, isAlike)],
        left: Math.min(50, isGiant ? 40 + turns : turns),
      },
      now,
    );
    for (const work of due.get(now) ?? []) work();
    due.delete(now);
    if (look(now)) return;
  }
}

export interface HardRun {
  readonly units: Units;
  readonly count: number;
  readonly random: Random;
  /** Takes the time after all that happened at it. True ends the run. */
  readonly look: (now: number) => boolean;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
