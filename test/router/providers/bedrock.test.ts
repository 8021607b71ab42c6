import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/always.ts";
import { boundary } from "../../../policies/constraints/boundary.ts";
import { threshold } from "../../../policies/threshold.ts";
import type { ChatRequest } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type BedrockOptions, bedrock } from "../../../src/router/providers/bedrock.ts";
import { providerConformance, type RecordedRequest, serveScenario } from "../../../src/testing/index.ts";
import { openaiStatuses, openaiWire } from "../../support/openai-server.ts";
import { awsFault, serveCredentials, withoutAws } from "../../support/platforms/aws.ts";
import { bearerOf } from "../../support/platforms/tokens.ts";
import { verifying } from "../../support/platforms/verifying.ts";
import { sendEvents, sendJson, serveWith } from "../../support/serve-with.ts";

const request: ChatRequest = {
  messages: [{ role: "user", content: "How deep is the harbour? größer 漢 🚢" }],
};
const { signal } = new AbortController();
const region = "eu-central-1";
const name = "openai.gpt-oss-20b-1:0";
const container = await serveCredentials(region, "bedrock");
const { account } = container;

beforeEach(() => {
  container.isHere();
});

afterEach(() => {
  vi.unstubAllEnvs();
  account.now = Date.now;
  container.lifetimeMs = 3_600_000;
});

afterAll(() => container.close());

const signatureFault = ({ method, path, headers, text = "" }: RecordedRequest) =>
  awsFault({ method, path, headers, text }, account)?.message;

describe.each([
  ["with a key", {}],
  ["with a key, through OpenAI's client for Bedrock", { client: "sdk" }],
  ["with signatures", { client: undefined }],
] as const)("bedrock conforms, %s", (way, options) => {
  const isSigned = way === "with signatures";
  const cases = providerConformance({
    statuses: openaiStatuses,
    serve: async (scenario, { apiKey, ...settings }) => {
      const wire = verifying(openaiWire, (call) => {
        if (call.path !== "/openai/v1/chat/completions") return `a call of ${call.path}`;
        if (isSigned) return signatureFault(call);
        return bearerOf(call.headers) === apiKey ? undefined : "another key";
      });
      const server = await serveScenario(scenario, wire);
      const key = isSigned ? {} : { apiKey };
      const all = { ...settings, ...options, ...key, region, baseUrl: `${server.url}/openai/v1` };
      return { ...server, model: bedrock(name, all) };
    },
  });
  for (const { name: title, skip, run } of cases) test.skipIf(skip)(title, run);
});

const answer = {
  model: name,
  choices: [{ finish_reason: "stop", message: { role: "assistant", content: "12 m" } }],
};
const permitted = new Set([name, "eu.openai.gpt-oss-20b-1:0"]);

/** Starts Bedrock, which verifies signatures and knows two models. */
async function setUp(options: Partial<BedrockOptions> = {}) {
  const state = { date: undefined as string | undefined, isAllowed: true };
  const server = await serveWith((response, { method, url, headers, text, body }) => {
    if (state.date !== undefined) response.setHeader("date", state.date);
    response.setHeader("x-amzn-requestid", "5f0e-request");
    const refuse = (status: number, type: string, message: string) =>
      sendJson(response, { message }, status, { "x-amzn-errortype": `${type}:http://internal.amazon.com/` });
    const key = bearerOf(headers);
    if (key !== undefined && key !== "good-key")
      return sendJson(
        response,
        { Message: "Authentication failed: Please make sure your API Key is valid." },
        403,
      );
    const fault = key === undefined ? awsFault({ method, path: url, headers, text }, account) : undefined;
    if (fault !== undefined) return refuse(fault.status, fault.name, fault.message);
    if (!state.isAllowed)
      return refuse(
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
      );
    if (!permitted.has(body.model))
      return refuse(400, "ValidationException", "The provided model identifier is invalid.");
    if (body.messages.length === 0) return refuse(400, "ValidationException", "messages must not be empty");
    if (body.stream !== true) return sendJson(response, answer);
    sendEvents(response, [{ choices: [{ delta: { content: "12 m" }, finish_reason: "stop" }] }, "[DONE]"]);
  });
  onTestFinished(server.close);
  const at = (more: Partial<BedrockOptions> = {}, model = name) =>
    bedrock(model, { region, baseUrl: `${server.url}/openai/v1`, ...options, ...more });
  return { server, state, at, model: at() };
}

const failureOf = async (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("the call did not fail"),
    (error: unknown) => error as Error & Record<string, unknown>,
  );

test("many calls at once are signed with credentials that are obtained once", async () => {
  const before = container.requests.length;
  const { server, model } = await setUp();
  await Promise.all(Array.from({ length: 50 }, () => model.generate(request, { signal })));
  expect(server.requests).toHaveLength(50);
  expect(container.requests).toHaveLength(before + 1);
});

