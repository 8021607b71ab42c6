import {
  ApiError,
  FunctionCallingConfigMode,
  type GenerateContentResponse,
  GoogleGenAI,
} from "@google/genai";
import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, ProviderError, type Router } from "../../../src/index.ts";
import type { HandlerOptions } from "../../../src/serve/http/index.ts";
import { authoriseByKeys, createKey, serve } from "../../../src/serve/http/server/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

/** Google's own client, over a socket. Its key is one of the server's. */
async function clientOf(small: FakeModelOptions = {}, options: HandlerOptions = {}) {
  const model = fakeModel({ name: "test:small", answer: "hello to you", ...small });
  return { ...(await clientOfModel(model, options)), model };
}

async function clientOfModel(model: ReturnType<typeof fakeModel>, options: HandlerOptions = {}) {
  const { key, record } = createKey({ tenant: "acme" });
  const router = createRouter({
    models: { small: model },
    policy: always("small"),
    execution: { retries: 0 },
  }) as unknown as Router;
  const server = await serve(router, { port: 0, authorise: authoriseByKeys([record]), ...options });
  onTestFinished(server.close);
  const client = (apiKey = key) =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl: server.url, retryOptions: { attempts: 1 } } });
  return { client: client(), clientWith: client, url: server.url, key };
}

const json = { "content-type": "application/json" };
const ask = { model: "auto", contents: "Say hello." };
const tools = [
  {
    functionDeclarations: [
      {
        name: "add",
        description: "Adds",
        parametersJsonSchema: { type: "object", properties: { a: { type: "number" } } },
      },
    ],
  },
];

