import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { DefaultAzureCredential, EnvironmentCredential, ManagedIdentityCredential } from "@azure/identity";
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/always.ts";
import { boundary } from "../../../policies/constraints/boundary.ts";
import type { ChatRequest } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { type AzureOptions, azure, entraId } from "../../../src/router/providers/azure.ts";
import { createHandler } from "../../../src/serve/index.ts";
import { providerConformance, serveScenario } from "../../../src/testing/index.ts";
import { openaiStatuses, openaiWire } from "../../support/openai-server.ts";
import { cognitive, identityHeader, serveIdentity } from "../../support/platforms/azure.ts";
import { bearerOf } from "../../support/platforms/tokens.ts";
import { verifying } from "../../support/platforms/verifying.ts";
import { sendEvents, sendJson, serveWith } from "../../support/serve-with.ts";

const request: ChatRequest = { messages: [{ role: "user", content: "How deep is the harbour?" }] };
const { signal } = new AbortController();
const version = { apiVersion: "2024-10-21" } as const;

const identity = await serveIdentity();
const { issuer } = identity;

beforeEach(() => {
  identity.isHere();
});

afterEach(() => {
  vi.unstubAllEnvs();
  issuer.now = Date.now;
  issuer.lifetimeMs = 3_600_000;
});

afterAll(() => identity.close());

describe.each([{ client: "direct" }, { client: "sdk" }] as const)(
  "azure with Entra ID conforms, $client",
  (way) => {
    const cases = providerConformance({
      statuses: openaiStatuses,
      serve: async (scenario, { apiKey, ...settings }) => {
        const wire = verifying(openaiWire, ({ headers }) => {
          if (headers["api-key"] !== undefined) return "a key beside the token";
          return issuer.verify(bearerOf(headers), cognitive);
        });
        const server = await serveScenario(scenario, wire);
        const credential = new ManagedIdentityCredential({ clientId: randomUUID() });
        const options = {
          ...settings,
          ...way,
          ...version,
          endpoint: server.url,
          apiKey: entraId({ credential }),
        };
        expect(apiKey).toBeDefined();
        return { ...server, model: azure("gpt-test", options) };
      },
    });
    for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
  },
);

const answer = {
  model: "gpt-test",
  choices: [{ finish_reason: "stop", message: { role: "assistant", content: "12 m" } }],
};

/** Starts a resource that verifies tokens, with the identity of its machine. */
async function setUp(options: Partial<AzureOptions> = {}, scope?: string) {
  const state: { date: string | undefined; permitted: boolean } = { date: undefined, permitted: true };
  const server = await serveWith((response, { headers, body }) => {
    if (state.date !== undefined) response.setHeader("date", state.date);
    const fault = issuer.verify(bearerOf(headers), cognitive);
    if (fault !== undefined)
      return sendJson(response, { error: { code: "401", message: `Access denied: ${fault}` } }, 401);
    if (!state.permitted)
      return sendJson(
        response,
        { error: { code: "PermissionDenied", message: "The principal lacks the data action." } },
        403,
      );
    if (body.stream !== true) return sendJson(response, answer);
    sendEvents(response, [{ choices: [{ delta: { content: "12 m" }, finish_reason: "stop" }] }, "[DONE]"]);
  });
  onTestFinished(server.close);
  const credential = new ManagedIdentityCredential({ clientId: randomUUID() });
  const apiKey = entraId({ credential, scope });
  const model = azure("gpt-test", { endpoint: server.url, ...version, apiKey, ...options });
  return { server, model, state };
}

const failureOf = async (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("the call did not fail"),
    (error: unknown) => error as Error & Record<string, unknown>,
  );

test("many calls at once are sent with one token", async () => {
  const before = issuer.issued.length;
  const { server, model } = await setUp();
  await Promise.all(Array.from({ length: 50 }, () => model.generate(request, { signal })));
  expect(server.requests).toHaveLength(50);
  expect(issuer.issued).toHaveLength(before + 1);
});

test("a refused token that will be replaced makes the call worth another try", async () => {
  const apiKey = Object.assign(async () => "a.b.c", { refused: () => true });
  const { model } = await setUp({ apiKey });
  expect(await failureOf(model.generate(request, { signal }))).toMatchObject({
    kind: "authentication",
    retryable: true,
  });
});

test("a token that the resource refuses is told with what to do", async () => {
  const { model } = await setUp();
  await model.generate(request, { signal });
  issuer.now = () => Date.now() + 2 * 3_600_000;
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ code: "provider", kind: "authentication", status: 401, retryable: false });
  expect(error.message).toContain("tenant");
  expect(error.message).toContain(`${cognitive}/.default`);
});

test("a clock that is ten minutes off is named", async () => {
  const { model, state } = await setUp();
  issuer.lifetimeMs = -1;
  state.date = new Date(Date.now() + 600_000).toUTCString();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ kind: "authentication" });
  expect(error.message).toContain("this machine's clock is 10 minutes behind the platform's: set it");
});

test("a token of another scope is refused, and so is an identity without the role", async () => {
  const other = await setUp({}, "https://management.azure.com/.default");
  expect(await failureOf(other.model.generate(request, { signal }))).toMatchObject({
    kind: "authentication",
  });
  const { model, state } = await setUp();
  state.permitted = false;
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ kind: "permission", status: 403 });
  expect(error.message).toContain("the role Cognitive Services OpenAI User");
});

