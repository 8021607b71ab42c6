import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type {
  CallOptions,
  ChatRequest,
  ChatTool,
  Completion,
  CompletionChunk,
  Model,
  ToolCall,
} from "../../../../src/contracts/index.ts";
import {
  customAsFunctions,
  toFunctions,
} from "../../../../src/router/providers/internal/custom-as-functions.ts";
import { InputReader } from "../../../../src/router/providers/internal/input-reader.ts";
import { runs } from "../../../support/runs.ts";

const hi = { role: "user" as const, content: "hi" };
const patch: ChatTool = {
  type: "custom",
  custom: {
    name: "apply_patch",
    description: "Edits files.",
    format: { type: "grammar", grammar: { syntax: "lark", definition: 'start: "x"' } },
  },
};
const fn = (name: string): ChatTool => ({
  type: "function",
  function: { name, parameters: { type: "object" } },
});
const custom = (name: string): ChatTool => ({ type: "custom", custom: { name } });
const text = fc.string({ unit: "binary", maxLength: 60 });

/** Cuts a text at random places. */
const cuts = (given: string, places: readonly number[]): string[] => {
  const at = [...new Set(places.map((place) => place % (given.length + 1)))].sort((a, b) => a - b);
  return [...at, given.length].map((end, index) => given.slice(at[index - 1] ?? 0, end));
};
const places = fc.array(fc.nat(400), { maxLength: 12 });

