import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Model } from "../../../src/contracts/index.ts";
import type { Account, Call, Refusal } from "../../../src/contracts/ports/index.ts";
import { createRouter } from "../../../src/index.ts";
import { openAccount } from "../../../src/router/budget/account.ts";
import type { Execution } from "../../../src/router/call/context.ts";
import { callDirectly, chatCall, directPlan, generate } from "../../../src/router/call/index.ts";
import { pool, roundRobin } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type ExecutionParts, executionFor } from "../../support/execution/execution-for.ts";

const names = ["a", "b", "c"] as const;
const at = (name: string): Model => ({
  ...fakeModel({ name: "vllm:m", answer: name }),
  endpoint: `http://${name}/`,
});

/** An execution of a pool of three, whose money is reserved in a store that answers later. */
function execution(
  reserve: (name: string) => true | Refusal,
  parts: Partial<ExecutionParts> = {},
  permitted: (name: string) => true | string = () => true,
) {
  const members = names.map((name) => ({ name, model: at(name) }));
  const released: string[] = [];
  const asked: string[] = [];
  const inner = openAccount({});
  const account: Account = {
    ...inner,
    left: () => undefined,
    fits: () => true,
    reserve: async (call: Call) => {
      const name = call.name ?? "";
      asked.push(name);
      await Promise.resolve();
      return reserve(name);
    },
    settle: () => {},
    reached: () => ({ limitUsd: 1 }),
    release: (id) => void released.push(id),
  } as Account;
  const base = executionFor({ models: { own: fakeModel({ name: "own" }) }, account, ...parts });
  const run: Execution = {
    ...base,
    poolOf: () => ({
      rules: { maxWaitMs: 0, order: (all) => [...all.keys()] },
      ask: () =>
        members.map(({ name, model }) => ({
          member: { key: name, model, facts: model, state: "ready", inFlight: 0 },
          candidate: { id: "own", facts: model, estimatedCostUsd: 1 },
          permitted: permitted(name),
        })),
    }),
  };
  return { run, asked, released };
}

const unpaid: Refusal = { by: "budget", reason: "its budget is used up" };

describe("a pool whose money is kept in a store", () => {
  it("goes on with the next member where the store refuses one", async () => {
    const { run, asked } = execution((name) => (name === "c" ? true : unpaid));
    expect((await generate(run)).choices[0]?.message.content).toBe("c");
    expect(asked).toEqual(["a", "b", "c"]);
  });

  it("goes on where a member's breaker has opened while the store was asked", async () => {
    const { run, released } = execution(() => true, {
      breakers: { enter: (name) => (name === "a" ? "its breaker is open" : true) },
    });
    expect((await generate(run)).choices[0]?.message.content).toBe("b");
    expect(released).toHaveLength(1);
  });

  it("goes on where a member left while the store was asked, and never calls it", async () => {
    const gone = new Set<string>();
    const { run } = execution(
      (name) => {
        gone.add(name === "a" ? "a" : "b");
        return name === "b" ? unpaid : true;
      },
      {},
      (name) => (gone.has(name) ? "state: draining" : true),
    );
    expect((await generate(run)).choices[0]?.message.content).toBe("c");
  });

  it("asks no other member where the store itself fails", async () => {
    const { run, asked } = execution(() => {
      throw new Error("down");
    });
    await expect(generate(run)).rejects.toMatchObject({ code: "budget-exceeded" });
    expect(new Set(asked)).toEqual(new Set(["a"]));
  });

  it("goes on for a direct call, too, which leaves the plan's turns as they are", async () => {
    const { run, asked } = execution((name) => (name === "a" ? unpaid : true));
    const direct = { ...run, ...directPlan("own", "check") };
    expect((await callDirectly(direct, chatCall)).choices[0]?.message.content).toBe("b");
    expect([asked, [...(direct.called ?? [])], run.called]).toEqual([
      ["a", "b"],
      [["own", ["b"]]],
      undefined,
    ]);
  });

  it("asks a bounded number of members", async () => {
    const { run, asked } = execution(() => unpaid);
    await expect(generate(run)).rejects.toThrow();
    expect(asked.slice(0, 3)).toEqual(["a", "b", "c"]);
    expect(asked.length).toBeLessThanOrEqual(3);
  });
});

describe("a late stream of a pool", () => {
  function late(count: number) {
    const called: string[] = [];
    const models = names.slice(0, count).map((name): Model => {
      const inner = at(name);
      return {
        ...inner,
        async *stream(request, options) {
          called.push(name);
          if (called.length === 1)
            await new Promise((_, reject) => {
              options.signal.addEventListener("abort", () => reject(options.signal.reason));
            });
          yield* inner.stream(request, options);
        },
      };
    });
    const own = pool("own", models, { balance: roundRobin });
    const router = createRouter({
      models: { own, other: fakeModel({ name: "other", answer: "other" }) },
      policy: always("own"),
      execution: { hedge: { afterMs: 5, ratio: 1 } },
    });
    return { called, own, router };
  }

  it("is helped by another member, whose attempt says so", async () => {
    const { called, own, router } = late(2);
    const stream = router.stream("Hello");
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    const { attempts } = await stream.result;
    expect(new Set(called)).toEqual(new Set(["a", "b"]));
    expect(attempts.map(({ model, hop }) => `${model} ${hop}`)).toEqual(["own answer", "own hedge"]);
    expect(attempts[1]?.member).toBe(`own@http://${text}/#vllm:m`);
    expect(attempts[0]?.error?.code).toBe("abandoned");
    expect(own.members?.().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  it("is helped by another model where it has no other member", async () => {
    const { router } = late(1);
    const stream = router.stream("Hello");
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("other");
    expect((await stream.result).attempts.map(({ model, hop }) => `${model} ${hop}`)).toEqual([
      "own answer",
      "other hedge",
    ]);
  });
});
