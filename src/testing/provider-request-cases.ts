import assert from "node:assert/strict";
import { type ChatRequest, isRouterError } from "../contracts/index.ts";
import {
  answering,
  apiKey,
  calm,
  collect,
  prompt,
  textAnswer,
  textRequest,
  weatherTool,
  withServed,
} from "./provider-fixtures.ts";
import type { ProviderCase, ProviderSetup, ServeSettings } from "./provider-setup.ts";

/** Sends one request; returns what the endpoint received, as text, and the parameters reported as dropped. */
async function sent(
  setup: ProviderSetup,
  request: ChatRequest,
  settings: Partial<ServeSettings> = {},
): Promise<{ wire: string; dropped: string[] }> {
  const dropped: string[] = [];
  const use = async ({ model, requests }: Awaited<ReturnType<ProviderSetup["serve"]>>): Promise<string> => {
    await model.generate(request, { ...calm(), onDropped: (parameter) => dropped.push(parameter) });
    assert.equal(requests.length, 1, "one call is one request");
    return JSON.stringify(requests[0]?.body);
  };
  return { wire: await withServed(setup, answering(textAnswer), use, settings), dropped };
}

/** Throws unless the texts occur in the sent request in this order, whatever the API's field names. */
function assertInOrder(wire: string, texts: readonly string[]): void {
  let from = 0;
  for (const text of texts) {
    const at = wire.indexOf(JSON.stringify(text).slice(1, -1), from);
    assert.ok(at >= 0, `${JSON.stringify(text)} is missing from the request, or out of order`);
    from = at + 1;
  }
}

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const harbourSchema = {
  type: "object",
  properties: { berthNumber: { type: "integer" } },
  required: ["berthNumber"],
  additionalProperties: false,
};

/** Parameters, each with a value that shows if it is sent, whatever the API's name for it. */
const parameters: readonly (readonly [name: string, value: unknown, trace: string])[] = [
  ["temperature", 0.3719, "0.3719"],
  ["top_p", 0.8713, "0.8713"],
  ["frequency_penalty", 0.2719, "0.2719"],
  ["presence_penalty", 0.3141, "0.3141"],
  ["seed", 74318, "74318"],
  ["logit_bias", { "50256": -13 }, "50256"],
  ["user", "user-5c3e", "user-5c3e"],
  ["a_parameter_of_tomorrow", "marker-9d21", "marker-9d21"],
];

const withParameter = (name: string, value: unknown): ChatRequest => ({ ...textRequest, [name]: value });

/** Requests that an adapter sends on or refuses; `trace` shows that it was sent. Several answers are refused by all. */
const special: readonly (readonly [what: string, request: ChatRequest, trace: string | undefined])[] = [
  ["several choices", { ...textRequest, n: 2 }, undefined],
  [
    "audio output",
    { ...textRequest, modalities: ["text", "audio"], audio: { format: "mp3", voice: "alloy-6c1e" } },
    "alloy-6c1e",
  ],
  [
    "audio input",
    {
      messages: [
        {
          role: "user",
          content: [{ type: "input_audio", input_audio: { data: "c291bmQ2YzFl", format: "wav" } }],
        },
      ],
    },
    "c291bmQ2YzFl",
  ],
  ["built-in web search", { ...textRequest, web_search_options: {} }, "web_search_options"],
];

