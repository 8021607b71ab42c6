import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../../policies/index.ts";
import { createRouter, isRouterError } from "../../../../src/index.ts";
import {
  embedding,
  length,
  openaiEmbeddings,
  trainEmbedding,
} from "../../../../src/router/classifiers/index.ts";
import { factsOf, fakeModel } from "../../../../src/testing/index.ts";
import { openHop } from "../../../support/hops/open-hop.ts";
import { type LoopbackServer, type SeenRequest, sendJson, serveWith } from "../../../support/serve-with.ts";
import { recordsOf, vectorOf } from "../../../support/word-embedder.ts";

let server: LoopbackServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  server = undefined;
});

const serve = async (answer: (response: ServerResponse, request: SeenRequest) => void) => {
  server = await serveWith(answer);
  return { ...server, baseUrl: `${server.url}/v1` };
};
const item = (text: string, index: number) => ({ object: "embedding", index, embedding: vectorOf(text) });
const answerTo = ({ body }: SeenRequest, data = (body.input as string[]).map(item)) => ({
  object: "list",
  model: `${body.model}-served`,
  data,
  usage: { prompt_tokens: 4 * data.length, total_tokens: 4 * data.length },
});
/** A signal for each call: the SDK keeps listening to it. */
const alive = () => ({ signal: new AbortController().signal });

describe("embeddings over HTTP", () => {
  it("are requested in OpenAI's format, and returned in the order of the texts", async () => {
    const { baseUrl, requests } = await serve((response, request) =>
      sendJson(response, answerTo(request, (request.body.input as string[]).map(item).reverse())),
    );
    const { embed } = openaiEmbeddings({ model: "e5", baseUrl, apiKey: async () => "key", dimensions: 16 });
    expect(await embed(["one", "two"], alive())).toEqual({
      vectors: [vectorOf("one"), vectorOf("two")],
      inputTokens: 8,
      servedModel: "e5-served",
    });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: "POST",
      url: "/v1/embeddings",
      headers: { authorization: "Bearer key" },
      body: { model: "e5", input: ["one", "two"], encoding_format: "float", dimensions: 16 },
    });
  });

  it("send no OpenAI setting of the environment to another endpoint", async () => {
    vi.stubEnv("OPENAI_API_KEY", "secret-key");
    vi.stubEnv("OPENAI_ORG_ID", "secret-org");
    vi.stubEnv("OPENAI_PROJECT_ID", "secret-project");
    vi.stubEnv("OPENAI_CUSTOM_HEADERS", "x-own: secret-header");
    const { baseUrl, requests } = await serve((response, request) => sendJson(response, answerTo(request)));
    await openaiEmbeddings({ model: "e5", baseUrl, headers: { "x-mine": "1" } }).embed(["one"], alive());
    expect(JSON.stringify(requests[0]?.headers)).not.toContain("secret");
    expect(requests[0]?.headers["authorization"]).toBeUndefined();
    expect(requests[0]?.headers["x-mine"]).toBe("1");
  });

  it("need a key for OpenAI itself", async () => {
    vi.stubEnv("OPENAI_API_KEY", "");
    const embedder = openaiEmbeddings({ model: "text-embedding-3-small" });
    expect(embedder.name).toBe("openai:text-embedding-3-small");
    const error = await embedder.embed(["one"], alive()).catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "missing-configuration")).toBe(true);
  });

  it.each([
    [401, "authentication", false],
    [404, "not-found", false],
    [400, "invalid-request", false],
    [413, "too-large", false],
    [429, "rate-limit", true],
    [500, "server", true],
    [503, "overloaded", true],
  ])("map status %i to %s, and are not retried", async (status, kind, retryable) => {
    const { baseUrl, requests } = await serve((response) =>
      sendJson(response, { error: { message: "the prompt was: patient 4711" } }, status),
    );
    const { embed } = openaiEmbeddings({ model: "e5", baseUrl });
    const error = await embed(["one"], alive()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "provider", kind, status, retryable });
    expect(JSON.stringify(error) + String(error)).not.toContain("4711");
    expect(requests).toHaveLength(1);
  });

  const malformed: Readonly<Record<string, unknown>> = {
    "no data": {},
    "too few vectors": { data: [] },
    "the same place twice": { data: [item("a", 0), item("b", 0)] },
    "a place that is not there": { data: [item("a", 0), item("b", 1_000_000_000)] },
    "no vector": { data: [item("a", 0), { index: 1, embedding: "AAAA" }] },
    null: null,
  };
  it.each(Object.keys(malformed))("refuse an answer with %s", async (what) => {
    const { baseUrl } = await serve((response) => sendJson(response, malformed[what]));
    const { embed } = openaiEmbeddings({ model: "e5", baseUrl });
    const error = await embed(["a", "b"], alive()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "provider", kind: "incomplete" });
  });

  it.each([
    [
      "what is no JSON",
      (response: ServerResponse) => response.writeHead(200, { "content-type": "application/json" }).end("{"),
    ],
    ["a connection that breaks off", (response: ServerResponse) => response.destroy()],
  ])("refuse %s", async (_, answer) => {
    const { baseUrl } = await serve((response) => void answer(response));
    const { embed } = openaiEmbeddings({ model: "e5", baseUrl });
    const error = await embed(["a"], alive()).catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "provider")).toBe(true);
  });

  it.each([
    [{ baseUrl: "localhost" }, /openaiEmbeddings\.baseUrl must be an http or https address/],
    [{ apiKey: 7 }, /openaiEmbeddings\.apiKey must be a key, or a function that returns one$/],
  ])("refuse %j", (wrong, message) => {
    expect(() => openaiEmbeddings({ model: "e5", ...(wrong as object) })).toThrow(message);
  });
});

