import type { Guard } from "../guards/guard.ts";

/** The last part of some bets that has begun, and the number of pairs or units at which it did. */
export interface BegunPart {
  readonly at: number;
  readonly count: number;
}

/** The parts that have begun, of all processes: of the shares of the arms, and of guards by name. */
export interface BegunParts {
  readonly shares: BegunPart;
  readonly guards: Readonly<Record<string, BegunPart>>;
}

export const nothingBegun: BegunParts = Object.freeze({
  shares: Object.freeze({ at: 0, count: 0 }),
  guards: Object.freeze({}),
});

/** Returns the last part of a guard's bets that has begun: that with number 0 at the start. */
export function partOf({ guards }: BegunParts, { name }: Guard): BegunPart {
  return Object.hasOwn(guards, name) ? (guards[name] as BegunPart) : nothingBegun.shares;
}

/** True for the parts as a record holds them. */
export function isBegunParts(value: unknown): value is BegunParts {
  const { shares, guards } = (value ?? {}) as Partial<BegunParts>;
  if (!isPart(shares) || typeof guards !== "object" || guards === null) return false;
  const named = Object.entries(guards);
  return named.length <= 64 && named.every(([name, part]) => name.length <= 60 && isPart(part));
}

function isPart(value: unknown): value is BegunPart {
  const { at, count } = (value ?? {}) as Partial<BegunPart>;
  return [at, count].every((one) => Number.isSafeInteger(one) && (one as number) >= 0);
}
