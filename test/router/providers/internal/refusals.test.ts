import { describe, expect, it, test } from "vitest";
import { comparable } from "../../../../src/router/providers/internal/refusals/find-phrase.ts";
import { kindOfStatus, readRefusal } from "../../../../src/router/providers/internal/refusals/index.ts";
import { precedence } from "../../../../src/router/providers/internal/refusals/refusal-class.ts";
import { everything, sources } from "../../../../src/router/providers/internal/refusals/table.ts";

const refusal = (status: number | undefined, text: string, codes: readonly string[] = []) =>
  readRefusal({ status, codes, text });

describe("the table of what servers say", () => {
  it("has a day that exists and a source for every saying", () => {
    for (const { from, day, sayings } of sources) {
      expect(from).toMatch(/^https:\/\/|^[^/]+\/[^/]+[#:]/);
      expect(new Date(`${day}T00:00:00Z`).toISOString()).toContain(day);
      expect(sayings.length).toBeGreaterThan(0);
    }
  });

  it("has phrases that say something: a window only after words, and nothing that any text holds", () => {
    for (const [statuses, field, phrase, means] of everything) {
      expect(phrase.trim()).toBe(phrase);
      expect(phrase.length).toBeGreaterThan(1);
      if (field !== "text") continue;
      for (const part of phrase.split("…")) expect(part.trim()).not.toBe("");
      expect(phrase.split("#").length).toBeLessThanOrEqual(2);
      if (phrase.includes("#")) expect(means).toBe("overflow");
      // A short phrase could stand in a message of any status.
      if (statuses === "any" && /[a-z]/.test(phrase)) expect(phrase.length).toBeGreaterThan(14);
    }
  });

  it("searches only the two ends of a text, however long it is", () => {
    for (const text of ["maximum context length is ".repeat(50_000), "tokens (".repeat(100_000)])
      expect(comparable(text).length).toBeLessThanOrEqual(4_001);
  });

  it("reads both ends of a long text, since servers quote the request in between", () => {
    const said = "was filtered due to the prompt triggering Azure OpenAI's content management policy";
    for (const text of [`${said}${"x".repeat(9_000)}`, `${"x".repeat(9_000)}The response ${said}`])
      expect(refusal(400, text).kind).toBe("content-filter");
    expect(refusal(400, "The request was blocked: PROHIBITED_CONTENT").kind).toBe("content-filter");
  });

  it("lists each class once in its order", () => {
    expect(new Set(precedence).size).toBe(precedence.length);
  });
});

describe("a type", () => {
  it("refuses a phrase without source or day", async () => {
    const { said } = await import("../../../../src/router/providers/internal/refusals/sayings.ts");
    // @ts-expect-error: not a source.
    said("somebody said so", "2026-12-01", []);
    // @ts-expect-error: not a day.
    said("https://example.test/errors", "last week", []);
    // @ts-expect-error: no day.
    said("https://example.test/errors", []);
  });
});

test.each([
  [200, "unknown"],
  [400, "invalid-request"],
  [401, "authentication"],
  [402, "permission"],
  [403, "permission"],
  [404, "not-found"],
  [405, "not-found"],
  [406, "unknown"],
  [407, "permission"],
  [408, "timeout"],
  [409, "conflict"],
  [410, "not-found"],
  [413, "too-large"],
  [415, "invalid-request"],
  [418, "unknown"],
  [422, "invalid-request"],
  [424, "server"],
  [429, "rate-limit"],
  [431, "unknown"],
  [432, "invalid-request"],
  [451, "permission"],
  [499, "connection"],
  [500, "server"],
  [502, "server"],
  [503, "overloaded"],
  [504, "timeout"],
  [529, "overloaded"],
  [599, "server"],
])("status %d alone means %s", (status, kind) => {
  expect(kindOfStatus(status)).toBe(kind);
  // A server's refusal of the request in words that nobody knows may be the model's.
  const isOpen = kind === "invalid-request" || kind === "too-large";
  expect(refusal(status, "nobody has said this before").otherMayAnswer).toBe(isOpen || undefined);
});

describe("what a refusal means", () => {
  // Texts as the sources of the table give them.
  it.each([
    [400, "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens", 8_192],
    [400, "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it", 4_096],
    [500, "the request exceeds the available context size (2048 tokens)", 2_048],
    [422, "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000", 4_096],
    [400, "prompt is too long: 208310 tokens > 200000 maximum", 200_000],
    [
      400,
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      1_048_576,
    ],
  ] as const)("%d %j is an overflow with its window", (status, text, contextWindow) => {
    expect(refusal(status, text)).toEqual({ kind: "context-overflow", contextWindow });
  });

  it.each([
    [400, "'messages[0].role' does not support 'developer' with this model.", "developerRole"],
    [400, "Function calling is not enabled for models/gemma-3-4b-it", "tools"],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "tools"],
    [400, "qwen is not a multimodal model", "images"],
    [
      500,
      "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
      "images",
    ],
  ] as const)("%d %j says what the model lacks", (status, text, lacks) => {
    expect(refusal(status, text)).toMatchObject({
      kind: "invalid-request",
      otherMayAnswer: true,
      retryable: false,
      lacks,
    });
  });

  it("of the request's own fault is asked of no other model", () => {
    const text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
    expect(refusal(400, text)).toEqual({ kind: "invalid-request", retryable: false });
  });

  it("of its content is never asked of another model, whatever else is said", () => {
    const text = "maximum context length is 10 tokens. Your request was flagged by our content policy.";
    expect(refusal(400, text, ["content_policy_violation"])).toEqual({ kind: "content-filter" });
  });

  it("of a spent balance, or of a call that is above a rate alone, is not retried", () => {
    expect(refusal(429, "Your account is suspended due to insufficient balance")).toMatchObject({
      kind: "rate-limit",
      retryable: false,
    });
    const large = "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 60000.";
    expect(refusal(429, large)).toEqual({ kind: "rate-limit", retryable: false });
  });

  it("of an engine that is busy is no failure of it, unless its words say otherwise", () => {
    const engine = (text: string) => readRefusal({ status: 503, codes: [], text, isEngine: true }).kind;
    expect(engine("no seat for this guest")).toBe("saturated");
    expect(engine("Loading model")).toBe("overloaded");
    expect(engine("EngineCore encountered an issue. See stack trace for the root cause.")).toBe("server");
    expect(readRefusal({ status: 503, codes: [], text: "no seat for this guest" }).kind).toBe("overloaded");
  });

  it("of a call that the model wrote badly is a failed answer", () => {
    const read = refusal(400, "Failed to call a function. Please adjust your prompt.", ["tool_use_failed"]);
    expect(read).toEqual({ kind: "incomplete", retryable: true });
  });

  it("by a code counts only if the whole code is one, in its letters", () => {
    expect(refusal(400, "", ["Context_Length_Exceeded"]).kind).toBe("invalid-request");
    expect(refusal(400, "", ["constructor", "__proto__"]).kind).toBe("invalid-request");
  });

  it("with a window that is no number of tokens states none", () => {
    for (const window of ["0", "99999999999", "many"])
      expect(refusal(400, `maximum context length is ${window} tokens`)).toEqual({
        kind: "context-overflow",
        contextWindow: undefined,
      });
  });
});