export const requestCases: readonly ProviderCase[] = [
  {
    name: "facts are plain data and contain no key",
    run: (setup) =>
      withServed(setup, answering(textAnswer), async ({ model }) => {
        const { name, provider, labels, price, contextWindow, maxOutputTokens, capabilities } = model;
        const facts = { name, provider, model: model.model, labels, price, contextWindow, maxOutputTokens };
        for (const text of [name, provider, model.model]) assert.equal(typeof text, "string");
        assert.equal(typeof labels, "object");
        const known = Object.entries({ ...facts, capabilities }).filter(([, value]) => value !== undefined);
        const plain = Object.fromEntries(known);
        assert.deepEqual(JSON.parse(JSON.stringify(plain)), plain);
        assert.ok(!JSON.stringify(model).includes(apiKey), "the model as JSON contains the key");
      }),
  },
  {
    name: "system prompt and turns reach the endpoint in order",
    run: async (setup) => {
      const { wire } = await sent(setup, {
        messages: [
          { role: "system", content: "Answer as a harbour pilot." },
          { role: "user", content: "First question?" },
          { role: "assistant", content: "First answer." },
          { role: "user", content: [{ type: "text", text: prompt }] },
        ],
      });
      assertInOrder(wire, ["First question?", "First answer.", prompt]);
      assertInOrder(wire, ["Answer as a harbour pilot."]);
    },
  },
  {
    name: "tool definitions and the choice of a tool reach the endpoint",
    needs: ["tools"],
    run: async (setup) => {
      const request: ChatRequest = { ...textRequest, tools: [weatherTool] };
      const { wire } = await sent(setup, request);
      for (const text of ["look_up_weather", "Weather of a harbour", "harbourName"])
        assertInOrder(wire, [text]);
      const required = await sent(setup, { ...request, tool_choice: "required" });
      const none = await sent(setup, { ...request, tool_choice: "none" });
      assert.notEqual(required.wire, none.wire);
    },
  },
  {
    name: "tool calls and their results reach the endpoint in order",
    needs: ["tools"],
    run: async (setup) => {
      const call = (id: string, harbourName: string) => ({
        id,
        type: "function" as const,
        function: { name: "look_up_weather", arguments: JSON.stringify({ harbourName }) },
      });
      const { wire } = await sent(setup, {
        tools: [weatherTool],
        messages: [
          { role: "user", content: prompt },
          {
            role: "assistant",
            content: null,
            tool_calls: [call("call_1", "Vlissingen"), call("call_2", "Sluis")],
          },
          { role: "tool", tool_call_id: "call_1", content: "gusts of 40 knots" },
          { role: "tool", tool_call_id: "call_2", content: '{"wind":"calm as glass"}' },
        ],
      });
      assertInOrder(wire, [prompt, "Vlissingen", "Sluis", "gusts of 40 knots", "calm as glass"]);
    },
  },
  {
    name: "an image in a data URL reaches the endpoint",
    needs: ["images"],
    run: async (setup) => {
      const { wire } = await sent(setup, {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: prompt },
              { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } },
            ],
          },
        ],
      });
      assertInOrder(wire, [prompt]);
      assertInOrder(wire, [pixel]);
      assertInOrder(wire, ["image/png"]);
    },
  },
  {
    name: "a JSON schema for the answer reaches the endpoint",
    needs: ["json-schema"],
    run: async (setup) => {
      const { wire } = await sent(setup, {
        ...textRequest,
        response_format: {
          type: "json_schema",
          json_schema: { name: "berth", strict: true, schema: harbourSchema },
        },
      });
      assertInOrder(wire, ["berthNumber"]);
    },
  },
  {
    name: "reasoning effort changes what the endpoint receives",
    needs: ["reasoning-effort"],
    run: async (setup) => {
      const low = await sent(setup, { ...textRequest, reasoning_effort: "low" });
      const high = await sent(setup, { ...textRequest, reasoning_effort: "high" });
      assert.notEqual(low.wire, high.wire);
    },
  },
  {
    name: "the output limit reaches the endpoint under either of its names",
    run: async (setup) => {
      for (const limit of [{ max_completion_tokens: 1379 }, { max_tokens: 1379 }]) {
        const { wire, dropped } = await sent(setup, { ...textRequest, ...limit });
        assertInOrder(wire, ["1379"]);
        assert.deepEqual(dropped, []);
      }
    },
  },
  {
    name: "stop sequences reach the endpoint",
    needs: ["stop-sequences"],
    run: async (setup) => {
      const { wire } = await sent(setup, { ...textRequest, stop: ["END-OF-LOG"] });
      assertInOrder(wire, ["END-OF-LOG"]);
    },
  },
  {
    name: "defaults apply to what the request does not set",
    run: async (setup) => {
      const defaults = { maxOutputTokens: 1379, extraBody: { extra_of_ours: "marker-e1" } };
      const filled = await sent(setup, textRequest, { defaults });
      assertInOrder(filled.wire, ["1379"]);
      assertInOrder(filled.wire, ["extra_of_ours"]);
      const own = await sent(setup, { ...textRequest, max_completion_tokens: 2468 }, { defaults });
      assertInOrder(own.wire, ["2468"]);
      assert.ok(!own.wire.includes("1379"), "the default replaced the request's value");
    },
  },
  {
    name: "each parameter is either sent or reported as dropped",
    run: async (setup) => {
      for (const [name, value, trace] of parameters) {
        const { wire, dropped } = await sent(setup, withParameter(name, value));
        assert.deepEqual(dropped, wire.includes(trace) ? [] : [name], `${name} is neither sent nor reported`);
      }
    },
  },
  {
    name: "strict parameters refuse what would be dropped, before anything is sent",
    run: async (setup) => {
      for (const [name, value] of parameters) {
        const { dropped } = await sent(setup, withParameter(name, value));
        await withServed(
          setup,
          answering(textAnswer),
          async ({ model, requests }) => {
            const call = model.generate(withParameter(name, value), calm());
            if (dropped.length === 0) {
              await call;
            } else {
              await assert.rejects(call, (error) => {
                assert.ok(isRouterError(error, "provider") && error.kind === "unsupported");
                assert.ok(error.message.includes(name), `the message does not name ${name}`);
                return true;
              });
              assert.equal(requests.length, 0);
            }
          },
          { strictParameters: true },
        );
      }
    },
  },
  ...special.map(
    ([what, request, trace]): ProviderCase => ({
      name: `${what} is refused before anything is sent${trace === undefined ? "" : ", or sent as it is"}`,
      run: (setup) =>
        withServed(setup, answering(textAnswer), async ({ model, requests }) => {
          const isUnsupported = (error: unknown) =>
            isRouterError(error, "provider") && error.kind === "unsupported" && !error.retryable;
          const ask = [
            async () => model.generate(request, calm()),
            async () => collect(model.stream(request, calm())),
          ];
          for (const call of ask) {
            const sent = requests.length;
            const failure = await call().then(
              () => undefined,
              (error: unknown) => error,
            );
            if (requests.length > sent && trace !== undefined) {
              assert.equal(failure, undefined);
              assert.ok(JSON.stringify(requests.at(-1)).includes(trace), `${what} was left out`);
            } else {
              assert.equal(requests.length, sent);
              assert.ok(isUnsupported(failure));
            }
          }
        }),
    }),
  ),
];
