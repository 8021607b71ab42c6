import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Check,
  type HopContext,
  InvalidOptionError,
  isRouterError,
} from "../../../src/contracts/index.ts";
import { generate } from "../../../src/router/call/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { executionFor } from "../../support/execution/execution-for.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 10_000 };
const usage = { inputTokens: 100, outputTokens: 10 }; // 0.1 + 0.1 USD
const small = () => fakeModel({ model: "small", price, usage, answer: "from small" });
const large = () => fakeModel({ model: "large", price, usage, answer: "from large" });

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Parts = Partial<Parameters<typeof executionFor>[0]>;

/** Runs small, then large unless the check accepts, while timers fire as they come due. */
async function run(accepts: Check["accepts"], parts: Parts = {}) {
  const models = { small: small(), large: large() };
  const unless = { name: "mine", accepts };
  const context = executionFor({
    models,
    plan: [{ model: "small", unless }, { model: "large" }],
    ...parts,
  });
  const running = generate(context).then(
    (completion) => ({ text: completion.choices[0]?.message.content, error: undefined }),
    (error: unknown) => ({ text: undefined, error }),
  );
  await vi.runAllTimersAsync();
  return { ...(await running), models, context, check: context.attempts[0]?.check };
}

describe("the verdict of a check", () => {
  it("is recorded in the attempt whose answer it judged, and in no other", async () => {
    const accepted = await run(() => true);
    expect(accepted.text).toBe("from small");
    expect(accepted.check).toEqual({ name: "mine", accepted: true });
    const refused = await run(async () => false);
    expect(refused.text).toBe("from large");
    expect(refused.context.attempts.map(({ check }) => check)).toEqual([
      { name: "mine", accepted: false },
      undefined,
    ]);
    expect(refused.context.reported[0]?.check).toEqual({ name: "mine", accepted: false });
  });

  it("may have remarks, of which 200 characters are kept", async () => {
    const { check } = await run((_request, _answer, hop) => {
      hop.note?.("nothing to compare");
      hop.note?.(7 as never);
      hop.note?.("x".repeat(10_000));
      return false;
    });
    expect(check).toMatchObject({ accepted: false, note: expect.stringMatching(/^nothing to compare; x+$/) });
    expect(check?.note).toHaveLength(200);
  });

  const failures: Record<string, [Check["accepts"], string]> = {
    throws: [
      () => {
        throw new TypeError("secret");
      },
      "threw an error of type TypeError",
    ],
    rejects: [async () => Promise.reject("secret"), "threw an error of type string"],
    "throws one of our errors": [
      () => {
        throw new InvalidOptionError("mine.model", 1, "a model");
      },
      "mine.model must be a model, got 1",
    ],
    "answers with anything else": [(() => "yes") as never, "returned string, not true or false"],
    "answers later with nothing": [(async () => null) as never, "returned null, not true or false"],
    hangs: [() => new Promise<boolean>(() => {}), "gave no verdict within checkTimeoutMs of 30000 ms"],
  };
  for (const [what, [accepts, error]] of Object.entries(failures)) {
    it(`is a refusal with its reason if the check ${what}`, async () => {
      const { text, check } = await run(accepts);
      expect(text).toBe("from large");
      expect(check).toEqual({ name: "mine", accepted: false, error });
    });
  }

  it("is waited for as long as checkTimeoutMs says", async () => {
    const before = Date.now();
    const { check } = await run(() => new Promise<boolean>(() => {}), { options: { checkTimeoutMs: 250 } });
    expect(check?.error).toBe("gave no verdict within checkTimeoutMs of 250 ms");
    expect(Date.now() - before).toBe(250);
  });

  it("is waited for no longer than the deadline, after which nothing is called", async () => {
    const before = Date.now();
    const { error, models, check } = await run(() => new Promise<boolean>(() => {}), {
      deadlineMs: 500,
    });
    expect(isRouterError(error, "deadline-exceeded")).toBe(true);
    expect(Date.now() - before).toBe(500);
    expect(check?.error).toBe("gave no verdict before the deadline");
    expect(models.large.requests).toHaveLength(0);
  });

  it("is not waited for when the caller aborts: the reason is rethrown", async () => {
    const controller = new AbortController();
    const reason = new Error("user left");
    setTimeout(() => controller.abort(reason), 100);
    const before = Date.now();
    const { error, models } = await run(() => new Promise<boolean>(() => {}), { signal: controller.signal });
    expect(error).toBe(reason);
    expect(Date.now() - before).toBe(100);
    expect(models.large.requests).toHaveLength(0);
  });
});

describe("asking again", () => {
  const twice: Check["accepts"] = async (_, answer, hop) => {
    const second = await hop.again?.({ temperature: 0.7 });
    return second?.choices[0]?.message.content === answer.choices[0]?.message.content;
  };

  it("sends the same request, changed, to the same model, as an attempt of its own", async () => {
    const { text, models, context } = await run(twice);
    expect(text).toBe("from small");
    const [first, second] = models.small.requests;
    expect(second).toEqual({ ...first, temperature: 0.7 });
    expect(context.attempts.map(({ model, hop, check }) => [model, hop, check?.accepted])).toEqual([
      ["small", "answer", true],
      ["small", "check", undefined],
    ]);
    expect(context.attempts[1]?.costUsd).toBeCloseTo(0.2, 12);
  });

  it("is under the constraints and within the budget", async () => {
    const permits = (_: string, hop: string) => hop !== "check" || "not again";
    const forbidden = await run(twice, { permits });
    expect(forbidden.text).toBe("from large");
    expect(forbidden.check?.error).toBe("no model may serve this request (small: not again)");
    // The first call may write 269 tokens and writes 10; what is left does not pay for 256.
    const poor = await run(twice, { maxCostUsd: 2.7 });
    expect(isRouterError(poor.error, "budget-exceeded")).toBe(true);
    expect(poor.check?.error).toContain("is not enough");
    expect(poor.models.small.requests).toHaveLength(1);
  });

  it("ends with the check", async () => {
    const signals: AbortSignal[] = [];
    const openHop = (): HopContext & { end(): void } => {
      const controller = new AbortController();
      signals.push(controller.signal);
      return {
        signal: controller.signal,
        now: 0,
        generate: () => Promise.reject(new Error("not here")),
        call: () => Promise.reject(new Error("not here")),
        permits: () => true,
        end: () => controller.abort(),
      };
    };
    let calls = 0;
    const answer = () => {
      calls += 1;
      return calls === 1 ? "from small" : new Promise<string>(() => {});
    };
    const slow = fakeModel({ model: "small", answer });
    const { text, check } = await run(twice, { openHop, models: { small: slow, large: large() } });
    expect(text).toBe("from large");
    expect(check?.error).toContain("checkTimeoutMs");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
