import type { CompletionChunk } from "../../contracts/index.ts";
import type { Refusal } from "../../contracts/ports/index.ts";
import { type BoundError, boundError } from "../../plugin/bound-error.ts";
import type { PlannedCall } from "./admit-target.ts";
import type { Assembler } from "./assembler.ts";
import { mostOf } from "./call-of.ts";
import type { Execution } from "./context.ts";

/** Watches a stream under a bound: its endpoint may send more than the limit that the call carried. */
export interface OutputWatch {
  /** Notes a chunk that was read. Returns the error that ends the stream once no more can be paid for. */
  note(chunk: CompletionChunk): BoundError | undefined;
}

/** Estimates are at most this many times as large as the tokens; what is above it has surely been sent. */
const estimateError = 1.5;

/** Returns the watch of a stream; undefined if no bound applies to it. */
export function watchOutput(
  execution: Execution,
  planned: PlannedCall,
  assembler: Assembler,
): OutputWatch | undefined {
  return planned.call.outputLimit === undefined ? undefined : new Watch(execution, planned, assembler);
}

class Watch implements OutputWatch {
  readonly #execution: Execution;
  readonly #planned: PlannedCall;
  readonly #assembler: Assembler;
  /** Output tokens that are reserved. */
  #tokens: number;
  #costUsd: number;
  #allTokens: number;
  /** Characters that were read, and the number of them at which they are estimated again. */
  #characters = 0;
  #nextAt: number;
  #isAsking = false;
  #stopped: BoundError | undefined;

  constructor(execution: Execution, planned: PlannedCall, assembler: Assembler) {
    const { outputLimit = 0, costUsd = 0, tokens = 0 } = planned.call;
    this.#execution = execution;
    this.#planned = planned;
    this.#assembler = assembler;
    this.#tokens = outputLimit;
    this.#costUsd = costUsd;
    this.#allTokens = tokens;
    this.#nextAt = this.#tokens;
  }

  note(chunk: CompletionChunk): BoundError | undefined {
    this.#characters = this.#assembler.characters;
    const told: unknown = chunk.usage?.completion_tokens;
    const isTold = typeof told === "number" && told > this.#tokens;
    if ((this.#characters >= this.#nextAt || isTold) && !this.#isAsking) this.#look(isTold ? told : 0);
    // The end of an answer is taken as it is.
    return this.#assembler.finishReason === undefined ? this.#stopped : undefined;
  }

  #look(told: number): void {
    const estimate =
      this.#execution.ports.pricing.estimateTokens(this.#assembler.received().written) / estimateError;
    const sent = Math.max(told, estimate);
    // A character is rarely more than a token.
    this.#nextAt = this.#characters + Math.max(64, this.#tokens - sent);
    if (sent > this.#tokens) this.#reserve(Math.ceil(2 * sent));
  }

  /** Reserves what that many output tokens cost beyond what is reserved. */
  #reserve(output: number): void {
    const { scope } = this.#execution;
    const { call, target } = this.#planned;
    const { costUsd = 0, tokens = 0 } = mostOf(this.#execution, target, output);
    const more = {
      attemptId: call.attemptId,
      costUsd: Math.max(0, costUsd - this.#costUsd),
      tokens: Math.max(0, tokens - this.#allTokens),
    };
    const settle = (answer: true | Refusal) => {
      this.#isAsking = false;
      if (answer !== true) {
        this.#stop(answer);
        return;
      }
      this.#tokens = output;
      this.#costUsd = Math.max(costUsd, this.#costUsd);
      this.#allTokens = Math.max(tokens, this.#allTokens);
    };
    const asked = scope.account.reserve(more);
    if (asked instanceof Promise) {
      // The stream goes on while a store is asked.
      this.#isAsking = true;
      asked.then(settle, () => settle({ by: "store", reason: "is not possible: reserving more failed" }));
    } else settle(asked);
  }

  #stop(refusal: Refusal): void {
    const { scope } = this.#execution;
    const { model } = this.#planned.call;
    const problem = `${model}: its stream went on beyond the ${this.#tokens} tokens that were reserved; going on ${refusal.reason}`;
    this.#stopped = boundError(scope.account.reached(refusal), problem, scope.attempts);
  }
}
