import { expect, it } from "vitest";
import { isReading } from "../../../src/plugin/reading-sinks.ts";
import { deepFreeze } from "../../../src/testing/deep-freeze.ts";
import { allWires } from "../../support/wires.ts";

const call = { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":"x"}' } } as const;

/** A request with all that adapters rewrite. */
const request = () => ({
  messages: [
    { role: "system" as const, content: "be brief" },
    { role: "user" as const, content: [{ type: "text" as const, text: "hi" }] },
    { role: "assistant" as const, content: null, tool_calls: [call] },
    { role: "tool" as const, tool_call_id: "call_1", content: "found" },
    {
      role: "assistant" as const,
      content: "so",
      provider_parts: [{ text: "so" }],
      written_by: "other",
      thinking_blocks: [],
    },
    { role: "user" as const, content: "go on" },
  ],
  tools: [
    {
      type: "function" as const,
      function: {
        name: "look",
        parameters: { type: "object", properties: { at: { type: "string", additionalProperties: {} } } },
      },
    },
  ],
  tool_choice: "auto" as const,
  response_format: {
    type: "json_schema" as const,
    json_schema: { name: "a", schema: { type: "object", properties: {} } },
  },
  stop: ["x"],
  metadata: { a: "b" },
  temperature: 0,
  max_tokens: 9,
});

it.each(Object.keys(allWires) as (keyof typeof allWires)[])(
  "%s only reads a request, which is therefore not copied for it",
  async (name) => {
    const model = allWires[name].model("gpt-5", "http://127.0.0.1:9", {
      defaults: { extraBody: { seed: 1 } },
    });
    expect(isReading(model.generate) && isReading(model.stream)).toBe(true);
    const frozen = deepFreeze(request());
    const { signal } = new AbortController();
    // Nobody listens there: what counts is that no adapter tries to change what it was lent.
    const said = async (work: () => Promise<unknown>) =>
      String(
        await work().then(
          () => "",
          (error: unknown) => error,
        ),
      );
    const asked = [
      () => model.generate(frozen as never, { signal }),
      async () => {
        for await (const _ of model.stream(frozen as never, { signal })) void _;
      },
    ];
    for (const ask of asked) expect(await said(ask)).not.toMatch(/TypeError|read only|not extensible/);
    expect(frozen).toEqual(request());
  },
);