async function all(stream: AsyncIterable<GenerateContentResponse>): Promise<GenerateContentResponse[]> {
  const pieces: GenerateContentResponse[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

test("an answer comes through Google's client, with settings in their places", async () => {
  const { client, model } = await clientOf();
  const answer = await client.models.generateContent({
    ...ask,
    config: {
      systemInstruction: "Be brief.",
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      stopSequences: ["END"],
      seed: 7,
      thinkingConfig: { thinkingBudget: 8_000 },
    },
  });
  expect(answer.text).toBe("hello to you");
  expect(answer.candidates?.[0]?.finishReason).toBe("STOP");
  expect(answer.modelVersion).toBe("auto");
  expect(answer.usageMetadata).toMatchObject({ candidatesTokenCount: 3 });
  expect(model.requests).toEqual([
    {
      messages: [
        { role: "system", content: [{ type: "text", text: "Be brief." }] },
        { role: "user", content: [{ type: "text", text: "Say hello." }] },
      ],
      max_completion_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      stop: ["END"],
      seed: 7,
      reasoning_effort: "medium",
    },
  ]);
});

test("a stream comes in pieces, and ends with its reason and its counts", async () => {
  const { client } = await clientOf();
  const pieces = await all(await client.models.generateContentStream(ask));
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.map(({ text }) => text ?? "").join("")).toBe("hello to you");
  expect(pieces.at(-1)?.candidates?.[0]?.finishReason).toBe("STOP");
  expect(pieces.at(-1)?.usageMetadata?.candidatesTokenCount).toBe(3);
});

test("tools are called and their results come back, whole, streamed and in a chat", async () => {
  const toolCalls = [
    { id: "c1", type: "function" as const, function: { name: "add", arguments: '{"a":3}' } },
    { id: "c2", type: "function" as const, function: { name: "add", arguments: "{}" } },
  ];
  const { client, model } = await clientOf({
    answer: ({ messages }) =>
      messages.some(({ role }) => role === "tool") ? "seven" : { text: "I add.", toolCalls },
    capabilities: { tools: true },
  });
  const config = { tools };
  const expected = [
    { id: "c1", name: "add", args: { a: 3 } },
    { id: "c2", name: "add", args: {} },
  ];
  const whole = await client.models.generateContent({ ...ask, config });
  expect(whole.functionCalls).toEqual(expected);
  const streamed = await all(await client.models.generateContentStream({ ...ask, config }));
  expect(streamed.flatMap(({ functionCalls = [] }) => functionCalls)).toEqual(expected);

  const chat = client.chats.create({ model: "auto", config });
  await chat.sendMessage({ message: "Add." });
  // Some clients leave ids away: results are then those of the first calls of that name.
  const end = await chat.sendMessage({
    message: [
      { functionResponse: { name: "add", response: { output: "7" } } },
      { functionResponse: { id: "c2", name: "add", response: { sum: 0 } } },
      { text: "And?" },
    ],
  });
  expect(end.text).toBe("seven");
  expect(model.requests.at(-1)?.messages.slice(-4)).toEqual([
    { role: "assistant", content: "I add.", tool_calls: toolCalls },
    { role: "tool", tool_call_id: "c1", content: "7" },
    { role: "tool", tool_call_id: "c2", content: '{"sum":0}' },
    { role: "user", content: [{ type: "text", text: "And?" }] },
  ]);
});

test("the choice of a tool and the form of an answer are asked for", async () => {
  const { client, model } = await clientOf({ capabilities: { tools: true, jsonSchema: true } });
  const functionCallingConfig = { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ["add"] };
  await client.models.generateContent({ ...ask, config: { tools, toolConfig: { functionCallingConfig } } });
  expect(model.requests.at(-1)).toMatchObject({
    tools: [{ type: "function", function: { name: "add", description: "Adds" } }],
    tool_choice: { type: "function", function: { name: "add" } },
  });
  const responseSchema = {
    type: "OBJECT",
    properties: {
      depth: { type: "INTEGER", nullable: true },
      kinds: { type: "ARRAY", items: { type: "STRING" } },
    },
    required: ["depth"],
  };
  await client.models.generateContent({
    ...ask,
    config: { responseMimeType: "application/json", responseSchema: responseSchema as never },
  });
  expect(model.requests.at(-1)?.response_format).toMatchObject({
    type: "json_schema",
    json_schema: {
      schema: {
        type: "object",
        properties: {
          depth: { type: ["integer", "null"] },
          kinds: { type: "array", items: { type: "string" } },
        },
        required: ["depth"],
      },
    },
  });
});

test("images and documents are parts of their kind", async () => {
  const { client, model } = await clientOf({ capabilities: { images: true } });
  const contents = [
    {
      role: "user",
      parts: [
        { text: "Look." },
        { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } },
        { inlineData: { mimeType: "text/plain", data: Buffer.from("plain").toString("base64") } },
      ],
    },
  ];
  await client.models.generateContent({ model: "auto", contents });
  expect(model.requests[0]?.messages[0]?.content).toEqual([
    { type: "text", text: "Look." },
    { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
    { type: "text", text: "plain" },
  ]);
});

test("what a model alone can read comes back to it, whole and streamed", async () => {
  const held = {
    thinking_blocks: [{ type: "thinking", thinking: "3 + 4", signature: "s1" }],
    provider_parts: [{ type: "thinking", thinking: "3 + 4" }],
    reasoning_content: "3 + 4",
    written_by: "test:small",
  };
  const model = fakeModel({
    name: "test:small",
    answer: { toolCalls: [{ id: "c1", type: "function", function: { name: "add", arguments: "{}" } }] },
    capabilities: { tools: true },
  });
  const generate = model.generate.bind(model);
  const stream = model.stream.bind(model);
  Object.assign(model, {
    async generate(...given: Parameters<typeof generate>) {
      const answer = await generate(...given);
      Object.assign(answer.choices[0]?.message ?? {}, held);
      return answer;
    },
    async *stream(...given: Parameters<typeof stream>) {
      let isFirst = true;
      for await (const chunk of stream(...given)) {
        if (isFirst) Object.assign(chunk.choices[0]?.delta ?? {}, held);
        isFirst = false;
        yield chunk;
      }
    },
  });
  const { client } = await clientOfModel(model);
  for (const isStreamed of [false, true]) {
    const chat = client.chats.create({ model: "auto", config: { tools } });
    const answers = isStreamed
      ? await all(await chat.sendMessageStream({ message: "Add." }))
      : [await chat.sendMessage({ message: "Add." })];
    const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    expect(parts).toContainEqual({ text: "3 + 4", thought: true });
    // Some clients decode a signature to bytes and encode it again.
    const signature = parts.find(({ functionCall }) => functionCall)?.thoughtSignature ?? "";
    expect(Buffer.from(signature, "base64").toString("base64")).toBe(signature);
    await chat.sendMessage({ message: { functionResponse: { name: "add", response: { output: "7" } } } });
    const { reasoning_content: _, ...back } = held;
    expect(model.requests.at(-1)?.messages[1]).toMatchObject(back);
  }
});

test("failures have Google's form", async () => {
  const error = new ProviderError({ kind: "rate-limit", model: "test:small", retryAfterMs: 1_500 });
  const busy = await clientOf({ error });
  await expect(busy.client.models.generateContent(ask)).rejects.toMatchObject({ status: 429 });
  const reply = await fetch(`${busy.url}/v1beta/models/auto:generateContent?key=${busy.key}`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ contents: [{ parts: [{ text: "Hi." }] }] }),
  });
  expect(await reply.json()).toMatchObject({
    error: {
      code: 429,
      status: "RESOURCE_EXHAUSTED",
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "RATE_LIMIT", domain: "switchpoint" },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.5s" },
      ],
    },
  });
  const { client, clientWith } = await clientOf({}, { unknownModel: "error" });
  await expect(client.models.get({ model: "large" })).rejects.toMatchObject({ status: 404 });
  await expect(client.models.generateContent({ ...ask, model: "gemini-9" })).rejects.toMatchObject({
    name: "ApiError",
    status: 404,
    message: expect.stringContaining('"status":"NOT_FOUND"'),
  });
  await expect(clientWith("sp-wrong").models.generateContent(ask)).rejects.toMatchObject({ status: 401 });
  await expect(
    client.models.generateContent({ ...ask, config: { candidateCount: 2 } }),
  ).rejects.toMatchObject({ status: 400 });
  const late = new ProviderError({ kind: "server", model: "test:small" });
  const broken = await clientOf({ error: late, piecesBeforeError: 1 });
  await expect(broken.client.models.generateContentStream(ask).then(all)).rejects.toBeInstanceOf(ApiError);
});

