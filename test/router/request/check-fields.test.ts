import { describe, expect, test } from "vitest";
import { z } from "zod";
import { always } from "../../../policies/index.ts";
import { createRouter, type RouteRequest, type Router } from "../../../src/index.ts";
import { misspeltField } from "../../../src/plugin/misspelt-field.ts";
import { routingFields } from "../../../src/plugin/routing-fields.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const messages = [{ role: "user" as const, content: "hi" }];

function routed() {
  const small = fakeModel({ answer: "ok" });
  const router: Router<"small"> = createRouter({
    models: { small },
    policy: always("small"),
    assumeCapabilities: ["tools", "images", "jsonSchema"],
  });
  return { small, router };
}

/** Every way in which a request comes to a router. */
const ways: readonly (readonly [
  string,
  (router: Router<"small">, request: RouteRequest) => Promise<unknown>,
])[] = [
  ["route", (router, request) => router.route(request as never)],
  ["decide", (router, request) => router.decide(request as never)],
  [
    "stream",
    async (router, request) => {
      for await (const _ of router.stream(request as never));
    },
  ],
];

/** Fields of requests as their projects document them. */
const documented: readonly (readonly [source: string, fields: string])[] = [
  [
    "OpenAI, chat completions: ChatCompletionCreateParamsBase of openai 6.49, read 2026-12-01",
    "messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options",
  ],
  [
    "OpenAI, Responses: ResponseCreateParamsBase of openai 6.49, read 2026-12-01",
    "background context_management conversation include input instructions max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user",
  ],
  [
    "Anthropic: MessageCreateParamsBase of @anthropic-ai/sdk 1.13, read 2026-12-01; older: temperature, top_k, top_p",
    "max_tokens messages model billing_policy cache_control compaction container context_management diagnostics fallback_credit_token fallbacks inference_geo mcp_servers metadata output_config output_format service_tier speed stop_sequences stream system thinking thread tool_choice tools betas user_profile_id workspace_id temperature top_k top_p",
  ],
  [
    "vLLM: ChatCompletionRequest of vllm-project/vllm@0052bed36509, vllm/entrypoints/openai/protocol.py, and fields of later versions, read 2026-12-01",
    "messages model frequency_penalty logit_bias logprobs top_logprobs max_tokens max_completion_tokens n presence_penalty response_format seed stop stream stream_options temperature top_p tools tool_choice reasoning_effort include_reasoning parallel_tool_calls user best_of use_beam_search top_k min_p repetition_penalty length_penalty stop_token_ids include_stop_str_in_output ignore_eos min_tokens skip_special_tokens spaces_between_special_tokens truncate_prompt_tokens prompt_logprobs allowed_token_ids bad_words echo add_generation_prompt continue_final_message add_special_tokens documents chat_template chat_template_kwargs mm_processor_kwargs guided_json guided_regex guided_choice guided_grammar structural_tag structured_outputs guided_decoding_backend guided_whitespace_pattern priority request_id logits_processors return_tokens_as_token_ids return_token_ids cache_salt kv_transfer_params vllm_xargs",
  ],
  [
    "OpenRouter: ChatRequest of openrouter 1.3.84 (PyPI), and its page on requests, read 2026-12-01",
    "messages cache_control debug deferred_tools frequency_penalty image_config logit_bias logprobs max_completion_tokens max_tokens metadata min_p modalities model models parallel_tool_calls plugins prediction presence_penalty prompt_cache_key prompt_cache_options provider reasoning reasoning_effort repetition_penalty response_format route seed service_tier session_id stop stop_server_tools_when stream stream_options temperature tool_choice tools top_a top_k top_logprobs top_p trace transforms usage user verbosity",
  ],
  [
    "fields of recorded requests to Groq, Mistral, Perplexity, Z.ai, Cerebras, Alibaba (pydantic/pydantic-ai, tests/models/cassettes, read 2026-08-22)",
    "reasoning_format search_settings clear_thinking thinking preset enable_thinking thinking_budget safe_prompt random_seed prompt_mode search_domain_filter search_mode return_images disable_search compound_custom citation_options include_domains exclude_domains",
  ],
];

const letters = "abcdefghijklmnopqrstuvwxyzX_";

