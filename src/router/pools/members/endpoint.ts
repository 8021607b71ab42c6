import type { CallOptions, CompletionChunk, Member, Model } from "../../../contracts/index.ts";
import { abortOf, asksLike } from "../../../plugin/call-abort.ts";
import type { EndpointCalls } from "./endpoint-calls.ts";
import type { ServedNames } from "./served-names.ts";

/** One endpoint of a pool, which counts its calls. */
export interface Endpoint {
  readonly key: string;
  readonly model: Model;
  readonly calls: EndpointCalls;
}

/** Places where an endpoint notes its calls. */
interface Notes {
  readonly key: string;
  readonly calls: EndpointCalls;
  readonly served: ServedNames;
}

/** Wraps a model as an endpoint of a pool. */
export function createEndpoint(given: Model, pool: string, notes: Notes): Endpoint {
  const { key, calls, served } = notes;
  const { health } = given;
  const model: Model = {
    ...given,
    name: pool,
    generate: asksLike<Model["generate"]>(given.generate, async (request, options) => {
      const startedAt = calls.now;
      const leave = calls.enter(abortOf(options), startedAt);
      try {
        const answer = await given.generate(request, options);
        calls.heard();
        calls.answered(answer.usage?.completion_tokens);
        served.note(key, given, answer.model);
        leave(true);
        return answer;
      } catch (error) {
        leave(false);
        throw calls.failed(error, startedAt);
      }
    }),
    stream: asksLike<Model["stream"]>(given.stream, (request, options) =>
      counted(given, request, options, notes),
    ),
    ...(health === undefined ? {} : { health: (options) => health.call(given, options) }),
  };
  return { key, model, calls };
}

/** Returns an endpoint as a member, as it is right now. `given`: its state as its source says it. */
export function memberOf({ key, model, calls }: Endpoint, given: "ready" | "draining"): Member {
  const state = given === "ready" ? calls.verdict : given;
  return { key, model, facts: model, state, inFlight: calls.inFlight, load: calls.load() };
}

async function* counted(
  given: Model,
  request: Parameters<Model["stream"]>[0],
  options: CallOptions,
  { key, calls, served }: Notes,
): AsyncGenerator<CompletionChunk> {
  const startedAt = calls.now;
  const leave = calls.enter(abortOf(options), startedAt);
  let isAnswered = false;
  try {
    let tokens: unknown;
    let name: unknown;
    for await (const chunk of given.stream(request, options)) {
      calls.heard();
      if (chunk?.usage) tokens = chunk.usage.completion_tokens;
      name ??= chunk?.model;
      yield chunk;
    }
    calls.answered(tokens);
    served.note(key, given, name);
    isAnswered = true;
  } catch (error) {
    throw calls.failed(error, startedAt);
  } finally {
    leave(isAnswered);
  }
}