test("a key of the environment goes before signatures, and is read at each call", async () => {
  const { server, model } = await setUp();
  vi.stubEnv("AWS_BEARER_TOKEN_BEDROCK", "good-key");
  await model.generate(request, { signal });
  vi.stubEnv("AWS_BEARER_TOKEN_BEDROCK", "");
  await model.generate(request, { signal });
  const sent = server.requests.map(({ headers }) => String(headers.authorization).split(" ")[0]);
  expect(sent).toEqual(["Bearer", "AWS4-HMAC-SHA256"]);
});

test("credentials of the environment, of an option and of a function sign alike", async () => {
  withoutAws();
  account.keys.set("AKIAOWN", { secret: "own-secret" });
  const own = { accessKeyId: "AKIAOWN", secretAccessKey: "own-secret" };
  const { at, model } = await setUp();
  await at({ credentials: own }).generate(request, { signal });
  await at({ credentials: async () => own }).generate(request, { signal });
  vi.stubEnv("AWS_ACCESS_KEY_ID", own.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", own.secretAccessKey);
  expect((await model.generate(request, { signal })).model).toBe(name);
});

test.each([
  ["behind", 600_000],
  ["ahead of", -600_000],
])("a clock that is ten minutes %s AWS is named", async (where, away) => {
  const { model, state } = await setUp();
  account.now = () => Date.now() + away;
  container.lifetimeMs = 24 * 3_600_000;
  state.date = new Date(account.now()).toUTCString();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ kind: "authentication", status: 403, requestId: "5f0e-request" });
  expect(error.message).toContain(`this machine's clock is 10 minutes ${where} the platform's: set it`);
  expect(error["detail"]).toMatch(/Signature (expired|not yet current)/);
});

test("credentials that have expired are told, and a stream that began with them ends", async () => {
  const { model, server } = await setUp();
  const stream = model.stream(request, { signal })[Symbol.asyncIterator]();
  expect((await stream.next()).done).toBe(false);
  for (const [id, key] of account.keys) account.keys.set(id, { ...key, expiresAt: 1 });
  while (!(await stream.next()).done);
  expect(server.requests).toHaveLength(1);
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ kind: "authentication", retryable: false });
  expect(error.message).toContain("the credentials have expired: renew them");
});

test.each([
  [
    "a region of another address",
    { region: "us-east-1" },
    name,
    "authentication",
    "are region and baseUrl of one region?",
  ],
  ["a service of another address", { endpoint: "mantle" }, name, "authentication", "one region?"],
  [
    "a secret that is wrong",
    { credentials: { accessKeyId: "AKIAWRONG", secretAccessKey: "s" } },
    name,
    "authentication",
    "is the secret key right?",
  ],
  [
    "a key that AWS does not know",
    { credentials: { accessKeyId: "AKIANONE", secretAccessKey: "s" } },
    name,
    "authentication",
    "still active",
  ],
  ["an API key that is wrong", { apiKey: "bad-key" }, name, "authentication", "the key was not accepted"],
  ["a model that does not exist", {}, "openai.gpt-nine", "not-found", "has no such model"],
] as const)("%s is an error that says what to do", async (_, options, model, kind, part) => {
  account.keys.set("AKIAWRONG", { secret: "right-secret" });
  const { at } = await setUp();
  const error = await failureOf(at(options, model).generate(request, { signal }));
  expect(error).toMatchObject({ code: "provider", kind, retryable: false });
  expect(error.message).toContain(part);
  expect(error["detail"]).not.toBe("");
});

test("a model that is not enabled is an error that says what to do", async () => {
  const { model, state } = await setUp();
  state.isAllowed = false;
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ kind: "permission" });
  expect(error.message).toContain("allow bedrock:InvokeModel, and ask for access to the model");
  expect(error["detail"]).toContain("You don't have access to the model");
});

test("health is true where the model refuses a request without messages", async () => {
  const { model, at } = await setUp();
  expect(await model.health?.()).toBe(true);
  await expect(at({}, "openai.gpt-nine").health?.()).rejects.toMatchObject({ kind: "not-found" });
});

test("without any credentials the error names what was looked for", async () => {
  withoutAws();
  const { model } = await setUp();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({
    code: "missing-configuration",
    missing: expect.arrayContaining(["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"]),
  });
  for (const part of [
    "AWS_BEARER_TOKEN_BEDROCK (not set)",
    "AWS_PROFILE (not set)",
    "~/.aws/credentials",
    "the role of this machine",
  ])
    expect(error.message).toContain(part);
  await expect(bedrock(name, { region, client: "sdk" }).generate(request, { signal })).rejects.toMatchObject({
    code: "missing-configuration",
    missing: ["AWS_BEARER_TOKEN_BEDROCK"],
  });
});

