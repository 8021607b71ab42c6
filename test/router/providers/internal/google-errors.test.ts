import { describe, expect, test } from "vitest";
import type { ProviderErrorKind } from "../../../../src/contracts/index.ts";
import { readError, statusError } from "../../../../src/router/providers/internal/google-errors.ts";
import type { GoogleStatus } from "../../../../src/router/providers/internal/google-wire.ts";

const context = { name: "google:gemini-3-flash", apiKey: "key-1" };

describe("an error in Google's format", () => {
  const cases: [GoogleStatus, ProviderErrorKind][] = [
    [{ code: 400, status: "INVALID_ARGUMENT", message: "Invalid JSON payload received." }, "invalid-request"],
    [{ code: 400, message: "API key not valid. Please pass a valid API key." }, "authentication"],
    [{ code: 400, status: "INVALID_ARGUMENT", message: "API key expired. Please renew." }, "authentication"],
    [{ code: 400, message: 'no [{"reason":"API_KEY_INVALID"}]' }, "authentication"],
    [
      { code: 400, message: "The input token count (9) exceeds the maximum number of tokens allowed (8)." },
      "context-overflow",
    ],
    [{ code: 400, message: "Request payload size exceeds the limit: 20971520 bytes." }, "too-large"],
    [{ code: 400, message: "User location is not supported for the API use." }, "permission"],
    [{ code: 400, status: "FAILED_PRECONDITION" }, "permission"],
    [{ code: 401, status: "UNAUTHENTICATED" }, "authentication"],
    [{ code: 403, status: "PERMISSION_DENIED" }, "permission"],
    [{ code: 404 }, "not-found"],
    [{ code: 409, status: "ABORTED" }, "conflict"],
    [{ code: 413 }, "too-large"],
    [{ code: 429, status: "RESOURCE_EXHAUSTED" }, "rate-limit"],
    [{ code: 500, status: "INTERNAL" }, "server"],
    [{ code: 502 }, "server"],
    [{ code: 503 }, "overloaded"],
    [{ code: 504, status: "DEADLINE_EXCEEDED" }, "timeout"],
    [{ status: "UNAVAILABLE" }, "overloaded"],
    [{ code: 422 }, "invalid-request"],
    [{}, "unknown"],
    [{ code: 500, status: "constructor" }, "server"],
  ];
  for (const [error, kind] of cases) {
    test(`${JSON.stringify(error)} is ${kind}`, () => {
      expect(statusError(error, context)).toMatchObject({ kind, status: error.code });
    });
  }

  test("may say how long to wait, in seconds", () => {
    const waitOf = (details: unknown) => statusError({ code: 429, details }, context).retryAfterMs;
    expect(waitOf([{ retryDelay: "12s" }])).toBe(12_000);
    expect(waitOf([{ "@type": "other" }, null, { retryDelay: "0.250s" }])).toBe(250);
    expect(waitOf([{ retryDelay: "2s" }, { retryDelay: "30s" }, { retryDelay: "999999999s" }])).toBe(30_000);
    expect(waitOf([{ retryDelay: "999999999s" }])).toBe(7 * 86_400_000);
    for (const details of [
      [{ retryDelay: "1e3s" }],
      undefined,
      {},
      [],
      [{ retryDelay: "soon" }],
      [{ retryDelay: "-1s" }],
      [{ retryDelay: 3 }],
    ]) {
      expect(waitOf(details)).toBeUndefined();
    }
  });

  test("of the wrong types is still an error", () => {
    const error = { code: "429", status: 7, message: ["x"], details: "y" } as unknown as GoogleStatus;
    expect(statusError(error, context)).toMatchObject({
      kind: "unknown",
      status: undefined,
      detail: undefined,
    });
  });
});

test("a thrown value that is not an error is incomplete", () => {
  expect(readError("words of key-1", context)).toMatchObject({
    kind: "incomplete",
    detail: "words of [key]",
  });
});

test("an error has no cause, which would print the provider's text", () => {
  expect(readError(new Error("the prompt"), context).cause).toBeUndefined();
});
