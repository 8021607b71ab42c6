import type { ChatRequest, RouteRequest } from "../../contracts/index.ts";
import { routingFields } from "../../plugin/routing-fields.ts";

/** Returns the part of a request that a provider gets, without routing fields. */
export function chatOf(request: RouteRequest): ChatRequest {
  if (typeof request === "string") return { messages: [{ role: "user", content: request }] };
  // Leaving fields out takes ten times as long as a copy, and most requests have none of these.
  if (!hasOwnFields(request)) return { ...(request as ChatRequest) };
  const { session, tenant, labels, category, language, codingAgent, step, constraints, ...others } = request;
  const { maxCostUsd, deadlineMs, model, fallback, ...chat } = others;
  // Plain JavaScript may set these, but the adapters decide them.
  const { stream, stream_options, ...rest } = chat as ChatRequest & {
    stream?: unknown;
    stream_options?: unknown;
  };
  return rest;
}

const own: ReadonlySet<string> = new Set([...routingFields, "stream", "stream_options"]);

function hasOwnFields(request: Exclude<RouteRequest, string>): boolean {
  for (const field in request) if (own.has(field)) return true;
  return false;
}
