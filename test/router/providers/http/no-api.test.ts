import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../../../policies/index.ts";
import { isRouterError } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import { chunksOf, embedOnce, remoteModels, waysToCall } from "../../../support/remote-models.ts";

const servers: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answer: (response: ServerResponse) => void): Promise<PlainServer & { calls(): number }> {
  let calls = 0;
  const server = await servePlain((response) => {
    calls += 1;
    answer(response);
  });
  servers.push(server);
  return { ...server, calls: () => calls };
}

const page = "<!doctype html><html><head><title>Welcome to our gateway</title></head><p>a prompt</p></html>";
const html = { "content-type": "text/html; charset=utf-8" };
const providers = Object.entries(remoteModels);

const strangers: readonly (readonly [string, (response: ServerResponse) => void, RegExp])[] = [
  ["a page with status 200", (response) => response.writeHead(200, html).end(page), /got text\/html/],
  ["a page with status 404", (response) => response.writeHead(404, html).end(page), /got text\/html/],
  ["a page with status 405", (response) => response.writeHead(405, html).end(page), /got text\/html/],
  ["a page with status 400", (response) => response.writeHead(400, html).end(page), /got text\/html/],
  [
    "a page without a type",
    (response) => response.writeHead(200).end(page),
    /got an answer of no known type/,
  ],
  ["an empty page", (response) => response.writeHead(200, html).end(), /got text\/html/],
  [
    "a plain text with status 200",
    (response) => response.writeHead(200, { "content-type": "text/plain" }).end("Ollama is running"),
    /got text\/plain/,
  ],
];

describe.each(providers)("an endpoint of %s that is no API", (_, modelAt) => {
  it.each(strangers)("is called once: %s", async (_, answer, got) => {
    const server = await serve(answer);
    for (const way of ["route", "stream"] as const) {
      const before = server.calls();
      const router = createRouter({
        models: { page: modelAt(server.url), other: fakeModel({ answer: "from the other" }) },
        policy: always("page"),
        execution: { retries: 3 },
      });
      const stream = way === "stream" ? router.stream("a prompt") : undefined;
      if (stream !== undefined) await chunksOf(stream);
      const { text, attempts } = await (stream?.result ?? router.route("a prompt"));
      expect(text).toBe("from the other");
      expect(attempts.map(({ model }) => model)).toEqual(["page", "other"]);
      expect(attempts[0]?.error).toMatchObject({ kind: "not-found", retryable: false });
      expect(attempts[0]?.error?.message).toMatch(/this is not an API: is the base URL right/);
      expect(attempts[0]?.error?.message).toMatch(got);
      expect(server.calls() - before).toBe(1);
    }
  });

  it("says so in every call, without the text of the page", async () => {
    const server = await serve((response) => response.writeHead(200, html).end(page));
    for (const [way, call] of Object.entries(waysToCall)) {
      const error = await call(modelAt(server.url), 10_000).catch((thrown: unknown) => thrown);
      expect(error, way).toMatchObject({ kind: "not-found", status: 200, retryable: false });
      expect(String(error), way).toContain("this is not an API: is the base URL right");
      expect(inspect(error), way).not.toContain("a prompt");
    }
  });

  it("is asked again while a proxy before it says that it is down", async () => {
    const server = await serve((response) =>
      response.writeHead(502, html).end("<html><head><title>502 Bad Gateway</title></head></html>"),
    );
    const router = createRouter({
      models: { page: modelAt(server.url) },
      policy: always("page"),
      execution: { retries: 1, backoffBaseMs: 1 },
    });
    const error = await router.route("a prompt").catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("server, status 502");
    expect(server.calls()).toBe(2);
  });
});

describe("an answer that is labelled as a page", () => {
  const answer = { id: "a", object: "chat.completion", created: 1, model: "m" };
  const message = { role: "assistant", content: "fine" };

  it("is read if it is JSON", async () => {
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    const server = await serve((response) =>
      response.writeHead(200, html).end(`\n ${JSON.stringify({ ...answer, choices })}`),
    );
    const router = createRouter({
      models: { m: remoteModels["openai-compatible"]?.(server.url) ?? fakeModel() },
      policy: always("m"),
    });
    expect((await router.route("a prompt")).text).toBe("fine");
  });

  it("is read if it is a stream of events, as it comes", async () => {
    const chunk = { ...answer, object: "chat.completion.chunk" };
    const pieces = ["fi", "ne"].map((content) => ({ ...chunk, choices: [{ index: 0, delta: { content } }] }));
    const last = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
    let go = (): void => {};
    const server = await serve((response) => {
      response.writeHead(200, html).write(`data: ${JSON.stringify(pieces[0])}\n\n`);
      go = () =>
        response.end(
          `data: ${JSON.stringify(pieces[1])}\n\ndata: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`,
        );
    });
    const router = createRouter({
      models: { m: remoteModels["openai-compatible"]?.(server.url) ?? fakeModel() },
      policy: always("m"),
    });
    const stream = router.stream("a prompt");
    for await (const { choices } of stream) if (choices[0]?.delta.content === "fi") go();
    expect((await stream.result).text).toBe("fine");
  });
});

