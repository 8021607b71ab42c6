import { type ChangeBets, mergeChanges } from "../statistics/change-detector.ts";
import { betsInWindow } from "./promise-options.ts";
import type { LivePromiseState } from "./promise-state.ts";

/** Evidence of the other processes of a fleet. */
export interface OtherProcesses {
  /** Bets on all traffic, or on a category. Undefined if there are none. */
  bets(category: string | undefined): ChangeBets | undefined;
  /** True if a statement is broken for one of them. */
  isBroken(category: string | undefined): boolean;
  /** Categories that are broken for one of them. */
  readonly broken: readonly string[];
}

export const noOthers: OtherProcesses = Object.freeze({
  bets: () => undefined,
  isBroken: () => false,
  broken: Object.freeze([]),
});

/** Puts the states of other processes together: the product of the bets that began in one interval. */
export function otherProcesses(states: readonly LivePromiseState[]): OtherProcesses {
  if (states.length === 0) return noOthers;
  const overall = mergeChanges(
    states.map((state) => state.overall.bets),
    betsInWindow,
  );
  const byCategory = new Map<string, ChangeBets[]>();
  const broken = new Set<string>();
  for (const { categories } of states)
    for (const [category, { bets, state }] of categories) {
      byCategory.set(category, [...(byCategory.get(category) ?? []), bets]);
      if (state === "broken") broken.add(category);
    }
  const merged = new Map(
    [...byCategory].map(([category, all]) => [category, mergeChanges(all, betsInWindow)] as const),
  );
  const isBroken = states.some((state) => state.overall.state === "broken");
  return {
    bets: (category) => (category === undefined ? overall : merged.get(category)),
    isBroken: (category) => (category === undefined ? isBroken : broken.has(category)),
    broken: [...broken],
  };
}
