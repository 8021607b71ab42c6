import type { ChatRequest, ModelDefaults } from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import { hasResponses, needsResponses } from "../../../plugin/openai-api.ts";
import type { OpenAiClient } from "./openai-lane.ts";

/** The two interfaces of OpenAI. */
export type OpenAiApi = "chat-completions" | "responses";

/** The option of providers that have both and call by chat completions unless an option says otherwise. */
export const apiOption = {
  is: "choice",
  of: ["chat-completions", "responses"],
  default: "chat-completions",
} as const;

/** The options that the interface depends on. */
interface Asked {
  readonly api?: OpenAiApi | undefined;
  readonly client?: OpenAiClient | undefined;
  readonly baseUrl?: string | undefined;
}

/** The interface that all calls of a model have; undefined if it depends on the call, or on the server. */
export function apiOf(model: string, { api, client, baseUrl }: Asked): OpenAiApi | undefined {
  if (client === "sdk") return "chat-completions";
  // Another server may not have the path.
  return api ?? (needsResponses(model) === "all" && isAtOpenAi(baseUrl) ? "responses" : undefined);
}

/** The interface that a call of a model is first sent to. */
export function apiOfCall(
  model: string,
  { tools, reasoning_effort: asked }: ChatRequest,
  { reasoningEffort, extraBody }: ModelDefaults = {},
): OpenAiApi {
  const calls = needsResponses(model);
  if (calls !== "tools-and-effort") return calls === "all" ? "responses" : "chat-completions";
  const effort = asked ?? reasoningEffort ?? extraBody?.["reasoning_effort"] ?? "none";
  return effort !== "none" && tools?.length ? "responses" : "chat-completions";
}

/** Returns the protocols that a model of OpenAI takes as they came. */
export function spokenBy(model: string, options: Asked): readonly ["responses"] | undefined {
  const api = apiOf(model, options);
  if (api === "chat-completions") return undefined;
  const isKnown = api === "responses" || needsResponses(model) !== undefined;
  return isKnown || (isAtOpenAi(options.baseUrl) && hasResponses(model)) ? ["responses"] : undefined;
}

function isAtOpenAi(baseUrl: string | undefined): boolean {
  return !(baseUrl ?? environment()["OPENAI_BASE_URL"]?.trim());
}
