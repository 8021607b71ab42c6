import { type Content, GoogleGenAI } from "@google/genai";
import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, efforts, type RouterEvent } from "../../../src/index.ts";
import { google } from "../../../src/router/providers/google.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type RawAnswer, serveRaw } from "../../support/serve-raw.ts";

// Form and counts of the answers: js-genai's recordings (googleapis/js-genai, test/system/recordings, 2026-08-22).

const meta =
  '"usageMetadata":{"promptTokenCount":65,"candidatesTokenCount":22,"thoughtsTokenCount":59,"totalTokenCount":146,"trafficType":"ON_DEMAND"},"modelVersion":"gemini-3.1-pro-001","createTime":"2026-05-04T20:01:02.264968Z","responseId":"r-1"';
const call =
  '{"functionCall":{"name":"add","args":{"a":1234567890123456789,"x":1.0}},"thoughtSignature":"c2lnMQ=="}';
const answer = `{"candidates": [{"content":{"role":"model","parts":[{"text":"Plan.","thought":true},${call}]},"finishReason":"STOP","index":0,"avgLogprobs":-0.5}], ${meta}}`;
const pieces = [
  `{"candidates": [{"content":{"role":"model","parts":[{"text":"Plan.","thought":true}]},"index":0}],${meta}}`,
  `{"candidates": [{"content":{"role":"model","parts":[${call}]}, "new_field":1.0}],${meta}}`,
  `{"candidates": [{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP"}],${meta}}`,
];
const sse = pieces.map((data) => `data: ${data}\r\n\r\n`).join("");
const stream: RawAnswer = { status: 200, type: "text/event-stream", text: sse };

const marked = (signature: string, writer = "google%3Agemini-3%2E1-pro") =>
  Buffer.from(`switchpoint.${writer}.${signature}`).toString("base64");
const shown = (text: string) =>
  text.replaceAll("gemini-3.1-pro-001", "large").replaceAll('"c2lnMQ=="', `"${marked("c2lnMQ==")}"`);

async function served(
  given: RawAnswer | readonly RawAnswer[],
  options: HandlerOptions = {},
  model: Parameters<typeof google>[1] = {},
) {
  const server = await serveRaw(given);
  onTestFinished(server.close);
  const heard: RouterEvent[] = [];
  const large = google("gemini-3.1-pro", { baseUrl: server.url, apiKey: "own-key", ...model });
  const router = createRouter({
    models: { large, ...efforts("large", large, ["low"]) },
    policy: always("large"),
    execution: { retries: 0 },
    onEvent: (event) => void heard.push(event),
  });
  const handler = createHandler(router, options as never);
  const post = (text: string, method = "generateContent", name = "large") =>
    handler(`http://x/v1beta/models/${name}:${method}`, {
      method: "POST",
      body: text,
      headers: {
        "content-type": "application/json",
        "x-goog-api-key": "client-key",
        "x-goog-api-client": "genai",
      },
    });
  return { ...server, router, handler, post, heard };
}

const written =
  '{ "contents":[{"role":"user","parts":[{"text":"n\\u0061me"}]},{"role":"model","parts":[{"functionCall":{"name":"add","args":{"id":1234567890123456789,"x":1.0}}}]},{"role":"user","parts":[{"functionResponse":{"name":"add","response":{"sum":1.0}}}]}],"tools":[{"functionDeclarations":[{"name":"add","parameters":{"type":"OBJECT"}}]},{"googleSearch":{}},{"codeExecution":{}}],"safetySettings":[{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_NONE"}],"cachedContent":"cachedContents/a","generationConfig":{"topK":5,"imageConfig":{"aspectRatio":"16:9"}} }';

test("a request goes as it came, with the own key, and its answer comes as it came", async () => {
  const { post, requests } = await served({ status: 200, text: answer });
  const reply = await post(written);
  expect(await reply.text()).toBe(shown(answer));
  expect(requests[0]?.text).toBe(written);
  expect(requests[0]?.url).toBe("/v1beta/models/gemini-3.1-pro:generateContent");
  expect(requests[0]?.headers["x-goog-api-key"]).toBe("own-key");
  expect(JSON.stringify(requests[0]?.headers)).not.toContain("client-key");
});