/** All names that are one edit away: a letter less, more, another one, or two swapped. */
function* edits(name: string): Generator<string> {
  for (let at = 0; at <= name.length; at += 1) {
    const [before, after] = [name.slice(0, at), name.slice(at)];
    for (const letter of letters) {
      yield `${before}${letter}${after}`;
      if (after !== "") yield `${before}${letter}${after.slice(1)}`;
    }
    if (after !== "") yield before + after.slice(1);
    if (after.length > 1) yield `${before}${after[1]}${after[0]}${after.slice(2)}`;
  }
}

describe("a routing field that is misspelt", () => {
  const known = new Set<string>([...routingFields, ...documented.flatMap(([, fields]) => fields.split(" "))]);

  test("is known in every spelling that is one edit away, unless that is a field of a server", () => {
    let tried = 0;
    for (const field of routingFields)
      for (const name of new Set(edits(field))) {
        if (known.has(name)) continue;
        tried += 1;
        expect(misspeltField(name), `${name}, of ${field}`).toBeDefined();
      }
    expect(tried).toBeGreaterThan(4_000);
  });

  test.each(documented)("is none of the documented fields: %s", (_, fields) => {
    for (const name of fields.split(" ")) expect(misspeltField(name), name).toBeUndefined();
  });

  test.each([
    ["tennant", "tenant"],
    ["tenantId", "tenant"],
    ["tenant_id", "tenant"],
    ["Tenant", "tenant"],
    ["sesion", "session"],
    ["sessionId", "session"],
    ["max_cost_usd", "maxCostUsd"],
    ["maxCost", "maxCostUsd"],
    ["deadline", "deadlineMs"],
    ["deadline_ms", "deadlineMs"],
    ["label", "labels"],
    ["constraint", "constraints"],
    ["ouput", "output"],
  ])("%s is refused, and goes to no model", async (field, meant) => {
    const message = `request.${field} is not a known field: did you mean ${meant}?`;
    for (const [, way] of ways) {
      const { small, router } = routed();
      const given = way(router, { messages, [field]: "acme" } as never);
      await expect(given).rejects.toMatchObject({ code: "invalid-request", field, message });
      expect(small.requests).toHaveLength(0);
    }
  });

  test("in the second argument is refused, and so is the right name there", async () => {
    const { router, small } = routed();
    for (const [field, meant] of [
      ["tenant", "tenant"],
      ["tennant", "tenant"],
      ["tenantId", "tenant"],
      ["maxCostUsd", "maxCostUsd"],
    ] as const) {
      const options = { [field]: "acme", signal: new AbortController().signal } as never;
      const message = `options.${field} must be in the request: did you mean route({ messages, ${meant} })?`;
      const expected = { code: "invalid-option", message };
      await expect(router.route("hi", options)).rejects.toMatchObject(expected);
      await expect(router.decide("hi", options)).rejects.toMatchObject(expected);
      await expect(router.stream("hi", options).result).rejects.toMatchObject(expected);
    }
    expect(small.requests).toHaveLength(0);
  });

  test("that says nothing is passed over", async () => {
    const { router } = routed();
    const { text } = await router.route({ messages, tennant: undefined, sesion: null } as never);
    expect(text).toBe("ok");
  });

  test("is refused in the body of every interface of a server", async () => {
    const { router, small } = routed();
    const handler = createHandler(router, { trusted: true });
    for (const [path, body] of [
      ["chat/completions", { messages }],
      ["messages", { messages, max_tokens: 9 }],
      ["responses", { input: "hi" }],
    ] as const) {
      const reply = await handler(`http://x/v1/${path}`, {
        method: "POST",
        body: JSON.stringify({ model: "small", tennant: "acme", ...body }),
      });
      expect(reply.status).toBe(400);
      expect(await reply.text()).toContain("tennant is not a known field: did you mean tenant?");
    }
    expect(small.requests).toHaveLength(0);
  });

  test("costs nothing to tell from names that are none of ours, whatever they are", () => {
    for (let at = 0; at < 3_000; at += 1) misspeltField(`a_field_of_a_vendor_${at}`);
    expect(misspeltField("__proto__")).toBeUndefined();
    expect(misspeltField("constructor")).toBeUndefined();
    expect(misspeltField("t".repeat(100_000))).toBeUndefined();
    expect(misspeltField("")).toBeUndefined();
  });
});

