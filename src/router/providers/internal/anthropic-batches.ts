import type { Anthropic } from "@anthropic-ai/sdk";
import type { Batches, BatchResult, ChatRequest } from "../../../contracts/index.ts";
import { ProviderError } from "../../../contracts/index.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { type AnswerContext, toCompletion } from "./anthropic-answer.ts";
import { toProviderError } from "./anthropic-errors.ts";
import type { MessagesBody } from "./anthropic-wire.ts";
import { anthropicBatchLimits } from "./batch-limits.ts";
import { incomplete } from "./incomplete.ts";

export interface AnthropicBatchTarget {
  /** Name of the model, for errors. */
  readonly name: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly connect: () => Promise<Anthropic>;
  readonly bodyOf: (
    request: ChatRequest,
    onDropped: ((parameter: string) => void) | undefined,
  ) => MessagesBody;
}

interface MessageBatch {
  readonly id: string;
  readonly created_at: string;
  readonly processing_status: string;
  readonly results_url: string | null;
  readonly request_counts: Readonly<Record<string, number>>;
}

interface ResultLine {
  readonly custom_id?: unknown;
  readonly result?: {
    readonly type?: unknown;
    readonly message?: unknown;
    readonly error?: { readonly error?: { readonly type?: unknown; readonly message?: unknown } };
  };
}

/** Largest clock difference, in milliseconds, that is tolerated when a batch is looked for. */
const clockSkewMs = 600_000;
const path = "/v1/messages/batches";

/**
 * Anthropic's Message Batches. A batch cannot carry a name of ours, so one whose id was lost is recognised
 * by its age and size; the ids of its items, which come with its results, confirm it.
 */
export function anthropicBatches({ name, writer, connect, bodyOf }: AnthropicBatchTarget): Batches {
  const call = async <T>(signal: AbortSignal, work: (client: Anthropic) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await work(await settleWithin(connect(), { signal }));
    } catch (error) {
      throw signal.aborted ? signal.reason : toProviderError(error, name);
    }
  };
  const retrieve = (id: string, signal: AbortSignal): Promise<MessageBatch> =>
    call(
      signal,
      (client) =>
        client.messages.batches.retrieve(id, {}, { signal }) as Promise<unknown> as Promise<MessageBatch>,
    );

  return {
    ...anthropicBatchLimits,
    bodyOf: (request, options) => bodyOf(request, options?.onDropped),

    // `client.messages.batches.create` is not used: its types fit one API version only.
    submit: (items, _batch, { signal }) =>
      call(signal, async (client) => {
        const requests = items.map(({ id, body }) => ({ custom_id: id, params: body }));
        const { id } = await client.post<MessageBatch>(path, { body: { requests }, signal });
        return id;
      }),

    find: ({ at, items }, { signal }) =>
      call(signal, async (client) => {
        const found: string[] = [];
        const batches = client.messages.batches.list({ limit: 100 }, { signal }) as AsyncIterable<unknown>;
        // The newest come first.
        for await (const batch of batches as AsyncIterable<MessageBatch>) {
          if (Date.parse(batch.created_at) < at - clockSkewMs) break;
          if (totalOf(batch) === items) found.push(batch.id);
        }
        return found;
      }),

    async status(id, { signal }) {
      const batch = await retrieve(id, signal);
      const done = totalOf(batch) - (batch.request_counts["processing"] ?? 0);
      return { ended: batch.processing_status === "ended", done };
    },

    async *results(id, { signal }) {
      const lines = await call(signal, (client) => client.messages.batches.results(id, {}, { signal }));
      const context = { name, writer, created: Math.floor(Date.now() / 1000) };
      try {
        for await (const line of lines as AsyncIterable<unknown>) yield resultOf(line as ResultLine, context);
      } catch (error) {
        throw signal.aborted ? signal.reason : toProviderError(error, name);
      }
    },
  };
}

function totalOf({ request_counts }: MessageBatch): number {
  return Object.values(request_counts).reduce((sum, count) => sum + count, 0);
}

function resultOf({ custom_id: id, result }: ResultLine, context: AnswerContext): BatchResult {
  const { name } = context;
  if (typeof id !== "string") throw incomplete(name, "a line of the batch's results has no custom_id");
  try {
    if (result?.type === "succeeded") return { id, completion: toCompletion(result.message, context) };
  } catch (error) {
    return { id, error: toProviderError(error, name) };
  }
  if (result?.type === "errored") {
    const { type, message } = result.error?.error ?? {};
    return { id, error: toProviderError({ type: type ?? "unknown", apiMessage: message }, name) };
  }
  if (result?.type === "expired")
    return {
      id,
      error: new ProviderError({
        kind: "timeout",
        model: name,
        summary: "the batch expired before this request was processed",
      }),
    };
  return { id, error: incomplete(name, "the batch was cancelled before this request was processed") };
}
