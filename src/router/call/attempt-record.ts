import {
  type Attempt,
  type CheckVerdict,
  type Completion,
  type Model,
  recordError,
} from "../../contracts/index.ts";
import type { Call, Pass, ReturnedUsage } from "../../contracts/ports/index.ts";
import { timestamp } from "../../plugin/index.ts";
import { askedServiceTier } from "../../plugin/service-tier.ts";
import { shortName } from "../../plugin/short-text.ts";
import { wasLeft } from "../../plugin/was-left.ts";
import type { Received } from "./assembler.ts";
import type { CallContext } from "./context.ts";
import { engineTimes } from "./engine-times.ts";
import { insertAttempt } from "./insert-attempt.ts";
import { asLate, believed } from "./learnt-attempt.ts";
import { most } from "./most-amount.ts";
import { shownCapabilities } from "./shown-capabilities.ts";
import { writtenText } from "./written-text.ts";

const noTier = {};

/** Stands for bytes that are not UTF-8. Models also write it themselves, where they break a character. */
const replacement = "\ufffd";
const unreadable = "characters that cannot be read (U+FFFD)";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A call that has passed all ports and is about to be made. */
export interface ReadyCall {
  readonly call: Call;
  readonly model: Model;
  readonly pass: Pass;
}

/** An attempt while it runs. */
export interface AttemptRecord {
  dropped(parameter: string): void;
  firstToken(): void;
  /** Ends the attempt with the answer of a model. Tokens that it does not report are estimated. */
  answer(completion: Completion): void;
  /** Ends the attempt with the usage of a call of another kind, estimated if it is not reported. */
  succeed(used: { inputTokens: number | undefined; model: string | undefined }): void;
  /**
   * Ends the attempt with an error. `received` is what a stream had delivered, which providers bill; undefined if the
   * provider bills nothing.
   */
  fail(error: unknown, received: Received | undefined): void;
  /** Ends the attempt because another call of the request took over; `received` as in `fail`. */
  abandon(received: Received): void;
  checked(verdict: CheckVerdict): void;
  /** Sets the next step and reports the attempt. A second call only corrects the next step. */
  report(next: Attempt["next"]): void;
}

/**
 * Starts the record of one call and adds it to the request's attempts when it has ended. Its end settles the
 * account, and gives back what the call held of the router's limits.
 */
export function startAttempt(context: CallContext, ready: ReadyCall): AttemptRecord {
  return new RunningAttempt(context, ready);
}

// A class, since every call has one.
class RunningAttempt implements AttemptRecord {
  readonly #context: CallContext;
  readonly #ready: ReadyCall;
  readonly #startedAt: number;
  readonly #startedWall: number;
  readonly #record: Writable<Attempt>;
  #abandoned = false;
  #isReported = false;
  #isUnlisted = false;

  constructor(context: CallContext, ready: ReadyCall) {
    const { clock, observer } = context.ports;
    const { call, model } = ready;
    this.#context = context;
    this.#ready = ready;
    this.#startedAt = clock.monotonic();
    this.#startedWall = clock.wall();
    this.#record = {
      id: call.attemptId,
      model: call.model,
      name: model.name,
      hop: call.hop,
      startedAt: timestamp(this.#startedWall),
      latencyMs: 0,
    };
    if (model.endpoint !== undefined) this.#record.endpoint = model.endpoint;
    if (call.name !== model.name) this.#record.member = call.name;
    if (call.limited !== undefined) this.#record.limited = call.limited;
    if (call.gpu !== undefined) this.#record.ownGpu = true;
    observer.started(call);
  }

  dropped(parameter: string): void {
    const { dropped } = this.#record;
    if (!dropped?.includes(parameter)) this.#record.dropped = [...(dropped ?? []), parameter];
  }

  firstToken(): void {
    this.#record.firstTokenMs = this.#elapsedMs();
  }

