import { checkKeys, InvalidOptionError, type RouterState } from "../contracts/index.ts";
import type { Breakers } from "./breakers.ts";
import type { HealthTracker } from "./health.ts";
import type { Limits } from "./limits.ts";
import type { Sessions } from "./sessions.ts";
import type { SpendBook } from "./spend.ts";
import type { UsageMeans } from "./usage-means.ts";

export interface StateParts {
  readonly means: UsageMeans;
  readonly health: HealthTracker;
  readonly breakers: Breakers;
  readonly sessions: Sessions;
  /** Absent: the router has no budget. */
  readonly spend: SpendBook | undefined;
  /** Absent: the router has no limits. */
  readonly limits: Limits | undefined;
  /** The router's models: sessions of others are left out. */
  readonly ids: readonly string[];
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** All that a router has learnt, as one piece of plain JSON. */
export function exportState(parts: StateParts): RouterState {
  const { means, health, breakers, sessions, spend, limits, clock } = parts;
  return {
    formatVersion: 1,
    usageMeans: means.exportState(),
    health: health.exportState(),
    breakers: breakers.exportState(clock()),
    sessions: sessions.exportState(),
    ...(spend && { spend: spend.exportState() }),
    ...(limits && { limits: limits.exportState() }),
  };
}

/** Replaces what was learnt. Throws `InvalidOptionError`, and then changes nothing. */
export function restoreState(parts: StateParts, state: RouterState): void {
  checkKeys("state", state, [
    "formatVersion",
    "usageMeans",
    "health",
    "breakers",
    "sessions",
    "spend",
    "limits",
  ]);
  if (state.formatVersion !== 1)
    throw new InvalidOptionError("state.formatVersion", state.formatVersion, "1");
  const before = exportState(parts);
  try {
    restoreLearnt(parts, state);
    parts.limits?.restoreState(state.limits ?? []);
    parts.spend?.restoreState(state.spend ?? { formatVersion: 1, accounts: [] });
  } catch (error) {
    restoreLearnt(parts, before);
    parts.limits?.restoreState(before.limits ?? []);
    throw error;
  }
}

function restoreLearnt({ means, health, breakers, sessions, ids }: StateParts, state: RouterState): void {
  means.restoreState(state.usageMeans);
  health.restoreState(state.health ?? { formatVersion: 1, models: [] });
  breakers.restoreState(state.breakers ?? []);
  sessions.restoreState(state.sessions, ids);
}
