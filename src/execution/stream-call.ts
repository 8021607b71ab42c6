import {
  type CompletionChunk,
  type DeadlineExceededError,
  isRouterError,
  ProviderError,
} from "../contracts/index.ts";
import type { PlannedCall } from "./admit-call.ts";
import { type Assembler, createAssembler } from "./assembler.ts";
import { type AttemptRecord, mayBeBilled, startAttempt, toTypedError } from "./attempt-record.ts";
import type { Execution } from "./context.ts";
import { createGuard, type Guard } from "./guard.ts";

/** One call of a stream under way. */
export interface StreamCall {
  readonly planned: PlannedCall;
  readonly record: AttemptRecord;
  readonly guard: Guard;
  readonly assembler: Assembler;
  /**
   * Chunks until the first content, refusal or tool-call delta: a role, an empty delta, at last that
   * content. Held back, since the call may yet be replaced.
   */
  readonly held: CompletionChunk[];
  /** Whether content has come. A stream that has ended without any is an answer too. */
  readonly hasBegun: boolean;
  /** Reads until `hasBegun`, or to the end. Call it once and first. */
  open(): Promise<void>;
  /** The next chunk after those held; undefined at the end. */
  next(): Promise<CompletionChunk | undefined>;
  /** Ends the call with an error: what was thrown, as a typed one; the first one, where it has failed already. */
  fail(thrown: unknown): unknown;
  /** Ends the call for another one of the request. */
  abandon(): void;
  /** Leaves no timer and no listener; with `abort`, ends what still runs. */
  release(abort: boolean): void;
}

/** Begins the record of a call; it is made by `open`. */
export function startStreamCall(execution: Execution, planned: PlannedCall): StreamCall {
  const { ports, scope, signal } = execution;
  const { model, pass } = planned;
  const record = startAttempt(execution, planned);
  const bounds = { signal, clock: ports.clock, deadline: scope.deadline, attempts: scope.attempts };
  const guard = createGuard(bounds, model.name);
  const assembler = createAssembler();
  const held: CompletionChunk[] = [];
  let hasBegun = false;
  let iterator: AsyncIterator<CompletionChunk> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const pull = () => (iterator as AsyncIterator<CompletionChunk>).next();

  const take = ({ done, value }: IteratorResult<CompletionChunk>): CompletionChunk | undefined => {
    if (!done) {
      assembler.add(value);
      return value;
    }
    if (assembler.finishReason !== undefined) return undefined;
    const summary = "the stream ended without a finish reason";
    throw new ProviderError({ kind: "incomplete", model: model.name, summary });
  };
  // No async function: one promise less for each chunk.
  const next = (): Promise<CompletionChunk | undefined> => guard.race(pull).then(take);

  const release = (abort: boolean) => {
    guard.release(abort);
    void close(iterator);
  };

  return {
    planned,
    record,
    guard,
    assembler,
    held,
    get hasBegun() {
      return hasBegun;
    },
    next,
    async open() {
      guard.limit(ports.options.firstTokenTimeoutMs, "no content within firstTokenTimeoutMs");
      const options = { signal: guard.signal, onDropped: record.dropped, onRateLimit: pass.onRateLimit };
      iterator = model.stream(execution.chat, options)[Symbol.asyncIterator]();
      while (!hasBegun) {
        const chunk = await next();
        if (chunk === undefined) return;
        hasBegun = held.push(chunk) > heldLimit || hasContent(chunk);
      }
      record.firstToken();
    },
    fail(thrown) {
      if (failure !== undefined) return failure.error;
      const error = toTypedError(thrown, model, signal);
      failure = { error };
      if (hasBegun && carriesText(error)) error.partialText = assembler.text;
      record.fail(error, hasBegun || mayBeBilled(error) ? assembler.text : undefined);
      release(false);
      return error;
    },
    abandon() {
      record.abandon(assembler.text);
      release(true);
    },
    release,
  };
}

/** Chunks without content are few; one more than this is passed on as it is. */
const heldLimit = 1_024;

function hasContent(chunk: CompletionChunk): boolean {
  const delta = chunk.choices[0]?.delta;
  return Boolean(delta?.content || delta?.refusal || delta?.tool_calls?.length);
}

function carriesText(error: unknown): error is ProviderError | DeadlineExceededError {
  return isRouterError(error, "provider") || isRouterError(error, "deadline-exceeded");
}

/** Tells the stream that nobody reads on. What it makes of that is its own affair. */
async function close(iterator: AsyncIterator<CompletionChunk> | undefined): Promise<void> {
  try {
    await iterator?.return?.();
  } catch {
    // The call is over.
  }
}
