import {
  type Attempt,
  type Constraint,
  DeadlineExceededError,
  InvalidOptionError,
  type RequestFacts,
  type RouteRequest,
  type Routing,
} from "../contracts/index.ts";
import { requestCost } from "../decision/index.ts";
import { type BudgetHold, openHold, withBudget } from "./budget-hold.ts";
import type { RouterParts } from "./parts.ts";

/** One request under way. */
export interface Run<Id extends string> {
  readonly id: string;
  readonly request: RouteRequest<Id>;
  readonly facts: RequestFacts;
  /** The router's own, the team's and the request's. */
  readonly constraints: readonly Constraint<Id>[];
  /** The team's and the request's: what holds for models outside the plan. */
  readonly teamConstraints: readonly Constraint<Id>[];
  readonly pin: Id | undefined;
  /** As the request asks. */
  readonly fallback: boolean | undefined;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly deadlineMs: number | undefined;
  readonly deadlineAt: number | undefined;
  readonly maxCostUsd: number | undefined;
  readonly attempts: Attempt<Id>[];
  /** See `ExecutionContext`. */
  readonly committed: { usd: number } | undefined;
  /** What the request holds of the budget, where there is one. */
  readonly hold: BudgetHold | undefined;
}

const noRouting: Routing<never> = {};
const none: readonly never[] = [];

/** Reads a request and starts its clock. Throws `InvalidRequestError`, `InvalidOptionError` or the signal's reason. */
export function beginRun<Id extends string>(
  parts: RouterParts<Id>,
  allConstraints: readonly Constraint<Id>[],
  request: RouteRequest<Id>,
  signal: AbortSignal | undefined,
): Run<Id> {
  if (signal && typeof signal.addEventListener !== "function")
    throw new InvalidOptionError("signal", signal, "an AbortSignal");
  if (signal?.aborted) throw signal.reason;
  const facts = parts.normalise(request);
  const routing: Routing<Id> = typeof request === "string" ? noRouting : request;
  const { deadlineMs, maxCostUsd, constraints = none } = routing;
  const startedAt = parts.clock();
  const extra = maxCostUsd === undefined ? constraints : [...constraints, requestCost(maxCostUsd)];
  const all = extra.length === 0 ? allConstraints : [...allConstraints, ...extra];
  const team = constraints.length === 0 ? parts.constraints : [...parts.constraints, ...constraints];
  const { budget } = parts;
  const committed = maxCostUsd === undefined && budget === undefined ? undefined : { usd: 0 };
  const hold = budget && committed ? openHold(budget, facts.tenant, startedAt, committed) : undefined;
  return {
    id: parts.newId(),
    request,
    facts,
    constraints: hold === undefined ? all : withBudget(all, hold),
    teamConstraints: hold === undefined ? team : withBudget(team, hold),
    pin: routing.model,
    fallback: routing.fallback,
    signal,
    startedAt,
    deadlineMs,
    deadlineAt: deadlineMs === undefined ? undefined : startedAt + deadlineMs,
    maxCostUsd,
    attempts: [],
    committed,
    hold,
  };
}

/** Throws when the caller has aborted or the deadline has passed. */
export function checkAlive<Id extends string>(run: Run<Id>, clock: () => number): void {
  if (run.signal?.aborted) throw run.signal.reason;
  if (run.deadlineAt !== undefined && clock() >= run.deadlineAt) {
    throw new DeadlineExceededError(run.deadlineMs ?? 0, run.attempts);
  }
}
