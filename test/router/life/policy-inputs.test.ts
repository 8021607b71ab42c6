import { expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import type {
  EscalationEvent,
  PolicyInput,
  RequestFacts,
  RouterEvent,
} from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const models = { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) };
const reading = (input: PolicyInput) => ({ ...always("small"), reads: [input] });

test("an input is asked about each request, and its answer is in the decision", async () => {
  const input: PolicyInput = {
    id: "byTenant",
    create: () => ({ snapshot: ({ tenant }: RequestFacts) => tenant ?? "nobody" }),
  };
  const router = createRouter({ models, policy: reading(input) });
  const messages = [{ role: "user" as const, content: "Hello" }];
  expect((await router.decide({ tenant: "a", messages })).inputs).toEqual({ byTenant: "a" });
  expect((await router.decide({ messages })).inputs).toEqual({ byTenant: "nobody" });
});

test.each([
  ["a list", (length: number) => ["x".repeat(length - 4)]],
  ["a text", (length: number) => "x".repeat(length - 2)],
  ["a text of quotes", (length: number) => `${'"'.repeat((length - 2) / 2)}`],
])("a snapshot of more than 1 KB as %s is refused", async (_, of) => {
  let length = 1_024;
  const input: PolicyInput = { id: "all", create: () => ({ snapshot: () => of(length) }) };
  const router = createRouter({ models, policy: reading(input) });
  expect(JSON.stringify((await router.decide("Hello")).inputs?.["all"])).toHaveLength(1_024);
  length = 1_026;
  await expect(router.decide("Hello")).rejects.toThrow(
    "snapshot() of all must be a function that returns at most 1024 characters of JSON, got 1026",
  );
});

test("an input of any name has its own place", async () => {
  const router = createRouter({
    models,
    policy: reading({ id: "__proto__", create: () => ({ snapshot: () => 1 }) }),
  });
  const { inputs } = await router.decide("Hello");
  expect(Object.entries(inputs ?? {})).toEqual([["__proto__", 1]]);
});

test("events are frozen for an input, unless it says that it only reads", async () => {
  for (const onlyReads of [undefined, false, true]) {
    const seen: RouterEvent[] = [];
    const input: PolicyInput = {
      id: "seen",
      create: () => ({ snapshot: () => null, onlyReads, observe: (event) => void seen.push(event) }),
    };
    const router = createRouter({ models, policy: reading(input) });
    await router.decide("Hello");
    expect(seen.map(({ type }) => type)).toEqual(["decision-made"]);
    expect(Object.isFrozen(seen[0])).toBe(onlyReads !== true);
    router.observe(() => {});
    await router.decide("Hello");
    expect(Object.isFrozen(seen[1])).toBe(true);
  }
});

test("an input can emit events, which come after the one that it was told", async () => {
  const heard: string[] = [];
  const told: EscalationEvent = {
    type: "escalation-over",
    guard: "mine",
    by: "tenant",
    requests: 1,
    share: 0,
    usual: 1,
    capped: false,
    until: 0,
  };
  const input: PolicyInput = {
    id: "mine",
    create: ({ emit }) => ({
      snapshot: () => null,
      onlyReads: true,
      observe: ({ type }) => {
        if (type === "decision-made") emit(told);
        if (type === "escalation-over") throw new Error("an error of a listener");
      },
    }),
  };
  const router = createRouter({
    models,
    policy: reading(input),
    onEvent: ({ type }) => void heard.push(type),
  });
  await router.decide("Hello");
  expect(heard).toEqual(["decision-made", "escalation-over"]);
});