  answer(completion: Completion): void {
    const choice = completion.choices[0];
    if (choice?.message.content?.includes(replacement)) this.dropped(unreadable);
    const [servedModel, finishReason] = [shortName(completion.model), shortName(choice?.finish_reason)];
    if (servedModel !== undefined) this.#record.servedModel = servedModel;
    const engine = engineTimes(completion, this.#elapsedMs());
    if (engine.ms !== undefined) this.#record.engineMs = engine.ms;
    this.#bill(
      engine.usage,
      () => this.#estimate(writtenText(choice?.message)),
      servedModel,
      completion.service_tier,
      true,
    );
    if (finishReason !== undefined)
      this.#record.finishReason = finishReason as NonNullable<Attempt["finishReason"]>;
    const { unproven } = this.#ready.call;
    const shown = unproven && shownCapabilities(unproven, choice?.message, this.#context.chat);
    this.#end(this.#record.costUsd, tokensOf(this.#record.usage), shown);
  }

  succeed({ inputTokens, model }: { inputTokens: number | undefined; model: string | undefined }): void {
    const input = inputTokens === undefined ? {} : { prompt_tokens: inputTokens };
    const said = shortName(model);
    if (said !== undefined) this.#record.servedModel = said;
    this.#bill({ ...input, completion_tokens: 0 }, () => 0, said);
    this.#end(this.#record.costUsd, tokensOf(this.#record.usage));
  }

  fail(error: unknown, received: Received | undefined): void {
    this.#record.error = recordError(error, wasLeft(error, this.#context.signal));
    if (received === undefined) this.#record.costUsd = 0;
    else this.#billReceived(received);
    this.#endEarly(received);
  }

  abandon(received: Received): void {
    this.#record.error = {
      code: "abandoned",
      message: "abandoned because another call of the request took over",
    };
    this.#billReceived(received);
    this.#abandoned = true;
    this.#endEarly(received);
  }

  checked(verdict: CheckVerdict): void {
    this.#record.check = verdict;
    this.#keepTold(undefined);
  }

  report(next: Attempt["next"]): void {
    const isOther = this.#record.next !== next;
    if (next !== undefined) this.#record.next = next;
    else if (isOther) delete this.#record.next;
    if (this.#isReported) {
      if (isOther) this.#keepTold(undefined);
      return;
    }
    this.#isReported = true;
    const { ports, scope } = this.#context;
    const of = { tenant: scope.tenant, unlisted: this.#isUnlisted };
    const told = ports.observer.ended(this.#ready.call, this.#record, of);
    if (told !== undefined) this.#keepTold(told);
  }

  /** Keeps what listeners were told, for the event of the request's end. */
  #keepTold(told: Attempt | undefined): void {
    const { attempts, told: all } = this.#context.scope;
    const at = attempts.lastIndexOf(this.#record);
    if (at >= 0) all[at] = told;
  }

  #bill(
    returned: ReturnedUsage,
    outputTokens: () => number,
    servedModel?: string | undefined,
    serviceTier?: string | null | undefined,
    isWhole = false,
  ): void {
    const { ports, facts } = this.#context;
    const { inputTokens } = facts;
    const { model } = this.#ready;
    const bill = ports.pricing.bill(
      model,
      returned,
      { inputTokens, outputTokens },
      {
        model: servedModel,
        serviceTier,
        askedTier: this.#askedTier(),
        at: this.#startedWall,
        seconds: this.#elapsedMs() / 1_000,
        isWhole,
        effort: this.#effort(),
        gpu: this.#ready.call.gpu,
        engineMs: this.#record.engineMs,
      },
    );
    const record = this.#record;
    record.usage = bill.usage;
    if (bill.estimated) record.costEstimated = true;
    if (bill.costUsd !== undefined) record.costUsd = bill.costUsd;
    if (bill.substituted !== undefined) record.substituted = bill.substituted;
    if (bill.pricedAs !== undefined) record.pricedAs = bill.pricedAs;
    if (bill.costSource !== undefined) record.costSource = bill.costSource;
    if (bill.atLeastUsd !== undefined) record.atLeastUsd = bill.atLeastUsd;
    if (bill.unpriced !== undefined) record.unpriced = bill.unpriced;
  }

  /** Returns the class of service that was asked for; none if the target does not know the parameter. */
  #askedTier(): string | undefined {
    const isDropped = this.#record.dropped?.includes("service_tier") === true;
    return askedServiceTier(isDropped ? noTier : this.#context.chat, this.#ready.model);
  }

  /** Returns the effort of reasoning that the call asks for. */
  #effort(): string | undefined {
    const { chat } = this.#context;
    const { effort, defaults } = this.#ready.model;
    const asked: unknown = effort ?? chat.reasoning_effort ?? defaults?.reasoningEffort;
    return typeof asked === "string" ? asked : undefined;
  }

