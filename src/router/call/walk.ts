import { type Attempt, type Completion, type Hop, isRouterError } from "../../contracts/index.ts";
import { longestTimerMs } from "../../plugin/longest-timer.ts";
import { admitCall } from "./admit-call.ts";
import { giveBack, type PlannedCall, type Refused } from "./admit-target.ts";
import type { AttemptRecord, ReadyCall } from "./attempt-record.ts";
import type { CallContext } from "./context.ts";
import { deadlineError, leftMs } from "./deadline.ts";
import { endError } from "./end-error.ts";
import { outgrownBy } from "./outgrown.ts";
import {
  initialState,
  next,
  type PlanEvent,
  type PlanInput,
  type PlannedModel,
  type PlanState,
  type PlanStep,
  type Proposal,
} from "./plan/index.ts";
import { leftOfPool } from "./pool-left.ts";
import { takeTurn } from "./take-turn.ts";

/** Result of an event: a call to make, the answer of the request, or neither if another call still runs. */
export type Move =
  | { readonly call: PlannedCall; readonly completion?: undefined }
  | { readonly completion: Completion; readonly call?: undefined }
  | { readonly call?: undefined; readonly completion?: undefined };

const goesOn: Move = {};

/** `next` of an attempt that is followed by a call of a hop. */
const nextOf: Partial<Record<Hop, Attempt["next"]>> = {
  retry: "retry",
  fallback: "fallback",
  cascade: "escalate",
};

/**
 * Shell around the attempt plan of one request, or of one direct call. It reports events to the plan and takes the calls that the
 * plan proposes through the ports. It throws the error that ends the request.
 */
export class Walk {
  readonly #execution: CallContext;
  readonly #input: PlanInput;
  #state: PlanState = initialState;
  /** Time that was read last. The plan does not look at the times of events that are told by it. */
  #readAt: number;
  /** Last attempt that ended, until its next step is known. */
  #previous: AttemptRecord | undefined;
  /** Attempt before the call that got its turn last. */
  #followed: AttemptRecord | undefined;
  // Created when needed, since most requests are answered by their first call.
  #refusals: Map<string, Refused> | undefined;
  #errors: Map<string, unknown> | undefined;
  /** Answers that a check did not accept. */
  #answers: Map<string, Completion> | undefined;

  constructor(execution: CallContext) {
    this.#execution = execution;
    this.#input = planInputOf(execution);
    this.#readAt = execution.scope.startedAt;
  }

