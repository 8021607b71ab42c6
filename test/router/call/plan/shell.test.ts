import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Hop, ProviderError } from "../../../../src/contracts/index.ts";
import { generate } from "../../../../src/router/call/index.ts";
import type { AdmissionParts } from "../../../../src/router/limits/admission.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { type ExecutionParts, executionFor, streamOf } from "../../../support/execution/execution-for.ts";

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Limits = NonNullable<AdmissionParts["limits"]>;
type Entered = ReturnType<Limits["enter"]>;

const pass: Exclude<Entered, string> = {
  waitMs: 0,
  queueTimeoutMs: 1,
  queue: () => true,
  begin: () => 0,
  onRateLimit: () => {},
  end: () => {},
};
const noDelay: Limits["delayOf"] = () => undefined;

/** A model whose first calls fail. */
function failing(model: string, failures: number) {
  let calls = 0;
  const answer = () => {
    calls += 1;
    if (calls <= failures) throw new ProviderError({ kind: "server", model: `fake:${model}` });
    return `from ${model}`;
  };
  return fakeModel({ model, answer });
}

/** A router's budget that holds this many tokens, and counts those that were taken at once. */
function tokens(count: number) {
  let [left, asked, mostTaken] = [count, 0, 0];
  const withdraw = () => {
    asked += 1;
    // A plan that asks forever would never end this test.
    if (asked > 20) throw new Error("asked forever");
    if (left === 0) return false;
    left -= 1;
    mostTaken = Math.max(mostTaken, count - left);
    return true;
  };
  const giveBack = () => {
    left += 1;
  };
  return {
    budget: { withdraw, giveBack },
    get mostTaken() {
      return mostTaken;
    },
  };
}

async function run(parts: ExecutionParts, how: "generate" | "stream" = "generate") {
  const skipped: string[] = [];
  const context = executionFor({
    options: { backoffBaseMs: 0, ...parts.options },
    skipped: (id: string, hop: Hop) => skipped.push(`${id} ${hop}`),
    ...parts,
  });
  const running = (async () => {
    if (how === "generate") await generate(context);
    else for await (const _ of streamOf(context)) await Promise.resolve();
  })().catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  const calls = context.attempts.map(({ model, hop }) => `${model} ${hop}`);
  return { error: await running, calls, skipped };
}

describe("a retry that its rate holds up when it has waited", () => {
  /** Turns the second entry away, as after a backoff in which others have used the rate. */
  const heldUpOnce = (): Limits => {
    let entries = 0;
    const enter = () => {
      entries += 1;
      return entries === 2 ? "its rate" : pass;
    };
    return { delayOf: noDelay, enter };
  };

  it("takes one token of the retry budget, and is made although that was the last", async () => {
    const retryBudget = tokens(1);
    const limits = heldUpOnce();
    const made = await run({
      models: { small: failing("small", 1) },
      limits,
      retryBudget: retryBudget.budget,
    });
    expect(made).toEqual({
      error: undefined,
      calls: ["small answer", "small retry"],
      skipped: ["small retry"],
    });
    expect(retryBudget.mostTaken).toBe(1);
  });

  it("counts as one retry", async () => {
    const options = { retries: 2, backoffBaseMs: 0 };
    const { error, calls } = await run({
      models: { small: failing("small", 2) },
      limits: heldUpOnce(),
      options,
    });
    expect([error, calls]).toEqual([undefined, ["small answer", "small retry", "small retry"]]);
  });

  it("comes after a model that was passed over and has room earlier", async () => {
    const waits = new Map([["fake:large", 20]]);
    let entries = 0;
    const limits: Limits = {
      delayOf: ({ name }) => {
        const ms = waits.get(name);
        return ms === undefined ? undefined : { ms, reason: "its rate" };
      },
      enter: ({ name }) => {
        entries += 1;
        if (entries !== 2) return pass;
        waits.set(name, 50);
        return "its rate";
      },
    };
    const { calls } = await run({
      models: { small: failing("small", 1), large: failing("large", 0) },
      limits,
    });
    expect(calls).toEqual(["small answer", "large fallback"]);
  });
});

it("a hedge that finds no room takes one token of the hedge budget, whichever model is called then", async () => {
  const hedgeBudget = tokens(1);
  const slow = (model: string) =>
    fakeModel({
      model,
      wait: () => new Promise<void>((resolve) => setTimeout(resolve, 50)),
      answer: `from ${model}`,
    });
  const { calls, skipped } = await run(
    {
      models: { small: slow("small"), large: slow("large"), other: slow("other") },
      limits: { delayOf: noDelay, enter: ({ name }) => (name === "fake:large" ? "its rate" : pass) },
      hedging: { afterMs: () => 10, ...hedgeBudget.budget },
    },
    "stream",
  );
  expect(calls).toEqual(["small answer", "other hedge"]);
  expect(skipped).toEqual(["large hedge"]);
  expect(hedgeBudget.mostTaken).toBe(1);
});

it("a last resort that a constraint forbids is not reported as passed over a second time", async () => {
  let isPermitted = true;
  const limits: Limits = {
    delayOf: noDelay,
    enter: () => {
      isPermitted = false;
      return "its rate";
    },
  };
  const { calls, skipped } = await run({
    models: { small: failing("small", 0) },
    limits,
    permits: () => isPermitted || "not now",
  });
  expect([calls, skipped]).toEqual([[], ["small answer"]]);
});
