/** Worlds of a rollout: sessions with correlated turns, their errors, losses of quality and costs by arm. */

export type Random = () => number;

/** Differences, candidate minus control. */
export interface WorldEffect {
  readonly name: string;
  /** True: harm above a margin, which must be found. */
  readonly harmful: boolean;
  readonly loss: number;
  readonly errors: number;
  /** Part of control's. */
  readonly cost: number;
}

const none = { harmful: false, loss: 0, errors: 0, cost: 0 };

export const worlds: readonly WorldEffect[] = [
  { ...none, name: "no difference" },
  { ...none, name: "quality -5 points", harmful: true, loss: 0.05 },
  { ...none, name: "errors +2 points", harmful: true, errors: 0.02 },
  { ...none, name: "cost +20 %", harmful: true, cost: 0.2 },
  { ...none, name: "better candidate", loss: -0.03, errors: -0.005, cost: -0.3 },
  { ...none, name: "quality at the margin", loss: 0.02 },
  { ...none, name: "errors at the margin", errors: 0.005 },
  { ...none, name: "cost at the margin", cost: 0.05 },
  { ...none, name: "all at their margins", loss: 0.02, errors: 0.005, cost: 0.05 },
];

/** Units in the order in which they begin; the time is the number of units that have begun. */
export interface DrawnUnits {
  /** 1: candidate. */
  readonly arm: Uint8Array;
  readonly values: {
    readonly errors: Float64Array;
    readonly quality: Float64Array;
    readonly cost: Float64Array;
  };
  /** Events in the order of time: unit · 2, or unit · 2 + 1 for its verdicts. */
  readonly events: Uint32Array;
  /** Time of each event. */
  readonly times: Float64Array;
}

const base = { errors: 0.01, loss: 0.2, usdPerTurn: 0.004 };
const mostTurns = 50;
/** Requests of a unit that count; a rollout takes up to 50 by default. */
const counted = 20;
export const maxUsd = 1;

/**
 * Draws units. Sessions have 1 to 50 turns with a long tail; in half of them the turns fail or please together, and
 * costs have a factor of the session. A unit is fixed some time after its last turn, verdicts come later still.
 */
export function drawUnits(effect: WorldEffect, count: number, random: Random): DrawnUnits {
  const arm = new Uint8Array(count);
  const [errors, quality, cost] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const at = new Float64Array(2 * count);
  for (let unit = 0; unit < count; unit += 1) {
    const isCandidate = random() < 0.5;
    arm[unit] = isCandidate ? 1 : 0;
    const length = Math.min(mostTurns, Math.ceil((1 - random()) ** (-1 / 1.25)));
    const turns = Math.min(counted, length);
    const scale = isCandidate ? 1 : 0;
    errors[unit] = shareOfTurns(base.errors + scale * effect.errors, turns, random);
    quality[unit] = shareOfTurns(base.loss + scale * effect.loss, turns, random);
    cost[unit] = base.usdPerTurn * (1 + scale * effect.cost) * turns * Math.exp(0.9 * normal(random));
    at[2 * unit] = unit + 30 + 5 * length * (0.5 + random());
    at[2 * unit + 1] = (at[2 * unit] as number) - 500 * Math.log(1 - random());
  }
  const events = Uint32Array.from(at, (_, event) => event).sort(
    (a, b) => (at[a] as number) - (at[b] as number),
  );
  return {
    arm,
    values: { errors, quality, cost },
    events,
    times: Float64Array.from(events, (event) => at[event] as number),
  };
}

/** Share of a session's turns; in half of the sessions all turns are alike. */
function shareOfTurns(chance: number, turns: number, random: Random): number {
  const own = random() < 0.5 ? chance : random() < chance ? 1 : 0;
  if (own === 0 || own === 1) return own;
  let hits = 0;
  for (let turn = 0; turn < turns; turn += 1) if (random() < own) hits += 1;
  return hits / turns;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
