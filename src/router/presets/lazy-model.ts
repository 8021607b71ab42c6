import type {
  Batches,
  CallOptions,
  ChatRequest,
  CompletionChunk,
  Model,
  ModelFacts,
} from "../../contracts/index.ts";
import { readsRequests } from "../../plugin/reading-sinks.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import type { BatchLimits } from "../providers/internal/batch-limits.ts";

/** A model whose adapter is loaded at the first call. */
export interface LazyModel {
  /** The adapter's facts. */
  readonly facts: ModelFacts;
  /** Limits of the adapter's batches. Absent: it has none. */
  readonly batches?: BatchLimits | undefined;
  /** Protocols in which the adapter takes requests as they came. */
  readonly speaks?: Model["speaks"];
  load(): Promise<Model>;
}

/**
 * Creates a model whose adapter is loaded at its first call, so that an application which names no model loads no
 * provider. Later calls go to the adapter as they come. A load that fails is tried again by the next call.
 */
export function lazyModel({ facts, batches, speaks, load }: LazyModel): Model {
  let made: Model | undefined;
  let loading: Promise<Model> | undefined;

  async function loaded(): Promise<Model> {
    try {
      // One that throws at once rejects like any other, and after `loading` is set.
      const model = await Promise.resolve().then(load);
      made = model;
      return model;
    } finally {
      loading = undefined;
    }
  }

  async function open(signal: AbortSignal | undefined): Promise<Model> {
    if (made !== undefined) return made;
    signal?.throwIfAborted();
    loading ??= loaded();
    return signal === undefined ? loading : settleWithin(loading, { signal });
  }

  async function* firstStream(
    request: ChatRequest,
    options: CallOptions,
  ): AsyncGenerator<CompletionChunk, void> {
    yield* (await open(options.signal)).stream(request, options);
  }

  return readsRequests({
    ...facts,
    generate: (request, options) =>
      made === undefined
        ? open(options.signal).then((model) => model.generate(request, options))
        : made.generate(request, options),
    stream: (request, options) =>
      made === undefined ? firstStream(request, options) : made.stream(request, options),
    health: async (options) => (await (await open(options?.signal)).health?.(options)) ?? true,
    ...(speaks !== undefined && { speaks }),
    ...(speaks?.includes("messages") && {
      countTokens: async (native, signal) => {
        const { countTokens } = await open(signal);
        if (countTokens === undefined) throw new Error(`${facts.name} cannot be asked`);
        return countTokens(native, signal);
      },
    }),
    ...(batches !== undefined && { batches: lazyBatches(batches, open) }),
  });
}

function lazyBatches(
  limits: BatchLimits,
  open: (signal: AbortSignal | undefined) => Promise<Model>,
): Batches {
  const ofModel = async (signal?: AbortSignal): Promise<Batches> => (await open(signal)).batches as Batches;
  return {
    ...limits,
    bodyOf: async (request, options) => (await ofModel()).bodyOf(request, options),
    submit: async (items, batch, options) => (await ofModel(options.signal)).submit(items, batch, options),
    find: async (batch, options) => (await ofModel(options.signal)).find(batch, options),
    status: async (id, options) => (await ofModel(options.signal)).status(id, options),
    async *results(id, options) {
      yield* (await ofModel(options.signal)).results(id, options);
    },
  };
}
