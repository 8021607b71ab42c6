import type {
  Batches,
  CallOptions,
  ChatRequest,
  Member,
  Model,
  ReasoningEffort,
} from "../../contracts/index.ts";
import { asksLike } from "../../plugin/call-abort.ts";
import { completeFacts } from "../cost/catalogue.ts";

/**
 * Returns a model whose every call has this reasoning effort, under the name `name@effort`. A request's own effort does
 * not count: the attempt lists `reasoning_effort` among what was dropped if it was another one.
 */
export function withEffort(model: Model, effort: ReasoningEffort): Model {
  // A model may be an instance of a class: facts and methods are named one by one.
  const { defaults, health, describe, batches, countTokens, members, pool } = model;
  const asked = (request: ChatRequest, onDropped: CallOptions["onDropped"]): ChatRequest => {
    const own = request.reasoning_effort ?? effort;
    if (own !== effort) onDropped?.("reasoning_effort");
    return { ...request, reasoning_effort: effort };
  };
  return {
    ...completeFacts(model),
    name: `${model.name}@${effort}`,
    effort,
    defaults: { ...defaults, reasoningEffort: effort },
    generate: asksLike<Model["generate"]>(model.generate, (request, options) =>
      model.generate(asked(request, options.onDropped), withNative(options, effort)),
    ),
    stream: asksLike<Model["stream"]>(model.stream, (request, options) =>
      model.stream(asked(request, options.onDropped), withNative(options, effort)),
    ),
    ...(health && { health: (options) => health.call(model, options) }),
    ...(describe && { describe: (options) => describe.call(model, options) }),
    ...(members && { members: membersWith(() => members.call(model), effort) }),
    ...(pool && { pool }),
    ...(batches && { batches: batchesWith(batches, asked) }),
    ...(countTokens && { countTokens: (native, signal) => countTokens.call(model, native, signal) }),
  };
}

/** Options of a call are handed on as they came, unless they hold a request as its sender wrote it. */
function withNative(options: CallOptions, effort: ReasoningEffort): CallOptions {
  const { native } = options;
  if (native === undefined) return options;
  const { signal, onDropped, onRateLimit, tenant, roles } = options;
  return { signal, onDropped, onRateLimit, tenant, roles, native: { ...native, effort } };
}

/** Members stay the same objects while those of the pool do: a router completes the facts of each once. */
function membersWith(
  members: () => readonly Member[],
  effort: ReasoningEffort,
): NonNullable<Model["members"]> {
  const made = new WeakMap<Model, Model>();
  return () =>
    members().map((member) => {
      const { key, model } = member;
      const known = made.get(model) ?? withEffort(model, effort);
      made.set(model, known);
      return { ...member, key: `${key}@${effort}`, model: known, facts: known };
    });
}

function batchesWith(
  batches: Batches,
  asked: (request: ChatRequest, onDropped: CallOptions["onDropped"]) => ChatRequest,
): Batches {
  const { priceShare, maxItems, maxBytes } = batches;
  return {
    priceShare,
    maxItems,
    maxBytes,
    bodyOf: (request, options) => batches.bodyOf(asked(request, options?.onDropped), options),
    submit: (items, batch, options) => batches.submit(items, batch, options),
    find: (batch, options) => batches.find(batch, options),
    status: (id, options) => batches.status(id, options),
    results: (id, options) => batches.results(id, options),
  };
}
