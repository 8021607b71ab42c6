import {
  type Attempt,
  type Constraint,
  DeadlineExceededError,
  type RequestFacts,
  type RouteRequest,
  type Routing,
} from "../contracts/index.ts";
import { requestCost } from "../decision/index.ts";
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
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly deadlineMs: number | undefined;
  readonly deadlineAt: number | undefined;
  readonly maxCostUsd: number | undefined;
  readonly attempts: Attempt<Id>[];
  /** See `ExecutionContext`. */
  readonly committed: { usd: number };
}

const noRouting: Routing<never> = {};
const none: readonly never[] = [];

/** Reads a request and starts its clock. Throws `InvalidRequestError` or the signal's reason. */
export function beginRun<Id extends string>(
  parts: RouterParts<Id>,
  allConstraints: readonly Constraint<Id>[],
  request: RouteRequest<Id>,
  signal: AbortSignal | undefined,
): Run<Id> {
  if (signal?.aborted) throw signal.reason;
  const facts = parts.normalise(request);
  const routing: Routing<Id> = typeof request === "string" ? noRouting : request;
  const { deadlineMs, maxCostUsd, constraints = none } = routing;
  const startedAt = parts.clock();
  const extra = maxCostUsd === undefined ? constraints : [...constraints, requestCost(maxCostUsd)];
  return {
    id: parts.newId(),
    request,
    facts,
    constraints: extra.length === 0 ? allConstraints : [...allConstraints, ...extra],
    teamConstraints: constraints.length === 0 ? parts.constraints : [...parts.constraints, ...constraints],
    pin: routing.model,
    signal,
    startedAt,
    deadlineMs,
    deadlineAt: deadlineMs === undefined ? undefined : startedAt + deadlineMs,
    maxCostUsd,
    attempts: [],
    committed: { usd: 0 },
  };
}

/** Throws when the caller has aborted or the deadline has passed. */
export function checkAlive<Id extends string>(run: Run<Id>, clock: () => number): void {
  if (run.signal?.aborted) throw run.signal.reason;
  if (run.deadlineAt !== undefined && clock() >= run.deadlineAt) {
    throw new DeadlineExceededError(run.deadlineMs ?? 0, run.attempts);
  }
}