test("models are listed and tokens are counted without a call", async () => {
  const { client, model } = await clientOf({ contextWindow: 9_000 });
  const names: (string | undefined)[] = [];
  for await (const { name } of await client.models.list()) names.push(name);
  expect(names).toEqual(["models/auto", "models/small", "models/test:small"]);
  expect(await client.models.get({ model: "small" })).toMatchObject({
    name: "models/small",
    inputTokenLimit: 9_000,
  });
  expect(await client.models.get({ model: "gemini-9" })).toMatchObject({ name: "models/gemini-9" });
  const { totalTokens = 0 } = await client.models.countTokens(ask);
  expect(totalTokens).toBeGreaterThan(2);
  expect(model.requests).toEqual([]);
});

test("the paths of Vertex AI are the same interface", async () => {
  const { url, key } = await clientOf();
  const body = JSON.stringify({ contents: { role: "user", parts: [{ text: "Hi." }] } });
  for (const path of ["/v1", "/v1beta1"]) {
    const place = `${url}${path}/projects/p/locations/global/publishers/google/models/auto:generateContent`;
    const reply = await fetch(place, {
      method: "POST",
      body,
      headers: { ...json, authorization: `Bearer ${key}` },
    });
    expect(await reply.json()).toMatchObject({
      candidates: [{ content: { parts: [{ text: "hello to you" }] } }],
    });
  }
});

test("without alt=sse a stream is an array", async () => {
  const { url, key } = await clientOf();
  const stream = async (body: object) => {
    const reply = await fetch(`${url}/v1beta/models/auto:streamGenerateContent`, {
      method: "POST",
      headers: { ...json, "x-goog-api-key": key },
      body: JSON.stringify(body),
    });
    expect(reply.headers.get("content-type")).toBe("application/json");
    return (await reply.json()) as { candidates: { content: { parts: { text: string }[] } }[] }[];
  };
  const pieces = await stream({ contents: [{ parts: [{ text: "Hi." }] }] });
  expect(pieces.map(({ candidates }) => candidates[0]?.content.parts[0]?.text).join("")).toBe("hello to you");
});

test("both ways to write a field are read, and never both at once", async () => {
  const { url, key, model } = await clientOf();
  const send = (body: string) =>
    fetch(`${url}/v1beta/models/auto:generateContent`, {
      method: "POST",
      headers: { ...json, "x-goog-api-key": key },
      body,
    });
  const snake =
    '"generation_config":{"max_output_tokens":"50"},"system_instruction":{"parts":[{"text":"A"}]}';
  expect((await send(`{"contents":[{"parts":[{"text":"a"}]}],${snake}}`)).status).toBe(200);
  expect(model.requests[0]).toMatchObject({ max_completion_tokens: 50, messages: [{ role: "system" }, {}] });
  for (const twice of [
    '"generation_config":{"maxOutputTokens":1},"generationConfig":{}',
    '"generationConfig":{"maxOutputTokens":1,"max_output_tokens":9}',
  ]) {
    const reply = await send(`{"contents":[{"parts":[{"text":"a"}]}],${twice}}`);
    expect(await reply.text()).toContain("is there under two names");
    expect(reply.status).toBe(400);
  }
});

test("what runs or is kept at the provider goes to no model that cannot have it", async () => {
  const { client, model } = await clientOf({ capabilities: { tools: true } });
  for (const config of [
    { tools: [{ googleSearch: {} }] },
    { tools: [{ codeExecution: {} }] },
    { cachedContent: "cachedContents/a" },
  ])
    await expect(client.models.generateContent({ ...ask, config })).rejects.toThrow(
      /at the provider|by the provider/,
    );
  expect(model.requests).toEqual([]);
});