test("where the endpoint of a container refuses, the error says that it was asked", async () => {
  vi.stubEnv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary-wrong-token");
  const { model } = await setUp();
  const error = await failureOf(model.generate(request, { signal }));
  // The chain of AWS does not say why a source failed.
  expect(error).toMatchObject({ code: "missing-configuration" });
  expect(error.message).toContain("AWS_CONTAINER_CREDENTIALS_FULL_URI (set)");
  expect(inspect(error, { depth: 9 })).not.toContain("canary");
});

test("no secret is in an error, an event or a record", async () => {
  const { model, state, at } = await setUp();
  const events: unknown[] = [];
  const models = { m: model, k: at({ apiKey: "canary-bad-key", name: "k" }) };
  const router = createRouter({ models, policy: always("m"), onEvent: (event) => events.push(event) });
  await router.route(request);
  state.isAllowed = false;
  const errors = [
    await failureOf(router.route(request)),
    await failureOf(router.route({ ...request, model: "k" })),
  ];
  for (const text of [
    ...errors.flatMap((error) => [error.message, String(error.stack), inspect(error, { depth: 9 })]),
    inspect(events, { depth: 9 }),
    JSON.stringify(events),
  ])
    for (const secret of [...container.secrets, "canary-bad-key"]) expect(text).not.toContain(secret);
  await router.close();
});

test.each([
  [name, { region }],
  [`eu.${name}`, { region: "eu", inferenceProfile: "eu" }],
  [`us-gov.${name}`, { region: "us-gov", inferenceProfile: "us-gov" }],
  [`global.${name}`, { region: "global", inferenceProfile: "global" }],
  [
    `arn:aws:bedrock:${region}:1:inference-profile/apac.${name}`,
    { region: "apac", inferenceProfile: "apac" },
  ],
  [`arn:aws:bedrock:${region}:1:application-inference-profile/a1`, { inferenceProfile: "application" }],
  [`arn:aws:bedrock:${region}:1:default-prompt-router/a1`, { inferenceProfile: "application" }],
])("the labels of %s say where it may be processed", (model, labels) => {
  expect(bedrock(model, { region }).labels).toEqual(labels);
});

test("an ARN of another region is refused: its label would be wrong", () => {
  const model = `arn:aws:bedrock:${region}:1:inference-profile/eu.${name}`;
  expect(() => bedrock(model, { region: "us-east-1" })).toThrow(
    `bedrock.region must be ${region}, the region that the model's ARN names`,
  );
});

test("a boundary keeps requests from a profile that leaves the region", async () => {
  const { at } = await setUp();
  const models = { near: at(), anywhere: at({}, `global.${name}`) };
  const constraints = [boundary({ label: "region", required: [region, "eu"] })];
  const router = createRouter({
    models,
    policy: threshold({ small: "near", large: "anywhere", at: 0 }),
    constraints,
  });
  const { text, decision } = await router.route(request);
  expect(text).toBe("12 m");
  expect(decision.candidates.find(({ model }) => model === "anywhere")).toMatchObject({
    permitted: expect.stringContaining("region is global"),
  });
  await router.close();
});

test.each([
  ["us-east-1", "runtime", "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1"],
  ["us-east-1", "mantle", "https://bedrock-mantle.us-east-1.api.aws/openai/v1"],
  ["cn-north-1", "runtime", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/openai/v1"],
] as const)("the address in %s, %s, is the documented one", async (at, endpoint, start) => {
  for (const client of ["direct", "sdk"] as const) {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(String(input));
      return Response.json(answer);
    };
    await bedrock(name, { region: at, endpoint, client, fetch, apiKey: "k" }).generate(request, { signal });
    expect(asked).toEqual([`${start}/chat/completions`]);
  }
});

test.each([
  [{ region: "evil.invalid/" }, "bedrock.region"],
  [{ region: "eu-central" }, "bedrock.region"],
  [{ region, credentials: { accessKeyId: "a" } }, "bedrock.credentials"],
  [{ region, credentials: { accessKeyId: "a", secretAccessKey: "b\nc" } }, "bedrock.credentials"],
  [{ region, credentials: async () => ({}), apiKey: "k" }, "bedrock.credentials"],
  [{ region, credentials: async () => ({}), client: "sdk" }, "bedrock.credentials"],
])("%o is refused at construction", (options, option) => {
  expect(() => bedrock("m", options as never)).toThrow(
    expect.objectContaining({ code: "invalid-option", option }),
  );
});

test("what a function returns in place of credentials is an error that shows none of it", async () => {
  const { at } = await setUp();
  const wrong = async () => ({ accessKeyId: "canary-id", secretAccessKey: 7 }) as never;
  const error = await failureOf(at({ credentials: wrong }).generate(request, { signal }));
  expect(error).toMatchObject({ code: "missing-configuration", missing: ["credentials"] });
  expect(inspect(error)).not.toContain("canary");
});
