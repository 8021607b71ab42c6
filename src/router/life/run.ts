import type {
  Attempt,
  Constraint,
  NativeRequest,
  RequestFacts,
  RouteRequest,
  Routing,
} from "../../contracts/index.ts";
import type { RequestScope } from "../call/index.ts";
import { HeldText } from "../request/index.ts";
import { heldConstraints } from "./held-constraints.ts";
import type { AskedOutput } from "./output/output-reading.ts";
import { readOutput, withFormat } from "./output/read-output.ts";
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
  readonly attempts: Attempt<Id>[];
  /** Schema of the request's `output`. Absent: the request has none. */
  readonly output: AskedOutput | undefined;
  /** The request as its sender wrote it. */
  readonly native: NativeRequest | undefined;
}

/** Returns the most that a call may cost under these constraints; undefined if none says so. */
export function mostPerCall(constraints: readonly Constraint[]): number | undefined {
  let most: number | undefined;
  for (const { maxCallUsd } of constraints)
    if (maxCallUsd !== undefined && !(maxCallUsd >= (most ?? Number.POSITIVE_INFINITY))) most = maxCallUsd;
  return most;
}

const noRouting: Routing<never> = {};
const none: readonly never[] = [];

/** Reads a request and starts its clock. Throws `InvalidRequestError` and `InvalidOptionError`. */
export function beginRun<Id extends string>(
  parts: RouterParts<Id>,
  given: RouteRequest<Id>,
  signal: AbortSignal | undefined,
  native: NativeRequest | undefined,
): Run<Id> {
  const asked = readOutput(given);
  const request = asked === undefined ? given : withFormat(given, asked);
  const text = new HeldText(request, native);
  const read = parts.normalise(request, text);
  const routing: Routing<Id> = typeof request === "string" ? noRouting : request;
  const { deadlineMs, maxCostUsd, constraints: own = none } = routing;
  const constraints = own.length === 0 ? none : heldConstraints<Id>(own);
  const { clock, pricing } = parts.ports;
  const startedAt = clock.monotonic();
  if (clock.problem !== undefined) throw clock.problem;
  const teamConstraints =
    constraints.length === 0 ? parts.constraints : [...parts.constraints, ...constraints];
  const maxCallUsd = mostPerCall(teamConstraints);
  const { tenant, session, labels } = read;
  const account = parts.ledger.open({ tenant, session, labels, maxCostUsd, maxCallUsd }, clock.wall);
  const facts = account.isBounded
    ? Object.freeze({
        ...read,
        mostInputTokens: pricing.mostInputTokens(HeldText.chatOf(text), HeldText.restOf(text)),
      })
    : read;
  let calls = 0;
  return {
    id: parts.newId(),
    tenant: read.tenant,
    isTold: false,
    isLate: false,
    text,
    facts,
    constraints: constraints.length === 0 ? parts.allConstraints : [...parts.allConstraints, ...constraints],
    teamConstraints,
    pin: routing.model,
    fallback: routing.fallback,
    native,
    signal,
    startedAt,
    deadline: deadlineMs === undefined ? undefined : { at: startedAt + deadlineMs, ms: deadlineMs },
    account,
    cutAt: 0,
    attempts: [],
    output: asked && { asked, reading: undefined },
    starts: [],
    told: [],
    numberCall() {
      calls += 1;
      return calls;
    },
  };
}
