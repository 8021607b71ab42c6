import {
  type CallOptions,
  type ChatRequest,
  type Model,
  ProviderError,
  type ProviderErrorKind,
} from "../../../../contracts/index.ts";
import type { ServerAccess } from "../../../../contracts/server-access.ts";
import type { ServerDescription } from "../../../../contracts/server-description.ts";
import { checkOwnGpu } from "../../../../plugin/own-gpu.ts";
import { compatibleModel } from "../../internal/compatible-model.ts";
import { serverAccess } from "../../internal/server-access.ts";
import type { EngineModel, EngineOptions } from "../engine-options.ts";
import { type ToolChoiceReading, withToolChoice } from "./tool-choice.ts";

/** Description of one engine. */
export interface Engine {
  /** The function that makes its models, for messages. */
  readonly owner: string;
  /** Name of the provider. */
  readonly name: string;
  /** Fields for a request that does not set them itself. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Name of the model in requests, if it is not that of the model: a LoRA adapter. */
  readonly served?: string | undefined;
  /** Fields that each call has, whatever its request says. Errors of a user's function are thrown. */
  readonly perCall?: ((tenant: string | undefined) => Readonly<Record<string, unknown>>) | undefined;
  /** Fields of a request that the engine ignores: they are left out and reported. */
  readonly ignored?: readonly string[] | undefined;
  /** Fields that it cannot obey, with the reason: the call is refused, since the answer would not be what was asked for. */
  readonly refused?: Readonly<Record<string, string>> | undefined;
  /** Absent: `tool_choice` is read as OpenAI reads it. */
  readonly readsToolChoice?: ToolChoiceReading | undefined;
  /** Asks the server; `ask` returns what a path answers, as JSON. */
  describe(ask: Ask): Promise<Omit<ServerDescription, "engine">>;
}

export type Ask = (path: string, body?: unknown) => Promise<unknown>;

/** A model of an engine, whose options were read, over the adapter for OpenAI's wire. */
export function engineModel(model: string, options: EngineOptions, engine: Engine): EngineModel {
  const { owner, name, served = model } = engine;
  const { defaults, gpu, price } = options;
  if (gpu !== undefined) checkOwnGpu(`${owner}.gpu`, gpu, price);
  const base = compatibleModel(owner, name, served, {
    ...options,
    isEngine: true,
    defaults: { ...defaults, extraBody: { ...engine.fields, ...defaults?.extraBody } },
  });

  const prepared = (request: ChatRequest, { onDropped, tenant }: CallOptions): ChatRequest => {
    const fields = { ...request, ...engine.perCall?.(tenant) } as unknown as Readonly<
      Record<string, unknown>
    >;
    for (const [field, reason] of Object.entries(engine.refused ?? {}))
      if (fields[field] !== undefined && fields[field] !== null)
        throw new ProviderError({ kind: "unsupported", model: base.name, summary: `${field}: ${reason}` });
    const { readsToolChoice: reads } = engine;
    const asked = fields as unknown as ChatRequest;
    const chosen = reads && withToolChoice(base.name, asked, reads);
    const dropped = (engine.ignored ?? []).filter((field) => fields[field] !== undefined);
    if (chosen?.isLost) dropped.push("tool_choice");
    if (dropped.length === 0) return chosen?.request ?? asked;
    if (options.strictParameters)
      throw new ProviderError({
        kind: "unsupported",
        model: base.name,
        summary: `${dropped[0]} is not known`,
      });
    for (const field of dropped) onDropped?.(field);
    return Object.fromEntries(
      Object.entries(chosen?.request ?? fields).filter(([field]) => !dropped.includes(field)),
    ) as unknown as ChatRequest;
  };

  const server = serverAccess(base.name, options);
  return {
    ...base,
    server,
    // Refusals reach the caller as rejections, as those of a server do.
    generate: async (request, call) => base.generate(prepared(request, call), call),
    stream: (request, call) => streamed(base, () => prepared(request, call), call),
    describe: async (call = {}) => ({
      engine: engine.name,
      ...(await engine.describe(askOf(server, base.name, call.signal))),
    }),
  };
}

async function* streamed(
  base: Model,
  prepared: () => ChatRequest,
  call: Parameters<Model["stream"]>[1],
): ReturnType<Model["stream"]> & AsyncGenerator {
  yield* base.stream(prepared(), call);
}

function askOf(server: ServerAccess, model: string, signal: AbortSignal | undefined): Ask {
  return async (path, body) => {
    const answer = await server.ask(path, { body, signal });
    const fail = (summary: string): ProviderError => {
      const { status } = answer;
      return new ProviderError({ kind: kindOf(status), model, status, summary: `${path}: ${summary}` });
    };
    if (answer.problem !== undefined) throw fail(answer.problem);
    try {
      return JSON.parse(answer.text);
    } catch {
      throw fail("the answer is not JSON");
    }
  };
}

/** Kind of a failure to describe itself. A path that it lacks is told by the status alone. */
function kindOf(status: number | undefined): ProviderErrorKind {
  if (status === 401 || status === 403) return "authentication";
  return status === 429 || status === 503 ? "overloaded" : "connection";
}
