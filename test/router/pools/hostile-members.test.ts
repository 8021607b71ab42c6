import { expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool, roundRobin } from "../../../src/router/pools/index.ts";
import { servedNames } from "../../../src/router/pools/members/served-names.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { engineServer, traffic } from "../../support/pools/engine-server.ts";

/** A router over a pool of these members, and the events of that pool. */
function routerOf(members: Parameters<typeof pool>[1], load?: { everyMs: number }) {
  const own = pool("own", members, { balance: roundRobin, load });
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { own },
    policy: always("own"),
    execution: { backoffBaseMs: 1, retryBudget: { ratio: 1 } },
    onEvent: (event) => {
      if (event.type.startsWith("pool-") || event.type === "model-life") events.push(event);
    },
  });
  onTestFinished(() => router.close());
  return { own, router, events };
}

test("a key that rotates, at two members at different times, loses no call, and the loads come back", async () => {
  const [first, second] = [await engineServer(), await engineServer()];
  const keys = { first: "1", second: "1" };
  Object.assign(first, { key: "1" });
  Object.assign(second, { key: "1" });
  const { own, router, events } = routerOf(
    [
      vllm("qwen", { baseUrl: first.url, apiKey: () => keys.first }),
      vllm("qwen", { baseUrl: second.url, apiKey: async () => keys.second }),
    ],
    { everyMs: 10 },
  );
  await traffic(router, 50);
  for (const round of ["2", "3"]) {
    // The server has the new key before the application does.
    first.key = round;
    await traffic(router, 100);
    await vi.waitFor(() =>
      expect(events.at(-1)).toMatchObject({
        type: "pool-problem",
        problem: expect.stringContaining("status 401: is the key of the member right?"),
      }),
    );
    keys.first = round;
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: "pool-recovered" }));
    // The application has it before the server.
    keys.second = round;
    await traffic(router, 100);
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: "pool-problem" }));
    second.key = round;
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: "pool-recovered" }));
    await vi.waitFor(() => expect(own.members?.().map(({ load }) => load?.running)).toEqual([0, 0]));
    const before = [first.calls, second.calls];
    await vi.waitFor(
      async () => {
        await traffic(router, 20);
        expect([first.calls, second.calls].every((calls, at) => calls > (before[at] as number))).toBe(true);
      },
      { timeout: 90_000 },
    );
  }
  expect(events.map(({ type }) => type)).toEqual(
    Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? "pool-problem" : "pool-recovered")),
  );
  expect(JSON.stringify(events)).not.toMatch(/Bearer|Unauthorized/);
}, 120_000);

test.each([
  ["from the start", 0],
  ["after a while", 60],
])("a member that answers for another model %s is told once, and that it is over", async (_name, good) => {
  const servers = [await engineServer(), await engineServer(), await engineServer()] as const;
  const [odd] = servers;
  const { own, router, events } = routerOf(
    servers.map(({ url }) => vllm("qwen", { baseUrl: url, apiKey: "none" })),
  );
  if (good > 0) await traffic(router, good);
  odd.name = "llama-70b";
  await traffic(router, 300);
  // Another name in each answer, of any length, is the same state.
  let calls = 0;
  Object.defineProperty(odd, "name", {
    get: () => `liar-${calls++}-${"x".repeat(1_000)}`,
    configurable: true,
  });
  await traffic(router, 100);
  const told = () => events.filter(({ type }) => type.startsWith("pool-"));
  expect(told()).toMatchObject([{ type: "pool-problem", ready: 3 }]);
  expect(told()[0]).toMatchObject({
    problem: expect.stringMatching(
      /^own@http:\S+: asked for qwen, it answers as llama-70b, and others as qwen: which model is loaded there\?$/,
    ),
  });
  expect(own.pool?.problems?.()).toHaveLength(1);
  Object.defineProperty(odd, "name", { value: "qwen" });
  await traffic(router, 120);
  expect(told()).toHaveLength(2);
  expect(told()[1]).toMatchObject({ type: "pool-recovered" });
  expect(own.pool?.problems?.()).toEqual([]);
});

test("members that are asked for other models, or are gone, are no measure", () => {
  let keys = ["a", "b", "c"];
  const names = servedNames(() => keys);
  const onLasting = vi.fn();
  names.onLasting = onLasting;
  const [qwen, llama] = [fakeModel({ model: "qwen" }), fakeModel({ model: "llama" })];
  names.note("a", qwen, "qwen.gguf");
  names.note("b", qwen, "qwen.gguf");
  names.note("c", llama, "llama.gguf");
  for (const nothing of [undefined, null, 7, "", {}]) names.note("a", qwen, nothing);
  expect(names.lasting()).toEqual([]);
  keys = ["d", "e"];
  names.note("d", qwen, "qwen-2.gguf");
  expect(names.lasting()).toEqual([]);
  names.note("e", qwen, "a name of\nseveral words");
  expect(names.lasting().join()).toBe(
    "e: asked for qwen, it answers as other, and others as qwen-2.gguf: which model is loaded there?",
  );
  expect(onLasting).toHaveBeenCalledTimes(1);
  for (let at = 0; at < 5_000; at += 1) names.note(`gone-${at}`, qwen, `name-${at}`);
  keys = ["e"];
  expect(names.lasting()).toEqual([]);
});
