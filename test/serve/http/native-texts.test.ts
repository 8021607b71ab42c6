import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import type { RequestFacts } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/index.ts";
import {
  generateLane,
  type Lane,
  messagesLane,
  responsesLane,
  sendText,
} from "../../support/native-lanes.ts";
import { serveWith } from "../../support/serve-with.ts";

// A model that speaks a protocol gets a body as its sender wrote it: constraints must read all of that, and bounds count it.

const secret = "Operation Nightjar";
const encoded = Buffer.from(secret).toString("base64");

async function sent(lane: Lane, body: object, path: string, maxCharacters?: number) {
  const upstream = await serveWith((response) => sendText(response, 200, lane.answer));
  onTestFinished(upstream.close);
  const seen: RequestFacts[] = [];
  const router = createRouter({
    models: { only: lane.model("model-1", upstream.url) },
    policy: always("only"),
    ...(maxCharacters !== undefined && { maxCharacters }),
    constraints: [
      {
        name: "reads",
        permits(_, { request }) {
          seen.push(request);
          return true;
        },
      },
    ],
  });
  onTestFinished(() => router.close());
  const handler = createHandler(router);
  const reply = await handler(`http://router${path}`, { method: "POST", body: JSON.stringify(body) });
  const text = await reply.text();
  return { status: reply.status, text, seen: seen[0], requests: upstream.requests.length };
}

const pdf = { type: "base64", media_type: "application/pdf", data: "JVBERi0x" };
const ofMessages = (...content: object[]) => ({
  max_tokens: 5,
  messages: [{ role: "user", content: [{ type: "text", text: "hello" }, ...content] }],
});
const messages: readonly (readonly [string, object])[] = [
  ["a document's context", ofMessages({ type: "document", source: pdf, context: secret })],
  ["a block of an unknown type", ofMessages({ type: "of-tomorrow", note: secret })],
  ["citations of a text", ofMessages({ type: "text", text: "a", citations: [{ cited_text: secret }] })],
  ["a field of a message", { max_tokens: 5, messages: [{ role: "user", content: "hello", note: secret }] }],
  ["a field of the body", { ...ofMessages(), of_tomorrow: { note: [secret] } }],
  ["the name of a field", { ...ofMessages(), of_tomorrow: { [secret]: 1 } }],
  ["a server of tools", { ...ofMessages(), mcp_servers: [{ type: "url", url: `https://x/${secret}` }] }],
  ["the end of an id", { ...ofMessages(), metadata: { user_id: `${"x".repeat(64)}${secret}` } }],
];
const ofResponses = (...input: object[]) => ({ input: [{ role: "user", content: "hello" }, ...input] });
const responses: readonly (readonly [string, object])[] = [
  [
    "a field of a part",
    ofResponses({ role: "user", content: [{ type: "input_text", text: "a", n: secret }] }),
  ],
  [
    "a format that is not known",
    { ...ofResponses(), text: { format: { type: "grammar", definition: secret } } },
  ],
  ["a field of a tool", { ...ofResponses(), tools: [{ type: "function", name: "f", note: secret }] }],
];
const ofGenerate = (...parts: object[]) => ({
  contents: [{ role: "user", parts: [{ text: "hi" }, ...parts] }],
});
const generate: readonly (readonly [string, object])[] = [
  [
    "a thought that a sender wrote",
    {
      contents: [
        ...ofGenerate().contents,
        { role: "model", parts: [{ text: "yes" }, { text: secret, thought: true }] },
        { role: "user", parts: [{ text: "go" }] },
      ],
    },
  ],
  [
    "a text as the model's data",
    {
      contents: [
        ...ofGenerate().contents,
        { role: "model", parts: [{ inlineData: { mimeType: "text/plain", data: encoded } }] },
        { role: "user", parts: [{ text: "go" }] },
      ],
    },
  ],
  [
    "a list of words to answer with",
    {
      ...ofGenerate(),
      generationConfig: {
        responseMimeType: "text/x.enum",
        responseSchema: { type: "STRING", enum: [secret] },
      },
    },
  ],
  ["the name of a file", ofGenerate({ fileData: { fileUri: `gs://bucket/${secret}` } })],
  ["what the provider keeps", { ...ofGenerate(), cachedContent: `cachedContents/${secret}` }],
];
const path = "/v1beta/models/auto:generateContent";