  /**
   * Bills what has arrived: by the usage that the server told on the way, and at least by what the model wrote. An answer that
   * was lost counts as the longest that the call may have had, or as a usual one where nothing bounds it.
   */
  #billReceived(received: Received): void {
    const { written, usage, model, serviceTier, isWhole } = received;
    const { call } = this.#ready;
    const record = this.#record;
    const said = shortName(model);
    if (said !== undefined) record.servedModel = said;
    const told: unknown = usage?.completion_tokens;
    // Without a bound what was written is a better estimate than a usual answer.
    const isBounded = call.outputLimit !== undefined;
    const isLost = call.gpu === undefined && (written === "" || isBounded) && this.#isLengthUnknown(received);
    const output = Math.max(
      typeof told === "number" && told > 0 ? told : 0,
      this.#estimate(written),
      isLost ? (call.outputLimit ?? call.outputTokens) : 0,
    );
    const returned = usage && { ...usage, completion_tokens: output, total_tokens: undefined };
    this.#bill(returned as ReturnedUsage, () => output, said, serviceTier);
    if (isLost) record.costUsd = most(record.costUsd, call.costUsd);
    // What was not told is an estimate, whatever was.
    if (!(isWhole && usage)) record.costEstimated = true;
  }

  /** True if the answer may be longer than what arrived of it: nothing did, the rest was lost, or a part of it is hidden. */
  #isLengthUnknown({ isWhole, isBroken, written }: Received): boolean {
    if (isWhole) return false;
    if (isBroken && this.#ready.call.outputLimit !== undefined) return true;
    return written === "" || this.#context.ports.pricing.mayHideOutput(this.#ready.model, this.#effort());
  }

  #estimate(text: string): number {
    return this.#context.ports.pricing.estimateTokens(text);
  }

  /** Ends a call that broke off. Where the length of its answer is not known, all that was reserved for it may be spent. */
  #endEarly(received: Received | undefined): void {
    const { call } = this.#ready;
    const { costUsd, usage } = this.#record;
    const isUnknown = received !== undefined && this.#isLengthUnknown(received);
    const spent = (counted: number | undefined, reserved: number | undefined) =>
      isUnknown ? most(counted, reserved) : counted;
    this.#end(spent(costUsd, call.costUsd), received === undefined ? 0 : spent(tokensOf(usage), call.tokens));
  }

  #end(
    spentUsd: number | undefined,
    usedTokens: number | undefined,
    shown?: ReturnType<typeof shownCapabilities>,
  ): void {
    const { scope, ports } = this.#context;
    const { call, pass } = this.#ready;
    const record = this.#record;
    const isPaid = call.gpu?.inBudgets === false;
    scope.account.settle(call.attemptId, isPaid ? 0 : spentUsd, usedTokens);
    record.latencyMs = this.#elapsedMs();
    insertAttempt(scope, record, this.#startedAt);
    this.#isUnlisted = scope.isTold;
    const isLate = this.#abandoned && call.hop !== "hedge";
    const learnt = isLate ? asLate(record) : believed(record, this.#context.chat);
    ports.observer.learnt(call, learnt, shown);
    pass.end(record);
  }

  #elapsedMs(): number {
    return Math.max(0, this.#context.ports.clock.monotonic() - this.#startedAt);
  }
}

function tokensOf(usage: Attempt["usage"]): number | undefined {
  return usage === undefined ? undefined : Math.ceil(usage.inputTokens + usage.outputTokens);
}