test("pieces come as they came, as events or as an array, and are counted", async () => {
  const { post, heard } = await served(stream);
  const events = await post(written, "streamGenerateContent?alt=sse");
  expect(events.headers.get("content-type")).toContain("text/event-stream");
  expect(await events.text()).toBe(shown(sse).replaceAll("\r\n", "\n"));
  const array = await post(written, "streamGenerateContent");
  expect(await array.text()).toBe(`[${pieces.map(shown).join(",\r\n")}]`);
  const done = heard.filter(({ type }) => type === "request-completed");
  expect(done).toMatchObject([
    { usage: { inputTokens: 65, outputTokens: 81, reasoningTokens: 59 } },
    { usage: { inputTokens: 65, outputTokens: 81, reasoningTokens: 59 } },
  ]);
});

test("Google's client reads it, and signatures come back to their writer alone", async () => {
  const { router, requests } = await served([stream, stream]);
  const running = await serve(router, { port: 0 });
  onTestFinished(running.close);
  const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: running.url } });
  const history: Content[] = [
    { role: "user", parts: [{ text: "Hi." }] },
    {
      role: "model",
      parts: [
        // As clients write it that take it for bytes: in the other alphabet.
        { text: "Known.", thoughtSignature: marked("b3du").replaceAll("+", "-").replaceAll("/", "_") },
        { text: "Foreign.", thoughtSignature: marked("Zm9yZWlnbg==", "google%3Agemini-3-flash") },
        { text: "", thoughtSignature: marked("Zm9yZWlnbg==", "vertex%3Agemini-3%2E1-pro") },
        { functionCall: { name: "add", args: {} }, thoughtSignature: "dW5rbm93bg==" },
      ],
    },
    { role: "user", parts: [{ functionResponse: { name: "add", response: { output: "1" } } }] },
    { role: "model", parts: [{ text: "", thoughtSignature: "dW5rbm93bg==" }] },
  ];
  const chat = client.chats.create({ model: "large", history });
  for await (const piece of await chat.sendMessageStream({ message: "Go on." })) void piece;
  expect(requests[0]?.body.contents[1].parts).toEqual([
    { text: "Known.", thoughtSignature: "b3du" },
    { text: "Foreign." },
    { functionCall: { name: "add", args: {} }, thoughtSignature: "skip_thought_signature_validator" },
  ]);
  expect(requests[0]?.body.contents[3].parts).toEqual([{ text: "(no text)" }]);
  const message = { functionResponse: { name: "add", response: { output: "2" } } };
  for await (const piece of await chat.sendMessageStream({ message })) void piece;
  const parts = requests[1]?.body.contents.flatMap((one: Content) => one.parts);
  expect(parts).toContainEqual({
    functionCall: { name: "add", args: expect.anything() },
    thoughtSignature: "c2lnMQ==",
  });
});

test("fields of the router and the name of a model are left out, the limit of the call is set", async () => {
  const { post, requests } = await served(
    { status: 200, text: answer },
    {},
    { price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 10 }, maxOutputTokens: 60_000 },
  );
  const contents = '"contents":[{"parts":[{"text":"Hi."}]}]';
  await post(
    `{"model":"models/other","session":"s","maxCostUsd":0.01,${contents},"generation_config":{"top_k":5.0}}`,
  );
  const { body } = requests[0] ?? {};
  expect(Object.keys(body)).toEqual(["contents", "generation_config"]);
  expect(body.generation_config.top_k).toBe(5);
  expect(body.generation_config.maxOutputTokens).toBeLessThan(1_001);
});

test("an effort of the router takes the place of the body's", async () => {
  const { post, requests } = await served({ status: 200, text: answer });
  const config = '"generationConfig":{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"HIGH"}}';
  await post(`{"contents":[{"parts":[{"text":"Hi."}]}],${config}}`, "generateContent", "large%40low");
  expect(requests[0]?.body.generationConfig).toEqual({
    thinkingConfig: { includeThoughts: true, thinkingLevel: "low" },
  });
});

