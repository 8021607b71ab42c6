import { refused, type Sayings, said } from "../sayings.ts";

/** Google's Gemini API and Vertex AI. */
export const google: readonly Sayings[] = [
  said("https://cloud.google.com/apis/design/errors", "2026-11-25", [
    // A location or a billing account that is not allowed to use the API.
    ["any", "code", "FAILED_PRECONDITION", "permission"],
    ["any", "code", "UNAUTHENTICATED", "authentication"],
    ["any", "code", "PERMISSION_DENIED", "permission"],
    ["any", "code", "NOT_FOUND", "not-found"],
    ["any", "code", "ABORTED", "conflict"],
    ["any", "code", "ALREADY_EXISTS", "conflict"],
    ["any", "code", "RESOURCE_EXHAUSTED", "rate-limit"],
    ["any", "code", "CANCELLED", "connection"],
    ["any", "code", "UNAVAILABLE", "overloaded"],
    ["any", "code", "DEADLINE_EXCEEDED", "timeout"],
    ["any", "code", "INTERNAL", "server"],
    ["any", "code", "DATA_LOSS", "server"],
    ["any", "code", "UNKNOWN", "server"],
    ["any", "code", "API_KEY_INVALID", "authentication"],
  ]),
  said("https://ai.google.dev/gemini-api/docs/troubleshooting", "2026-11-25", [
    [400, "text", "api key not valid", "authentication"],
    [400, "text", "api key not found", "authentication"],
    [400, "text", "api key expired", "authentication"],
    [400, "text", "api_key_invalid", "authentication"],
    [400, "text", "location is not supported", "permission"],
    [400, "text", "payload size exceeds", "too-large"],
  ]),
  // Reasons for which a prompt is blocked, in words of servers in between.
  said("https://ai.google.dev/api/generate-content#BlockReason", "2026-12-01", [
    ["any", "text", "prohibited_content", "content"],
    [refused, "text", "block_reason", "content"],
    [refused, "text", "blockreason", "content"],
  ]),
  said("google-gemini/gemini-cli#6678", "2025-08-20", [
    [refused, "text", "exceeds the maximum number of tokens allowed (#)", "overflow"],
    [refused, "text", "exceeds the maximum number of tokens", "overflow"],
  ]),
  said("BerriAI/litellm#10313", "2025-04-25", [
    [400, "text", "function calling is not enabled", "lacks tools"],
    [400, "text", "developer instruction is not enabled", "lacks systemRole"],
    [400, "text", "json mode is not enabled", "lacks jsonSchema"],
    [400, "text", "image input modality is not enabled", "lacks images"],
    [400, "text", "audio input modality is not enabled", "lacks audio"],
  ]),
  // A plan without any quota: waiting does not help.
  said("continuedev/continue#9570", "2026-01-16", [
    [429, "text", "quota exceeded for metric: … limit: 0, model", "spent"],
  ]),
];
