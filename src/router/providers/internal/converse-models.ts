import { makersName } from "../../../plugin/makers-name.ts";
import { followsSchemas, reasoningOfClaude, takesSampling } from "./claude-models.ts";

/** Differences between the models behind Converse, as far as requests depend on them. */
export interface ConverseModel {
  /** Form in which the model takes a reasoning effort. Absent: none that is known. */
  readonly reasoning?: "claude-effort" | "claude-budget" | "nova" | "gpt-oss" | undefined;
  /** Times for which the model keeps a prompt up to a cache point; none if it refuses cache points. */
  readonly cacheTimes: readonly ("5m" | "1h")[];
  /** True if the model takes `temperature` and `topP`. */
  readonly takesSampling: boolean;
  /** True if the model takes `strict` at tools. */
  readonly takesStrict: boolean;
  /** Ids of tool calls that the model takes. */
  readonly toolId: RegExp;
}

const plainId = /^[a-zA-Z0-9_-]{1,64}$/;
/** Kimi's own ids are `functions.name:0`. */
const anyId = /^[a-zA-Z0-9_.:-]{1,64}$/;
const usual = { cacheTimes: [], takesSampling: true, takesStrict: false, toolId: anyId } as const;

/**
 * Rules by the maker's name of a model; the first that fits counts. Sources, all of November 2026, in AWS's user guide of
 * Bedrock: "Adaptive thinking", "Prompt caching for faster model inference", "Get validated JSON results from models"; in the
 * guide of Nova 2: "Extended thinking"; requests to gpt-oss as recorded in the tests of pydantic-ai (August 2026).
 */
const rules: readonly (readonly [RegExp, (name: string) => ConverseModel])[] = [
  [
    /^claude/,
    (name) => ({
      reasoning: reasoningOfClaude(name) === "effort" ? "claude-effort" : "claude-budget",
      cacheTimes: followsSchemas(name) ? ["5m", "1h"] : ["5m"],
      takesSampling: takesSampling(name),
      takesStrict: followsSchemas(name),
      toolId: plainId,
    }),
  ],
  [/^nova-2/, () => ({ ...usual, reasoning: "nova", cacheTimes: ["5m"], toolId: plainId })],
  [/^nova/, () => ({ ...usual, cacheTimes: ["5m"], toolId: plainId })],
  [/^gpt-oss/, () => ({ ...usual, reasoning: "gpt-oss" })],
];

/** Returns what is known of a model by its id on Bedrock. The id of an application's own profile says nothing. */
export function converseModel(id: string): ConverseModel {
  const name = makersName(id);
  const rule = rules.find(([fits]) => fits.test(name))?.[1];
  return rule?.(name) ?? usual;
}
