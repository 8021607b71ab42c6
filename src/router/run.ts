import {
  type Attempt,
  type Constraint,
  InvalidOptionError,
  type RequestFacts,
  type RouteRequest,
  type Routing,
} from "../contracts/index.ts";
import type { RequestScope } from "../execution/index.ts";
import { HeldText } from "../request/index.ts";
import { heldConstraints } from "./held-constraints.ts";
import type { RouterParts } from "./parts.ts";

/** One request under way. */
export interface Run<Id extends string> extends RequestScope {
  /** The request; a copy of what is sent, once its caller can change it. */
  readonly text: HeldText;
  readonly facts: RequestFacts;
  /** Constraints of the router, the team and the request. */
  readonly constraints: readonly Constraint<Id>[];
  /** Constraints of the team and the request, which hold for models outside the plan. */
  readonly teamConstraints: readonly Constraint<Id>[];
  readonly pin: Id | undefined;
  /** Value of the request's `fallback`. */
  readonly fallback: boolean | undefined;
  /** Start on the monotonic clock in milliseconds. */
  readonly startedAt: number;
  readonly attempts: Attempt<Id>[];
}

const noRouting: Routing<never> = {};
const none: readonly never[] = [];

/** Reads a request and starts its clock. Throws `InvalidRequestError`, `InvalidOptionError` or the signal's reason. */
export function beginRun<Id extends string>(
  parts: RouterParts<Id>,
  request: RouteRequest<Id>,
  signal: AbortSignal | undefined,
): Run<Id> {
  if (signal && typeof signal.addEventListener !== "function")
    throw new InvalidOptionError("signal", signal, "an AbortSignal");
  if (signal?.aborted) throw signal.reason;
  const text = new HeldText(request);
  const facts = parts.normalise(request, text);
  const routing: Routing<Id> = typeof request === "string" ? noRouting : request;
  const { deadlineMs, maxCostUsd, constraints: own = none } = routing;
  const constraints = own.length === 0 ? none : heldConstraints<Id>(own);
  const { clock } = parts.ports;
  const startedAt = clock.monotonic();
  let calls = 0;
  return {
    id: parts.newId(),
    text,
    facts,
    constraints: constraints.length === 0 ? parts.allConstraints : [...parts.allConstraints, ...constraints],
    teamConstraints: constraints.length === 0 ? parts.constraints : [...parts.constraints, ...constraints],
    pin: routing.model,
    fallback: routing.fallback,
    signal,
    startedAt,
    deadline: deadlineMs === undefined ? undefined : { at: startedAt + deadlineMs, ms: deadlineMs },
    account: parts.ledger.open({ tenant: facts.tenant, maxCostUsd }, clock.wall()),
    attempts: [],
    starts: [],
    numberCall() {
      calls += 1;
      return calls;
    },
  };
}
