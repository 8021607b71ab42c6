import { chmodSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/always.ts";
import { boundary } from "../../../policies/constraints/boundary.ts";
import type { ChatRequest } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { nativeFailure } from "../../../src/plugin/native-failure.ts";
import { google } from "../../../src/router/providers/google.ts";
import { type VertexOptions, vertex } from "../../../src/router/providers/vertex.ts";
import { providerConformance, type ScenarioAnswer, serveScenario } from "../../../src/testing/index.ts";
import { temporaryFolder } from "../../support/cli-config.ts";
import { googleWire } from "../../support/google-server.ts";
import { openaiStatuses } from "../../support/openai-server.ts";
import {
  cloudPlatform,
  googleError,
  serveMetadata,
  vertexClaudeWire,
  vertexWire,
} from "../../support/platforms/google.ts";
import { bearerOf } from "../../support/platforms/tokens.ts";
import { verifying } from "../../support/platforms/verifying.ts";
import { sendEvents, sendJson, serveWith } from "../../support/serve-with.ts";

const request: ChatRequest = { messages: [{ role: "user", content: "How deep is the harbour?" }] };
const { signal } = new AbortController();
const place = { project: "my-project", location: "us-east5" } as const;
const metadata = await serveMetadata();
const { issuer } = metadata;

beforeEach(() => {
  metadata.isHere();
});

afterEach(() => {
  vi.unstubAllEnvs();
  issuer.now = Date.now;
  issuer.lifetimeMs = 3_600_000;
});

afterAll(() => metadata.close());

const path = "/projects/my-project/locations/us-east5/endpoints/openapi/chat/completions";

describe("vertex conforms, with tokens of google-auth-library", () => {
  const cases = providerConformance({
    statuses: openaiStatuses,
    without: {
      "content-filter": "Vertex AI has no code of its own for it",
      "request-id": "the API sends none",
    },
    serve: async (scenario, { apiKey: _, ...settings }) => {
      const wire = verifying(vertexWire, (call) =>
        call.path === path ? issuer.verify(bearerOf(call.headers), cloudPlatform) : `a call of ${call.path}`,
      );
      const server = await serveScenario(scenario, wire);
      return { ...server, model: vertex("meta/llama-test", { ...settings, ...place, baseUrl: server.url }) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

test("no program of the machine is started to learn the project", async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const started = join(dirname(folder.file("gcloud", "")), "started");
  const program = folder.file("gcloud", `#!/bin/sh\necho > ${started}\n`);
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", `${dirname(program)}:/bin:/usr/bin`);
  const server = await serveWith((response) => sendJson(response, { choices: [] }));
  onTestFinished(server.close);
  const model = vertex("meta/llama-test", { ...place, baseUrl: server.url });
  await model.generate(request, { signal }).catch(() => {});
  expect(existsSync(started)).toBe(false);
});

describe("vertex conforms with Claude", () => {
  const cases = providerConformance({
    statuses: { timeout: 504 },
    serve: async (scenario, { apiKey, ...settings }) => {
      const start =
        "/projects/my-project/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-6@20260101";
      const wire = verifying(vertexClaudeWire, ({ path, body, headers }) => {
        const { anthropic_version: version, stream, ...fields } = body as Record<string, unknown>;
        if (path !== `${start}:${stream === true ? "streamRawPredict" : "rawPredict"}`)
          return `a call of ${path}`;
        if (version !== "vertex-2023-10-16" || "model" in fields) return "another version, or a model";
        return bearerOf(headers) === apiKey ? undefined : "another token";
      });
      const server = await serveScenario(scenario, wire);
      const model = vertex("claude-sonnet-4-6@20260101", {
        ...settings,
        ...place,
        baseUrl: server.url,
        apiKey: async () => apiKey,
      });
      return { ...server, model };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

// Forms of Google's and of Anthropic's refusals: their pages "Vertex AI API errors" and "Errors", November 2026.
test.each([
  [
    429,
    googleError(429, "RESOURCE_EXHAUSTED", "Quota exceeded for online_prediction_requests_per_base_model"),
    "rate-limit",
    "",
  ],
  [
    404,
    googleError(404, "NOT_FOUND", "Publisher Model was not found"),
    "not-found",
    "not served in us-east5",
  ],
  [
    400,
    {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 9 tokens > 8 maximum" },
    },
    "context-overflow",
    "",
  ],
  [529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded", ""],
  [403, googleError(403, "PERMISSION_DENIED", "Permission denied"), "permission", "roles/aiplatform.user"],
] as const)(
  "an error %i of Claude is read, in the form of its maker or of the platform: %j",
  async (status, body, kind, advice) => {
    const server = await serveWith((response) => sendJson(response, body, status));
    onTestFinished(server.close);
    const model = vertex("claude-sonnet-4-6", { ...place, baseUrl: server.url, apiKey: () => "t" });
    const error = await failureOf(model.generate(request, { signal }));
    expect(error).toMatchObject({ kind, status });
    expect(error.message).toContain(advice);
  },
);

test.each([
  [
    "claude-opus-4-1@20250805",
    "global",
    "https://aiplatform.googleapis.com/v1/projects/my-project/locations/global",
  ],
  [
    "anthropic/claude-haiku-4-5",
    "us-east5",
    "https://us-east5-aiplatform.googleapis.com/v1/projects/my-project/locations/us-east5",
  ],
  ["claude-sonnet-4-6", "eu", "https://aiplatform.eu.rep.googleapis.com/v1/projects/my-project/locations/eu"],
])("%s in %s is called at its publisher's address", async (name, location, start) => {
  const asked: { url: string; headers: Headers; body: Record<string, unknown> }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    asked.push({
      url: String(url),
      headers: new Headers(init?.headers),
      body: JSON.parse(String(init?.body)),
    });
    return new Response("{}", { status: 500 });
  };
  const headers = { "anthropic-beta": "context-1m-2025-08-07" };
  const model = vertex(name, { project: "my-project", location, fetch, headers, apiKey: () => "t" });
  await failureOf(model.generate({ ...request, service_tier: "auto" }, { signal }));
  const [{ url, headers: sent, body } = expect.fail("no call")] = asked;
  expect(url).toBe(`${start}/publishers/anthropic/models/${name.replace("anthropic/", "")}:rawPredict`);
  expect(sent.get("anthropic-beta")).toBe("context-1m-2025-08-07");
  expect(sent.get("authorization")).toBe("Bearer t");
  expect(Object.keys(body).sort()).toEqual(["anthropic_version", "max_tokens", "messages"]);
  // A model that you deployed yourself speaks chat completions, whatever its name.
  await failureOf(
    vertex("claude-like", {
      project: "my-project",
      location,
      endpoint: "123",
      fetch,
      apiKey: () => "t",
    }).generate(request, { signal }),
  );
  expect(asked[1]?.url).toBe(`${start}/endpoints/123/chat/completions`);
});

test("a native request of Anthropic's Messages goes to Claude as it is, with the betas that the platform knows", async () => {
  const asked: { headers: Headers; body: Record<string, unknown> }[] = [];
  const refusal = {
    type: "error",
    error: { type: "invalid_request_error", message: "max_tokens: too large" },
  };
  const fetch: typeof globalThis.fetch = async (_, init) => {
    asked.push({ headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) });
    return Response.json(asked.length === 1 ? refusal : googleError(400, "INVALID_ARGUMENT", "x")[0], {
      status: 400,
    });
  };
  const model = vertex("claude-sonnet-4-6", { ...place, fetch, apiKey: () => "t" });
  const text =
    '{"model":"claude-sonnet-4-6","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"x"}]}';
  const headers = {
    "anthropic-beta": "claude-code-20250219, context-1m-2025-08-07",
    "anthropic-version": "2023-06-01",
  };
  const native = { protocol: "messages", text, headers } as const;
  const read = async () => {
    for await (const _ of model.stream(request, { signal, native }));
  };
  const [own, foreign] = [await failureOf(read()), await failureOf(read())];
  expect(asked[0]?.body).toEqual({
    max_tokens: 10,
    stream: true,
    messages: [{ role: "user", content: "x" }],
    anthropic_version: "vertex-2023-10-16",
  });
  expect(asked[0]?.headers.get("anthropic-beta")).toBe("context-1m-2025-08-07");
  expect(asked[0]?.headers.has("anthropic-version")).toBe(false);
  // What Anthropic said reaches its client as it is; what Google said would not be understood.
  expect(nativeFailure(own, "messages")?.text).toBe(JSON.stringify(refusal));
  expect(nativeFailure(foreign, "messages")).toBeUndefined();
});

const scenarioAnswer: ScenarioAnswer = {
  model: "gemini-2.5-flash",
  textPieces: ["12 m"],
  toolCalls: [],
  finishReason: "stop",
  usage: { inputTokens: 9, outputTokens: 3 },
};
const answer = {
  model: "meta/llama-test",
  choices: [{ finish_reason: "stop", message: { role: "assistant", content: "12 m" } }],
};

/** Starts Vertex AI, which verifies tokens, places and models. */
async function setUp(options: Partial<VertexOptions> = {}) {
  const state: { date: string | undefined } = { date: undefined };
  const server = await serveWith((response, { url, headers, body }) => {
    if (state.date !== undefined) response.setHeader("date", state.date);
    const refuse = (code: number, status: string, message: string) =>
      sendJson(response, googleError(code, status, message), code);
    const fault = issuer.verify(bearerOf(headers), cloudPlatform);
    if (fault !== undefined)
      return refuse(401, "UNAUTHENTICATED", `Request had invalid credentials: ${fault}`);
    const [, project, location] = /^\/projects\/([^/]+)\/locations\/([^/]+)\//.exec(url) ?? [];
    if (project !== place.project)
      return refuse(403, "PERMISSION_DENIED", `Permission denied on resource project ${project}.`);
    if (location !== place.location || body.model !== "meta/llama-test")
      return refuse(
        404,
        "NOT_FOUND",
        "Publisher Model was not found or your project does not have access to it.",
      );
    if (body.messages.length === 0) return refuse(400, "INVALID_ARGUMENT", "messages must not be empty");
    if (body.stream !== true) return sendJson(response, answer);
    sendEvents(response, [{ choices: [{ delta: { content: "12 m" }, finish_reason: "stop" }] }, "[DONE]"]);
  });
  onTestFinished(server.close);
  const at = (more: Partial<VertexOptions>, model = "meta/llama-test") =>
    vertex(model, { ...place, baseUrl: server.url, ...options, ...more });
  return { server, state, at, model: at({}) };
}

const failureOf = async (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("the call did not fail"),
    (error: unknown) => error as Error & Record<string, unknown>,
  );

test("many calls at once are sent with one token, and name the model with its publisher", async () => {
  const before = issuer.issued.length;
  const { server, model } = await setUp();
  await Promise.all(Array.from({ length: 50 }, () => model.generate(request, { signal })));
  expect(server.requests).toHaveLength(50);
  expect(issuer.issued).toHaveLength(before + 1);
  expect(server.requests[0]?.body.model).toBe("meta/llama-test");
});

test("a token that has expired is refused with what the platform said and what to do", async () => {
  const { model } = await setUp();
  await model.generate(request, { signal });
  issuer.now = () => Date.now() + 2 * 3_600_000;
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ kind: "authentication", status: 401, retryable: false });
  expect(error.message).toContain("the token was not accepted");
  expect(error["detail"]).toContain("the token has expired");
});

test("a clock that is ten minutes off is named", async () => {
  const { model, state } = await setUp();
  issuer.lifetimeMs = -1;
  state.date = new Date(Date.now() - 600_000).toUTCString();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error.message).toContain("this machine's clock is 10 minutes ahead of the platform's: set it");
});

test("a token is renewed while a stream goes on, which ends", async () => {
  const { server, model } = await setUp();
  const stream = model.stream(request, { signal })[Symbol.asyncIterator]();
  expect((await stream.next()).done).toBe(false);
  issuer.now = () => Date.now() + 2 * 3_600_000;
  while (!(await stream.next()).done);
  expect(server.requests).toHaveLength(1);
});

test.each([
  [
    "a project that does not exist",
    { project: "no-project" },
    "meta/llama-test",
    "permission",
    "roles/aiplatform.user",
  ],
  [
    "a location without the model",
    { location: "europe-west4" },
    "meta/llama-test",
    "not-found",
    "not served in europe-west4",
  ],
  ["a model that is not enabled", {}, "meta/other", "not-found", "Model Garden"],
] as const)("%s is an error that says what to do", async (_, more, name, kind, part) => {
  const { at } = await setUp();
  const error = await failureOf(at(more, name).generate(request, { signal }));
  expect(error).toMatchObject({ code: "provider", kind, retryable: false });
  expect(error.message).toContain(part);
  expect(String(error["detail"])).toMatch(/Permission denied|not found/);
});

test("a location that has no host is named", async () => {
  const absent: typeof fetch = () =>
    Promise.reject(
      new TypeError("fetch failed", { cause: Object.assign(new Error("no host"), { code: "ENOTFOUND" }) }),
    );
  const model = vertex("m", { project: "p", location: "eu-wst-1", fetch: absent });
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ kind: "connection" });
  expect(error.message).toContain("no host for the location eu-wst-1");
});

test("health is true where the model refuses a request without messages, and fails where it is not enabled", async () => {
  const { model, at } = await setUp();
  expect(await model.health?.()).toBe(true);
  await expect(at({}, "meta/other").health?.()).rejects.toMatchObject({ kind: "not-found" });
});

test("without any credentials the error names what was looked for", async () => {
  vi.stubEnv("METADATA_SERVER_DETECTION", "none");
  const { model } = await setUp();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ code: "missing-configuration", missing: ["GOOGLE_APPLICATION_CREDENTIALS"] });
  for (const part of [
    "GOOGLE_APPLICATION_CREDENTIALS (not set)",
    "application_default_credentials.json",
    "metadata server",
    "gcloud auth application-default login",
  ])
    expect(error.message).toContain(part);
  // What was missing may come later.
  vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
  expect((await model.generate(request, { signal })).model).toBe("meta/llama-test");
});

test("a file of credentials that is not there is an error of its own", async () => {
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/canary.json");
  const { model } = await setUp();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ code: "provider", kind: "authentication" });
  expect(error.message).toContain("GOOGLE_APPLICATION_CREDENTIALS (set)");
  expect(error.message).not.toContain("canary");
});

test("a metadata server that hangs holds a call until its own signal, and nothing longer", async () => {
  const hanging = await serveWith(() => {});
  onTestFinished(hanging.close);
  vi.stubEnv("GCE_METADATA_HOST", new URL(hanging.url).host);
  const { model } = await setUp();
  const controller = new AbortController();
  const call = model.generate(request, { signal: controller.signal });
  while (hanging.requests.length === 0) await new Promise(setImmediate);
  controller.abort("too long");
  await expect(call).rejects.toBe("too long");
});

test("no secret is in an error, an event or a record", async () => {
  const { model, at } = await setUp();
  const events: unknown[] = [];
  const models = { m: model, other: at({ project: "no-project", name: "other" }) };
  const router = createRouter({ models, policy: always("m"), onEvent: (event) => events.push(event) });
  await router.route(request);
  const error = await failureOf(router.route({ ...request, model: "other", fallback: false } as never));
  const shown = [
    error.message,
    String(error.stack),
    inspect(error, { depth: 9 }),
    inspect(events, { depth: 9 }),
    JSON.stringify(events),
  ];
  for (const text of shown) for (const token of issuer.issued) expect(text).not.toContain(token);
  await router.close();
});

describe("Gemini on Vertex AI, with application default credentials", () => {
  test("has tokens that are verified, one for many calls", async () => {
    const wire = verifying(googleWire, ({ headers }) => issuer.verify(bearerOf(headers), cloudPlatform));
    const server = await serveScenario({ type: "answer", answer: scenarioAnswer }, wire);
    onTestFinished(server.close);
    const before = issuer.issued.length;
    const model = google("gemini-2.5-flash", { vertex: { ...place }, baseUrl: server.url });
    await Promise.all(Array.from({ length: 20 }, () => model.generate(request, { signal })));
    expect(server.requests).toHaveLength(20);
    expect(issuer.issued.length - before).toBeGreaterThan(0);
    expect(new Set(server.requests.map(({ headers }) => headers["authorization"])).size).toBe(1);
  });

  test("names what was looked for where there are none", async () => {
    vi.stubEnv("METADATA_SERVER_DETECTION", "none");
    const model = google("gemini-2.5-flash", { vertex: { ...place } });
    const error = await failureOf(model.generate(request, { signal }));
    expect(error).toMatchObject({ code: "missing-configuration" });
    expect(error.message).toContain("gcloud auth application-default login");
  });
});

test("its region is a label, of Gemini's too, and a boundary holds", async () => {
  const eu = vertex("m", { project: "p", location: "europe-west4" });
  expect(eu).toMatchObject({ provider: "vertex", labels: { region: "europe-west4" } });
  expect(vertex("m", { ...place, labels: { region: "own" } }).labels).toEqual({ region: "own" });
  expect(google("gemini-2.5-flash", { vertex: { project: "p" } }).labels).toEqual({ region: "global" });
  expect(google("gemini-2.5-flash", { vertex: { project: "p", location: "eu" } }).labels).toEqual({
    region: "eu",
  });
  const { model } = await setUp();
  const constraints = [boundary({ label: "region", required: ["europe-west4"] })];
  expect(() => createRouter({ models: { m: model }, policy: always("m"), constraints })).toThrow(
    "boundary: region is us-east5, every request requires europe-west4",
  );
});

test.each([
  ["us-central1", "https://us-central1-aiplatform.googleapis.com/v1"],
  ["global", "https://aiplatform.googleapis.com/v1"],
  ["eu", "https://aiplatform.eu.rep.googleapis.com/v1"],
])("the host of %s is the documented one", async (location, start) => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(String(input));
    return Response.json(answer);
  };
  await vertex("m", { project: "p", location, endpoint: "42", fetch, apiKey: "t" }).generate(request, {
    signal,
  });
  expect(asked).toEqual([`${start}/projects/p/locations/${location}/endpoints/42/chat/completions`]);
});

test.each([
  [{ ...place, location: "evil.invalid/" }, "vertex.location"],
  [{ ...place, project: "../p" }, "vertex.project"],
  [{ ...place, endpoint: "../x" }, "vertex.endpoint"],
  [{ ...place, auth: {}, apiKey: "secret" }, "vertex.apiKey"],
])("%o is refused at construction", (options, option) => {
  expect(() => vertex("m", options as never)).toThrow(
    expect.objectContaining({ code: "invalid-option", option }),
  );
});
