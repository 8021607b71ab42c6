import {
  type CallOptions,
  type ChatRequest,
  isRouterError,
  type Model,
  type ModelDefaults,
  type ModelFacts,
  type NativeProtocol,
  ProviderError,
} from "../../../contracts/index.ts";
import { readsRequests } from "../../../plugin/reading-sinks.ts";
import { customAsFunctions } from "./custom-as-functions.ts";
import type { DirectRequest } from "./direct-call.ts";
import { type WrittenWire, writtenCalls } from "./written-calls.ts";

/** A model of a platform that is called by the platform's own address, without an SDK. */
export interface PlatformTarget {
  readonly facts: ModelFacts;
  readonly defaults?: ModelDefaults | undefined;
  readonly speaks?: readonly NativeProtocol[] | undefined;
  readonly wire: WrittenWire;
  /** Returns the body of a call as JSON. */
  bodyOf(request: ChatRequest, call: CallOptions, isStreamed: boolean): string;
  /** Returns a request with this body, and with the headers of a native one. */
  requestOf(
    body: string,
    isStreamed: boolean,
    sent: Readonly<Record<string, string>>,
  ): Promise<DirectRequest>;
  /** A body without messages, which the model refuses: that shows that it is served. */
  readonly probe: object;
}

export function platformModel(target: PlatformTarget): Model {
  const { facts, defaults, speaks, wire } = target;
  const calls = writtenCalls(wire);
  const requestOf = (request: ChatRequest, call: CallOptions, isStreamed: boolean) => async () =>
    target.requestOf(target.bodyOf(request, call, isStreamed), isStreamed, call.native?.headers ?? {});

  return customAsFunctions<Model>(
    readsRequests({
      ...facts,
      ...(defaults && { defaults }),
      ...(speaks && { speaks }),

      async generate(request, call) {
        call.signal.throwIfAborted();
        return calls.generate(requestOf(request, call, false), call);
      },

      async *stream(request, call) {
        call.signal.throwIfAborted();
        yield* calls.stream(requestOf(request, call, true), call);
      },

      async health({ signal = new AbortController().signal } = {}) {
        signal.throwIfAborted();
        try {
          await calls.generate(async () => target.requestOf(JSON.stringify(target.probe), false, {}), {
            signal,
          });
        } catch (error) {
          if (!isRouterError(error, "provider") || !refusedByModel.has(error.kind)) throw error;
        }
        return true;
      },
    }),
  );
}

/** Kinds by which what serves the model refuses a request without messages. */
const refusedByModel: ReadonlySet<string> = new Set(["invalid-request", "context-overflow"]);

/** Reads a key. The error of a caller's function may contain the key. */
export async function safeKey<Key>(read: () => Key | Promise<Key>, model: string): Promise<Key> {
  try {
    return await read();
  } catch (error) {
    if (isRouterError(error)) throw error;
    throw new ProviderError({ kind: "authentication", model, summary: "apiKey() failed" });
  }
}
