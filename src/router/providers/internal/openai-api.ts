import { environment } from "../../../plugin/environment.ts";
import { hasResponses, needsResponses } from "../../../plugin/openai-api.ts";
import type { OpenAiClient } from "./openai-lane.ts";

/** The two interfaces of OpenAI. */
export type OpenAiApi = "chat-completions" | "responses";

/** The options that the interface depends on. */
interface Asked {
  readonly api?: OpenAiApi | undefined;
  readonly client?: OpenAiClient | undefined;
  readonly baseUrl?: string | undefined;
}

/** The interface that a model of OpenAI is called by; undefined if it is chat completions as long as they take it. */
export function apiOf(model: string, { api, client }: Asked): OpenAiApi | undefined {
  if (client === "sdk") return "chat-completions";
  return api ?? (needsResponses(model) ? "responses" : undefined);
}

/** True if a model is called by Responses, whatever a server says. */
export function isSure(model: string, options: Asked): boolean {
  return options.api === "responses" || (needsResponses(model) && isAtOpenAi(options));
}

/** Returns the protocols that a model of OpenAI takes as they came. Another server may not have the path. */
export function spokenBy(model: string, options: Asked): readonly ["responses"] | undefined {
  const api = apiOf(model, options);
  if (api !== undefined) return api === "responses" ? [api] : undefined;
  return isAtOpenAi(options) && hasResponses(model) ? ["responses"] : undefined;
}

function isAtOpenAi({ baseUrl }: Asked): boolean {
  return !(baseUrl ?? environment()["OPENAI_BASE_URL"]?.trim());
}
