import { describe, expect, it } from "vitest";
import { z } from "zod";
import { finishReason } from "../../../policies/checks/index.ts";
import { cascade } from "../../../policies/index.ts";
import { InvalidOutputError, InvalidRequestError, isRouterError } from "../../../src/index.ts";
import type { ChatRequest, Model } from "../../../src/plugin/index.ts";
import { createRouter } from "../../../src/presets/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const city = z.object({ name: z.string(), people: z.number().int() });
const good = '{"name":"Ulm","people":128928}';
const messages: ChatRequest["messages"] = [{ role: "user", content: "Ulm?" }];

/** A model that gives these answers in turn, the last one for ever, and keeps what it was asked. */
function talker(name: string, ...answers: string[]): { model: Model; asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  const answer = ({ messages }: ChatRequest) => {
    void messages;
    return answers[Math.min(asked.length, answers.length) - 1] ?? "";
  };
  const base = fakeModel({ model: name, capabilities: { jsonSchema: true } });
  const inner = (request: ChatRequest) => {
    asked.push(request);
    return fakeModel({ model: name, answer: answer(request) });
  };
  return {
    asked,
    model: {
      ...base,
      generate: (request, options) => inner(request).generate(request, options),
      stream: (request, options) => inner(request).stream(request, options),
    },
  };
}

const only = { name: "only", models: ["small"], select: () => ({ model: "small", reason: "only" }) } as const;

describe("output", () => {
  it("sends the schema, and returns what the schema makes of the answer", async () => {
    const small = talker("s", good);
    const router = createRouter({ models: { small: small.model }, policy: only });
    const { output, text, attempts } = await router.route({ messages, output: city });
    expect(output).toEqual({ name: "Ulm", people: 128928 });
    expect(text).toBe(good);
    expect(attempts[0]?.check).toEqual({ name: "validOutput", accepted: true });
    expect(small.asked[0]?.response_format).toEqual({
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
    expect(small.asked[0]).not.toHaveProperty("output");
  });

  it("calls the next permitted model if an answer does not validate", async () => {
    const [small, large] = [talker("s", '{"name":"Ulm"}'), talker("l", good)];
    const router = createRouter({ models: { small: small.model, large: large.model }, policy: only });
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
      models: { small: small.model, large: large.model },
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
    const router = createRouter({ models: { small: small.model }, policy: only });
    const { output, attempts } = await router.route({ messages, output: { schema: city, repair: true } });
    expect(output.people).toBe(128928);
    expect(attempts.map(({ hop, next, check }) => [hop, next, check?.accepted])).toEqual([
      ["answer", "repair", false],
      ["repair", undefined, true],
    ]);
    expect(small.asked[1]?.messages.slice(1)).toEqual([
      { role: "assistant", content: '{"name":"Ulm","people":"many"}' },
      { role: "user", content: expect.stringContaining("- /people: ") },
    ]);
  });

  it("rejects with the places of the last answer, and none of its words, if nothing validates", async () => {
    const small = talker("s", '{"name":7,"people":"SECRET","SECRET":1}');
    const router = createRouter({ models: { small: small.model }, policy: only });
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
    const router = createRouter({ models: { small: talker("s", good, "{}").model }, policy: only });
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

  it("refuses what is no schema, and a response format beside it", async () => {
    const router = createRouter({ models: { small: talker("s", good).model }, policy: only });
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
});
