import { checkSpendState, type SpendBook } from "../budget/spend.ts";
import { InvalidOptionError, type RouterState } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { checkKeys } from "../plugin/index.ts";
import type { Breakers } from "../state/breakers.ts";
import { checkBreakerStates } from "../state/check-breaker-states.ts";
import { checkHealthState } from "../state/check-health-state.ts";
import { checkLearnedLimits } from "../state/check-learned-limits.ts";
import { checkSessionsState } from "../state/check-sessions-state.ts";
import { checkUsageMeansState } from "../state/check-usage-means-state.ts";
import type { HealthTracker } from "../state/health.ts";
import type { Limits } from "../state/limits.ts";
import type { Sessions } from "../state/sessions.ts";
import type { UsageMeans } from "../state/usage-means.ts";

export interface StateParts {
  readonly means: UsageMeans;
  readonly health: HealthTracker;
  readonly breakers: Breakers;
  readonly sessions: Sessions;
  /** Absent: the router has no budget. */
  readonly spend: SpendBook | undefined;
  /** Absent: the router has no limits. */
  readonly limits: Limits | undefined;
  /** Ids of the router's models. Sessions of other models are left out. */
  readonly ids: readonly string[];
  /** Returns milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Exports all that a router has learnt as plain JSON, a copy of it. */
export function exportState(parts: StateParts): RouterState {
  const { means, health, breakers, sessions, spend, limits, clock } = parts;
  return copyOf<RouterState>({
    formatVersion: 1,
    usageMeans: means.exportState(),
    health: health.exportState(),
    breakers: breakers.exportState(clock()),
    sessions: sessions.exportState(),
    ...(spend && { spend: spend.exportState() }),
    ...(limits && { limits: limits.exportState() }),
  });
}

/** Replaces what a router has learnt. Changes nothing if it throws `InvalidOptionError`. */
export function restoreState(parts: StateParts, given: RouterState): void {
  checkKeys("state", given, [
    "formatVersion",
    "usageMeans",
    "health",
    "breakers",
    "sessions",
    "spend",
    "limits",
  ]);
  const state = copyOf(given);
  if (state.formatVersion !== 1)
    throw new InvalidOptionError("state.formatVersion", state.formatVersion, "1");
  const { usageMeans, sessions } = state;
  const {
    health = { formatVersion: 1, models: [] },
    breakers = [],
    limits = [],
    spend = { formatVersion: 1, accounts: [] },
  } = state;
  // All parts are checked before any of them replaces what is known.
  checkUsageMeansState(usageMeans);
  checkHealthState(health);
  checkBreakerStates(breakers);
  checkSessionsState(sessions);
  if (parts.limits !== undefined) checkLearnedLimits(limits);
  if (parts.spend !== undefined) checkSpendState(spend);
  const now = parts.clock();
  parts.means.restoreState(usageMeans);
  parts.health.restoreState(health, now);
  parts.breakers.restoreState(breakers, now);
  parts.sessions.restoreState(sessions, parts.ids, now);
  parts.limits?.restoreState(limits);
  parts.spend?.restoreState(spend, now);
}
