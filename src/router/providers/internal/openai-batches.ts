import type { OpenAI } from "openai";
import {
  type Batches,
  type BatchItem,
  type BatchResult,
  type ChatRequest,
  type Completion,
  ProviderError,
} from "../../../contracts/index.ts";
import { textLines } from "../../../plugin/http/text-lines.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { openaiBatchLimits } from "./batch-limits.ts";
import { incomplete } from "./incomplete.ts";
import { failureOf, type OpenAiSdk, toProviderError, toReadError } from "./openai-errors.ts";

export interface OpenAiBatchTarget {
  /** Name of the model, for errors. */
  readonly name: string;
  readonly connect: () => Promise<{ readonly sdk: OpenAiSdk; readonly client: OpenAI }>;
  readonly wire: OpenAiBatchWire;
}

/** The interface that a batch calls. */
export interface OpenAiBatchWire {
  readonly endpoint: "/v1/chat/completions" | "/v1/responses";
  bodyOf(request: ChatRequest, onDropped: ((parameter: string) => void) | undefined): object;
  /** Reads the body of an answer. Throws `ProviderError`. */
  completionOf(body: unknown): Completion;
}

type Batch = OpenAI.Batches.Batch;

/** The fields that are used of a line of an output or error file. */
interface ResultLine {
  readonly custom_id?: unknown;
  readonly response?: {
    readonly status_code?: unknown;
    readonly body?: Partial<Completion> & ErrorHolder;
  } | null;
  readonly error?: { readonly code?: unknown } | null;
}

interface ErrorHolder {
  readonly error?: unknown;
}

/** Largest clock difference, in seconds, that is tolerated when a batch is looked for. */
const clockSkewSeconds = 600;
/** Name of our key in a batch's metadata. */
const metadataKey = "switchpoint";

const ended: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled"]);

/** OpenAI's Batch API: a file of requests, a batch over it, a file of answers and one of failures. */
export function openaiBatches({ name, connect, wire }: OpenAiBatchTarget): Batches {
  const { endpoint } = wire;
  const call = async <T>(
    signal: AbortSignal,
    work: (client: OpenAI, sdk: OpenAiSdk) => Promise<T>,
  ): Promise<T> => {
    signal.throwIfAborted();
    const { sdk, client } = await settleWithin(connect(), { signal });
    try {
      return await work(client, sdk);
    } catch (error) {
      throw signal.aborted ? signal.reason : toProviderError(error, sdk, name);
    }
  };

  /** Reads a file line by line: the answers of a batch may be many. */
  const readFile = async function* (id: string, signal: AbortSignal): AsyncGenerator<string, void> {
    const { body } = await call(signal, (client) => client.files.content(id, { signal }));
    const { sdk } = await connect();
    try {
      yield* textLines((body ?? []) as AsyncIterable<Uint8Array>);
    } catch (error) {
      throw signal.aborted ? signal.reason : toReadError(error, sdk, name);
    }
  };

  return {
    ...openaiBatchLimits,
    bodyOf: (request, options) => wire.bodyOf(request, options?.onDropped),

    submit: (items, { key }, { signal }) =>
      call(signal, async (client, sdk) => {
        const file = await sdk.toFile(
          new TextEncoder().encode(items.map((item) => lineOf(item, endpoint)).join("")),
          `switchpoint-${key}.jsonl`,
        );
        const { id } = await client.files.create({ file, purpose: "batch" }, { signal });
        const batch = await client.batches.create(
          {
            input_file_id: id,
            endpoint,
            completion_window: "24h",
            metadata: { [metadataKey]: key },
          },
          { signal },
        );
        return batch.id;
      }),

    find: ({ key, at }, { signal }) =>
      call(signal, async (client) => {
        // The newest come first.
        for await (const { id, created_at, metadata } of client.batches.list({ limit: 100 }, { signal })) {
          if (metadata?.[metadataKey] === key) return [id];
          if (created_at < at / 1000 - clockSkewSeconds) break;
        }
        return [];
      }),

    async status(id, { signal }) {
      const { status, request_counts } = await call(signal, (client) =>
        client.batches.retrieve(id, { signal }),
      );
      const done = request_counts && request_counts.completed + request_counts.failed;
      return { ended: ended.has(status), done };
    },

    async *results(id, { signal }) {
      const batch = await call(signal, (client) => client.batches.retrieve(id, { signal }));
      const { status, output_file_id, error_file_id } = batch;
      if (status === "failed") throw refused(batch, name);
      for (const file of [output_file_id, error_file_id]) {
        if (!file) continue;
        for await (const line of readFile(file, signal))
          if (line.trim() !== "") yield resultOf(line, name, wire);
      }
    },
  };
}

function lineOf({ id, body }: BatchItem, url: string): string {
  return `${JSON.stringify({ custom_id: id, method: "POST", url, body })}\n`;
}

/**
 * Creates the error of a batch that was refused as a whole. Its text may quote a request, so the summary
 * shows the code only.
 */
function refused({ errors }: Batch, model: string): ProviderError {
  const first = errors?.data?.[0];
  const code = typeof first?.code === "string" && /^\w{1,60}$/.test(first.code) ? ` (${first.code})` : "";
  return new ProviderError({
    kind: "invalid-request",
    model,
    summary: `the provider refused the whole batch${code}`,
    detail: first?.message,
  });
}

function resultOf(text: string, model: string, { completionOf }: OpenAiBatchWire): BatchResult {
  let line: ResultLine;
  try {
    line = JSON.parse(text);
  } catch {
    throw incomplete(model, "a line of the batch's results cannot be read");
  }
  const { custom_id: id, response, error } = line;
  if (typeof id !== "string") throw incomplete(model, "a line of the batch's results has no custom_id");
  const body = response?.body;
  const status = typeof response?.status_code === "number" ? response.status_code : undefined;
  if (body?.error !== undefined && body.error !== null) {
    return { id, error: failureOf(body.error, model, status, undefined) };
  }
  // The item was not processed or was given up: the line holds an error of the batch itself.
  if (error) return { id, error: unanswered(error.code, model) };
  try {
    return { id, completion: completionOf(body) };
  } catch (unreadable) {
    return { id, error: unreadable as ProviderError };
  }
}

function unanswered(code: unknown, model: string): ProviderError {
  if (code === "batch_expired")
    return new ProviderError({
      kind: "timeout",
      model,
      summary: "the batch expired before this request was processed",
    });
  if (code === "request_timeout") return new ProviderError({ kind: "timeout", model });
  if (code === "batch_cancelled")
    return incomplete(model, "the batch was cancelled before this request was processed");
  return new ProviderError({ kind: "server", model });
}