test("a stream that began with a token ends, although the token has expired meanwhile", async () => {
  const { server, model } = await setUp();
  const stream = model.stream(request, { signal })[Symbol.asyncIterator]();
  expect((await stream.next()).done).toBe(false);
  issuer.now = () => Date.now() + 2 * 3_600_000;
  while (!(await stream.next()).done);
  expect(server.requests).toHaveLength(1);
});

test("without any credential the error names what was looked for", async () => {
  vi.stubEnv("AZURE_CLIENT_ID", "an-id");
  const model = azure("m", {
    endpoint: "http://127.0.0.1:9",
    ...version,
    apiKey: entraId({ credential: new EnvironmentCredential() }),
  });
  const own = await failureOf(model.generate(request, { signal }));
  expect(own).toMatchObject({ code: "missing-configuration" });
  // The chain of the package, with one link.
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential");
  const usual = azure("m", { endpoint: "http://127.0.0.1:9", ...version, apiKey: entraId() });
  const error = await failureOf(usual.generate(request, { signal }));
  expect(error).toMatchObject({
    code: "missing-configuration",
    missing: expect.arrayContaining(["AZURE_TENANT_ID"]),
  });
  for (const part of ["AZURE_TENANT_ID (not set)", "AZURE_CLIENT_ID (set)", "managed identity", "az login"])
    expect(error.message).toContain(part);
  expect(new DefaultAzureCredential()).toBeDefined();
});

test("no secret is in an error, an event or a record", async () => {
  const { state, model } = await setUp();
  const events: unknown[] = [];
  const router = createRouter({
    models: { m: model },
    policy: always("m"),
    onEvent: (event) => events.push(event),
  });
  await router.route(request);
  const token = issuer.issued.at(-1) ?? "";
  state.permitted = false;
  const error = await failureOf(router.route(request));
  const shown = [
    error.message,
    String(error.stack),
    inspect(error, { depth: 9 }),
    inspect(events, { depth: 9 }),
    JSON.stringify(events),
  ];
  for (const text of shown) for (const secret of [token, identityHeader]) expect(text).not.toContain(secret);
  await router.close();
});

test("a key goes where it went, and a function of the caller's own may return a token", async () => {
  const { model, server } = await setUp({ apiKey: async () => identity2.token });
  const identity2 = issuer.issue(cognitive);
  await model.generate(request, { signal });
  expect(bearerOf(server.requests[0]?.headers ?? {})).toBe(identity2.token);
});

test("deployments in several regions are one pool, within the boundary", async () => {
  const eu = await serveWith((response) => sendJson(response, { error: { message: "busy" } }, 429));
  const eu2 = await serveWith((response) => sendJson(response, answer));
  const us = await serveWith((response) => sendJson(response, answer));
  for (const { close } of [eu, eu2, us]) onTestFinished(close);
  const apiKey = entraId({
    credential: { getToken: async () => ({ token: "a.b.c", expiresOnTimestamp: Date.now() + 3_600_000 }) },
  });
  const at = ({ url }: { url: string }, region: string) =>
    azure("gpt-test", { endpoint: url, ...version, apiKey, labels: { residency: region } });
  const router = createRouter({
    models: { gpt: pool("gpt", [at(us, "us"), at(eu, "eu"), at(eu2, "eu")]) },
    policy: always("gpt"),
    constraints: [boundary({ label: "residency", required: "eu" })],
  });
  for (let call = 0; call < 6; call += 1) expect((await router.route(request)).text).toBe("12 m");
  expect(us.requests).toHaveLength(0);
  expect(eu2.requests).toHaveLength(6);
  await router.close();
});

const found = { hate: { filtered: false, severity: "safe" }, violence: { filtered: true, severity: "high" } };
const promptFound = [
  { prompt_index: 0, content_filter_results: { jailbreak: { filtered: false, detected: false } } },
];

describe("what the content filter found", () => {
  const serve = async () => {
    const server = await serveWith((response, { body }) => {
      if (body.stream !== true)
        return sendJson(response, {
          ...answer,
          prompt_filter_results: promptFound,
          choices: [{ ...answer.choices[0], content_filter_results: found }],
        });
      sendEvents(response, [
        { choices: [], prompt_filter_results: promptFound },
        { choices: [{ index: 0, delta: { content: "12 m" }, content_filter_results: found }] },
        {
          choices: [
            {
              index: 0,
              delta: {},
              finish_reason: "stop",
              content_filter_results: { violence: { filtered: false, severity: "safe" } },
            },
          ],
        },
        "[DONE]",
      ]);
    });
    onTestFinished(server.close);
    const model = azure("gpt-test", { endpoint: server.url, ...version, apiKey: "key" });
    const router = createRouter({ models: { m: model }, policy: always("m") });
    onTestFinished(() => router.close());
    return router;
  };
  const kept = { prompt_filter_results: promptFound, choices: [{ content_filter_results: found }] };

  test("stays in an answer", async () => {
    const router = await serve();
    expect((await router.route(request)).completion).toMatchObject(kept);
  });

  test("reaches a client of the server, who did not ask for usage", async () => {
    const handler = createHandler(await serve());
    const body = JSON.stringify({ ...request, model: "auto", stream: true });
    const url = "http://localhost/v1/chat/completions";
    const response = await handler(
      new Request(url, { method: "POST", headers: { "content-type": "application/json" }, body }),
    );
    const text = await response.text();
    expect(text).toContain(JSON.stringify({ choices: [], prompt_filter_results: promptFound }));
  });

  test("stays in a stream's result, where what was filtered stays so", async () => {
    const router = await serve();
    const stream = router.stream(request);
    for await (const _ of stream);
    expect((await stream.result).completion).toMatchObject(kept);
  });
});
