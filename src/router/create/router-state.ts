import { type EndpointStates, InvalidOptionError, type RouterState } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { checkKeys } from "../../plugin/option-checks.ts";
import type { KeptBudget } from "../budget/ledger.ts";
import { checkSpend, exportSpend } from "../budget/spend-state.ts";
import { checkGpuMeterState, type GpuMeter } from "../health/gpu-meter.ts";
import { checkHealthState, type HealthTracker } from "../health/health.ts";
import { checkLearnedCapabilities, type LearnedCapabilities } from "../health/learned-capabilities.ts";
import { checkLearnedWindows, type LearnedWindows } from "../health/learned-windows.ts";
import { checkSessionsState, type Sessions } from "../health/sessions.ts";
import { checkUsageMeansState, type UsageMeans } from "../health/usage-means.ts";
import { type Breakers, checkBreakerStates } from "../limits/breakers.ts";
import { checkLearnedLimits, type Limits } from "../limits/limits.ts";
import type { InputStates } from "./input-states.ts";

export interface StateParts {
  readonly means: UsageMeans;
  readonly health: HealthTracker;
  readonly gpus: GpuMeter;
  readonly windows: LearnedWindows;
  readonly breakers: Breakers;
  readonly learned: LearnedCapabilities;
  readonly sessions: Sessions;
  /** Budgets that this process keeps. */
  readonly budgets: readonly KeptBudget[];
  /** Absent: the router has no limits. */
  readonly limits: Limits | undefined;
  readonly inputs: InputStates;
  /** Ids of the router's models. Sessions of other models are left out. */
  readonly ids: readonly string[];
  readonly clock: Pick<Clock, "wall" | "monotonic">;
}

/**
 * Exports all that a router has learnt as plain JSON. Within a router its times are on the monotonic clock;
 * exported they are times of day, the only ones that other processes share, as the clock shows them now.
 * A copy of it.
 */
export function exportState(parts: StateParts): RouterState {
  const { means, health, gpus, windows, breakers, learned, sessions, budgets, limits, inputs, clock } = parts;
  const [now, wallNow] = [clock.monotonic(), clock.wall()];
  const read = inputs.exportState();
  const learnt = windows.exportState(now, wallNow - now);
  const measured = gpus.exportState(now, wallNow);
  const capabilities = learned.exportState(now, wallNow);
  return copyOf<RouterState>({
    formatVersion: 1,
    usageMeans: means.exportState(wallNow),
    health: health.exportState(wallNow - now),
    breakers: breakers.exportState(now, wallNow),
    sessions: sessions.exportState(wallNow - now),
    ...(budgets.length > 0 && { spend: exportSpend(budgets) }),
    ...(limits && { limits: limits.exportState(wallNow) }),
    ...(learnt.length > 0 && { windows: learnt }),
    ...(capabilities.length > 0 && { capabilities }),
    ...(measured.machines.length > 0 && { gpus: measured }),
    ...(read && { inputs: read }),
  });
}

/** Exports the parts of `exportState` that are about endpoints. */
export function exportEndpoints({ breakers, limits, clock }: StateParts): EndpointStates {
  const [now, wallNow] = [clock.monotonic(), clock.wall()];
  return copyOf<EndpointStates>({
    breakers: breakers.exportState(now, wallNow),
    limits: limits?.exportState(wallNow) ?? [],
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
    "capabilities",
    "gpus",
    "windows",
    "inputs",
  ]);
  const state = copyOf(given);
  if (state.formatVersion !== 1)
    throw new InvalidOptionError("state.formatVersion", state.formatVersion, "1");
  const { usageMeans, sessions } = state;
  const { health = { formatVersion: 1, models: [] }, breakers = [], limits = [], inputs = {} } = state;
  const { capabilities = [], gpus = { formatVersion: 1, machines: [] }, windows = [] } = state;
  // All parts are checked before any of them replaces what is known.
  checkUsageMeansState(usageMeans);
  checkHealthState(health);
  checkGpuMeterState(gpus);
  checkBreakerStates(breakers);
  checkLearnedWindows(windows);
  checkLearnedCapabilities(capabilities);
  checkSessionsState(sessions);
  if (parts.limits !== undefined) checkLearnedLimits(limits);
  const spent = checkSpend(state.spend, parts.budgets);
  if (!isPlainObject(inputs)) throw new InvalidOptionError("state.inputs", typeof inputs, "an object");
  // The last check: it replaces the inputs all or not at all.
  parts.inputs.restoreState(inputs);
  const [now, wallNow] = [parts.clock.monotonic(), parts.clock.wall()];
  parts.means.restoreState(usageMeans, now, wallNow);
  parts.health.restoreState(health, now, wallNow);
  parts.gpus.restoreState(gpus, now, wallNow);
  parts.windows.restoreState(windows, now, wallNow);
  parts.breakers.restoreState(breakers, now, wallNow);
  parts.learned.restoreState(capabilities, now, wallNow);
  parts.sessions.restoreState(sessions, parts.ids, now, wallNow);
  parts.limits?.restoreState(limits, wallNow);
  parts.budgets.forEach(({ book }, at) => {
    const one = spent[at];
    if (one !== undefined) book.restore(one, wallNow);
  });
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