describe("the text in arguments", () => {
  test("comes out as it went in, wherever its JSON is cut, and no piece ends within a character", () => {
    fc.assert(
      fc.property(text, places, fc.constantFrom("", " ", "\n\t"), (input, at, space) => {
        const json = `${space}{${space}"input"${space}:${space}${JSON.stringify(input)}${space}}${space}`;
        const reader = new InputReader();
        const pieces = [...cuts(json, at).map((piece) => reader.add(piece)), reader.end()];
        expect(pieces.join("")).toBe(input);
        for (const piece of pieces.slice(0, -1))
          if (piece !== "" && !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/.test(input))
            expect(piece).not.toMatch(/[\uD800-\uDBFF]$/);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  test("is the same in pieces as in one, whatever a model writes", () => {
    const odd = fc.oneof(
      text,
      fc.json(),
      text.map((input) => JSON.stringify({ input }).slice(0, -3)),
      text.map((input) => JSON.stringify({ other: 1, input })),
      fc.constantFrom('{"input":5}', '{"inp', '{"input":"\\u12', '"*** Begin"', '{"input":"\\ud83d', ""),
    );
    fc.assert(
      fc.property(odd, places, (given, at) => {
        const whole = new InputReader();
        const expected = whole.add(given) + whole.end();
        const reader = new InputReader();
        const pieces = cuts(given, at).map((piece) => reader.add(piece));
        expect(pieces.join("") + reader.end()).toBe(expected);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  test.each([
    ["*** Begin Patch\n*** End Patch", "*** Begin Patch\n*** End Patch"],
    ['"*** Begin"', "*** Begin"],
    ['{"note":"x","input":"y"}', "y"],
    ['{"patch":"y"}', '{"patch":"y"}'],
    ['{"input":"cut of', "cut of"],
  ])("%j of a model that does not keep to the form is %j", (given, expected) => {
    const reader = new InputReader();
    expect(reader.add(given) + reader.end()).toBe(expected);
  });
});

describe("a custom tool for a model that knows functions", () => {
  test("is a function of one text, with its grammar in words", () => {
    const { request } = toFunctions({ messages: [hi], tools: [patch, fn("look")] }) ?? {};
    expect(request?.tools).toEqual([
      {
        type: "function",
        function: {
          name: "apply_patch",
          description: 'Edits files.\n\nThe text `input` follows this grammar (lark):\nstart: "x"',
          parameters: {
            type: "object",
            properties: {
              input: { type: "string", description: "The whole input of the tool, as plain text." },
            },
            required: ["input"],
            additionalProperties: false,
          },
        },
      },
      fn("look"),
    ]);
  });

  test("is chosen as that function", () => {
    const chosen = (tool_choice: ChatRequest["tool_choice"]) =>
      toFunctions({ messages: [hi], tools: [patch], tool_choice })?.request.tool_choice;
    const asFunction = { type: "function", function: { name: "apply_patch" } };
    expect(chosen({ type: "custom", custom: { name: "apply_patch" } })).toEqual(asFunction);
    const allowed = { mode: "auto" as const, tools: [{ type: "custom", custom: { name: "apply_patch" } }] };
    expect(chosen({ type: "allowed_tools", allowed_tools: allowed })).toEqual({
      type: "allowed_tools",
      allowed_tools: { mode: "auto", tools: [asFunction] },
    });
    expect(chosen("required")).toBe("required");
  });

  test("gets another name next to a function of its name, and comes back by its own", async () => {
    const tools = [fn("apply_patch"), patch, fn("apply_patch_2")];
    const calls = [
      { id: "1", type: "function" as const, function: { name: "apply_patch", arguments: "{}" } },
      { id: "2", type: "function" as const, function: { name: "apply_patch_3", arguments: '{"input":"x"}' } },
    ];
    const { model, asked } = answering(calls);
    const { choices } = await model.generate({ messages: [hi], tools }, options);
    expect(asked[0]?.tools?.map((tool) => tool.type === "function" && tool.function.name)).toEqual([
      "apply_patch",
      "apply_patch_3",
      "apply_patch_2",
    ]);
    expect(choices[0]?.message.tool_calls).toEqual([
      calls[0],
      { id: "2", type: "custom", custom: { name: "apply_patch", input: "x" } },
    ]);
  });

  test("that is no longer offered keeps its name in the history; a function in its place is one", async () => {
    const messages = [
      hi,
      {
        role: "assistant" as const,
        tool_calls: [{ id: "1", type: "custom" as const, custom: { name: "apply_patch", input: "a" } }],
      },
      { role: "tool" as const, tool_call_id: "1", content: "ok" },
    ];
    const call = {
      id: "2",
      type: "function" as const,
      function: { name: "apply_patch", arguments: '{"input":"b"}' },
    };
    const gone = answering([call]);
    const first = await gone.model.generate({ messages }, options);
    expect(gone.asked[0]?.messages[1]).toMatchObject({
      tool_calls: [{ type: "function", function: { name: "apply_patch", arguments: '{"input":"a"}' } }],
    });
    expect(first.choices[0]?.message.tool_calls?.[0]?.type).toBe("custom");
    const replaced = answering([call]);
    const second = await replaced.model.generate({ messages, tools: [fn("apply_patch")] }, options);
    expect(second.choices[0]?.message.tool_calls).toEqual([call]);
  });

  test("goes as it is to a model that takes it, and changes nothing of a request without one", async () => {
    const dropped: string[] = [];
    const heard = { ...options, onDropped: (name: string) => void dropped.push(name) };
    const request = { messages: [hi], tools: [patch] };
    const known = answering([], { customTools: true });
    await known.model.generate(request, heard);
    expect(known.asked[0]).toBe(request);
    expect(dropped).toEqual([]);
    const other = answering([]);
    const plain = { messages: [hi], tools: [fn("look")] };
    await other.model.generate(plain, heard);
    expect(other.asked[0]).toBe(plain);
    await other.model.generate(request, heard);
    expect(dropped).toEqual(["tools.custom.format"]);
  });

  const name = fc.constantFrom("a", "b", "a_2", "b_2", "apply_patch");
  const tool = fc.oneof(name.map(custom), name.map(fn));
  const unique = fc.uniqueArray(tool, { selector: (one) => JSON.stringify(one), maxLength: 8 });

  test("there and back is exact for random tools, calls, inputs and cuts of the stream", async () => {
    await fc.assert(
      fc.asyncProperty(
        unique,
        fc.array(fc.tuple(fc.nat(), text, places), { maxLength: 4 }),
        async (tools, given) => {
          const offered = tools.filter((one) => one.type === "custom");
          const wanted = offered.length === 0 ? [] : given;
          const calls = wanted.map(([at, input], index): ToolCall => {
            const { name: called } = offered[at % offered.length]?.custom ?? { name: "" };
            return { id: `c${index}`, type: "custom", custom: { name: called, input } };
          });
          const history: ChatRequest = {
            messages: [hi, { role: "assistant", content: null, tool_calls: calls }],
            tools,
          };
          const sent = toFunctions(history)?.request ?? history;
          const names = sent.tools?.map((one) => (one.type === "function" ? one.function.name : "")) ?? [];
          expect(new Set(names).size).toBe(names.length);
          const [, turn] = sent.messages;
          const asFunctions = turn?.role === "assistant" ? (turn.tool_calls ?? []) : [];
          for (const call of asFunctions)
            if (call.type === "function") expect(JSON.parse(call.function.arguments)).toHaveProperty("input");
          // The model says again what the history holds.
          const { model } = answering(
            asFunctions,
            {},
            wanted.map(([, , at]) => at),
          );
          const whole = await model.generate(history, options);
          expect(whole.choices[0]?.message.tool_calls ?? []).toEqual(calls);
          expect(await joined(model.stream(history, options))).toEqual(calls);
        },
      ),
      { numRuns: runs(150, 5_000) },
    );
  });
});

const options: CallOptions = { signal: new AbortController().signal };

/** A model that knows functions alone and answers with these calls, in a stream in pieces. */
function answering(
  calls: readonly ToolCall[],
  capabilities = {},
  cutAt: readonly (readonly number[])[] = [],
) {
  const asked: ChatRequest[] = [];
  const head = { id: "x", created: 1, model: "m" };
  const model = customAsFunctions<Pick<Model, "generate" | "stream" | "capabilities">>({
    capabilities,
    generate: async (request: ChatRequest): Promise<Completion> => {
      asked.push(request);
      const message = { role: "assistant" as const, content: null, refusal: null, tool_calls: [...calls] };
      const choice = { index: 0, message, finish_reason: "tool_calls" as const, logprobs: null };
      return { ...head, object: "chat.completion", choices: [choice] };
    },
    async *stream(request: ChatRequest): AsyncGenerator<CompletionChunk> {
      asked.push(request);
      const chunk = (delta: object, finish_reason: "tool_calls" | null = null): CompletionChunk => ({
        ...head,
        object: "chat.completion.chunk",
        choices: [{ index: 0, delta, finish_reason }],
      });
      for (const [index, call] of calls.entries()) {
        if (call.type !== "function") throw new Error("a custom tool");
        const { name, arguments: json } = call.function;
        const [first = "", ...others] = cuts(json, cutAt[index] ?? []);
        yield chunk({
          tool_calls: [{ index, id: call.id, type: "function", function: { name, arguments: first } }],
        });
        for (const piece of others) yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
      }
      yield chunk({}, "tool_calls");
    },
  });
  return { model, asked };
}

async function joined(chunks: AsyncIterable<CompletionChunk>): Promise<object[]> {
  const calls: { id: string; type: string; custom: { name: string; input: string } }[] = [];
  for await (const chunk of chunks)
    for (const { index, id, custom: said } of chunk.choices[0]?.delta.tool_calls ?? []) {
      calls[index] ??= { id: id ?? "", type: "custom", custom: { name: said?.name ?? "", input: "" } };
      const call = calls[index];
      if (call !== undefined) call.custom.input += said?.input ?? "";
    }
  return calls;
}
