import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, ProviderError } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { responseOf } from "../../../src/serve/http/responses/response-parts.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

type Json = Record<string, unknown>;
type Problems = (value: Json, kind: "response" | "event") => string[];

const file = new URL("../../fixtures/schemas/open-responses.json.gz", import.meta.url);
const spec = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as { $defs: Record<string, Json> };
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ ...spec, anyOf: undefined }, "open-responses");

/** Says what Open Responses finds wrong: events are looked up by their type. */
const openResponses: Problems = (value, kind) => {
  const name = kind === "response" ? "ResponseResource" : eventName(String(value["type"]));
  const check = ajv.getSchema(`open-responses#/$defs/${name}`);
  if (check === undefined) return [`no event ${value["type"]}`];
  return check(value) ? [] : (check.errors ?? []).map((one) => `${name}${one.instancePath} ${one.message}`);
};

function eventName(type: string): string {
  if (type === "error") return "ErrorStreamingEvent";
  const words = type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return `${words}StreamingEvent`;
}

/** OpenAI's published document, of 3 MB: it is not kept here. */
const published = process.env["OPENAI_SCHEMA"];
const openaiAjv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
if (published !== undefined) openaiAjv.addSchema(JSON.parse(readFileSync(published, "utf8")), "openai");
/** `null` where nothing was said, as OpenAI's own answers have it against its document. */
const openai: Problems = (value, kind) => {
  const name = kind === "response" ? "Response" : "ResponseStreamEvent";
  const check = openaiAjv.getSchema(`openai#/components/schemas/${name}`);
  if (check === undefined) throw new Error(`${name} is not in ${published}`);
  return check(withoutNull(value))
    ? []
    : (check.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);
};

function withoutNull(value: Json): Json {
  const response = value["response"];
  const fields = Object.entries(value).filter(
    ([name, one]) =>
      one !== null || !["usage", "user", "safety_identifier", "prompt_cache_key"].includes(name),
  );
  return { ...Object.fromEntries(fields), ...(response ? { response: withoutNull(response as Json) } : {}) };
}

function handlerOf(options: FakeModelOptions = {}) {
  const model = fakeModel({ name: "test:small", answer: "hello to you", ...options });
  const router = createRouter({
    models: { small: model },
    policy: always("small"),
    execution: { retries: 0 },
  });
  return createHandler(router);
}

async function ask(body: Json, options?: FakeModelOptions): Promise<Response> {
  const url = "http://localhost/v1/responses";
  const headers = { "content-type": "application/json" };
  return await handlerOf(options)(url, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "auto", ...body }),
  });
}

function eventsOf(text: string): Json[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)) as Json);
}

const toolCalls = [
  { id: "c1", type: "function" as const, function: { name: "weather", arguments: '{"at":"quay"}' } },
];
const tool = { type: "function", name: "weather", parameters: { type: "object", properties: {} } };

/** The requests of Open Responses' own compliance test, and what our answers can hold besides. */
const requests: readonly [name: string, body: Json, options: FakeModelOptions][] = [
  ["a text", { input: [{ type: "message", role: "user", content: "Say hello in exactly 3 words." }] }, {}],
  ["a system prompt", { instructions: "Be a pirate.", input: "Hello." }, {}],
  ["a call", { input: "What is the weather?", tools: [tool] }, { answer: { toolCalls } }],
  [
    "an image",
    {
      input: [
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_text", text: "What is it?" },
            { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=" },
          ],
        },
      ],
    },
    {},
  ],
  [
    "several turns",
    {
      input: [
        { type: "message", role: "user", content: "I am Alice." },
        { type: "message", role: "assistant", content: "Hello Alice." },
        { type: "message", role: "user", content: "Who am I?" },
      ],
    },
    {},
  ],
  [
    "settings",
    { input: "hi", temperature: 0.5, top_p: 0.9, reasoning: { effort: "low" }, text: { verbosity: "low" } },
    {},
  ],
];

describe.each([
  ["Open Responses", openResponses, false],
  [
    "OpenAI's document (openapi.json of openai/openai-openapi, 3 MB: the variable OPENAI_SCHEMA names a copy)",
    openai,
    published === undefined,
  ],
] as const)("answers by %s", (_, problems, skips) => {
  it.skipIf(skips).each(requests)("whole: %s", async (_name, body, options) => {
    const response = await ask(body, options);
    const answer = (await response.json()) as Json;
    expect(problems(answer, "response")).toEqual([]);
  });

  it.skipIf(skips).each(requests)("streamed: %s", async (_name, body, options) => {
    const response = await ask({ ...body, stream: true }, options);
    const events = eventsOf(await response.text());
    for (const event of events) expect(problems(event, "event")).toEqual([]);
    expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_one, at) => at));
    expect(events.at(-1)?.["type"]).toBe("response.completed");
  });

  it.skipIf(skips)("an error within a stream", async () => {
    const error = new ProviderError({ kind: "server", model: "test:small" });
    const response = await ask({ input: "hi", stream: true }, { error, piecesBeforeError: 1 });
    const events = eventsOf(await response.text());
    const last = events.at(-1) ?? {};
    expect(last["type"]).toBe("error");
    expect(problems(last, "event")).toEqual([]);
  });
});

describe("a response", () => {
  it("says when it was completed, and all that was asked for", async () => {
    const body = { input: "hi", top_logprobs: 2, prompt_cache_key: "k", tools: [tool] };
    expect(await (await ask(body)).json()).toMatchObject({
      completed_at: expect.any(Number),
      temperature: 1,
      top_p: 1,
      top_logprobs: 2,
      prompt_cache_key: "k",
      service_tier: "default",
      tools: [{ ...tool, description: null, strict: null }],
    });
  });

  it("says what was read from the cache and written to it", () => {
    const counts = { prompt_tokens: 50, completion_tokens: 5, total_tokens: 55 };
    const usage = { ...counts, prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 30 } };
    const head = { id: "1", created: 1, model: "auto", body: {} };
    expect(responseOf(head, [], { finish: "stop", usage })["usage"]).toMatchObject({
      input_tokens_details: { cached_tokens: 10, cache_write_tokens: 30 },
    });
    expect(responseOf(head, [], { finish: "length", usage: counts })).toMatchObject({
      completed_at: null,
      status: "incomplete",
      usage: { input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 } },
    });
  });
});
