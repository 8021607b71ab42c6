import type { Attempt, Constraint, RequestFacts, RouteRequest, Routing } from "../contracts/index.ts";
import type { RequestScope } from "../execution/index.ts";
import type { RouterParts } from "./parts.ts";

/** One request under way. */
export interface Run<Id extends string> extends RequestScope {
  readonly request: RouteRequest<Id>;
  readonly facts: RequestFacts;
  /** Constraints of the router, the team and the request. */
  readonly constraints: readonly Constraint<Id>[];
  /** Constraints of the team and the request, which hold for models outside the plan. */
  readonly teamConstraints: readonly Constraint<Id>[];
  readonly pin: Id | undefined;
  /** Value of the request's `fallback`. */
  readonly fallback: boolean | undefined;
  readonly attempts: Attempt<Id>[];
}

const noRouting: Routing<never> = {};
const none: readonly never[] = [];

/** Reads a request and starts its clock. Throws `InvalidRequestError` and `InvalidOptionError`. */
export function beginRun<Id extends string>(
  parts: RouterParts<Id>,
  request: RouteRequest<Id>,
  signal: AbortSignal | undefined,
): Run<Id> {
  const facts = parts.normalise(request);
  const routing: Routing<Id> = typeof request === "string" ? noRouting : request;
  const { deadlineMs, maxCostUsd, constraints = none } = routing;
  const { clock } = parts.ports;
  const startedAt = clock.monotonic();
  if (clock.problem !== undefined) throw clock.problem;
  let calls = 0;
  return {
    id: parts.newId(),
    request,
    facts,
    constraints: constraints.length === 0 ? parts.allConstraints : [...parts.allConstraints, ...constraints],
    teamConstraints: constraints.length === 0 ? parts.constraints : [...parts.constraints, ...constraints],
    pin: routing.model,
    fallback: routing.fallback,
    signal,
    startedAt,
    deadline: deadlineMs === undefined ? undefined : { at: startedAt + deadlineMs, ms: deadlineMs },
    account: parts.ledger.open({ tenant: facts.tenant, maxCostUsd }, clock.wall),
    attempts: [],
    starts: [],
    numberCall() {
      calls += 1;
      return calls;
    },
  };
}
