import { InvalidOptionError, type Model, type Price, type ProviderOptions } from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import type { LocalFunctions } from "./internal/local-answer.ts";
import { localCalls } from "./internal/local-calls.ts";
import { createPlaces, type PlaceCounts } from "./internal/places.ts";
import { checkProviderOptions, factsOf } from "./internal/provider-options.ts";

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

const ownKeys = [
  "generate",
  "stream",
  "countTokens",
  "parameters",
  "ready",
  "concurrency",
  "queue",
  "usdPerSecond",
] satisfies readonly (keyof InProcessOptions)[];
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
export function inProcess(options: InProcessOptions): InProcessModel {
  checkOptions(options);
  const { name, ready, defaults, strictParameters = false, concurrency = 1, queue = 16 } = options;
  const parameters = new Set(options.parameters);
  const capabilities = {
    tools: parameters.has("tools"),
    jsonSchema: parameters.has("response_format"),
    images: false,
    ...options.capabilities,
  };
  const price = priceOf(options);
  const facts = factsOf("in-process", name, { ...withoutName(options), price, capabilities });
  const places = createPlaces({ model: facts.name, concurrency, queue, graceMs });
  const functions = { generate: options.generate, stream: options.stream, countTokens: options.countTokens };
  const calls = localCalls({ facts, defaults, parameters, strictParameters, functions, places });
  return {
    ...facts,
    ...(defaults !== undefined && { defaults }),
    ...calls,
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

function withoutName({ name: _, ...others }: InProcessOptions): ProviderOptions {
  return others;
}

/** An own machine costs what it costs by the hour; its tokens cost nothing. */
function priceOf({ price, usdPerSecond }: InProcessOptions): Price {
  if (price !== undefined) return price;
  const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
  if (usdPerSecond === undefined || usdPerSecond === 0) return free;
  return { ...free, gpu: { usdPerGpuHour: usdPerSecond * 3_600 } };
}

function checkOptions(options: InProcessOptions): void {
  const owner = "inProcess";
  if (typeof options !== "object" || options === null)
    throw new InvalidOptionError(owner, options, "an object of options");
  const { generate, stream, countTokens, ready, parameters, concurrency, queue, usdPerSecond, price } =
    options;
  checkText(`${owner}.name`, options.name);
  checkProviderOptions(owner, options.name, options, ownKeys);
  if (typeof generate !== "function")
    throw new InvalidOptionError(`${owner}.generate`, generate, "a function");
  for (const [option, value] of Object.entries({ stream, countTokens, ready }))
    if (value !== undefined && typeof value !== "function")
      throw new InvalidOptionError(`${owner}.${option}`, value, "a function");
  if (
    parameters !== undefined &&
    !(Array.isArray(parameters) && parameters.every((one) => typeof one === "string"))
  )
    throw new InvalidOptionError(`${owner}.parameters`, parameters, "an array of names of parameters");
  if (concurrency !== undefined)
    checkNumber(`${owner}.concurrency`, concurrency, { min: 1, max: 1_024, integer: true });
  if (queue !== undefined) checkNumber(`${owner}.queue`, queue, { min: 0, max: 100_000, integer: true });
  if (usdPerSecond !== undefined) checkNumber(`${owner}.usdPerSecond`, usdPerSecond, { min: 0, max: 1e6 });
  if (usdPerSecond !== undefined && price !== undefined)
    throw new InvalidOptionError(`${owner}.usdPerSecond`, usdPerSecond, "absent if price is given");
}
