import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/always.ts";
import type { ChatRequest, CompletionChunk } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type SageMakerOptions, sagemaker } from "../../../src/router/providers/sagemaker.ts";
import { providerConformance, serveScenario } from "../../../src/testing/index.ts";
import { openaiStatuses } from "../../support/openai-server.ts";
import { awsFault, serveCredentials, withoutAws } from "../../support/platforms/aws.ts";
import { errorFrame, exceptionFrame } from "../../support/platforms/aws-frames.ts";
import { payloadPart, sagemakerWire } from "../../support/platforms/sagemaker.ts";
import { verifying } from "../../support/platforms/verifying.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";

const request: ChatRequest = {
  messages: [{ role: "user", content: "How deep is the harbour? größer 漢 🚢" }],
};
const { signal } = new AbortController();
const region = "eu-central-1";
const container = await serveCredentials(region, "sagemaker");
const { account } = container;

beforeEach(() => {
  container.isHere();
});

afterEach(() => {
  vi.unstubAllEnvs();
  account.now = Date.now;
});

afterAll(() => container.close());

describe("sagemaker conforms, with signatures that are verified", () => {
  const paths = ["/endpoints/e/invocations", "/endpoints/e/invocations-response-stream"];
  const cases = providerConformance({
    statuses: openaiStatuses,
    without: { "retry-after": "SageMaker passes no header of the container on" },
    serve: async (scenario, { apiKey: _, ...settings }) => {
      const wire = verifying(sagemakerWire, ({ method, path, headers, text = "" }) =>
        paths.includes(path)
          ? awsFault({ method, path, headers, text }, account)?.message
          : `a call of ${path}`,
      );
      const server = await serveScenario(scenario, wire);
      return { ...server, model: sagemaker("e", { ...settings, region, baseUrl: server.url }) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

const answer = {
  model: "m",
  choices: [{ finish_reason: "stop", message: { role: "assistant", content: "12 m" } }],
};
const chunk = (content: string, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;
const whole = [payloadPart(chunk("12 ")), payloadPart(chunk("m", "stop")), payloadPart("data: [DONE]\n\n")];

/** Starts SageMaker, which verifies signatures and has one endpoint. `frames` is what it streams. */
async function setUp(options: Partial<SageMakerOptions> = {}, frames: readonly Uint8Array[] = whole) {
  const state = { date: undefined as string | undefined, isAllowed: true };
  const server = await serveWith((response, { method, url, headers, text, body }) => {
    if (state.date !== undefined) response.setHeader("date", state.date);
    const refuse = (status: number, type: string, Message: string, more: object = {}) =>
      sendJson(response, { Message, ...more }, status, {
        "x-amzn-errortype": type,
        "x-amzn-requestid": "r-1",
      });
    const fault = awsFault({ method, path: url, headers, text }, account);
    if (fault !== undefined) return refuse(fault.status, fault.name, fault.message);
    if (!state.isAllowed)
      return refuse(
        403,
        "AccessDeniedException",
        "User is not authorized to perform: sagemaker:InvokeEndpoint",
      );
    if (!url.startsWith("/endpoints/e/"))
      return refuse(400, "ValidationError", "Endpoint other of account 1 not found.");
    if (body.messages.length === 0)
      return refuse(424, "ModelError", "Received client error (400)", {
        OriginalStatusCode: 400,
        OriginalMessage: '{"error":{"message":"messages is empty"}}',
      });
    if (!url.endsWith("-stream")) return sendJson(response, answer);
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.end(Buffer.concat(frames));
  });
  onTestFinished(server.close);
  const at = (more: Partial<SageMakerOptions> = {}, name = "e") =>
    sagemaker(name, { region, baseUrl: server.url, ...options, ...more });
  return { server, state, at, model: at() };
}

const failureOf = async (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("the call did not fail"),
    (error: unknown) => error as Error & Record<string, unknown>,
  );

async function read(stream: AsyncIterable<CompletionChunk>): Promise<string> {
  let text = "";
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
  return text;
}

test("a request names no model unless the options do, and streams go another way", async () => {
  const { server, model, at } = await setUp();
  await model.generate(request, { signal });
  await at({ model: "qwen3-8b", headers: { "X-Amzn-SageMaker-Inference-Component": "c1" } }).generate(
    request,
    { signal },
  );
  expect(await read(model.stream(request, { signal }))).toBe("12 m");
  expect(server.requests.map(({ url, body }) => [url, body.model, body.stream])).toEqual([
    ["/endpoints/e/invocations", undefined, undefined],
    ["/endpoints/e/invocations", "qwen3-8b", undefined],
    ["/endpoints/e/invocations-response-stream", undefined, true],
  ]);
  expect(server.requests[1]?.headers["x-amzn-sagemaker-inference-component"]).toBe("c1");
  expect(String(server.requests[1]?.headers.authorization)).toContain("x-amzn-sagemaker-inference-component");
});

test("fifty calls at once are signed with credentials that are obtained once", async () => {
  const before = container.requests.length;
  const { server, model } = await setUp();
  await Promise.all(Array.from({ length: 50 }, () => model.generate(request, { signal })));
  expect(server.requests).toHaveLength(50);
  expect(container.requests).toHaveLength(before + 1);
});

describe("a stream", () => {
  test.each([
    [
      "whose container takes too long",
      exceptionFrame("ModelStreamError", { Message: "canary", ErrorCode: "ModelInvocationTimeExceeded" }),
      "timeout",
    ],
    [
      "whose container breaks off",
      exceptionFrame("ModelStreamError", { Message: "canary", ErrorCode: "StreamBroken" }),
      "incomplete",
    ],
    ["that fails inside SageMaker", exceptionFrame("InternalStreamFailure", { Message: "canary" }), "server"],
    ["that ends with an error of no type", errorFrame("InternalError", "canary"), "server"],
    ["whose frame is broken", whole[0]?.with(20, 0) ?? new Uint8Array(), "incomplete"],
    ["that ends within a message", whole[0]?.subarray(0, 30) ?? new Uint8Array(), "incomplete"],
    ["that is no event stream", Buffer.from(chunk("x", "stop")), "incomplete"],
  ] as const)("%s is a typed error after the content before it", async (_, frame, kind) => {
    const { model } = await setUp({}, [payloadPart(chunk("12 ")), frame]);
    let text = "";
    const reading = (async () => {
      for await (const { choices } of model.stream(request, { signal }))
        text += choices[0]?.delta.content ?? "";
    })();
    const error = await failureOf(reading);
    expect(error).toMatchObject({ code: "provider", kind, retryable: true });
    expect(inspect(error)).not.toContain("canary");
    expect(text).toBe("12 ");
  });

  test("with messages of other kinds is read past them", async () => {
    const other = payloadPart("ignored");
    const { model } = await setUp({}, [payloadPart(""), ...whole]);
    expect(await read(model.stream(request, { signal }))).toBe("12 m");
    expect(other.length).toBeGreaterThan(0);
  });

  test("that began before its credentials expired ends", async () => {
    const { model } = await setUp();
    const stream = model.stream(request, { signal })[Symbol.asyncIterator]();
    expect((await stream.next()).done).toBe(false);
    for (const [id, key] of account.keys) account.keys.set(id, { ...key, expiresAt: 1 });
    while (!(await stream.next()).done);
    const error = await failureOf(model.generate(request, { signal }));
    expect(error.message).toContain("the credentials have expired: renew them");
  });
});

test.each([
  [
    "a region of another address",
    { region: "us-east-1" },
    "e",
    "authentication",
    "are region and baseUrl of one region?",
  ],
  [
    "a secret that is wrong",
    { credentials: { accessKeyId: "AKIAWRONG", secretAccessKey: "s" } },
    "e",
    "authentication",
    "is the secret key right?",
  ],
  ["an endpoint that does not exist", {}, "other", "not-found", "no endpoint other in eu-central-1"],
] as const)("%s is an error that says what to do", async (_, options, name, kind, part) => {
  account.keys.set("AKIAWRONG", { secret: "right-secret" });
  const { at } = await setUp();
  const error = await failureOf(at(options, name).generate(request, { signal }));
  expect(error).toMatchObject({ code: "provider", kind, retryable: false, requestId: "r-1" });
  expect(error.message).toContain(part);
});

test("a clock that is ten minutes off is named, and so is a permission that is missing", async () => {
  const { model, state } = await setUp();
  state.isAllowed = false;
  const denied = await failureOf(model.generate(request, { signal }));
  expect(denied).toMatchObject({ kind: "permission" });
  expect(denied.message).toContain("allow sagemaker:InvokeEndpoint");
  account.now = () => Date.now() + 600_000;
  state.date = new Date(account.now()).toUTCString();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error.message).toContain("this machine's clock is 10 minutes behind the platform's: set it");
});

test("health is true where the container refuses a request without messages", async () => {
  const { model, at } = await setUp();
  expect(await model.health?.()).toBe(true);
  await expect(at({}, "other").health?.()).rejects.toMatchObject({ kind: "not-found" });
});

test("without any credentials the error names what was looked for", async () => {
  withoutAws();
  const { model } = await setUp();
  const error = await failureOf(model.generate(request, { signal }));
  expect(error).toMatchObject({ code: "missing-configuration" });
  expect(error.message).toContain("AWS_ACCESS_KEY_ID (not set)");
  expect(error.message).not.toContain("BEARER");
});

test("no secret is in an error, an event or a record", async () => {
  const { model, state } = await setUp();
  const events: unknown[] = [];
  const router = createRouter({
    models: { m: model },
    policy: always("m"),
    onEvent: (event) => events.push(event),
  });
  await router.route(request);
  state.isAllowed = false;
  const error = await failureOf(router.route(request));
  for (const text of [
    error.message,
    String(error.stack),
    inspect(error, { depth: 9 }),
    inspect(events, { depth: 9 }),
    JSON.stringify(events),
  ])
    for (const secret of container.secrets) expect(text).not.toContain(secret);
  await router.close();
});

test.each([
  ["eu-central-1", "https://runtime.sagemaker.eu-central-1.amazonaws.com/endpoints/e/invocations"],
  ["cn-north-1", "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn/endpoints/e/invocations"],
])("the address in %s is the documented one", async (at, url) => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(String(input));
    return Response.json(answer);
  };
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const model = sagemaker("e", { region: at, fetch, credentials });
  await model.generate(request, { signal });
  expect(asked).toEqual([url]);
  expect(model).toMatchObject({ name: "sagemaker:e", labels: { region: at } });
});

test.each([
  ["../e", { region }, "sagemaker.model"],
  ["e", { region, credentials: "key" }, "sagemaker.credentials"],
  ["e", { region, apiKey: "k" }, "sagemaker.apiKey"],
])("%s with %o is refused at construction", (name, options, option) => {
  expect(() => sagemaker(name, options as never)).toThrow(
    expect.objectContaining({ code: "invalid-option", option }),
  );
});
