import {
  type Attempt,
  type Completion,
  type DeadlineExceededError,
  type NativeRequest,
  type ReadText,
  type RouteRequest,
  type RouteResult,
  RouterError,
  recordError,
} from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import { wasLeft } from "../../plugin/was-left.ts";
import { deadlineError, type Execution, leftMs } from "../call/index.ts";
import { byteLengthOf, mostWhenCounted } from "../cost/most-input-tokens.ts";
import type { Decided } from "../decide/index.ts";
import { allText, checkPlain, HeldText, readable } from "../request/index.ts";
import { checkSignal } from "./check-signal.ts";
import type { OpenHop } from "./hop-context.ts";
import { requestParts } from "./late-parts.ts";
import { nest } from "./nest.ts";
import { openingOf } from "./opening-of.ts";
import type { RouterParts } from "./parts.ts";
import { degradedVerdict, recordAnswer } from "./record-answer.ts";
import { beginRun, type Run } from "./run.ts";
import { planCostUsd, totalCostUsd, totalUsage } from "./totals.ts";

/**
 * Life cycle of one request: `begin`, `decide`, `execution`, then `finish` or `fail`. Every way to its end
 * settles the account, once.
 */
export class LifeCycle<Id extends string> {
  readonly #parts: RouterParts<Id>;
  #run: Run<Id> | undefined;
  #signal: AbortSignal | undefined;
  #decided: Decided<Id> | undefined;
  #over = false;
  /** Key under which the answer is to be kept. Absent: it is not. */
  #cacheKey: string | undefined;

  constructor(parts: RouterParts<Id>) {
    this.#parts = parts;
  }

  /** Starts the request. Throws `InvalidRequestError`, `InvalidOptionError` or the signal's reason. */
  begin(
    request: RouteRequest<Id>,
    signal: AbortSignal | undefined,
    isClosed: boolean,
    native?: NativeRequest | undefined,
  ): void {
    if (isClosed)
      throw new RouterError("invalid-request", "the router is closed: it takes no request after close()");
    this.#signal = signal;
    checkSignal(signal);
    this.#run = readable(request, () => beginRun(this.#parts, request, signal, native));
  }

  /**
   * Decides, reports the decision, and checks that the caller still waits. `draw` replaces the router's random
   * number. Returns at once unless the classifier is asynchronous, tokens have to be counted, or parts be loaded.
   */
  decide(draw?: number): Decided<Id> | Promise<Decided<Id>> {
    const opening = openingOf(this.#parts);
    if (opening === undefined) return this.#decideBySession(draw);
    const run = this.#begun();
    HeldText.keep(run.text);
    const { clock } = this.#parts.ports;
    const bounds = { clock, signal: run.signal, ms: this.leftMs(), timeError: () => this.deadlineError() };
    return settleWithin(opening, bounds).then(() => nest(() => this.#decideBySession(draw)));
  }

  #decideBySession(draw: number | undefined): Decided<Id> | Promise<Decided<Id>> {
    const { readSession } = this.#parts;
    const run = this.#begun();
    // Without shared state there is no store to ask.
    if (readSession === undefined) return this.#decide(draw, undefined);
    const mostMs = Math.max(0, this.leftMs());
    const reading = run.facts.session === undefined ? undefined : readSession(run.facts, mostMs);
    const learning = run.account.learn(mostMs);
    if (!(reading instanceof Promise) && learning === undefined) return this.#decide(draw, reading);
    HeldText.keep(run.text);
    return Promise.all([reading, learning]).then(([problem]) => {
      if (run.signal?.aborted) throw run.signal.reason;
      return nest(() => this.#decide(draw, problem));
    });
  }

  #decide(draw: number | undefined, sessionUnknown: string | undefined): Decided<Id> | Promise<Decided<Id>> {
    const parts = this.#parts;
    const run = this.#begun();
    const { decide, endHop, openHop } = requestParts.get();
    const hop = openHop(parts, run, "classify");
    let isLater = false;
    try {
      const deciding = decide(parts.deciding, {
        id: run.id,
        startedAt: run.startedAt,
        request: run.facts,
        constraints: run.constraints,
        pin: run.pin,
        fallback: run.fallback,
        account: run.account,
        hop,
        draw,
        sessionUnknown,
        // By the hop's signal: it fires at the deadline, too.
        countTokens: () => parts.countTokens(textOf(run), hop.signal),
        mostWhenCounted: whenCounted(run),
      });
      isLater = deciding instanceof Promise;
      if (isLater) HeldText.keep(run.text);
      return deciding instanceof Promise ? this.#later(deciding, hop) : this.#note(deciding, hop);
    } finally {
      if (!isLater) endHop(hop);
    }
  }

  async #later(deciding: Promise<Decided<Id>>, hop: OpenHop): Promise<Decided<Id>> {
    try {
      return this.#note(await deciding, hop);
    } finally {
      requestParts.get().endHop(hop);
    }
  }

  #note(decided: Decided<Id>, hop: OpenHop): Decided<Id> {
    const run = this.#begun();
    this.#decided = decided;
    this.#reportDecision(run, decided);
    if (run.signal?.aborted) throw run.signal.reason;
    if (requestParts.get().isLate(hop)) throw deadlineError(run);
    return decided;
  }

