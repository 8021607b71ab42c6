import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type RunningServer, serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Returns numbers in [0, 1), always the same ones for a seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const paths = [
  "/v1/chat/completions",
  "/v1/messages",
  "/v1/messages/count_tokens",
  "/v1/responses",
  "/v1beta/models/auto:generateContent",
  "/v1beta/models/auto:streamGenerateContent",
  "/v1beta/models/%ff:countTokens",
  "/v1/models",
  "/v1/models/__proto__",
  "//v1/models",
  "/v1/../v1/models",
  "/v1%2fmodels",
  "http://elsewhere.example/v1/models",
  "/healthz",
  "*",
  "/",
];
const lines = [
  "content-length: 5",
  "content-length: 5\r\ncontent-length: 6",
  "content-length: +5",
  "content-length: 0x5",
  "transfer-encoding: chunked",
  "transfer-encoding:\u000bchunked",
  "transfer-encoding: chunked, identity",
  "transfer-encoding : chunked",
  "x-folded: a\r\n b",
  "x-bare: a\nx-second: b",
  "x-null: a\0b",
  "host: b",
  "content-type: application/json; charset=utf-8",
  "content-type: text/plain",
  "content-encoding: gzip",
  "expect: 100-continue",
  "connection: close",
  "upgrade: websocket",
  "authorization: Bearer \u00ff",
  "anthropic-version: 2023-06-01",
  "x-request-id: a\tb",
  `x-long: ${"v".repeat(9_000)}`,
];
const values = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  "auto",
  "small",
  "\ud800",
  "x".repeat(2_000),
  [],
  {},
  [[]],
  [{ role: "user", content: "Hello." }],
  [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }],
  [{ role: "tool", content: null, tool_call_id: 5 }],
  [{ type: "function", function: { name: "a", parameters: { $ref: "#" } } }],
  { type: "enabled", budget_tokens: 1 },
  [
    {
      role: "model",
      parts: [{ functionCall: { name: "a", args: 5 }, thoughtSignature: "c3dpdGNocG9pbnQu" }],
    },
  ],
  [
    {
      functionDeclarations: [{ name: "a", parameters: { type: "OBJECT", properties: 5 } }],
      googleSearch: null,
    },
  ],
];
const fields = [
  "model messages input stream stream_options max_tokens max_completion_tokens temperature tools tool_choice",
  "contents generationConfig generation_config toolConfig systemInstruction response_format system thinking stop n tenant labels session constraints fallback metadata previous_response_id",
].flatMap((names) => names.split(" "));

function bodyOf(random: () => number): string {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const parts = Array.from({ length: Math.floor(random() * 6) }, () => {
    return `${JSON.stringify(pick(fields))}:${JSON.stringify(pick(values))}`;
  });
  if (random() < 0.7)
    parts.push(
      '"messages":[{"role":"user","content":"Hello."}],"max_tokens":5,"input":"Hello.","contents":[{"parts":[{"text":"a"}]}]',
    );
  if (random() < 0.2)
    parts.push('"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}');
  const text = `{${parts.join(",")}}`;
  if (random() < 0.8) return text;
  const at = Math.floor(random() * text.length);
  return (
    text.slice(0, at) +
    String.fromCharCode(Math.floor(random() * 300)) +
    text.slice(at + Math.floor(random() * 3))
  );
}

/** Makes the bytes of one request; a part of them is broken. */
function requestOf(random: () => number): Buffer {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const body = Buffer.from(bodyOf(random));
  const odd = Array.from({ length: Math.floor(random() * 3) }, () => pick(lines));
  const method =
    random() < 0.8 ? "POST" : pick(["GET", "HEAD", "OPTIONS", "PUT", "TRACE", "CONNECT", "p\0st"]);
  const own = random() < 0.8 ? [`content-length: ${body.length}`, "content-type: application/json"] : [];
  const head = [`${method} ${pick(paths)} HTTP/1.1`, "host: a", ...own, ...odd, "", ""].join("\r\n");
  const bytes = Buffer.concat([Buffer.from(head, "latin1"), body]);
  return random() < 0.1 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}

/** Sends bytes, ends the sending, and returns all that comes back. */
function send(url: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    let answer = "";
    socket.setEncoding("latin1").on("data", (part) => {
      answer += part;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

test("no request of a generator of broken ones fails the server, passes as two or changes a prototype", async () => {
  const model = fakeModel({ answer: "hello" });
  const router = createRouter({ models: { small: model }, policy: always("small") });
  const limits = { headersTimeoutMs: 300, requestTimeoutMs: 300, maxBodyBytes: 100_000 };
  server = await serve(router, { port: 0, ...limits });
  const { url } = server;
  const seed = Number(process.env["SWITCHPOINT_SEED"] ?? 17);
  const random = seeded(seed);
  const until = performance.now() + runs(1_000, 600_000);
  let sent = 0;
  const failed: object[] = [];
  while (performance.now() < until && failed.length === 0) {
    const requests = Array.from({ length: 16 }, () => requestOf(random));
    const answers = await Promise.all(requests.map((bytes) => send(url, bytes)));
    answers.forEach((answer, at) => {
      // Our answers have an id each; a hidden second request would have one of its own.
      const ids = answer.match(/\r\nx-request-id: /g)?.length ?? 0;
      const status = Number(/^HTTP\/1\.1 (?:100 Continue\r\n\r\nHTTP\/1\.1 )?(\d+)/.exec(answer)?.[1] ?? 0);
      if (status >= 500 || ids > 1)
        failed.push({ seed, sent: sent + at, status, ids, bytes: String(requests[at]) });
    });
    sent += requests.length;
    (model.requests as unknown[]).length = 0;
  }
  console.info(`fuzz: ${sent} requests, seed ${seed}`);
  expect(failed).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  await expect.poll(() => server?.active).toBe(0);
  const healthy = await fetch(`${url}/healthz`);
  expect(healthy.status).toBe(200);
}, 900_000);
