import OpenAI, {
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { expect, test } from "vitest";
import { z } from "zod";
import { always } from "../../../policies/index.ts";
import { createRouter, ProviderError, type Router, type RouterEvent } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const messages = [{ role: "user" as const, content: "Say hello." }];

interface Setup extends HandlerOptions {
  readonly small?: FakeModelOptions;
  readonly onEvent?: (event: RouterEvent) => void;
}

/** A client whose only server is a handler in this process. */
function clientOf({ small = {}, onEvent, ...options }: Setup = {}) {
  const models = {
    small: fakeModel({ name: "test:small", answer: "hello to you", ...small }),
    large: fakeModel({ name: "test:large", answer: "a long hello" }),
  };
  const router = createRouter({
    models,
    policy: always("small"),
    execution: { fallback: false, retries: 0 },
    ...(onEvent && { onEvent }),
  });
  const handler = createHandler(router as unknown as Router, options);
  return { client: new OpenAI({ apiKey: "a-key", fetch: handler, maxRetries: 0 }), models };
}

test("an answer comes through OpenAI's client without a socket", async () => {
  const { client, models } = clientOf();
  const answer = await client.chat.completions.create({ model: "auto", messages, temperature: 0.5 });
  expect(answer.choices[0]?.message.content).toBe("hello to you");
  expect(answer.usage?.completion_tokens).toBe(3);
  expect(models.small.requests).toEqual([{ messages, temperature: 0.5 }]);
});

test("an id pins the model", async () => {
  const { client } = clientOf();
  const answer = await client.chat.completions.create({ model: "large", messages });
  expect(answer.choices[0]?.message.content).toBe("a long hello");
});

test("a stream comes in pieces, with usage only if it was asked for", async () => {
  const { client } = clientOf();
  const read = async (options: { stream_options?: { include_usage: boolean } }) => {
    const stream = await client.chat.completions.create({
      model: "auto",
      messages,
      stream: true,
      ...options,
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  };
  const plain = await read({});
  expect(plain.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("hello to you");
  expect(plain.some(({ usage }) => usage)).toBe(false);
  const counted = await read({ stream_options: { include_usage: true } });
  expect(counted.at(-1)?.usage?.completion_tokens).toBe(3);
});

test("helpers of the client work: parse, stream, tools", async () => {
  const { client } = clientOf({
    small: {
      answer: ({ tools, messages: sent }) =>
        tools === undefined
          ? '{"greeting":"hi"}'
          : sent.some(({ role }) => role === "tool")
            ? "it is 7"
            : { toolCalls: [{ id: "c1", type: "function", function: { name: "add", arguments: "[3,4]" } }] },
      capabilities: { tools: true, jsonSchema: true },
    },
  });
  const shape = z.object({ greeting: z.string() });
  const parsed = await client.chat.completions.parse({
    model: "auto",
    messages,
    response_format: zodResponseFormat(shape, "greeting"),
  });
  expect(parsed.choices[0]?.message.parsed).toEqual({ greeting: "hi" });
  const runner = client.chat.completions.runTools({
    model: "auto",
    messages,
    tools: [
      {
        type: "function",
        function: {
          name: "add",
          description: "Adds numbers.",
          parameters: { type: "array", items: { type: "number" } },
          parse: (text: string) => JSON.parse(text) as number[],
          function: (numbers: number[]) => String(numbers.reduce((sum, one) => sum + one, 0)),
        },
      },
    ],
  });
  expect(await runner.finalContent()).toBe("it is 7");
  const stream = client.chat.completions.stream({ model: "auto", messages });
  expect((await stream.finalChatCompletion()).choices[0]?.message.content).toBe('{"greeting":"hi"}');
});

test("failures have the classes of the client", async () => {
  const failing = (kind: "rate-limit" | "server", retryAfterMs?: number) =>
    clientOf({ small: { error: new ProviderError({ kind, model: "test:small", retryAfterMs }) } }).client;
  const ask = (client: OpenAI, model = "auto") => client.chat.completions.create({ model, messages });
  const limited = ask(failing("rate-limit", 1_500));
  await expect(limited).rejects.toBeInstanceOf(RateLimitError);
  await limited.catch((error) => expect(error.headers.get("retry-after")).toBe("2"));
  await expect(ask(failing("server"))).rejects.toBeInstanceOf(InternalServerError);
  await expect(ask(clientOf({ unknownModel: "error" }).client, "gpt-9")).rejects.toBeInstanceOf(
    NotFoundError,
  );
  await expect(ask(clientOf({ authorise: () => undefined }).client)).rejects.toBeInstanceOf(
    AuthenticationError,
  );
  const odd = { model: "auto", messages, tenant: "other" };
  await expect(clientOf().client.chat.completions.create(odd)).rejects.toBeInstanceOf(BadRequestError);
});

test("a failure in the middle of a stream reaches the client as one", async () => {
  const error = new ProviderError({ kind: "server", model: "test:small" });
  const { client } = clientOf({ small: { error, piecesBeforeError: 1 } });
  const stream = await client.chat.completions.create({ model: "auto", messages, stream: true });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content ?? "");
  })();
  await expect(reading).rejects.toThrow("test:small");
  expect(seen).toEqual(["hello "]);
});

test("the key decides the tenant, whatever the body says", async () => {
  const events: RouterEvent[] = [];
  const { client } = clientOf({
    onEvent: (event) => events.push(event),
    authorise: ({ headers }) =>
      headers.get("authorization") === "Bearer a-key" ? { tenant: "acme", deadlineMs: 5_000 } : undefined,
  });
  await client.chat.completions.create(
    { model: "auto", messages },
    { headers: { "x-claude-code-session-id": "s1" } },
  );
  const made = events.find((event) => event.type === "decision-made");
  expect(made?.type === "decision-made" && made.decision.request).toMatchObject({
    tenant: "acme",
    session: "s1",
  });
});

test("a named route adds its fields, and an unknown name may mean auto", async () => {
  const events: RouterEvent[] = [];
  const { client } = clientOf({
    onEvent: (event) => events.push(event),
    routes: { fast: { labels: { route: "fast" } } },
    unknownModel: "auto",
  });
  await client.chat.completions.create({ model: "fast", messages });
  await client.chat.completions.create({ model: "gpt-9", messages });
  const labels = events.flatMap((event) =>
    event.type === "decision-made" ? [event.decision.request.labels] : [],
  );
  expect(labels).toEqual([{ route: "fast" }, {}]);
});

test("the reason comes in headers and beside the usage if that was asked for", async () => {
  const { client } = clientOf({ explain: true });
  const { data, response } = await client.chat.completions.create({ model: "auto", messages }).withResponse();
  expect(response.headers.get("x-switchpoint-model")).toBe("small");
  expect(data).toMatchObject({ switchpoint: { model: "small" } });
  const stream = await client.chat.completions.create({ model: "auto", messages, stream: true });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks.at(-1)).toMatchObject({ switchpoint: { model: "small" }, choices: [] });
});