test.each([
  ...messages.map(([name, body]) => [name, messagesLane, body, "/v1/messages"] as const),
  ...responses.map(([name, body]) => [name, responsesLane, body, "/v1/responses"] as const),
  ...generate.map(([name, body]) => [name, generateLane, body, path] as const),
])("constraints read %s", async (_, lane, body, at) => {
  const { status, seen, requests, text } = await sent(lane, body, at);
  expect([status, requests], text).toEqual([200, 1]);
  expect(seen?.text.all()).toContain(secret);
});

test("what stands in both is read once, and data of images not at all", async () => {
  const image = { type: "base64", media_type: "image/PNG", data: "iVBORw0KGgo=" };
  const { seen } = await sent(messagesLane, ofMessages({ type: "image", source: image }), "/v1/messages");
  expect(seen?.text.all().match(/hello/g)).toHaveLength(1);
  expect(seen?.text.all()).not.toContain("iVBOR");
});

test("a bound on cost counts what only the provider reads", async () => {
  const note = "x".repeat(50_000);
  const bounded = (body: object) => sent(messagesLane, { ...body, maxCostUsd: 100 }, "/v1/messages");
  const { seen: less } = await bounded(ofMessages());
  const { seen: more } = await bounded(ofMessages({ type: "of-tomorrow", note }));
  const most = (facts: RequestFacts | undefined) => facts?.mostInputTokens ?? Number.NaN;
  expect(most(more) - most(less)).toBeGreaterThan(50_000);
  expect(most(more) - most(less)).toBeLessThan(50_200);
});

test("the longest request holds for it, too", async () => {
  const note = "x".repeat(5_000);
  const body = ofMessages({ type: "of-tomorrow", note });
  expect((await sent(messagesLane, body, "/v1/messages", 6_000)).status).toBe(200);
  const { status, text, requests } = await sent(messagesLane, body, "/v1/messages", 4_000);
  expect([status, requests]).toEqual([400, 0]);
  expect(text).toContain("maxCharacters");
  // Images are no characters.
  const image = { type: "base64", media_type: "image/png", data: "A".repeat(8_000) };
  const picture = ofMessages({ type: "image", source: image });
  expect((await sent(messagesLane, picture, "/v1/messages", 4_000)).status).toBe(200);
});

test.each([
  [
    "a text and a file in one part",
    generateLane,
    ofGenerate({ text: "a", file_data: { fileUri: "gs://x" } }),
    path,
  ],
  [
    "a file in a turn of the model",
    generateLane,
    { contents: [...ofGenerate().contents, { role: "model", parts: [{ fileData: { fileUri: "gs://x" } }] }] },
    path,
  ],
  [
    "a document in a turn of the model",
    generateLane,
    {
      contents: [
        ...ofGenerate().contents,
        { role: "model", parts: [{ inline_data: { mime_type: "application/pdf", data: "JVBERi0x" } }] },
      ],
    },
    path,
  ],
  [
    "a file in a turn of the model",
    responsesLane,
    ofResponses({ role: "assistant", content: [{ type: "input_file", file_id: "file-1" }] }),
    "/v1/responses",
  ],
  [
    "two contents of one part",
    responsesLane,
    ofResponses({ role: "user", content: [{ type: "input_file", file_id: "f", file_url: "https://x/y" }] }),
    "/v1/responses",
  ],
] as const)("%s is refused: constraints look elsewhere", async (_, lane, body, at) => {
  const { status, requests } = await sent(lane, body, at);
  expect([status, requests]).toEqual([400, 0]);
});
