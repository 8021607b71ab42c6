import {
  initialState,
  next,
  type PlanEvent,
  type PlanInput,
  type PlanRefusal,
  type PlanRules,
  type PlanState,
  type PlanStep,
} from "../../../src/router/call/plan/index.ts";
import type { PlanFailure } from "../../../src/router/call/plan/plan-event.ts";
import { deepFreeze } from "../../../src/testing/deep-freeze.ts";

/** The parts of a plan that matter to a test. */
export interface ScriptParts extends Partial<PlanRules> {
  readonly plan?: readonly string[];
  readonly fallbacks?: readonly string[];
  readonly deadlineAt?: number;
  /** Value of the request's `fallback`. */
  readonly ofRequest?: boolean;
}

type Verdict = Extract<PlanEvent, { readonly type: "answered" }>["verdict"];

/** An attempt plan that a test drives by hand. Each method sends an event and returns the steps as text. */
export interface PlanScript {
  readonly input: PlanInput;
  readonly state: PlanState;
  /** Time of the events that follow. */
  at(ms: number): PlanScript;
  begin(): string[];
  /** Attempts are named by the numbers of their proposals. */
  accept(attempt: number): string[];
  refuse(
    attempt: number,
    stage: PlanRefusal["stage"],
    more?: Partial<Pick<PlanRefusal, "reason" | "waitMs" | "rate">>,
  ): string[];
  /** A call that was not accepted yet is accepted first. */
  fail(attempt: number, kind: PlanFailure["kind"], more?: Partial<PlanFailure>): string[];
  /** A call that was not accepted yet is accepted first. */
  answer(attempt: number, verdict?: Verdict): string[];
  content(attempt: number): string[];
  late(attempt: number, elsewhere?: boolean): string[];
  abort(): string[];
  send(event: PlanEvent): string[];
}

/** Retries of one model at most 1, after 50 ms and 100 ms (a draw of one half); time stands at 0. */
export function planScript({
  plan = ["a"],
  fallbacks = [],
  deadlineAt,
  ofRequest,
  ...rules
}: ScriptParts): PlanScript {
  const input: PlanInput = deepFreeze({
    requestId: "r",
    plan: plan.map((model) => ({ model })),
    fallbacks,
    deadlineAt,
    fallback: ofRequest,
    rules: {
      retries: 1,
      fallback: true,
      backoffBaseMs: 100,
      backoffCapMs: 1_000,
      retryAfterCapMs: 500,
      windows: {},
      ...rules,
    },
  });
  let state: PlanState = deepFreeze(initialState);
  let at = 0;

  const send = (event: PlanEvent): string[] => {
    const moved = deepFreeze(next(input, state, deepFreeze(event)));
    state = moved.state;
    return moved.steps.map(stepText);
  };
  const acceptOpen = (attemptId: string) => {
    if (state.open.some((one) => one.attemptId === attemptId)) send({ type: "accepted", attemptId, at });
  };

  const script: PlanScript = {
    input,
    get state() {
      return state;
    },
    at(ms) {
      at = ms;
      return script;
    },
    begin: () => send({ type: "begin", at }),
    accept: (attempt) => send({ type: "accepted", attemptId: idOf(attempt), at }),
    refuse: (attempt, stage, more) =>
      send({ type: "refused", attemptId: idOf(attempt), at, stage, reason: `not by ${stage}`, ...more }),
    fail(attempt, kind, more) {
      const attemptId = idOf(attempt);
      acceptOpen(attemptId);
      return send({
        type: "failed",
        attemptId,
        at,
        kind,
        retryable: kind === "server" || kind === "rate-limit",
        holdMs: 0,
        delivered: false,
        draw: 0.5,
        ...more,
      });
    },
    answer(attempt, verdict = "accepted") {
      const attemptId = idOf(attempt);
      acceptOpen(attemptId);
      return send({ type: "answered", attemptId, at, verdict });
    },
    content: (attempt) => send({ type: "first-content", attemptId: idOf(attempt), at }),
    late: (attempt, elsewhere) => send({ type: "late", attemptId: idOf(attempt), at, elsewhere }),
    abort: () => send({ type: "aborted", at }),
    send,
  };
  return script;
}

/** A plan that has begun, and whose first call was accepted. */
export function startedPlan(parts: ScriptParts): PlanScript {
  const script = planScript(parts);
  script.begin();
  script.accept(1);
  return script;
}

function idOf(attempt: number): string {
  return `r/${attempt}`;
}

/** `#2 b@1 cascade` proposes model b, place 1 of the plan, as attempt 2; flags follow in brackets. */
function stepText(step: PlanStep): string {
  const id = step.attemptId?.replace("r/", "#");
  if (step.step === "fail") return id === undefined ? `fail ${step.because}` : `fail ${step.because} ${id}`;
  if (step.step !== "propose") return `${step.step} ${id}`;
  const { model, place, hop, delayMs } = step;
  const flags = [
    delayMs !== 0 && `in ${delayMs} ms`,
    step.lastResort && "last resort",
    step.sparing && "sparing",
    step.paid && "paid",
    step.beside && "parallel",
  ].filter((flag) => typeof flag === "string");
  const at = place === undefined ? "" : `@${place}`;
  return `${id} ${model}${at} ${hop}${flags.length === 0 ? "" : ` [${flags.join(", ")}]`}`;
}
