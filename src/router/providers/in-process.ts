import { InvalidOptionError, type Model, type Price, type ProviderOptions } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import { customAsFunctions } from "./internal/custom-as-functions.ts";
import type { LocalFunctions } from "./internal/local-answer.ts";
import { localCalls } from "./internal/local-calls.ts";
import { createPlaces, type PlaceCounts } from "./internal/places.ts";
import { factsOf, modelOptions } from "./internal/provider-options.ts";

export type {
  LocalAnswer,
  LocalCall,
  LocalFunctions,
  LocalToolCall,
  LocalUsage,
} from "./internal/local-answer.ts";
export type { PlaceCounts } from "./internal/places.ts";

type Common = "defaults" | "labels" | "price" | "contextWindow" | "maxOutputTokens" | "capabilities";

export interface InProcessOptions extends LocalFunctions, Pick<ProviderOptions, Common | "strictParameters"> {
  /** Name of the model. Its full name is `in-process:name`. */
  readonly name: string;
  /**
   * Request parameters that the functions read besides messages and output limit: `temperature`, `stop`, `tools` …
   * Others are left out and reported, or refused with `strictParameters`. Default none.
   */
  readonly parameters?: readonly string[] | undefined;
  /** Says if the model can answer, for instance if it is loaded, for `health()`. Default: it can. */
  readonly ready?: (() => boolean | Promise<boolean>) | undefined;
  /** Calls that run at the same time. Default 1. */
  readonly concurrency?: number | undefined;
  /** Calls that may wait for a place; more are refused as `saturated`, and the router asks another model. Default 16. */
  readonly queue?: number | undefined;
  /** Cost of a second of a call, the wait for a place included, in US dollars. Excludes `price`. Default 0. */
  readonly usdPerSecond?: number | undefined;
}

/** A local model, and its calls as they are right now. */
export interface InProcessModel extends Model {
  places(): PlaceCounts;
}

type Open = Common | "stream" | "countTokens" | "ready" | "usdPerSecond";

const { assumeCapabilities: _, ...common } = modelOptions;

export const inProcessOptions: OptionTable<InProcessOptions, Open> = {
  ...common,
  name: { is: "text" },
  generate: { is: "function" },
  stream: { is: "function", optional: true },
  countTokens: { is: "function", optional: true },
  parameters: {
    is: "list",
    of: { is: "text", empty: true },
    default: [],
    expected: "an array of names of parameters",
  },
  ready: { is: "function", optional: true },
  concurrency: { is: "number", min: 1, max: 1_024, integer: true, default: 1 },
  queue: { is: "number", min: 0, max: 100_000, integer: true, default: 16 },
  usdPerSecond: { is: "number", min: 0, max: 1_000_000, optional: true },
};
/** Time that aborted work has to end before calls no longer wait for its place, in milliseconds. */
const graceMs = 5_000;

/**
 * A model that runs in this process: ONNX, llama.cpp, or any function that turns a request into text.
 *
 * A call that finds no place waits; one that finds the queue full fails as `saturated`, which opens no breaker. An abort
 * frees the caller at once, also where the function ignores its signal; its place stays taken until it ends. If aborted
 * calls hold every place, `health()` is false, and after five seconds waiting calls are refused, until one ends. What a
 * function throws is of kind `server`, unless it is a `ProviderError`; its text is in `detail` alone.
 *
 * Without `price` and `usdPerSecond` a call costs 0. Throws `InvalidOptionError`.
 */
export function inProcess(given: InProcessOptions): InProcessModel {
  const options = readOptions("inProcess", inProcessOptions, given);
  const { name, ready, defaults, strictParameters, concurrency, queue, price, usdPerSecond } = options;
  if (usdPerSecond !== undefined && price !== undefined)
    throw new InvalidOptionError("inProcess.usdPerSecond", usdPerSecond, "absent if price is given");
  const parameters = new Set(options.parameters);
  const capabilities = {
    tools: parameters.has("tools"),
    jsonSchema: parameters.has("response_format"),
    images: false,
    ...options.capabilities,
  };
  const stated = { ...withoutName(options), price: price ?? priceOf(usdPerSecond), capabilities };
  const facts = factsOf("in-process", name, stated);
  const places = createPlaces({ model: facts.name, concurrency, queue, graceMs });
  const functions = { generate: options.generate, stream: options.stream, countTokens: options.countTokens };
  const calls = localCalls({ facts, defaults, parameters, strictParameters, functions, places });
  return {
    ...facts,
    ...(defaults !== undefined && { defaults }),
    ...customAsFunctions({ ...calls, capabilities: facts.capabilities }),
    places: places.counts,
    async health({ signal } = {}) {
      if (places.counts().abandoned >= concurrency) return false;
      if (ready === undefined) return true;
      // Its error may quote a prompt, and says no more than that it is not ready.
      const asked = (async () => (await ready()) === true)().catch(() => false);
      return signal === undefined ? asked : settleWithin(asked, { signal });
    },
  };
}

function withoutName({ name: _, ...others }: Pick<InProcessOptions, Common | "name">): ProviderOptions {
  return others;
}

/** An own machine costs what it costs by the hour; its tokens cost nothing. */
function priceOf(usdPerSecond = 0): Price {
  const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
  if (usdPerSecond === 0) return free;
  return { ...free, gpu: { usdPerGpuHour: usdPerSecond * 3_600 } };
}