test("defaults of the model fill what the body leaves open", async () => {
  const defaults = {
    temperature: 0.2,
    maxOutputTokens: 50,
    reasoningEffort: "high" as const,
    extraBody: { safetySettings: [], generationConfig: { topK: 7, topP: 0.5 } },
  };
  const { post, requests } = await served({ status: 200, text: answer }, {}, { defaults });
  const open = '"contents":[{"parts":[{"text":"Hi."}]}]';
  await post(`{${open}}`);
  expect(requests[0]?.body).toMatchObject({
    safetySettings: [],
    generationConfig: {
      temperature: 0.2,
      maxOutputTokens: 50,
      topK: 7,
      topP: 0.5,
      thinkingConfig: { thinkingLevel: "high" },
    },
  });
  const said =
    '"generationConfig":{"temperature":1,"maxOutputTokens":9,"topK":1,"top_p":1,"thinkingConfig":{"thinkingBudget":5}}';
  await post(`{${open},${said},"safety_settings":[{}]}`);
  expect(requests[1]?.body).toEqual({
    contents: [{ parts: [{ text: "Hi." }] }],
    generationConfig: {
      temperature: 1,
      maxOutputTokens: 9,
      topK: 1,
      top_p: 1,
      thinkingConfig: { thinkingBudget: 5 },
    },
    safety_settings: [{}],
  });
});

test("a server's error comes byte for byte, also within a stream, but not one about the key", async () => {
  const refusal = '{"error": {"code":400,"message":"words of the server","status":"INVALID_ARGUMENT"}}';
  const { post, heard } = await served([
    { status: 400, text: refusal },
    { status: 200, type: "text/event-stream", text: `data: ${pieces[1]}\n\ndata: ${refusal}\n\n` },
    { status: 400, text: refusal.replace("words of the server", "API key not valid: words of the server") },
  ]);
  const reply = await post(written);
  expect([reply.status, await reply.text()]).toEqual([400, refusal]);
  const broken = await (await post(written, "streamGenerateContent?alt=sse")).text();
  expect(JSON.parse(broken.slice(broken.lastIndexOf("data: ") + 6))).toEqual(JSON.parse(refusal));
  expect(await (await post(written)).text()).not.toContain("words of the server");
  expect(JSON.stringify(heard)).not.toContain("words of the server");
});

test("a tool of the provider goes to a model that has it, and other models are left out", async () => {
  const server = await serveRaw({ status: 200, text: answer });
  onTestFinished(server.close);
  const small = fakeModel({ name: "test:small", answer: "from small", capabilities: { tools: true } });
  const large = google("gemini-3.1-pro", { baseUrl: server.url, apiKey: "k" });
  const router = createRouter({ models: { small, large }, policy: always("large") });
  const post = (body: object, name: string) =>
    createHandler(router)(`http://x/v1beta/models/${name}:generateContent`, {
      method: "POST",
      body: JSON.stringify({ contents: [{ parts: [{ text: "Hi." }] }], ...body }),
      headers: { "content-type": "application/json" },
    });
  expect((await post({ tools: [{ googleSearch: {} }] }, "auto")).status).toBe(200);
  const refused = await post({ tools: [{ googleSearch: {} }] }, "small");
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain("tools[0].googleSearch runs at the provider");
  expect(small.requests).toEqual([]);
  expect(await (await post({}, "small")).text()).toContain("from small");
});

test("without the native lane an answer is translated, with its parts and its sources", async () => {
  const grounded = answer
    .replace('"avgLogprobs":-0.5', '"groundingMetadata":{"webSearchQueries":["depth"]}')
    .replace(
      `${call}`,
      '{"executableCode":{"language":"PYTHON","code":"1"}},{"text":"hi","thoughtSignature":"c2ln"}',
    );
  const { post, requests } = await served({ status: 200, text: grounded }, { native: false });
  const asked = '{"contents":[{"parts":[{"text":"Hi."}]}]}';
  const reply = await post(asked);
  const { candidates } = (await reply.json()) as {
    candidates: { content: Content; groundingMetadata: object }[];
  };
  const parts = candidates[0]?.content.parts ?? [];
  expect(parts).toEqual([
    { text: "Plan.", thought: true },
    { executableCode: { language: "PYTHON", code: "1" } },
    { text: "hi", thoughtSignature: marked("c2ln") },
  ]);
  expect(candidates[0]?.groundingMetadata).toEqual({ webSearchQueries: ["depth"] });
  const next = {
    contents: [{ parts: [{ text: "Hi." }] }, { role: "model", parts }, { parts: [{ text: "And?" }] }],
  };
  await post(JSON.stringify(next));
  expect(requests[1]?.body.contents[1].parts).toEqual([
    { text: "Plan.", thought: true },
    { executableCode: { language: "PYTHON", code: "1" } },
    { text: "hi", thoughtSignature: "c2ln" },
  ]);
});
