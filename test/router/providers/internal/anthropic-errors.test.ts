import { inspect } from "node:util";
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { isRouterError, ProviderError } from "../../../../src/contracts/index.ts";
import { toProviderError } from "../../../../src/router/providers/internal/anthropic-errors.ts";

const model = "anthropic:claude-opus-5-5";

function mapped(error: unknown): ProviderError {
  const result = toProviderError(error, model);
  if (!isRouterError(result, "provider")) throw new Error("no ProviderError");
  return result;
}

/** The error that the SDK builds from an answer. */
function refusal(
  status: number | undefined,
  type: string,
  message = "no",
  headers: Record<string, string> = {},
) {
  return APIError.generate(
    status,
    { type: "error", error: { type, message } },
    undefined,
    new Headers(headers),
  );
}

/** The error that the SDK builds from an error event within a stream. */
function event(type: string, message = "no") {
  return new APIError(undefined, { error: { type, message } }, undefined, new Headers(), undefined);
}

describe("errors of the API", () => {
  test.each([
    [400, "invalid_request_error", "messages: at least one message is required", "invalid-request", false],
    [
      400,
      "invalid_request_error",
      "prompt is too long: 208656 tokens > 200000 maximum",
      "context-overflow",
      false,
    ],
    [
      400,
      "invalid_request_error",
      "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000",
      "context-overflow",
      false,
    ],
    [400, "invalid_request_error", "Output blocked by content filtering policy", "content-filter", false],
    [400, "invalid_request_error", "Your credit balance is too low to access the API", "permission", false],
    [401, "authentication_error", "invalid x-api-key", "authentication", false],
    [402, "billing_error", "no", "permission", false],
    [403, "permission_error", "no", "permission", false],
    [404, "not_found_error", "model: claude-9", "not-found", false],
    [409, "conflict_error", "no", "conflict", true],
    [413, "request_too_large", "no", "too-large", false],
    [429, "rate_limit_error", "no", "rate-limit", true],
    [500, "api_error", "no", "server", true],
    [502, "", "no", "server", true],
    [504, "timeout_error", "no", "timeout", true],
    [529, "overloaded_error", "no", "overloaded", true],
    [529, "", "no", "overloaded", true],
    [500, "constructor", "no", "server", true],
  ])("%d %s (%s) is %s", (status, type, message, kind, retryable) => {
    const error = mapped(refusal(status, type, message));
    expect(error).toMatchObject({ kind, status, retryable, model });
    expect(error.detail).toBe(message);
  });

  test.each([
    ["overloaded_error", "overloaded"],
    ["api_error", "server"],
    ["rate_limit_error", "rate-limit"],
    ["invalid_request_error", "invalid-request"],
    ["an_error_of_tomorrow", "unknown"],
  ])("%s within a stream is %s, without a status", (type, kind) => {
    expect(mapped(event(type))).toMatchObject({ kind, status: undefined });
  });

  test("request id, retry-after and the provider's decision about a retry are kept", () => {
    const headers = { "request-id": "req_1", "retry-after": "3", "x-should-retry": "false" };
    const error = mapped(refusal(429, "rate_limit_error", "no", headers));
    expect(error).toMatchObject({ requestId: "req_1", retryAfterMs: 3000, retryable: false });
  });
});

describe("other errors", () => {
  test.each([
    [new APIConnectionTimeoutError(), "timeout"],
    [new APIConnectionError({ message: "Connection error." }), "connection"],
    [new APIUserAbortError(), "connection"],
    [new TypeError("terminated"), "incomplete"],
    [new SyntaxError("Unexpected token"), "incomplete"],
    ["a text", "incomplete"],
    [undefined, "incomplete"],
  ])("%s is %s", (thrown, kind) => {
    expect(mapped(thrown)).toMatchObject({ kind, retryable: true });
  });

  test("errors of this package pass unchanged", () => {
    const error = new ProviderError({ kind: "unsupported", model });
    expect(toProviderError(error, model)).toBe(error);
  });

  test("nothing that a logger sees contains the provider's text", () => {
    const error = mapped(refusal(400, "invalid_request_error", "the prompt and sk-secret"));
    for (const shown of [String(error), inspect(error), JSON.stringify(error), String(error.stack)])
      expect(shown).not.toContain("sk-secret");
  });
});
