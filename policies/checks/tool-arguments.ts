import { type ChatRequest, type Check, InvalidOptionError } from "../../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../src/plugin/index.ts";
import { withinTime } from "../../src/plugin/within-time.ts";
import { toolCallsOf } from "./internal/answer-parts.ts";
import { longestValidationMs, schemaLoader, type Validate } from "./internal/schema.ts";

type Tool = NonNullable<ChatRequest["tools"]>[number];

/** Largest number of tool calls that are read: the largest number of tools that providers take. */
const mostCalls = 128;
/** Length of the longest arguments that are read, of all calls together, in characters. */
const longestArguments = 1_000_000;

export interface ToolArgumentsOptions {
  /** Tools that the request offers. They are an option because a check sees request facts without schemas. */
  readonly tools: readonly Tool[];
  /** Name that distinguishes sets of tools in decisions and outcome files. Default: none. */
  readonly name?: string | undefined;
}

export const toolArgumentsOptions: OptionTable<ToolArgumentsOptions, "name"> = {
  tools: { is: "list", of: { is: "any" }, min: 1, expected: "an array of at least one tool" },
  name: { is: "text", optional: true },
};

/**
 * Accepts an answer whose tool calls all name one of the tools, with arguments that are a JSON object and
 * fit its `parameters`. Also accepts one without tool calls (`finishReason("tool_calls")` requires one).
 * Reads only tool calls. Schemas are validated as in `jsonSchema`, with its bounds for all calls of an answer together;
 * more than 128 calls are not accepted.
 */
export function toolArguments(options: ToolArgumentsOptions): Check {
  const { tools, name } = readOptions("toolArguments", toolArgumentsOptions, options);
  const loaders = new Map(tools.map((tool: Tool, index) => loaderOf(tool, index)));

  return {
    name: name === undefined ? "toolArguments" : `toolArguments(${name})`,
    accepts(_, answer) {
      const calls = readCalls(toolCallsOf(answer), loaders);
      if (calls === undefined) return false;
      const loaded = calls.map(({ load }) => load());
      return loaded.every(isLoaded)
        ? fitAll(loaded, calls)
        : Promise.all(loaded).then((all) => fitAll(all, calls));
    },
  };
}

/** A validator, or a promise of one while it is loaded. */
type Load = () => Validate | Promise<Validate>;

interface ReadCall {
  readonly load: Load;
  readonly value: object;
}

/** Reads the calls; undefined where one is not of a tool with an object as arguments, and beyond the bounds. */
function readCalls(
  given: ReturnType<typeof toolCallsOf>,
  loaders: ReadonlyMap<string, Load>,
): readonly ReadCall[] | undefined {
  if (given.length > mostCalls) return undefined;
  const calls: ReadCall[] = [];
  let left = longestArguments;
  for (const call of given) {
    const part = call.type === "function" ? call.function : undefined;
    const load = loaders.get(part?.name ?? "");
    left -= part?.arguments?.length ?? 0;
    const value = left < 0 ? undefined : parseObject(part?.arguments);
    if (load === undefined || value === undefined) return undefined;
    calls.push({ load, value });
  }
  return calls;
}

function isLoaded(one: Validate | Promise<Validate>): one is Validate {
  return typeof one === "function";
}

/** Validates all calls within the time of one, so that many calls take no longer. */
function fitAll(validators: readonly Validate[], calls: readonly ReadCall[]): boolean | Promise<boolean> {
  if (calls.length === 0) return true;
  const verdicts = withinTime(longestValidationMs, () =>
    calls.map(({ value }, index) => (validators[index] as Validate)(value)),
  );
  if (verdicts.every((verdict) => typeof verdict === "boolean")) return verdicts.every((verdict) => verdict);
  return Promise.all(verdicts).then((all) => all.every((verdict) => verdict === true));
}

function loaderOf(tool: Tool, index: number): readonly [string, Load] {
  const option = `toolArguments.tools[${index}]`;
  if (tool?.type !== "function")
    throw new InvalidOptionError(`${option}.type`, tool?.type, '"function": only functions have a schema');
  const { name, parameters } = tool.function;
  readOption({ is: "text" }, `${option}.function.name`, name);
  if (parameters === undefined) return [name, () => () => true];
  return [name, schemaLoader(`${option}.function.parameters`, parameters)];
}

function parseObject(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
