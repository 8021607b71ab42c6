import {
  AllModelsFailedError,
  BudgetExceededError,
  type Check,
  type Completion,
  isRouterError,
  LimitExceededError,
  type Model,
  NoEligibleModelError,
  type Refusal,
} from "../contracts/index.ts";
import { wait } from "../plugin/wait.ts";
import type { AttemptRecord, ReadyCall } from "./attempt-record.ts";
import { callOf } from "./call-of.ts";
import type { Execution } from "./context.ts";
import { deadlineError, leftMs } from "./deadline.ts";
import { followedBy } from "./followed-by.ts";
import {
  initialState,
  next,
  type PlanEnd,
  type PlanEvent,
  type PlanInput,
  type PlanRefusal,
  type PlanState,
  type PlanStep,
  type Proposal,
} from "./plan/index.ts";
import { planInputOf } from "./plan-input-of.ts";
import { type Room, takeRoom, takeRoomNow } from "./take-room.ts";

/** A call of the plan that is to be made now. */
export interface PlannedCall extends ReadyCall {
  readonly check: Check | undefined;
}

/** What follows an event: a call, the answer of the request, or another call that runs already. */
export type Move =
  | { readonly call: PlannedCall; readonly completion?: undefined }
  | { readonly completion: Completion; readonly call?: undefined }
  | { readonly call?: undefined; readonly completion?: undefined };

const goesOn: Move = {};

/**
 * The shell around the attempt plan of one request. The plan proposes calls; for each, constraint, account and
 * admission are asked in this order, money is reserved, the call enters the limits and waits for its turn. What
 * came of it goes back to the plan. Whatever ends the request is thrown.
 */
export class Walk {
  readonly #execution: Execution;
  readonly #input: PlanInput;
  #state: PlanState = initialState;
  /** The attempt that has ended last, until it is known what follows it. */
  #previous: AttemptRecord | undefined;
  #refusals: Map<string, Refused> | undefined;
  #errors: Map<string, unknown> | undefined;
  #answers: Map<string, Completion> | undefined;

  constructor(execution: Execution) {
    this.#execution = execution;
    this.#input = planInputOf(execution);
  }

  /** The first call. */
  begin(): Move | Promise<Move> {
    this.#execution.ports.admission.noteRequest();
    return this.#follow(this.#send({ type: "begin", at: this.#now() }));
  }

