import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type RunningServer, serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

// Bytes that no usual client sends: what one server takes for one request and another for two, and older HTTP.

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function started() {
  const model = fakeModel({ answer: "hello to you" });
  server = await serve(createRouter({ models: { small: model }, policy: always("small") }), {
    port: 0,
    headersTimeoutMs: 500,
    requestTimeoutMs: 500,
    unknownModel: "auto",
  });
  return { model, url: server.url };
}

/** Sends bytes as they are and returns all that comes back until the connection closes. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = "";
    socket.on("data", (part) => {
      answer += part;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

const body = '{"model":"auto","messages":[{"role":"user","content":"Hi."}]}';
const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
const chunk = (text: string, size = text.length.toString(16)) => `${size}\r\n${text}\r\n`;
/** A second request that a first one hides. */
const hidden = "POST /v1/chat/completions HTTP/1.1\r\nhost: hidden\r\n\r\n";

test.each([
  ["two equal lengths", `content-length: ${body.length}\r\ncontent-length: ${body.length}\r\n\r\n${body}`],
  ["two lengths in one line", `content-length: ${body.length}, ${body.length}\r\n\r\n${body}`],
  ["a length with a sign", `content-length: +${body.length}\r\n\r\n${body}`],
  ["a length below zero", "content-length: -1\r\n\r\n"],
  ["a length that no number holds", `content-length: ${"9".repeat(40)}\r\n\r\n${body}`],
  [
    "a length before chunks",
    `content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n${chunk(body)}0\r\n\r\n${hidden}`,
  ],
  [
    "chunks before a length",
    `transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n${chunk(body)}0\r\n\r\n${hidden}`,
  ],
  ["chunks twice", `transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n${chunk(body)}0\r\n\r\n`],
  ["another coding after chunks", `transfer-encoding: chunked, gzip\r\n\r\n${chunk(body)}0\r\n\r\n`],
  ["a coding in other bytes", `transfer-encoding: \u000bchunked\r\n\r\n${chunk(body)}0\r\n\r\n${hidden}`],
  ["a space before the colon", `transfer-encoding : chunked\r\n\r\n${chunk(body)}0\r\n\r\n${hidden}`],
  [
    "a folded coding",
    `transfer-encoding:\r\n chunked\r\ncontent-length: 4\r\n\r\n${chunk(body)}0\r\n\r\n${hidden}`,
  ],
  ["a chunk's size with a sign", `transfer-encoding: chunked\r\n\r\n${chunk(body, "-1")}0\r\n\r\n`],
  ["a chunk's size with 0x", `transfer-encoding: chunked\r\n\r\n${chunk(body, "0x3d")}0\r\n\r\n`],
  [
    "a chunk's size that no number holds",
    `transfer-encoding: chunked\r\n\r\n${chunk(body, "f".repeat(20))}0\r\n\r\n`,
  ],
  ["a chunk that is longer than it says", `transfer-encoding: chunked\r\n\r\n${chunk(body, "4")}0\r\n\r\n`],
  ["bare line feeds", `content-length: ${body.length}\n\n${body}`],
  ["a null in a header", `x-a: b\0c\r\ncontent-length: ${body.length}\r\n\r\n${body}`],
  ["no host", "\r\n"],
])("%s: refused or one request, never two", async (name, rest) => {
  const { url, model } = await started();
  const text = name === "no host" ? `GET /v1/models HTTP/1.1\r\n${rest}` : head + rest;
  const answer = await raw(url, text);
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
  expect([name, statuses.length <= 1, model.requests.length]).toEqual([name, true, 0]);
  for (const status of statuses) expect([400, 408, 413]).toContain(status);
});