  /** Says that the request is only decided: no event tells its end. */
  onlyDecides(): void {
    this.#begun().isTold = true;
  }

  /** Keeps what is sent as it is now. `execution` does so too, which may come later. */
  keep(): void {
    HeldText.keep(this.#begun().text);
  }

  /** Returns the answer of an equal request, if the router keeps answers and has one: no call is then made. */
  fromCache(): Completion | undefined {
    const run = this.#begun();
    // What a schema makes of an answer is not part of the key.
    if (this.#parts.cache === undefined || run.output !== undefined) return undefined;
    const decided = this.#decided as Decided<Id>;
    const { answerFromCache, cacheKeyOf } = requestParts.get();
    const key = cacheKeyOf(this.#parts, run, decided);
    const answer = key === undefined ? undefined : answerFromCache(this.#parts, run, decided, key);
    if (answer === undefined) this.#cacheKey = key;
    return answer;
  }

  /** Returns what execution needs, and sets aside what the whole plan is expected to cost. */
  execution(): Execution {
    const run = this.#begun();
    const decided = this.#decided as Decided<Id>;
    HeldText.keep(run.text);
    if (this.#parts.ledger.earmarks) run.account.earmark(planCostUsd(decided.decision));
    return requestParts.get().executionOf(this.#parts, run, decided);
  }

  /** Returns the milliseconds until the deadline; Infinity without one. */
  leftMs(): number {
    return leftMs({ ports: this.#parts.ports, scope: this.#begun() });
  }

  deadlineError(): DeadlineExceededError {
    return deadlineError(this.#begun());
  }

  /** Returns what the request's schema made of the answer. Throws `InvalidOutputError` if it does not validate. */
  outputOf(completion: Completion): { readonly output?: unknown } {
    const { output, attempts } = this.#begun();
    if (output === undefined) return noOutput;
    return { output: requestParts.get().validOutput(output, completion, attempts) };
  }

  /** Ends the request with its answer. */
  finish(completion: Completion): RouteResult<Id> {
    const output = this.outputOf(completion);
    const { ports, events } = this.#parts;
    const run = this.#begun();
    const { decision } = this.#decided as Decided<Id>;
    const { attempts, facts } = run;
    if (this.#cacheKey !== undefined)
      requestParts.get().keepAnswer(this.#parts, run, decision, this.#cacheKey, completion);
    // What an agent asks for itself is not a turn of the conversation.
    if (facts.session !== undefined && facts.step.kind !== "housekeeping")
      recordAnswer(this.#parts, run, facts.session);
    const usage = totalUsage(attempts);
    const costUsd = totalCostUsd(attempts);
    const latencyMs = this.#latencyMs();
    const mayBeDegraded = ports.options.degraded.length > 0 || run.cutAt > 0;
    const degraded = mayBeDegraded ? degradedVerdict(attempts) : undefined;
    run.isTold = true;
    if (events.isHeard) {
      const { readRequest, readAnswer, readSize, follow, draw } = requestParts
        .get()
        .answeredBy(this.#parts, run, completion);
      // Field by field: a spread pattern takes as long as all that listeners do.
      events.emit({
        type: "request-completed",
        decision,
        attempts: toldAttempts(run),
        usage,
        costUsd,
        latencyMs,
        degraded,
        readText: this.#readText(),
        readRequest,
        readAnswer,
        readSize,
        follow,
        draw,
      });
    }
    this.settle();
    const content: unknown = completion.choices[0]?.message.content;
    const text = typeof content === "string" ? content : "";
    return { text, completion, decision, attempts, usage, costUsd, latencyMs, degraded, ...output };
  }

  /** Ends the request with an error. Returns false, and does nothing, if the request is over. `isAborted`: the caller has left. */
  fail(error: unknown, isAborted: boolean = wasLeft(error, this.#signal)): boolean {
    if (this.#over) return false;
    const { events } = this.#parts;
    if (this.#run !== undefined) this.#run.isTold = true;
    if (events.isHeard) {
      events.emit({
        type: "request-failed",
        decision: this.#decided?.decision,
        attempts: this.#run === undefined ? [] : toldAttempts(this.#run),
        error: recordError(error, isAborted),
        latencyMs: this.#latencyMs(),
        readText: this.#readText(),
      });
    }
    this.settle();
    return true;
  }

  /** Ends the request and closes its account. Idempotent. */
  settle(): void {
    this.#over = true;
    this.#run?.account.close();
  }

  #begun(): Run<Id> {
    return this.#run as Run<Id>;
  }

  #reportDecision({ id, signal }: Run<Id>, { decision, classifierError, withheld }: Decided<Id>): void {
    const { events, ports } = this.#parts;
    if (!events.isHeard) return;
    if (classifierError !== undefined && !wasLeft(signal?.reason, signal))
      events.emit({ type: "classifier-failed", decisionId: id, error: recordError(classifierError) });
    events.emit({ type: "decision-made", decision });
    if (withheld !== undefined) ports.observer.withheld(withheld);
  }

  #latencyMs(): number {
    const run = this.#run;
    return run === undefined ? 0 : Math.max(0, this.#parts.ports.clock.monotonic() - run.startedAt);
  }

  #readText(): ReadText {
    const { ask = "", window = "" } = this.#run?.facts ?? {};
    return () => ({ ask, window });
  }
}

/** Returns the attempts as listeners see them: the copies that they were told of, as long as those hold. */
function toldAttempts<Id extends string>({ attempts, told }: Run<Id>): Attempt<Id>[] {
  return attempts.map((attempt, at) => (told[at] as Attempt<Id> | undefined) ?? copyOf(attempt));
}

const noOutput = {};

/** Returns all text of a request. What is not plain JSON may be a text without end. */
function textOf({ text }: Run<string>): string {
  const chat = HeldText.chatOf(text);
  checkPlain(chat);
  return readable(chat, () => allText(chat, HeldText.restOf(text)?.texts));
}

/** Returns `Deciding.mostWhenCounted` of a request. */
function whenCounted({ facts, text }: Run<string>): ((counted: number) => number) | undefined {
  const { mostInputTokens } = facts;
  // No closure in this function: all requests, most of which have no bound, would make what it closes over.
  return mostInputTokens === undefined ? undefined : countedFrom(mostInputTokens, text);
}

function countedFrom(mostInputTokens: number, text: HeldText): (counted: number) => number {
  const all = () => allText(HeldText.chatOf(text), HeldText.restOf(text)?.texts);
  return (counted) => mostWhenCounted(mostInputTokens, byteLengthOf(all()), counted);
}
