import type { ChatRequest, RouteRequest } from "../contracts/index.ts";

/** Returns the part of a request that a provider gets, without routing fields. */
export function chatOf(request: RouteRequest): ChatRequest {
  if (typeof request === "string") return { messages: [{ role: "user", content: request }] };
  const { session, tenant, labels, category, language, constraints, ...others } = request;
  const { maxCostUsd, deadlineMs, model, fallback, ...chat } = others;
  // Plain JavaScript may set these, but the adapters decide them.
  const { stream, stream_options, ...rest } = chat as ChatRequest & {
    stream?: unknown;
    stream_options?: unknown;
  };
  return rest;
}
