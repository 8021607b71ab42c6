import {
  type CallOptions,
  type Completion,
  type CompletionChunk,
  isRouterError,
  type NativeProtocol,
  ProviderError,
} from "../../../contracts/index.ts";
import { type NativeEvent, withNative } from "../../../plugin/native-answer.ts";
import { type NativeFailure, withNativeFailure } from "../../../plugin/native-failure.ts";
import type { AnswerContext } from "./anthropic-answer.ts";
import {
  type DirectOptions,
  type DirectRequest,
  directCalls,
  type OpenCall,
  readFailure,
} from "./direct-call.ts";
import { type ServerEvent, serverEvents } from "./server-events.ts";
import { untilEnd } from "./until-end.ts";

/** An answer with a status of failure, or an event that says the same. */
export interface FailureText {
  readonly text: string;
  /** Absent for an event. */
  readonly status?: number | undefined;
  readonly headers: Headers;
}

/** A protocol whose answers are read without an SDK, so that they can be kept as they came. */
export interface WrittenWire {
  /** Absent: no request comes in by it, so that nothing is kept. */
  readonly protocol?: NativeProtocol | undefined;
  /** Name of the model, for errors. */
  readonly name: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly fetch: typeof fetch | undefined;
  /** Returns the text of an error for a host that could not be reached, by the system's code. Default: the code. */
  readonly unreachable?: ((code: string) => string | undefined) | undefined;
  /** Reads the events of a stream. Default: those of an event stream. */
  events?(source: unknown): AsyncIterable<ServerEvent>;
  failureOf(failure: FailureText): ProviderError;
  completionOf(body: unknown, context: AnswerContext): Completion;
  chunksOf(events: AsyncIterable<ServerEvent>, context: AnswerContext): AsyncIterable<CompletionChunk>;
  /** Tells which events end an answer: see `untilEnd`. */
  endsAnswer(event: ServerEvent): boolean | undefined;
  /** True for an event that reports a failure. */
  isFailure(event: ServerEvent): boolean;
  /** False for a failure that a platform reports in its own way and not in that of the protocol. Default: true. */
  isNative?(failure: FailureText): boolean;
}

/** The options of a model that such a call needs. */
export interface WrittenOptions extends DirectOptions, Pick<CallOptions, "native"> {}

/** Calls of such a model. They reject with `ProviderError`, or with the signal's reason. */
export interface WrittenCalls {
  generate(request: () => Promise<DirectRequest>, call: WrittenOptions): Promise<Completion>;
  stream(request: () => Promise<DirectRequest>, call: WrittenOptions): AsyncGenerator<CompletionChunk>;
}

/** Answers to calls with `native` keep what the server sent. */
export function writtenCalls(wire: WrittenWire): WrittenCalls {
  const { protocol, name, writer } = wire;
  const open = directCalls({
    model: name,
    fetch: wire.fetch,
    unreachable: wire.unreachable,
    failureOf: (text, { status, headers }) => failed(wire, { text, status, headers }),
  });
  const context = (): AnswerContext => ({ name, writer, created: Math.floor(Date.now() / 1_000) });
  return {
    async generate(request, call) {
      let opened: OpenCall | undefined;
      let whole = false;
      try {
        opened = await open(request, call);
        const text = await opened.response.text();
        whole = true;
        call.signal.throwIfAborted();
        const completion = wire.completionOf(JSON.parse(text), context());
        return call.native === undefined || protocol === undefined
          ? completion
          : withNative(completion, { protocol, writer, content: text });
      } catch (error) {
        throw call.signal.aborted ? call.signal.reason : readFailure(error, name);
      } finally {
        opened?.end(whole);
      }
    },

    async *stream(request, call) {
      let opened: OpenCall | undefined;
      let whole = false;
      try {
        opened = await open(request, call);
        yield* chunksOf(wire, opened, call, context());
        whole = true;
      } catch (error) {
        throw call.signal.aborted ? call.signal.reason : error;
      } finally {
        opened?.end(whole);
      }
    },
  };
}

/** Most events without content in a row: what is held for each is more than its characters, which the stream bounds. */
export const mostWaiting = 50_000;

/**
 * Each chunk carries the events that have come since the one before it. Of pings one alone waits: a server may send nothing
 * else for as long as it is listened to. A ping is not a chunk, or pings would pass for an answer that goes on.
 */
async function* chunksOf(
  wire: WrittenWire,
  { response }: OpenCall,
  { signal, native }: WrittenOptions,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  const { protocol, writer, name } = wire;
  let waiting: NativeEvent[] = [];
  const events = async function* (): AsyncGenerator<ServerEvent> {
    const source = response.body?.source;
    for await (const event of wire.events?.(source) ?? serverEvents(source, name)) {
      signal.throwIfAborted();
      const { type, data } = event;
      if (wire.isFailure(event)) throw failed(wire, { text: data, headers: response.headers });
      const isPing = type === "ping";
      if (native !== undefined && protocol !== undefined && !(isPing && waiting.at(-1)?.type === type)) {
        waiting.push({ type, data });
        if (waiting.length > mostWaiting) throw tooManyWaiting(name);
      }
      if (!isPing) yield event;
    }
    signal.throwIfAborted();
  };
  const ended = untilEnd(events(), (event) => wire.endsAnswer(event));
  for await (const chunk of wire.chunksOf(ended, context)) {
    yield waiting.length === 0 || protocol === undefined
      ? chunk
      : withNative(chunk, { protocol, writer, content: waiting });
    waiting = [];
  }
}

export function tooManyWaiting(model: string): ProviderError {
  const summary = `the stream has more than ${mostWaiting} events without content in a row`;
  return new ProviderError({ kind: "incomplete", model, retryable: false, summary });
}

/** Creates the error of a failure, which keeps what the server sent. */
function failed(wire: WrittenWire, failure: FailureText): ProviderError {
  const { text, status } = failure;
  const error = wire.failureOf(failure);
  const { protocol, writer } = wire;
  if (!isRouterError(error) || protocol === undefined || wire.isNative?.(failure) === false) return error;
  const kept: NativeFailure = { protocol, writer, status, text };
  return withNativeFailure(error, kept);
}