test("an unusual way to say the same is understood", async () => {
  const { url, model } = await started();
  const close = "connection: close\r\n";
  const halves = chunk(body.slice(0, 10), "00a;name=value") + chunk(body.slice(10));
  for (const text of [
    `${head}${close}transfer-encoding: chunked\r\n\r\n${halves}0\r\ntrailer: x\r\n\r\n`,
    `POST http://elsewhere.example/v1/chat/completions HTTP/1.1\r\nhost: a\r\n${close}content-length: ${body.length}\r\n\r\n${body}`,
    `POST /v1/chat/completions?beta=true&x HTTP/1.1\r\nhost: a\r\n${close}Content-Length: ${body.length}\r\n\r\n${body}`,
  ])
    expect(await raw(url, text)).toMatch(/^HTTP\/1\.1 200 /);
  expect(model.requests).toHaveLength(3);
});

test("a client of HTTP/1.0 gets its answer without chunks, and the connection ends", async () => {
  const { url, model } = await started();
  const old = (text: string) =>
    `POST /v1/chat/completions HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
  const whole = await raw(url, old(body));
  expect(whole).toMatch(/^HTTP\/1\.1 200 /);
  expect(whole).toMatch(/^connection: close\r$/im);
  const streamed = await raw(url, old(body.replace("{", '{"stream":true,')));
  expect(streamed).not.toMatch(/transfer-encoding/i);
  expect(streamed.endsWith("data: [DONE]\n\n")).toBe(true);
  // The end of the connection is the end of the answer: what comes after a request breaks it off, and is never one itself.
  const two = await raw(url, old(body) + old(body));
  expect((two.match(/HTTP\/1\.1 200 /g) ?? []).length).toBeLessThanOrEqual(1);
  expect(model.requests.length).toBeLessThanOrEqual(3);
});

test.each([
  ["/v1/chat/completions", '"messages":[{"role":"user","content":"Hi."}]'],
  ["/v1/messages", '"max_tokens":9,"messages":[{"role":"user","content":"Hi."}]'],
  ["/v1/messages/count_tokens", '"messages":[{"role":"user","content":"Hi."}]'],
  ["/v1/responses", '"input":[{"role":"user","content":"Hi."}]'],
  ["/v1beta/models/auto:generateContent", '"contents":[{"role":"user","parts":[{"text":"Hi."}]}]'],
  ["/v1beta/models/auto:countTokens", '"contents":[{"role":"user","parts":[{"text":"Hi."}]}]'],
])("%s: names of prototypes are ordinary names", async (path, fields) => {
  const { url } = await started();
  const polluted = '{"tenant":"other","polluted":true,"constraints":[],"toString":5}';
  const nested = `"__proto__":${polluted},"constructor":{"prototype":${polluted}}`;
  const texts = [
    `{"model":"auto",${nested},${fields}}`,
    `{"model":"__proto__",${fields},"metadata":{${nested}}}`,
    `{"model":"constructor",${fields},"tools":[{"type":"function","name":"__proto__","function":{"name":"__proto__",${nested}},"input_schema":{${nested}},"parameters":{${nested}},"functionDeclarations":[{"name":"f","parameters":{"properties":{${nested}}}}]}],"generationConfig":{${nested},"responseSchema":{"properties":{${nested}}}}}`,
    `{"model":"auto",${fields.replace('"content":"Hi."', `"content":"Hi.",${nested}`)}}`,
    `{"model":"auto",${fields},"thinking":{${nested}},"reasoning":{${nested}},"text":{${nested}},"stream_options":{${nested}}}`,
  ];
  for (const text of texts) {
    const reply = await fetch(url + path, {
      method: "POST",
      body: text,
      headers: { "content-type": "application/json", "x-claude-code-session-id": "__proto__" },
    });
    expect([text.slice(0, 60), reply.status < 500]).toEqual([text.slice(0, 60), true]);
    await reply.text();
    expect(Object.keys(Object.prototype)).toEqual([]);
    for (const name of ["tenant", "polluted", "constraints"])
      expect(({} as Record<string, unknown>)[name]).toBeUndefined();
    expect(typeof Object.prototype.toString).toBe("function");
  }
});