describe("a server of another protocol", () => {
  it("is called once, and named", async () => {
    let calls = 0;
    const server = createServer((socket) => {
      calls += 1;
      socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.6\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(server);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const [, modelAt] of providers) {
      calls = 0;
      const router = createRouter({
        models: { m: modelAt(url) },
        policy: always("m"),
        execution: { retries: 3 },
      });
      const error = await router.route("a prompt").catch((thrown: unknown) => thrown);
      expect(String(error)).toContain(
        "this is not an API: is the base URL right? got an answer that is not HTTP",
      );
      expect(calls).toBe(1);
    }
  });

  it("is named if it does not speak TLS", async () => {
    const server = await serve((response) => response.end("{}"));
    const model = remoteModels["openai-compatible"]?.(server.url.replace("http:", "https:")) ?? fakeModel();
    const router = createRouter({ models: { m: model }, policy: always("m") });
    await expect(router.route("a prompt")).rejects.toThrow("(http instead of https?)");
  });
});

describe("what a server says about a failure", () => {
  const said: readonly (readonly [string, number, unknown, string | undefined])[] = [
    [
      "Ollama",
      404,
      { error: 'model "m" not found, try pulling it first' },
      'the server says: model "m" not found, try pulling it first',
    ],
    [
      "vLLM",
      404,
      { object: "error", message: "The model `m` does not exist.", type: "NotFoundError", code: 404 },
      "the server says: The model `m` does not exist.",
    ],
    ["FastAPI", 404, { detail: "Not Found" }, "the server says: Not Found"],
    [
      "OpenAI",
      400,
      {
        error: { message: "This model's maximum context length is 8192 tokens. However, you sent: a prompt" },
      },
      "the server says: This model's maximum context length is 8192 tokens. …",
    ],
    ["a server that quotes the prompt", 500, { error: "cannot read: a prompt" }, undefined],
    [
      "a server that quotes the key",
      401,
      { error: "sk-secret is not valid" },
      "the server says: [key] is not valid",
    ],
  ];

  it.each(said)("stands in the message where it is harmless: %s", async (_, status, body, shown) => {
    const server = await serve((response) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
    );
    const model = remoteModels["openai-compatible"]?.(server.url) ?? fakeModel();
    const router = createRouter({ models: { m: model }, policy: always("m"), execution: { retries: 0 } });
    const error = await router.route("a prompt").catch((thrown: unknown) => thrown);
    if (shown === undefined) expect(String(error)).not.toContain("says");
    else expect(String(error)).toContain(shown);
    expect(String(error)).not.toMatch(/a prompt|sk-secret/);
  });

  it.each(providers)(
    "is shown by console.error after a router has removed prompt and key: %s",
    async (_, modelAt) => {
      const words = 'cannot serve {"input": "the harbour pilot Zebulon\\nspoke"} for key sk-secret';
      const server = await serve((response) =>
        response
          .writeHead(400, { "content-type": "application/json" })
          .end(JSON.stringify({ type: "error", error: { type: "invalid_request_error", message: words } })),
      );
      const prompt = "Ask the harbour pilot Zebulon\nspoke he?";
      const direct = await modelAt(server.url)
        .generate({ messages: [{ role: "user", content: prompt }] }, { signal: AbortSignal.timeout(10_000) })
        .catch((thrown: unknown) => thrown);
      expect(inspect(direct)).not.toContain("harbour");
      const router = createRouter({ models: { m: modelAt(server.url) }, policy: always("m") });
      const error = await router.route(prompt).catch((thrown: unknown) => thrown);
      const shown = inspect(error);
      expect(shown).toContain("detail:\n");
      expect(shown).toContain("cannot serve");
      expect(shown).toContain("[prompt]");
      expect(shown).not.toMatch(/harbour|pilot|Zebulon|spoke|sk-secret/);
      expect(JSON.stringify(error)).not.toContain("cannot serve");
      expect(isRouterError(error, "provider") && error.detail).toContain("cannot serve");
      // Also as the cause of the error that all models failed.
      const all = await createRouter({
        models: { m: modelAt(server.url.replace(/:\d+$/, ":9")) },
        policy: always("m"),
        execution: { retries: 0 },
      })
        .route(prompt)
        .catch((thrown: unknown) => thrown);
      expect(inspect(all)).toContain("[cause]");
    },
  );

  it("is not shown in an embedding's message either, if it quotes the text", async () => {
    const server = await serve((response) => response.writeHead(200, html).end(page));
    const error = await embedOnce(server.url, 10_000).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("this is not an API");
  });
});
