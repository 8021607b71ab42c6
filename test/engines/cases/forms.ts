import assert from "node:assert/strict";
import type { ChatTool } from "../../../src/contracts/index.ts";
import { ask, type EngineCase } from "../engine-case.ts";

const tool = (name: string): ChatTool => ({
  type: "function",
  function: {
    name,
    description: "Returns a depth in metres.",
    parameters: {
      type: "object",
      properties: { place: { type: "string", enum: ["harbour", "bay"] } },
      required: ["place"],
      additionalProperties: false,
    },
  },
});
const tools = [tool("get_depth"), tool("get_tide")];
const request = { messages: ask(), tools, max_tokens: 200, temperature: 0.5, seed: 3 };
const schema = {
  type: "object",
  properties: { kind: { type: "string", enum: ["deep", "shallow"] }, sure: { type: "boolean" } },
  required: ["kind", "sure"],
  additionalProperties: false,
};

/** Calls of functions, and answers of a given form. */
export const formCases: readonly EngineCase[] = [
  {
    name: "tools, auto: text or a call of a function that was offered",
    async run({ model, router, engine }) {
      const own = router({ own: model() });
      const fields = { ...request, tool_choice: "auto" as const, ...engine.quirks.callsATool };
      const { completion } = await own.route(fields);
      const calls = completion.choices[0]?.message.tool_calls ?? [];
      for (const call of calls) assert.match(JSON.stringify(call), /get_(depth|tide)/);
      return `${calls.length} calls`;
    },
  },
  {
    name: "tools, required: a call whose arguments are valid",
    async run({ model, router, engine }) {
      const fields = { ...request, tool_choice: "required" as const, ...engine.quirks.callsATool };
      const { completion } = await router({ own: model() }).route(fields);
      const call = completion.choices[0]?.message.tool_calls?.[0];
      assert.ok(call?.type === "function", JSON.stringify(completion.choices[0]));
      assert.match(JSON.parse(call.function.arguments).place, /^(harbour|bay)$/);
      return undefined;
    },
  },
  {
    name: "tools, named: that function and no other",
    async run({ model, router, engine }) {
      const own = router({ own: model() });
      for (const name of ["get_depth", "get_tide"]) {
        const tool_choice = { type: "function" as const, function: { name } };
        const { completion } = await own.route({ ...request, tool_choice, ...engine.quirks.callsATool });
        const call = completion.choices[0]?.message.tool_calls?.[0];
        assert.ok(call?.type === "function", JSON.stringify(completion.choices[0]));
        assert.equal(call.function.name, name);
      }
      return undefined;
    },
  },
  {
    name: "tools, streamed: the pieces make one call",
    async run({ model, router, engine }) {
      const fields = { ...request, tool_choice: "required" as const, ...engine.quirks.callsATool };
      const stream = router({ own: model() }).stream(fields);
      let text = "";
      for await (const { choices } of stream)
        for (const call of choices[0]?.delta.tool_calls ?? [])
          if ((call.index ?? 0) === 0) text += call.function?.arguments ?? "";
      assert.match(JSON.parse(text).place, /^(harbour|bay)$/);
      return undefined;
    },
  },
  {
    name: "a JSON schema of the request is obeyed",
    async run({ model, router }) {
      const { text } = await router({ own: model() }).route({
        messages: ask(),
        max_tokens: 200,
        response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
      });
      const { kind, sure } = JSON.parse(text);
      assert.match(kind, /^(deep|shallow)$/);
      assert.equal(typeof sure, "boolean");
      return undefined;
    },
  },
  {
    name: "a JSON schema of the model's own option is obeyed",
    async run({ model, router }) {
      const own = router({ own: model({ structured: { json: schema } }) });
      const { text } = await own.route({ messages: ask(), max_tokens: 200 });
      assert.match(JSON.parse(text).kind, /^(deep|shallow)$/);
      return undefined;
    },
  },
  {
    name: "a grammar of the model's own option is obeyed",
    async run({ model, router }) {
      const own = router({ own: model({ structured: { grammar: 'root ::= "deep" | "shallow"' } }) });
      const { text } = await own.route({ messages: ask(), max_tokens: 50 });
      assert.match(text, /^(deep|shallow)$/);
      return undefined;
    },
  },
  {
    name: "probabilities of tokens are told, whole and streamed",
    async run({ model }) {
      const certain = model({ topLogprobs: 2 });
      const { signal } = new AbortController();
      const sent = { messages: ask(), max_tokens: 3 };
      const answer = await certain.generate(sent, { signal });
      const first = answer.choices[0]?.logprobs?.content?.[0];
      assert.ok(first !== undefined && first.logprob <= 0);
      let told = 0;
      for await (const { choices } of certain.stream(sent, { signal }))
        told += choices[0]?.logprobs?.content?.length ?? 0;
      assert.ok(told > 0);
      return undefined;
    },
  },
  {
    name: "cached tokens of a prompt that comes again are told",
    async run({ model, router }) {
      const own = router({ own: model() });
      const sent = { messages: ask("a harbour that is deep and ".repeat(20)), max_tokens: 3 };
      await own.route(sent);
      const { usage } = await own.route(sent);
      assert.ok((usage.cachedInputTokens ?? 0) > usage.inputTokens / 2, JSON.stringify(usage));
      return `${usage.cachedInputTokens} of ${usage.inputTokens}`;
    },
  },
  {
    name: "a thought is apart from the answer",
    async run({ model, router, start, engine }) {
      const of = await start({ model: "thinking" });
      const own = router({ own: model({ of }) });
      const sent = { messages: ask(), max_tokens: 200, seed: 4, ...engine.quirks.endsAThought };
      const { completion, text } = await own.route(sent);
      const message = completion.choices[0]?.message as unknown as Readonly<Record<string, unknown>>;
      const thought = String(message["reasoning_content"] ?? message["reasoning"] ?? "");
      assert.ok(thought.length > 0, JSON.stringify(message));
      assert.ok(!/<\/?think>/.test(thought), thought);
      assert.ok(text.length > 0, "no answer after the thought");
      return `${thought.length} characters of thought, ${text.length} of text`;
    },
  },
];
