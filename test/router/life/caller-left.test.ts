import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, decisionLog, type Model, type RouterEvent, spendMeter } from "../../../src/index.ts";
import { prometheus } from "../../../src/serve/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 10_000 };
const question = { messages: [{ role: "user" as const, content: "Hello" }] };

/** A model that never answers whole, and whose stream stalls after its first word. */
function stalled(): Model {
  const model = fakeModel({ model: "small", price, answer: "one two three" });
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return {
    ...model,
    generate: (_, { signal }) => never(signal),
    async *stream(chat, options) {
      for await (const chunk of model.stream(chat, options)) {
        yield chunk;
        if (chunk.choices[0]?.delta.content) await never(options.signal);
      }
    },
  };
}

function watched() {
  const events: RouterEvent[] = [];
  const file = join(mkdtempSync(join(tmpdir(), "left-")), "decisions.jsonl");
  const log = decisionLog({ file });
  const meter = spendMeter();
  const small = stalled();
  const router = createRouter({
    models: { small },
    policy: always("small"),
    execution: { retries: 0, breaker: { minCalls: 1 } },
    onEvent: (event) => {
      events.push(event);
      meter(event);
      log(event);
    },
  });
  onTestFinished(() => router.close());
  return { router, events, file, log, meter, metrics: prometheus(router) };
}

async function leave(router: ReturnType<typeof watched>["router"], how: "abort" | "timeout" | "break") {
  if (how === "break") {
    for await (const chunk of router.stream(question)) if (chunk.choices[0]?.delta.content) break;
    return;
  }
  const signal = how === "timeout" ? AbortSignal.timeout(20) : AbortSignal.abort(new Error("closed the tab"));
  const error = await router.route(question, { signal }).catch((thrown: unknown) => thrown);
  expect(error).toBe(signal.reason);
}

it.each(["abort", "timeout", "break"] as const)(
  "a caller that leaves (%s) is told as such, and nothing has failed",
  async (how) => {
    const { router, events, file, log, meter, metrics } = watched();
    for (let at = 0; at < 5; at += 1) await leave(router, how);
    const failed = events.filter((event) => event.type === "request-failed");
    expect(failed.map(({ error }) => error.code)).toEqual(Array(5).fill("aborted"));
    const attempts = events.filter((event) => event.type === "attempt-ended");
    expect(attempts.map(({ attempt }) => attempt.error?.code)).toEqual(attempts.map(() => "aborted"));
    if (how !== "abort") expect(attempts).toHaveLength(5);
    for (const { attempt } of attempts) {
      expect(attempt.costEstimated).toBe(true);
      expect(attempt.costUsd).toBeGreaterThan(0);
    }
    expect(meter.report().total).toMatchObject({ attempts: attempts.length, failed: 0 });
    expect(events.some(({ type }) => type === "attempt-skipped")).toBe(false);
    expect((await router.decide(question)).candidates[0]?.health?.healthy ?? true).toBe(true);
    const text = await metrics.text();
    // One that left before it was decided has no model.
    const model = how === "abort" ? "none" : "small";
    expect(text).toContain(`switchpoint_requests_total{outcome="aborted",model="${model}"} 5`);
    expect(text).not.toContain('outcome="failed"');
    expect(text).not.toMatch(/_errors_total\{/);
    await router.close();
    await log.close();
    // A request without a decision has no line.
    const lines = how === "abort" ? [] : readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).error?.code)).toEqual(lines.map(() => "aborted"));
    if (how !== "abort") expect(lines).toHaveLength(5);
  },
);