  /** A call has failed with a typed error. */
  failed(failed: ReadyCall, record: AttemptRecord, error: unknown): Move | Promise<Move> {
    const { attemptId } = failed.call;
    this.#previous = record;
    this.#errors ??= new Map();
    this.#errors.set(attemptId, error);
    const { signal, ports } = this.#execution;
    if (signal?.aborted) return this.#follow(this.#send({ type: "aborted", at: this.#now() }));
    const isProviders = isRouterError(error, "provider");
    return this.#follow(
      this.#send({
        type: "failed",
        attemptId,
        at: isRouterError(error, "deadline-exceeded") ? this.#afterDeadline() : this.#now(),
        kind: isProviders ? error.kind : undefined,
        retryable: isProviders && error.retryable,
        retryAfterMs: isProviders ? error.retryAfterMs : undefined,
        holdMs: ports.admission.holdMs(failed.call),
        delivered: isProviders && error.partialText !== undefined,
        draw: isProviders && error.retryable ? ports.random() : 0,
      }),
    );
  }

  /** An answer has come and was looked at. */
  answered(
    { call }: ReadyCall,
    record: AttemptRecord,
    completion: Completion,
    verdict: "accepted" | "refused" | "degraded",
  ): Move | Promise<Move> {
    this.#previous = record;
    this.#answers ??= new Map();
    this.#answers.set(call.attemptId, completion);
    const at = this.#now();
    if (verdict !== "accepted" && this.#execution.signal?.aborted)
      return this.#follow(this.#send({ type: "aborted", at }));
    return this.#follow(this.#send({ type: "answered", attemptId: call.attemptId, at, verdict }));
  }

  /** The content of a stream is late: the call to make next to it, where there is one. */
  late({ call }: ReadyCall): Move | Promise<Move> {
    if (this.#execution.signal?.aborted) return goesOn;
    return this.#follow(this.#send({ type: "late", attemptId: call.attemptId, at: this.#now() }));
  }

  /** A stream has brought content. */
  firstContent({ call }: ReadyCall): void {
    if (this.#state.running.length > 1)
      this.#send({ type: "first-content", attemptId: call.attemptId, at: this.#now() });
  }

  #now(): number {
    return this.#execution.ports.clock.monotonic();
  }

  /** A timer may fire a little before its time. */
  #afterDeadline(): number {
    const now = this.#now();
    return Math.max(now, this.#execution.scope.deadline?.at ?? now);
  }

  #send(event: PlanEvent): readonly PlanStep[] {
    const { state, steps } = next(this.#input, this.#state, event);
    this.#state = state;
    return steps;
  }

  /** Carries out steps until a call is let through, or the request is over. */
  #follow(given: readonly PlanStep[]): Move | Promise<Move> {
    let steps = given;
    for (;;) {
      // Calls that are given up stand before it: whoever runs them ends them.
      const step = steps.at(-1);
      if (step === undefined || step.step === "abandon") return goesOn;
      if (step.step === "answer") return this.#answer(step.attemptId);
      if (step.step === "fail") throw this.#end(step);
      const outcome = this.#try(step);
      if (outcome instanceof Promise) return outcome.then((refused) => this.#outcome(refused));
      if ("call" in outcome) return { call: outcome };
      steps = this.#refuse(outcome);
    }
  }

  #outcome(outcome: PlannedCall | Refused): Move | Promise<Move> {
    return "call" in outcome ? { call: outcome } : this.#follow(this.#refuse(outcome));
  }

  #refuse(refused: Refused): readonly PlanStep[] {
    this.#refusals ??= new Map();
    this.#refusals.set(refused.proposal.attemptId, refused);
    const { stage, refusal, proposal } = refused;
    const { attemptId, model, hop } = proposal;
    if (refused.isSkipped)
      this.#execution.ports.observer.skipped(this.#input.requestId, model, hop, refusal.reason);
    const { reason, waitMs, by } = refusal;
    const event: PlanRefusal = {
      type: "refused",
      attemptId,
      at: by === "deadline" ? this.#afterDeadline() : this.#now(),
      stage,
      reason,
      waitMs,
      rate: by === "rate",
    };
    return this.#send(event);
  }

  /** Constraint, account and admission, in this order; then the call holds its money and its place. */
  #try(proposal: Proposal): PlannedCall | Refused | Promise<PlannedCall | Refused> {
    const execution = this.#execution;
    const { model, hop, attemptId, delayMs, lastResort } = proposal;
    const candidate = execution.candidateOf(model);
    const permitted = execution.permits(candidate, hop);
    if (permitted !== true) {
      const refusal: Refusal = { by: "constraint", reason: permitted };
      return { proposal, stage: "constraint", refusal, isSkipped: hop === "answer" };
    }
    const { account } = execution.scope;
    const call = callOf(execution, candidate, attemptId, hop, proposal);
    const fits = account.fits(call);
    if (fits !== true) return unpaid(proposal, fits);
    if (lastResort !== true) {
      const asked = execution.ports.admission.ask(call, delayMs);
      if (asked !== true) return notAdmitted(proposal, asked);
    }
    const reserved = account.reserve(call);
    const ready = { call, model: execution.modelOf(model) };
    if (!(reserved instanceof Promise))
      return reserved === true ? this.#enter(proposal, ready) : unpaid(proposal, reserved);
    return reserved.then((answer) =>
      answer === true ? this.#enter(proposal, ready) : unpaid(proposal, answer),
    );
  }

  #enter(
    proposal: Proposal,
    { call, model }: { readonly call: ReadyCall["call"]; readonly model: Model },
  ): PlannedCall | Refused | Promise<PlannedCall | Refused> {
    const { ports, scope, plan } = this.#execution;
    const pass = ports.admission.enter(call, proposal.delayMs);
    if ("by" in pass) {
      scope.account.release(call.attemptId);
      return notAdmitted(proposal, pass);
    }
    const check = proposal.place === undefined ? undefined : plan[proposal.place]?.unless;
    const planned: PlannedCall = { call, model, pass, check };
    if (proposal.beside === true) {
      const room = takeRoomNow(pass);
      if (room !== true)
        return this.#give(planned, { proposal, stage: "limits", refusal: room, isSkipped: true });
    }
    this.#send({ type: "accepted", attemptId: call.attemptId, at: this.#now() });
    if (proposal.beside === true) return planned;
    this.#previous?.report(followedBy(proposal.hop));
    if (proposal.delayMs > 0) return this.#takeTurn(proposal, planned);
    const room = takeRoom(this.#execution, pass, proposal.lastResort === true);
    if (room instanceof Promise) return this.#takeTurn(proposal, planned, room);
    return this.#settle(proposal, planned, room);
  }

  /** Waits for whatever the call has to wait for. */
  async #takeTurn(
    proposal: Proposal,
    planned: PlannedCall,
    taking?: Promise<Room>,
  ): Promise<PlannedCall | Refused> {
    const { signal, ports } = this.#execution;
    try {
      if (taking !== undefined) return this.#settle(proposal, planned, await taking);
      await wait(proposal.delayMs, signal, ports.clock);
      const forbidden = this.#forbiddenNow(proposal, planned);
      if (forbidden !== undefined) return forbidden;
      return this.#settle(
        proposal,
        planned,
        await takeRoom(this.#execution, planned.pass, proposal.lastResort === true),
      );
    } catch (error) {
      this.#give(planned);
      // Also where a degraded answer stands ready: the plan says what is returned at the deadline.
      if (isRouterError(error, "deadline-exceeded")) return late(proposal);
      this.#previous?.report(undefined);
      throw error;
    }
  }

  #settle(proposal: Proposal, planned: PlannedCall, room: Room): PlannedCall | Refused {
    if ("by" in room) {
      this.#give(planned);
      return { proposal, stage: "limits", refusal: room, isSkipped: true };
    }
    return (room.waited ? this.#forbiddenNow(proposal, planned) : undefined) ?? this.#made(planned);
  }

  #made(planned: PlannedCall): PlannedCall {
    this.#previous = undefined;
    return planned;
  }

  /** What was permitted before a wait may not be any more. */
  #forbiddenNow(proposal: Proposal, planned: PlannedCall): Refused | undefined {
    if (leftMs(this.#execution) <= 0) return this.#give(planned, late(proposal));
    const permitted = this.#execution.permits(this.#execution.candidateOf(proposal.model), proposal.hop);
    if (permitted === true) return undefined;
    const refusal: Refusal = { by: "constraint", reason: permitted };
    return this.#give(planned, { proposal, stage: "constraint", refusal, isSkipped: true });
  }

  /** Gives back what a call holds that is not made. */
  #give<T>({ pass, call }: PlannedCall, outcome?: T): T {
    pass.end();
    this.#execution.scope.account.release(call.attemptId);
    return outcome as T;
  }

  #answer(attemptId: string): Move {
    this.#previous?.report(undefined);
    return { completion: this.#answers?.get(attemptId) as Completion };
  }

  #end(end: PlanEnd): unknown {
    this.#previous?.report(undefined);
    return this.#errorOf(end);
  }

  #errorOf({ because, attemptId = "" }: PlanEnd): unknown {
    const { scope, signal } = this.#execution;
    const { passedOver } = this.#state;
    switch (because) {
      case "aborted":
        return signal?.reason;
      case "error":
        return this.#errors?.get(attemptId);
      case "deadline":
        return deadlineError(scope);
      case "limits":
        return new LimitExceededError(passedOver);
      case "all-failed":
        return new AllModelsFailedError(scope.attempts, { cause: this.#errors?.get(attemptId) }, passedOver);
      case "forbidden": {
        const refused = this.#refusals?.get(attemptId);
        return new NoEligibleModelError({ [refused?.proposal.model ?? ""]: refused?.refusal.reason ?? "" });
      }
      case "money": {
        const { proposal, refusal } = this.#refusals?.get(attemptId) as Refused;
        const { limitUsd, description } = scope.account.boundOf(refusal);
        const problem = `${proposal.model} ${refusal.reason}`;
        return new BudgetExceededError(limitUsd, problem, scope.attempts, description);
      }
    }
  }
}

/** A proposal that is not made. */
interface Refused {
  readonly proposal: Proposal;
  readonly stage: PlanRefusal["stage"];
  readonly refusal: Refusal;
  /** True if observers hear of it: the model would have been next. */
  readonly isSkipped: boolean;
}

function late(proposal: Proposal): Refused {
  const refusal: Refusal = { by: "deadline", reason: "the deadline has passed" };
  return { proposal, stage: "constraint", refusal, isSkipped: false };
}

function unpaid(proposal: Proposal, refusal: Refusal): Refused {
  return { proposal, stage: "money", refusal, isSkipped: false };
}

function notAdmitted(proposal: Proposal, refusal: Refusal): Refused {
  const isToken = refusal.by === "retry-budget" || refusal.by === "hedge-budget";
  return {
    proposal,
    stage: isToken ? "token" : "admission",
    refusal,
    isSkipped: !isToken && proposal.hop !== "retry",
  };
}
