import type { ChatMessage, ChatRequest, RouteRequest, Routing } from "../../contracts/index.ts";
import { sha256 } from "../../plugin/sha256.ts";
import { writtenTools } from "../../router/request/index.ts";
import type { ReadHandlerOptions } from "./handler-options.ts";

/**
 * Gives a request without a session one: a hash of what a conversation keeps from turn to turn, which are tools, system
 * text and the first user message. The translation has left out cache marks, which move. Tenant and user are part of it,
 * so that no one can join the conversation of another tenant.
 */
export function withInferredSession(
  request: RouteRequest,
  { inferSession }: ReadHandlerOptions,
): RouteRequest {
  if (!inferSession || typeof request === "string" || request.session !== undefined) return request;
  const { messages, tools = [], tenant, safety_identifier: user } = request as ChatRequest & Routing;
  const first = messages.findIndex(({ role }: ChatMessage) => role === "user");
  if (first < 0) return request;
  const [who, begin] = [[tenant ?? null, user ?? null], messages.slice(0, first + 1)].map((part) =>
    JSON.stringify(part),
  );
  const kept = `${who}${writtenTools(tools)}${begin}`;
  return { ...request, session: `inferred-${sha256(kept)}` };
}
