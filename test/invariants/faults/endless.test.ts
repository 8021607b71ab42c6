import "../../support/load-parts.ts";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { type CompletionChunk, createRouter, isRouterError, type Model } from "../../../src/index.ts";

const chunk: CompletionChunk = {
  id: "chunk",
  object: "chat.completion.chunk",
  created: 1,
  model: "test",
  choices: [{ index: 0, delta: { content: "word " }, finish_reason: null }],
};

/** A model that repeats one word forever, without a pause in which a timer could fire. */
const endless: Model = {
  name: "test:endless",
  provider: "test",
  model: "endless",
  labels: {},
  generate: () => Promise.reject(new Error("not here")),
  async *stream() {
    for (;;) yield chunk;
  },
};

describe("an endless stream", () => {
  it("ends at the deadline although its chunks give timers no chance to fire", async () => {
    let now = 1_000;
    const router = createRouter({ models: { endless }, policy: always("endless"), clock: () => now });
    const request = { messages: [{ role: "user" as const, content: "Hello" }], deadlineMs: 100 };
    let chunks = 0;
    let error: unknown;
    try {
      for await (const _ of router.stream(request)) {
        chunks += 1;
        now += 10;
        if (chunks > 1_000) break;
      }
    } catch (caught) {
      error = caught;
    }
    expect(chunks).toBe(10);
    expect(isRouterError(error, "deadline-exceeded")).toBe(true);
  });
});
