import type {
  CallOptions,
  ChatRequest,
  Completion,
  CompletionChunk,
  Model,
  ModelDefaults,
  ModelFacts,
} from "../../../contracts/index.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { withTimeLimit } from "../../../plugin/with-time-limit.ts";
import { incomplete } from "./incomplete.ts";
import type { LocalAnswer, LocalFunctions, LocalUsage } from "./local-answer.ts";
import { promptOf, toLocalRequest } from "./local-request.ts";
import { type PieceSource, readPieces } from "./local-stream.ts";
import type { Places } from "./places.ts";
import { localFailure, readLocalAnswer, toCompletionUsage, toToolCalls } from "./read-local-answer.ts";
import { tokenCount } from "./token-count.ts";

const countTimeoutMs = 1_000;

interface LocalCallSettings {
  readonly facts: ModelFacts;
  readonly defaults: ModelDefaults | undefined;
  readonly parameters: ReadonlySet<string>;
  readonly strictParameters: boolean;
  readonly functions: LocalFunctions;
  readonly places: Places;
}

/** Returns the two methods of a local model. */
export function localCalls(settings: LocalCallSettings): Pick<Model, "generate" | "stream"> {
  const { facts, functions, places } = settings;
  const { countTokens } = functions;
  let calls = 0;

  /** Takes a place, and gives the work a signal of its own, so that the caller's keeps no listener. */
  const begin = async (given: ChatRequest, { signal, onDropped }: CallOptions) => {
    signal.throwIfAborted();
    const { request, maxOutputTokens, dropped } = toLocalRequest(given, settings);
    for (const parameter of dropped) onDropped?.(parameter);
    const place = await places.take(signal);
    calls += 1;
    const own = new AbortController();
    return {
      request,
      place,
      head: { id: `in-process-${calls}`, created: Math.floor(Date.now() / 1_000), model: facts.model },
      call: { signal: own.signal, ...(maxOutputTokens !== undefined && { maxOutputTokens }) },
      leave: () => own.abort(new DOMException("nothing reads the answer", "AbortError")),
      endWatch: signal.aborted ? () => {} : onAbort(signal, () => own.abort(signal.reason)),
    };
  };

  const count = async (text: string, signal: AbortSignal): Promise<number | undefined> => {
    if (countTokens === undefined) return undefined;
    const limit = { timeoutMs: countTimeoutMs, reason: () => new Error("too late"), signal };
    try {
      return tokenCount(await withTimeLimit(async () => countTokens(text), limit));
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  };

  const usageOf = async (
    usage: LocalUsage | undefined,
    request: ChatRequest,
    text: string,
    signal: AbortSignal,
  ): Promise<Completion["usage"]> => {
    const inputTokens = tokenCount(usage?.inputTokens) ?? (await count(promptOf(request), signal));
    const outputTokens = tokenCount(usage?.outputTokens) ?? (await count(text, signal));
    return toCompletionUsage({ ...usage, inputTokens, outputTokens });
  };

  return {
    async generate(given, options) {
      const { signal } = options;
      const { request, place, head, call, endWatch } = await begin(given, options);
      // Also a function that throws at once has failed like any other.
      const work = (async () => functions.generate(request, call))();
      work.then(place.release, place.release);
      try {
        const { text, toolCalls, finishReason, usage, servedModel } = readLocalAnswer(
          await settleWithin(work, { signal }),
          facts.name,
        );
        if (text === undefined && toolCalls.length === 0 && finishReason === undefined)
          throw incomplete(facts.name, "the answer has neither text nor tool calls nor a finish reason");
        const counted = await usageOf(usage, given, text ?? "", signal);
        const tools = toToolCalls(toolCalls, head.id, 0);
        const content = (text === undefined || text === "") && tools.length > 0 ? null : (text ?? "");
        const message = { role: "assistant" as const, content, refusal: null };
        return {
          ...head,
          ...(servedModel !== undefined && { model: servedModel }),
          object: "chat.completion",
          choices: [
            {
              index: 0,
              message: tools.length === 0 ? message : { ...message, tool_calls: tools },
              finish_reason: finishReason ?? (tools.length > 0 ? "tool_calls" : "stop"),
              logprobs: null,
            },
          ],
          ...(counted !== undefined && { usage: counted }),
        };
      } catch (error) {
        // Does nothing where the work has ended.
        place.abandon();
        throw signal.aborted ? signal.reason : localFailure(error, facts.name);
      } finally {
        endWatch();
      }
    },

    async *stream(given, options) {
      const { signal } = options;
      const { request, place, head, call, leave, endWatch } = await begin(given, options);
      let source: PieceSource | undefined;
      let { model } = head;
      const chunk = (choices: CompletionChunk["choices"]): CompletionChunk => ({
        ...head,
        model,
        object: "chat.completion.chunk",
        choices,
      });
      try {
        const streams = functions.stream !== undefined;
        const opened = functions.stream?.(request, call) ?? once(functions.generate(request, call));
        source = readPieces(opened, facts.name);
        const texts: string[] = [];
        let finishReason: Completion["choices"][number]["finish_reason"] | undefined;
        let usage: LocalUsage | undefined;
        let tools = 0;
        let isFirst = true;
        let mustFinish = false;
        for (;;) {
          const piece = await settleWithin(source.next(), { signal });
          if (piece === undefined) break;
          const { text = "", toolCalls, servedModel } = piece;
          mustFinish ||= piece.isObject && streams;
          finishReason = piece.finishReason ?? finishReason;
          usage = piece.usage ?? usage;
          model = servedModel ?? model;
          if (text === "" && toolCalls.length === 0) continue;
          // Kept for the tokenizer alone.
          if (countTokens !== undefined) texts.push(text);
          const from = tools;
          const tool_calls = toToolCalls(toolCalls, head.id, from).map((one, at) => ({
            index: from + at,
            ...one,
          }));
          tools += tool_calls.length;
          const delta = {
            ...(isFirst && { role: "assistant" as const }),
            ...(text !== "" && { content: text }),
            ...(tool_calls.length > 0 && { tool_calls }),
          };
          isFirst = false;
          yield chunk([{ index: 0, delta, finish_reason: null }]);
          signal.throwIfAborted();
        }
        place.release();
        if (finishReason === undefined && mustFinish)
          throw incomplete(facts.name, "the stream ended without a finish reason");
        const finish_reason = finishReason ?? (tools > 0 ? "tool_calls" : "stop");
        yield chunk([{ index: 0, delta: {}, finish_reason }]);
        const counted = await usageOf(usage, given, texts.join(""), signal);
        if (counted !== undefined) yield { ...chunk([]), usage: counted };
      } catch (error) {
        throw signal.aborted ? signal.reason : localFailure(error, facts.name);
      } finally {
        endWatch();
        // Both do nothing where the work has ended.
        leave();
        place.abandon();
        if (source === undefined) place.release();
        else void source.end().then(place.release);
      }
    },
  };
}

async function* once(answer: ReturnType<LocalFunctions["generate"]>): AsyncGenerator<string | LocalAnswer> {
  yield answer;
}
