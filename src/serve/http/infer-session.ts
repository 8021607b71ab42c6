import type { ChatMessage, ChatRequest, RouteRequest, Routing } from "../../contracts/index.ts";
import { sha256 } from "../../plugin/sha256.ts";
import type { ReadHandlerOptions } from "./handler-options.ts";

/**
 * Gives a request without a session one: a hash of what a conversation keeps from turn to turn, which are the names of its tools,
 * system text and the first user message. The translation has left out cache marks, which move. Tenant and user are part of it,
 * so that no one can join the conversation of another tenant. A request that cannot be read gets none: the router refuses it.
 * Changes the request, which is the caller's own copy, and returns it.
 */
export function withInferredSession(
  request: RouteRequest,
  { inferSession }: ReadHandlerOptions,
): RouteRequest {
  if (!inferSession || typeof request === "string" || request.session !== undefined) return request;
  const { messages, tools, tenant, safety_identifier: user, user: named } = request as ChatRequest & Routing;
  if (!Array.isArray(messages) || !isList(tools ?? [])) return request;
  const first = messages.findIndex((one: Partial<ChatMessage> | null) => one?.role === "user");
  if (first < 0) return request;
  const who = JSON.stringify([tenant ?? null, user ?? named ?? null]);
  const begin = JSON.stringify(messages.slice(0, first + 1));
  const session = `inferred-${sha256(`${who}${ends(namesOf(tools ?? []))}${begin}`)}`;
  return Object.assign(request, { session });
}

/** The names of tools in their order: their descriptions and schemas, often 50 KB, would be written for the hash alone. */
function namesOf(tools: readonly unknown[]): string {
  return JSON.stringify(tools.map((tool) => nameOf(tool) ?? null));
}

function nameOf(tool: unknown): string | undefined {
  const { name, function: inner } = (tool ?? {}) as { name?: unknown; function?: { name?: unknown } | null };
  const found = inner?.name ?? name;
  return typeof found === "string" ? found : undefined;
}

/** Length and ends of a long text: hashing thousands of names takes longer than the decision, and those of two agents differ in length. */
function ends(text: string): string {
  return text.length <= 2 * endLength
    ? text
    : `${text.length}${text.slice(0, endLength)}${text.slice(-endLength)}`;
}

const endLength = 1_024;

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