  /** Starts the plan and returns the first call. */
  begin(): Move | Promise<Move> {
    const { signal, ports, scope } = this.#execution;
    // A stream may be read long after it was decided.
    if (signal?.aborted !== true && leftMs(this.#execution) <= 0) throw deadlineError(scope);
    if (signal?.aborted) return this.#follow(this.#send({ type: "aborted", at: this.#now() }));
    if (this.#execution.direct === undefined) ports.admission.noteRequest();
    return this.#follow(this.#send({ type: "begin", at: this.#readAt }));
  }

  /**
   * Throws the signal's reason, and gives back what the call holds, if the caller has aborted since the call got its
   * turn. To be called right before each call: a call that is never made must not be recorded and paid for.
   */
  confirm(planned: PlannedCall): void {
    const { signal } = this.#execution;
    if (!signal?.aborted) return;
    giveBack(this.#execution, planned);
    this.#send({ type: "aborted", at: this.#now() });
    this.#followed?.report(undefined);
    throw signal.reason;
  }

  /** Reports a call that failed with a typed error; `hasBegun` if the caller has seen content. */
  failed(
    failed: PlannedCall,
    record: AttemptRecord,
    error: unknown,
    { hasBegun = false }: { readonly hasBegun?: boolean } = {},
  ): Move | Promise<Move> {
    const { attemptId } = failed.call;
    const { signal, ports } = this.#execution;
    this.#previous = record;
    this.#errors ??= new Map();
    this.#errors.set(attemptId, error);
    if (signal?.aborted) return this.#follow(this.#send({ type: "aborted", at: this.#now() }));
    // Nothing follows a direct call, whatever its failure: nothing is asked, and no number drawn.
    const isProviders = isRouterError(error, "provider") && this.#execution.direct === undefined;
    const outgrown = isProviders ? outgrownBy(this.#execution, failed, error) : undefined;
    const left = isProviders ? leftOfPool(this.#execution, failed.call, "retry", outgrown) : undefined;
    return this.#follow(
      this.#send({
        type: "failed",
        attemptId,
        at: isRouterError(error, "deadline-exceeded") ? this.#afterDeadline() : this.#now(),
        kind: isProviders ? error.kind : undefined,
        // What it refuses may be what it lacks.
        otherMayAnswer:
          (isProviders && (error.otherMayAnswer || failed.call.unproven !== undefined)) || undefined,
        contextWindow: outgrown,
        retryable: isProviders && error.retryable,
        retryAfterMs: isProviders ? error.retryAfterMs : undefined,
        holdMs: left?.holdMs ?? ports.admission.holdMs(failed.call),
        elsewhere: left?.elsewhere,
        maxWaitMs: left?.maxWaitMs,
        delivered: isProviders && hasBegun,
        draw: isProviders && error.retryable ? ports.random() : 0,
      }),
    );
  }

  /** Reports an answer and the verdict of its checks. */
  answered(
    { call }: ReadyCall,
    record: AttemptRecord,
    completion: Completion,
    verdict: "accepted" | "refused" | "degraded",
  ): Move | Promise<Move> {
    const { attemptId } = call;
    this.#previous = record;
    if (verdict === "accepted") {
      this.#send({ type: "answered", attemptId, at: this.#readAt, verdict });
      record.report(undefined);
      return { completion };
    }
    this.#answers ??= new Map();
    this.#answers.set(attemptId, completion);
    const at = this.#now();
    const isAborted = this.#execution.signal?.aborted === true;
    return this.#follow(
      this.#send(isAborted ? { type: "aborted", at } : { type: "answered", attemptId, at, verdict }),
    );
  }

  /** Reports a stream whose first content is late. Returns a call to make next to it, if there is one. */
  late({ call }: ReadyCall): Move | Promise<Move> {
    if (this.#execution.signal?.aborted) return goesOn;
    const elsewhere = leftOfPool(this.#execution, call, "hedge")?.elsewhere;
    return this.#follow(this.#send({ type: "late", attemptId: call.attemptId, at: this.#now(), elsewhere }));
  }

  /** Reports the first content of a stream. The code that runs a call next to it abandons that call. */
  firstContent({ call }: ReadyCall): void {
    if (this.#state.running.length > 1)
      this.#send({ type: "first-content", attemptId: call.attemptId, at: this.#now() });
  }

  #now(): number {
    this.#readAt = this.#execution.ports.clock.monotonic();
    return this.#readAt;
  }

  /** Returns the time, but at least the deadline: a timer may fire a little early. */
  #afterDeadline(): number {
    const now = this.#now();
    return Math.max(now, this.#execution.scope.deadline?.at ?? now);
  }

  #send(event: PlanEvent): readonly PlanStep[] {
    const { state, steps } = next(this.#input, this.#state, event);
    this.#state = state;
    return steps;
  }

  /** Carries out steps until a call may be made, or the request is over. */
  #follow(given: readonly PlanStep[]): Move | Promise<Move> {
    let steps = given;
    for (;;) {
      // Steps before the last one abandon calls. The code that runs these calls ends them.
      const step = steps.at(-1);
      if (step === undefined || step.step === "abandon") return goesOn;
      if (step.step === "answer") {
        this.#previous?.report(undefined);
        return { completion: this.#answers?.get(step.attemptId) as Completion };
      }
      if (step.step === "fail") {
        this.#previous?.report(undefined);
        throw endError(this.#execution, step, this.#state, {
          errors: this.#errors,
          refusals: this.#refusals,
        });
      }
      const outcome = this.#lead(step);
      if (outcome instanceof Promise) return this.#later(outcome);
      if ("call" in outcome) return { call: outcome };
      steps = this.#refuse(outcome);
    }
  }

  async #later(leading: Promise<PlannedCall | Refused>): Promise<Move> {
    let outcome: PlannedCall | Refused;
    try {
      outcome = await leading;
    } catch (error) {
      this.#previous?.report(undefined);
      throw error;
    }
    return "call" in outcome ? { call: outcome } : this.#follow(this.#refuse(outcome));
  }

  /** Takes a proposed call through the ports until it may be made or is refused. */
  #lead(proposal: Proposal): PlannedCall | Refused | Promise<PlannedCall | Refused> {
    const admitted = admitCall(this.#execution, proposal);
    return admitted instanceof Promise
      ? admitted.then((outcome) => this.#accept(proposal, outcome))
      : this.#accept(proposal, admitted);
  }

  #accept(
    proposal: Proposal,
    outcome: PlannedCall | Refused,
  ): PlannedCall | Refused | Promise<PlannedCall | Refused> {
    if (!("call" in outcome)) return outcome;
    this.#send({ type: "accepted", attemptId: proposal.attemptId, at: this.#readAt });
    if (proposal.beside === true) return outcome;
    this.#previous?.report(nextOf[proposal.hop]);
    const turn = takeTurn(this.#execution, proposal, outcome);
    return turn instanceof Promise ? turn.then((taken) => this.#settled(taken)) : this.#settled(turn);
  }

  #settled(outcome: PlannedCall | Refused): PlannedCall | Refused {
    if ("call" in outcome) {
      this.#followed = this.#previous;
      this.#previous = undefined;
    }
    return outcome;
  }

  #refuse(refused: Refused): readonly PlanStep[] {
    const { proposal, stage, refusal, isSkipped } = refused;
    const { attemptId, model, hop } = proposal;
    const { reason, waitMs, by } = refusal;
    this.#refusals ??= new Map();
    this.#refusals.set(attemptId, refused);
    if (isSkipped && proposal.direct !== true)
      this.#execution.ports.observer.skipped(this.#input.requestId, model, hop, reason);
    const at = by === "deadline" ? this.#afterDeadline() : this.#now();
    // A rate that never comes back waits forever, which JSON cannot say.
    const boundedMs = waitMs === undefined ? undefined : Math.min(waitMs, longestTimerMs);
    return this.#send({
      type: "refused",
      attemptId,
      at,
      stage,
      reason,
      waitMs: boundedMs,
      rate: by === "rate" || by === "pause",
    });
  }
}

/** Returns the attempt plan's view of a decided request, or of a direct call, which is numbered by it. */
function planInputOf({ scope, plan, fallbacks, fallback, rules, direct }: CallContext): PlanInput {
  return {
    requestId: scope.id,
    plan: plan.map(planned),
    fallbacks,
    deadlineAt: scope.deadline?.at,
    rules,
    fallback,
    direct: direct && { attemptId: `${scope.id}/${direct}-${scope.numberCall()}`, hop: direct },
  };
}

function planned({ model, unless }: CallContext["plan"][number]): PlannedModel {
  return { model, check: unless?.name };
}
