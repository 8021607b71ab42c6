import { describe, expect, it } from "vitest";
import { z } from "zod";
import { finishReason } from "../../../../policies/checks/index.ts";
import { always, cascade } from "../../../../policies/index.ts";
import {
  type Constraint,
  InvalidOutputError,
  InvalidRequestError,
  isRouterError,
} from "../../../../src/index.ts";
import type { ChatRequest } from "../../../../src/plugin/index.ts";
import { createRouter } from "../../../../src/router/presets/create-router.ts";
import { type FakeModel, fakeModel } from "../../../../src/testing/index.ts";

const city = z.object({ name: z.string(), people: z.number().int() });
const good = '{"name":"Ulm","people":128928}';
const messages: ChatRequest["messages"] = [{ role: "user", content: "Ulm?" }];

/** A model that gives these answers in turn, the last one again and again, and keeps what it was asked. */
function talker(model: string, ...answers: string[]): FakeModel {
  let calls = 0;
  const answer = () => {
    calls += 1;
    return answers[Math.min(calls, answers.length) - 1] ?? "";
  };
  return fakeModel({ model, capabilities: { jsonSchema: true, tools: true }, answer });
}

const only = always("small");

describe("output", () => {
  it("sends the schema, and returns what the schema makes of the answer", async () => {
    const small = talker("s", good);
    const router = createRouter({ models: { small }, policy: only });
    const { output, text, attempts } = await router.route({ messages, output: city });
    expect(output).toEqual({ name: "Ulm", people: 128928 });
    expect(text).toBe(good);
    expect(attempts[0]?.check).toEqual({ name: "validOutput", accepted: true });
    expect(small.requests[0]?.response_format).toEqual({
      type: "json_schema",
      json_schema: {
        name: "output",
        strict: true,
        schema: {
          type: "object",
          properties: {
            name: { type: "string" },
            people: { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 },
          },
          required: ["name", "people"],
          additionalProperties: false,
        },
      },
    });
    expect(small.requests[0]).not.toHaveProperty("output");
  });

  it("does not take a verdict that comes too late for that on the next answer", async () => {
    let settle: (result: unknown) => void = () => {};
    const late = new Promise((resolve) => {
      settle = resolve;
    });
    const validate = (value: unknown) => {
      if (value === 1) return late;
      settle({ value: "of the first answer" });
      return new Promise(() => {});
    };
    const schema = { "~standard": { version: 1, vendor: "own", validate } } as const;
    const models = { small: talker("s", "1"), large: talker("l", "2") };
    const router = createRouter({ models, policy: only, execution: { checkTimeoutMs: 20 } });
    const routed = router.route({ messages, output: { schema, jsonSchema: { type: "integer" } } });
    const error = await routed.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "invalid-output", problem: "no-verdict" });
  });

  it("calls the next permitted model if an answer does not validate", async () => {
    const [small, large] = [talker("s", '{"name":"Ulm"}'), talker("l", good)];
    const router = createRouter({ models: { small, large }, policy: only });
    const { output, attempts, degraded } = await router.route({ messages, output: city });
    expect(output.people).toBe(128928);
    expect(attempts.map(({ model, hop, check }) => [model, hop, check?.accepted])).toEqual([
      ["small", "answer", false],
      ["large", "fallback", true],
    ]);
    expect(degraded).toBeUndefined();
  });

  it("escalates in a cascade, also where fallbacks are off", async () => {
    const [small, large] = [talker("s", "no JSON"), talker("l", good)];
    const router = createRouter({
      models: { small, large },
      policy: cascade({ first: "small", then: "large", unless: finishReason() }),
    });
    const { attempts } = await router.route({ messages, output: city, fallback: false });
    expect(attempts.map(({ hop, next }) => [hop, next])).toEqual([
      ["answer", "escalate"],
      ["cascade", undefined],
    ]);
  });

  it("lets the model repair its answer once, as an attempt that is paid for", async () => {
    const small = talker("s", '{"name":"Ulm","people":"many"}', good);
    const router = createRouter({ models: { small }, policy: only });
    const { output, attempts } = await router.route({ messages, output: { schema: city, repair: true } });
    expect(output.people).toBe(128928);
    expect(attempts.map(({ hop, next, check }) => [hop, next, check?.accepted])).toEqual([
      ["answer", "repair", false],
      ["repair", undefined, true],
    ]);
    expect(small.requests[1]?.messages.slice(1)).toEqual([
      { role: "assistant", content: '{"name":"Ulm","people":"many"}' },
      { role: "user", content: expect.stringContaining("- /people: ") },
    ]);
  });

  it("rejects with the places of the last answer, and none of its words, if nothing validates", async () => {
    const small = talker("s", '{"name":7,"people":"SECRET","SECRET":1}');
    const router = createRouter({ models: { small }, policy: only });
    const error = await router.route({ messages, output: city }).catch((thrown: unknown) => thrown);
    if (!isRouterError(error, "invalid-output")) throw error;
    expect(error).toBeInstanceOf(InvalidOutputError);
    expect(error.message).toBe(
      "no answer validates; the last one: it does not fit the schema at /name, /people",
    );
    expect(error.issues.map(({ path }) => path)).toEqual([["name"], ["people"]]);
    expect(JSON.stringify(error)).not.toContain("SECRET");
    expect(error.text).toContain("SECRET");
    expect(error.attempts).toHaveLength(1);
  });

  it("streams chunks, and validates the whole answer at the end", async () => {
    const router = createRouter({ models: { small: talker("s", good, "{}") }, policy: only });
    const stream = router.stream({ messages, output: city });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe(good);
    expect((await stream.result).output.name).toBe("Ulm");

    const bad = router.stream({ messages, output: city });
    const read = async () => {
      for await (const _ of bad);
    };
    await expect(read()).rejects.toMatchObject({ code: "invalid-output", problem: "issues" });
    await expect(bad.result).rejects.toBeInstanceOf(InvalidOutputError);
  });

  it("refuses anything but a schema, and a response format next to one", async () => {
    const router = createRouter({ models: { small: talker("s", good) }, policy: only });
    const given = [
      {},
      7,
      { schema: city, more: 1 },
      { schema: city, repair: 1 },
      { schema: city, name: "a b" },
    ];
    for (const output of given)
      await expect(
        router.route({ messages, output } as never),
        JSON.stringify(output),
      ).rejects.toBeInstanceOf(InvalidRequestError);
    await expect(
      router.route({ messages, output: city, response_format: { type: "json_object" } } as never),
    ).rejects.toMatchObject({ field: "response_format" });
  });

  it("is undefined where the answer calls tools", async () => {
    const toolCalls = [{ id: "c", type: "function" as const, function: { name: "look", arguments: "{}" } }];
    const small = fakeModel({ answer: { toolCalls }, capabilities: { jsonSchema: true, tools: true } });
    const router = createRouter({ models: { small }, policy: only });
    const tools = [{ type: "function" as const, function: { name: "look" } }];
    const { output, completion } = await router.route({ messages, output: city, tools });
    expect(output).toBeUndefined();
    expect(completion.choices[0]?.message.tool_calls).toHaveLength(1);
  });

  it("takes a schema that says no JSON Schema, with one next to it, and waits for its verdict", async () => {
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "own",
        validate: async (value: unknown) =>
          typeof value === "number"
            ? { value: value * 2 }
            : { issues: [{ message: "no", path: [{ key: "x" }] }] },
      },
    };
    const router = createRouter({ models: { small: talker("s", "21", '"x"') }, policy: only });
    const asked = { messages, output: { schema, jsonSchema: { type: "number" } } };
    expect((await router.route(asked)).output).toBe(42);
    // Its issue names a key that the JSON Schema does not know.
    await expect(router.route(asked)).rejects.toMatchObject({ issues: [{ path: ["*"] }] });
    await expect(router.route({ messages, output: { schema } })).rejects.toMatchObject({
      field: "output.jsonSchema",
      problem: expect.stringContaining("own"),
    });
  });

  it("repairs in a stream before it shows anything", async () => {
    const router = createRouter({ models: { small: talker("s", "{}", good) }, policy: only });
    const stream = router.stream({ messages, output: { schema: city, repair: true } });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe(good);
    expect((await stream.result).attempts.map(({ hop }) => hop)).toEqual(["answer", "repair"]);
  });

  it("counts a repair in a budget, and makes none that it cannot pay for", async () => {
    const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
    const small = { ...talker("s", "{}"), price };
    const router = createRouter({
      models: { small },
      policy: only,
      budgets: [{ name: "all", per: "router", period: "total", limitUsd: 3 }],
    });
    const ask = () =>
      router.route({ messages, output: { schema: city, repair: true } }).catch((error) => error);
    expect((await ask()).attempts.map(({ costUsd }: { costUsd: number }) => costUsd)).toEqual([1, 1]);
    expect((await ask()).attempts.map(({ hop }: { hop: string }) => hop)).toEqual(["answer"]);
    expect((await router.readBudgets())[0]?.used).toBe(3);
  });

  it("asks the constraints of a request about the repair", async () => {
    const hops: string[] = [];
    const noRepair: Constraint = {
      name: "no-repair",
      permits: (_candidate, { hop }) => {
        hops.push(hop);
        return hop !== "repair" || "no repairs";
      },
    };
    const small = talker("s", "{}");
    const router = createRouter({ models: { small }, policy: only });
    const asked = router.route({ messages, output: { schema: city, repair: true }, constraints: [noRepair] });
    await expect(asked).rejects.toBeInstanceOf(InvalidOutputError);
    expect(hops).toContain("repair");
    expect(small.requests).toHaveLength(1);
  });

  it.each([
    ["too deep", "[".repeat(100_000), "too-large"],
    ["too long", `"${"a".repeat(1_000_001)}"`, "too-large"],
    ["no JSON", "Here you are: {}", "not-json"],
    ["a key of the prototype", '{"__proto__":{"name":"x"},"people":1}', "issues"],
  ])("survives an answer that is %s", async (_, answer, problem) => {
    const router = createRouter({ models: { small: talker("s", answer) }, policy: only });
    await expect(router.route({ messages, output: city })).rejects.toMatchObject({ problem });
  });

  it("bounds a schema that takes too long, and reports one that throws", async () => {
    const slow = z.object({ name: z.string().regex(/^(a+)+$/) });
    const answer = `{"name":"${"a".repeat(40)}!"}`;
    const router = createRouter({ models: { small: talker("s", answer) }, policy: only });
    await expect(router.route({ messages, output: slow })).rejects.toMatchObject({ problem: "no-verdict" });
    const validate = async () => Promise.reject(new Error("SECRET"));
    const throws = { "~standard": { version: 1 as const, vendor: "own", validate } };
    const asked = router.route({ messages, output: { schema: throws, jsonSchema: { type: "object" } } });
    await expect(asked).rejects.toMatchObject({
      problem: "no-verdict",
      message: expect.not.stringContaining("SECRET"),
    });
  });

  it("is neither kept nor joined: what a schema accepts cannot be compared", async () => {
    const small = talker("s", good);
    const router = createRouter({ models: { small }, policy: only, cache: {}, coalesce: () => true });
    const ask = () => router.route({ messages, temperature: 0, output: city });
    await Promise.all([ask(), ask()]);
    expect(small.requests).toHaveLength(2);
  });
});
