import fc from "fast-check";
import type { ProviderErrorKind } from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import {
  initialState,
  next,
  type PlanEvent,
  type PlanInput,
  type PlanRefusal,
  type PlanState,
  type PlanStep,
  type Proposal,
} from "../../../src/router/call/plan/index.ts";
import { deepFreeze } from "../../../src/testing/deep-freeze.ts";

/** A request and the world that it meets: chances, and the seed of what happens by them. */
export interface PlanWorld {
  readonly input: PlanInput;
  readonly seed: number;
  /** Answers may be degraded: no call is streamed. */
  readonly degraded: boolean;
  readonly chances: {
    /** A proposal is refused. */
    readonly refusal: number;
    /** A call that was accepted is not made. */
    readonly withdrawal: number;
    readonly failure: number;
    /** A check does not accept an answer. */
    readonly verdict: number;
    readonly late: number;
    readonly abort: number;
  };
}

/** One event of a run, and what came of it. */
export interface Moved {
  readonly event: PlanEvent;
  readonly steps: readonly PlanStep[];
  readonly before: PlanState;
  readonly after: PlanState;
}

const ids = ["a", "b", "c", "d", "constructor"];
const chance = fc.constantFrom(0, 0.1, 0.5, 0.9, 1);

const inputs: fc.Arbitrary<PlanInput> = fc
  .record({
    models: fc.shuffledSubarray(ids, { minLength: 1 }),
    planned: fc.integer({ min: 1, max: 3 }),
    fallbacks: fc.shuffledSubarray(ids),
    deadlineAt: fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined }),
    retries: fc.integer({ min: 0, max: 3 }),
    fallback: fc.boolean(),
    ofRequest: fc.constantFrom(undefined, true, false),
    sizes: fc.array(fc.constantFrom(undefined, 4, 8, 16), { minLength: ids.length, maxLength: ids.length }),
  })
  .map(({ models, planned, fallbacks, deadlineAt, retries, fallback, ofRequest, sizes }) => {
    const plan = models.slice(0, planned);
    return {
      requestId: "r",
      // All answers but that of the last are checked, as in a cascade.
      plan: plan.map((model, index) => (index + 1 === plan.length ? { model } : { model, check: "good" })),
      fallbacks,
      deadlineAt,
      fallback: ofRequest,
      rules: {
        retries,
        fallback,
        backoffBaseMs: 20,
        backoffCapMs: 100,
        retryAfterCapMs: 60,
        windows: Object.fromEntries(ids.map((id, index) => [id, sizes[index]])),
      },
    };
  });

export const planWorlds: fc.Arbitrary<PlanWorld> = fc.record({
  input: inputs,
  seed: fc.nat(),
  degraded: fc.boolean(),
  chances: fc.record({
    refusal: chance,
    withdrawal: chance,
    failure: chance,
    verdict: chance,
    late: chance,
    abort: fc.constantFrom(0, 0, 0.1),
  }),
});

const kinds: readonly (ProviderErrorKind | undefined)[] = [
  "server",
  "server",
  "server",
  "rate-limit",
  "rate-limit",
  "timeout",
  "context-overflow",
  "context-overflow",
  "not-found",
  "content-filter",
  "invalid-request",
  "invalid-request",
  "too-large",
  undefined,
];

/** Runs a plan in a world that keeps the rules of the shell; inputs are frozen. Stops after `most` events. */
export function runWorld({ input, seed, degraded, chances }: PlanWorld, most: number): Moved[] {
  deepFreeze(input);
  const random = seededRandom(seed);
  const happens = (share: number) => random() < share;
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const moved: Moved[] = [];
  let state: PlanState = deepFreeze(initialState);
  let at = 0;
  const heard = new Set<string>();
  const shown = new Set<string>();

  const send = (event: PlanEvent) => {
    const { state: after, steps } = deepFreeze(next(input, state, deepFreeze(event)));
    moved.push({ event, steps, before: state, after });
    state = after;
  };
  const refuse = ({ attemptId }: Proposal, stage: PlanRefusal["stage"], rate?: boolean) => {
    const waitMs = happens(0.5) ? Math.floor(random() * 50) : undefined;
    send({ type: "refused", attemptId, at, stage, reason: stage, waitMs, rate });
  };
  const isChecked = ({ place }: Proposal) => place !== undefined && input.plan[place]?.check !== undefined;

  const onProposal = (proposal: Proposal) => {
    const { hop, lastResort, paid, beside, attemptId, delayMs } = proposal;
    const stages: PlanRefusal["stage"][] = ["constraint", "money"];
    // What the ports keep: a last resort is always admitted, and a token is taken once.
    if (lastResort !== true) stages.push("admission");
    if ((hop === "retry" || hop === "hedge") && paid !== true) stages.push("token");
    if (beside === true) stages.push("limits");
    if (happens(chances.refusal)) return refuse(proposal, pick(stages));
    send({ type: "accepted", attemptId, at });
    if (beside === true) return;
    at += delayMs;
    if (!happens(chances.withdrawal)) return;
    if (happens(0.3)) refuse(proposal, "constraint");
    else refuse(proposal, "limits", happens(0.7));
  };

  const onCall = (call: Proposal) => {
    const { attemptId } = call;
    const isStreamed = !degraded && !isChecked(call);
    const isAlone = state.running.length === 1;
    if (isStreamed && isAlone && !heard.has(attemptId) && !shown.has(attemptId) && happens(chances.late)) {
      heard.add(attemptId);
      return send({ type: "late", attemptId, at, elsewhere: happens(0.3) });
    }
    if (happens(chances.failure)) {
      const kind = pick(kinds);
      return send({
        type: "failed",
        attemptId,
        at,
        kind,
        contextWindow: happens(0.3) ? pick([2, 4, 8, 16]) : undefined,
        otherMayAnswer: happens(0.7) || undefined,
        retryable: kind !== undefined && happens(0.8),
        retryAfterMs: happens(0.3) ? Math.floor(random() * 80) : undefined,
        holdMs: happens(0.3) ? Math.floor(random() * 80) : 0,
        delivered: shown.has(attemptId),
        draw: random(),
      });
    }
    if (isStreamed && !shown.has(attemptId)) {
      shown.add(attemptId);
      return send({ type: "first-content", attemptId, at });
    }
    if (degraded && happens(chances.verdict))
      return send({ type: "answered", attemptId, at, verdict: "degraded" });
    const isRefused = isChecked(call) && happens(chances.verdict);
    return send({ type: "answered", attemptId, at, verdict: isRefused ? "refused" : "accepted" });
  };

  send({ type: "begin", at });
  while (!state.over && moved.length < most) {
    at += Math.floor(random() * 40);
    // The shell waits for the word on a hedge before it reports anything else.
    const proposal = state.open.find(({ beside }) => beside) ?? state.open[0];
    if (happens(chances.abort)) send({ type: "aborted", at });
    else if (proposal !== undefined) onProposal(proposal);
    else onCall(pick(state.running));
  }
  return moved;
}

/**
 * The most events that a run may take. A model may be accepted at each of its places and as a fallback, once
 * more as a last resort, and for each retry twice, as that may be held up; the request may have one hedge.
 * Between two calls each model is proposed at most twice, besides the retry and the first model.
 */
export function mostEvents({ plan, fallbacks, rules }: PlanInput): number {
  const turns = plan.length + fallbacks.length;
  const accepted = 2 * turns + 2 * turns * rules.retries + 1;
  const proposed = (accepted + 1) * (2 * turns + 3) + accepted * fallbacks.length;
  // Accepted or refused; refused after that; late, content, and the end of the call.
  return 1 + proposed + 4 * accepted;
}
