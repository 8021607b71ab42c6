import { type ChatRequest, type Check, InvalidOptionError } from "../../src/contracts/index.ts";
import { checkKeys, checkText, dropPromises } from "../../src/plugin/index.ts";
import { toolCallsOf } from "./internal/answer-parts.ts";
import { compileSchema, type Fits } from "./internal/schema.ts";

type Tool = NonNullable<ChatRequest["tools"]>[number];

export interface ToolArgumentsOptions {
  /** Tools that the request offers. They are an option because a check sees request facts without schemas. */
  readonly tools: readonly Tool[];
  /** Name that distinguishes sets of tools in decisions and outcome files. Default: none. */
  readonly name?: string | undefined;
}

/**
 * Accepts an answer whose tool calls all name one of the tools, with arguments that are a JSON object and
 * fit its `parameters`. Also accepts one without tool calls (`finishReason("tool_calls")` requires one).
 * Reads only tool calls. Schemas are validated as in `jsonSchema`.
 */
export function toolArguments(options: ToolArgumentsOptions): Check {
  checkKeys("toolArguments", options, ["tools", "name"]);
  const { tools, name } = options;
  if (name !== undefined) checkText("toolArguments.name", name);
  if (!Array.isArray(tools) || tools.length === 0)
    throw new InvalidOptionError("toolArguments.tools", tools, "an array of at least one tool");
  const fitsByName = new Map(tools.map((tool: Tool, index) => compileTool(tool, index)));

  return {
    name: name === undefined ? "toolArguments" : `toolArguments(${name})`,
    accepts(_, answer) {
      const verdicts: (boolean | Promise<boolean>)[] = [];
      for (const call of toolCallsOf(answer)) {
        const part = call.type === "function" ? call.function : undefined;
        const fits = fitsByName.get(part?.name ?? "");
        const given = parseObject(part?.arguments);
        const verdict = fits !== undefined && given !== undefined && fits(given);
        if (verdict === false) {
          dropPromises(verdicts);
          return false;
        }
        verdicts.push(verdict);
      }
      if (verdicts.every((verdict) => verdict === true)) return true;
      return Promise.all(verdicts).then((all) => all.every((verdict) => verdict === true));
    },
  };
}

function compileTool(tool: Tool, index: number): readonly [string, Fits] {
  const option = `toolArguments.tools[${index}]`;
  if (tool?.type !== "function")
    throw new InvalidOptionError(`${option}.type`, tool?.type, '"function": only functions have a schema');
  const { name, parameters } = tool.function;
  checkText(`${option}.function.name`, name);
  if (parameters === undefined) return [name, () => true];
  return [name, compileSchema(`${option}.function.parameters`, parameters)];
}

function parseObject(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