describe("fields of other servers", () => {
  test("reach the model as they came", async () => {
    const { router, small } = routed();
    const vendor = {
      top_k: 5,
      min_p: 0.1,
      chat_template_kwargs: { a: 1 },
      models: ["a"],
      prompt: { id: "p" },
      thinking: { type: "enabled" },
    };
    await router.route({ messages, ...vendor } as never);
    expect(small.requests[0]).toMatchObject(vendor);
  });
});

describe("words of other interfaces", () => {
  const system = 'is not a field of a chat request: give a message, { role: "system", content }';
  test.each([
    ["system", "Be brief.", system],
    ["systemInstruction", { parts: [] }, system],
    ["prompt", "hi", 'is not a field of a chat request: give messages: [{ role: "user", content }]'],
    ["contents", [], 'is not a field of a chat request: give messages: [{ role: "user", content }]'],
    ["maxOutputTokens", 9, "is not a field of a chat request: the name here is max_completion_tokens"],
    ["stopSequences", ["a"], "is not a field of a chat request: the name here is stop"],
    ["generationConfig", {}, "is not a field of a chat request: its settings are fields of their own"],
    [
      "signal",
      new AbortController().signal,
      "is not a field of a request: give it in the second argument, { signal }",
    ],
  ])(
    "the field %s is refused with the right name, with and without messages",
    async (field, value, problem) => {
      for (const [, way] of ways)
        for (const others of [{ messages }, {}]) {
          const { router, small } = routed();
          const given = way(router, { ...others, [field]: value } as never);
          await expect(given).rejects.toMatchObject({ code: "invalid-request", field, problem });
          expect(small.requests).toHaveLength(0);
        }
    },
  );

  test.each([
    [
      "tool_result",
      { tool_use_id: "t1", content: "7" },
      'give a message of its own, { role: "tool", tool_call_id, content }',
    ],
    [
      "tool-result",
      { toolCallId: "t1" },
      'give a message of its own, { role: "tool", tool_call_id, content }',
    ],
    [
      "tool_use",
      { id: "t1" },
      "give it in tool_calls of the message: { id, type, function: { name, arguments } }",
    ],
    ["input_text", { text: "hi" }, 'give { type: "text", text }'],
    ["input_image", { image_url: "x" }, 'give { type: "image_url", image_url: { url } }'],
    ["image", { source: { type: "base64" } }, 'give { type: "image_url", image_url: { url } }'],
    ["document", { source: { type: "url" } }, 'give { type: "file", file: { file_data, filename } }'],
  ])("a part %s is refused with the right one", async (type, part, advice) => {
    const { router, small } = routed();
    const content = [
      { type: "text", text: "hi" },
      { type, ...part },
    ];
    const request = { messages: [...messages, { role: "user", content }] };
    await expect(router.route(request as never)).rejects.toMatchObject({
      code: "invalid-request",
      field: "messages[1].content[1]",
      problem: `is a ${type}, which is not a part of a chat request: ${advice}`,
    });
    expect(small.requests).toHaveLength(0);
  });

  const schema = { type: "object", properties: { a: { type: "string" } } };
  const asSchema = 'is a schema: give { type: "json_schema", json_schema: { name: "answer", schema } }';
  test.each([
    ["a schema", schema, asSchema],
    ["a schema without a type", { properties: {} }, asSchema],
    ["a schema of several", { anyOf: [schema] }, asSchema],
    ["a schema of zod", z.object({ a: z.string() }), "is a schema of a library: give it as output"],
  ])("%s as response_format is refused", async (_, response_format, problem) => {
    const { router, small } = routed();
    const given = router.route({ messages, response_format } as never);
    await expect(given).rejects.toMatchObject({ code: "invalid-request", field: "response_format", problem });
    expect(small.requests).toHaveLength(0);
  });

  test.each([
    [{ type: "text" }],
    [{ type: "json_object" }],
    [{ type: "json_object", schema }],
    [{ type: "json_schema", json_schema: { name: "a", schema } }],
    [{ type: "json_schema", schema }],
    [{ type: "grammar", grammar: "root ::= .*" }],
    [{ type: "structural_tag", structures: [] }],
    [null],
  ])("the format %j of some server passes", async (response_format) => {
    const { router, small } = routed();
    await router.route({ messages, response_format } as never);
    expect(small.requests[0]?.response_format).toEqual(response_format);
  });
});