describe("an embedding classifier over HTTP", () => {
  const train = (baseUrl: string) =>
    trainEmbedding({
      ...openaiEmbeddings({ model: "e5", baseUrl }),
      records: recordsOf(40),
      small: "small",
      large: "large",
      base: length(),
    });

  it("sends texts requested at about the same time in one call", async () => {
    const { baseUrl, requests } = await serve((response, request) => sendJson(response, answerTo(request)));
    const trained = await train(baseUrl);
    expect(requests.map(({ body }) => body.input.length)).toEqual([40]);
    const classifier = embedding({ ...openaiEmbeddings({ model: "e5", baseUrl }), trained, base: length() });
    const router = createRouter({
      models: { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) },
      policy: always("small"),
      classifier,
    });
    const asks = ["capital river", "prove lemma", "name flag", "integral bound"];
    const results = await Promise.all(asks.map((ask) => router.route(ask)));
    expect(requests.slice(1).map(({ body }) => body.input)).toEqual([asks]);
    for (const { decision, attempts } of results) {
      expect(decision.classification).toBeDefined();
      expect(attempts[0]).toMatchObject({ name: "openai-compatible:e5", servedModel: "e5-served" });
    }
    const tokens = results.map(({ attempts }) => attempts[0]?.usage?.inputTokens ?? 0);
    expect(tokens.reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(16);
    expect(tokens.reduce((sum, one) => sum + one)).toBeLessThan(16 + asks.length);
  });

  it("fails when the endpoint is silent, has another dimension, or is broken; and asks again afterwards", async () => {
    let reply: (response: ServerResponse, request: SeenRequest) => void = (response, request) =>
      sendJson(response, answerTo(request));
    let hungUp = 0;
    const { baseUrl } = await serve((response, request) => {
      response.on("close", () => {
        if (!response.writableFinished) hungUp += 1;
      });
      reply(response, request);
    });
    const trained = await train(baseUrl);
    const embedder = openaiEmbeddings({ model: "e5", baseUrl });
    const within = (timeoutMs: number) => embedding({ ...embedder, trained, base: length(), timeoutMs });
    // On a busy machine an answer may take longer than the limit that a silent endpoint has to exceed.
    const [hasty, patient] = [within(100), within(20_000)];
    const ask = (classifier = patient) =>
      Promise.resolve(classifier.classify(factsOf({ ask: "capital" }), openHop())).catch(
        (thrown: unknown) => thrown,
      );

    reply = (response, request) =>
      sendJson(response, answerTo(request, [{ ...item("a", 0), embedding: [1, 2] }]));
    expect(await ask()).toMatchObject({ kind: "incomplete", message: /2 dimensions instead of 16/ });
    reply = (response) => sendJson(response, { error: { message: "down" } }, 500);
    expect(await ask()).toMatchObject({ kind: "server" });
    reply = () => {};
    expect(await ask(hasty)).toMatchObject({ kind: "timeout" });
    await vi.waitFor(() => expect(hungUp).toBe(1));
    reply = (response, request) => sendJson(response, answerTo(request));
    expect(await ask()).toMatchObject({ complexity: expect.any(Number) });
  });
});