test("the client lists the names that it may ask for", async () => {
  const { client } = clientOf({ routes: { fast: {} } });
  const names = [];
  for await (const { id } of client.models.list()) names.push(id);
  expect(names).toEqual(["auto", "fast", "small", "large", "test:small", "test:large"]);
  expect((await client.models.retrieve("large")).id).toBe("large");
});

test("an abort of the client ends the call of the model", async () => {
  const controller = new AbortController();
  let aborted = false;
  const { client } = clientOf({
    small: {
      wait: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            resolve();
          });
          controller.abort();
        }),
    },
  });
  const asking = client.chat.completions.create({ model: "auto", messages }, { signal: controller.signal });
  await expect(asking).rejects.toThrow("aborted");
  await expect.poll(() => aborted).toBe(true);
});

test.each(["chat completions", "responses"])(
  "an abort in the middle of a stream of %s ends it quietly",
  async (api) => {
    const { client } = clientOf({ small: { answer: "hello to you" } });
    const stream = await (api === "responses"
      ? client.responses.create({ model: "auto", input: "Say hello.", stream: true })
      : client.chat.completions.create({ model: "auto", messages, stream: true }));
    let read = 0;
    for await (const _ of stream) {
      read += 1;
      stream.controller.abort();
    }
    expect(read).toBe(1);
  },
);
