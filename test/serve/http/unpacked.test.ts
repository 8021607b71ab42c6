import { deflateRawSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { HttpError } from "../../../src/serve/http/http-error.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { type ServeOptions, serve } from "../../../src/serve/http/server/index.ts";
import { unpacked } from "../../../src/serve/http/unpacked.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const ask = (content: string) => JSON.stringify({ model: "auto", messages: [{ role: "user", content }] });
const packed = { "content-type": "application/json", "content-encoding": "gzip" };

function fixture() {
  const model = fakeModel();
  return { model, router: createRouter({ models: { small: model }, policy: always("small") }) };
}

async function started(options: ServeOptions = {}) {
  const { model, router } = fixture();
  const server = await serve(router as never, { port: 0, ...options });
  onTestFinished(server.close);
  const send = async (body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = packed) => {
    const answer = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", body, headers });
    return [answer.status, await answer.text()] as const;
  };
  return { model, send, url: server.url };
}

const bytesOf = (buffer: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);

test.each(["gzip", "x-gzip", " GZIP "])("a body of %s is read like any other", async (coding) => {
  const { model, send } = await started();
  const text = `Hello, ${"ö".repeat(70_000)}`;
  const [status] = await send(bytesOf(gzipSync(ask(text))), { ...packed, "content-encoding": coding });
  expect(status).toBe(200);
  expect(model.requests[0]?.messages[0]?.content).toBe(text);
  const own = fixture();
  const handler = createHandler(own.router);
  const answer = await handler("http://a/v1/chat/completions", {
    method: "POST",
    body: bytesOf(gzipSync(ask(text))),
    headers: packed,
  });
  expect(answer.status).toBe(200);
  expect(own.model.requests[0]?.messages[0]?.content).toBe(text);
  expect((await handler("/v1/messages", { method: "POST", body: ask("Hi."), headers: packed })).status).toBe(
    400,
  );
});

test("what is not whole gzip is the sender's error, and other codings are named by what is taken", async () => {
  const { model, send, url } = await started();
  const whole = bytesOf(gzipSync(ask("Hi.")));
  const broken = new Uint8Array(whole);
  broken[14] = (broken[14] ?? 0) ^ 0xff;
  const wrong = [
    whole.subarray(0, 12),
    whole.subarray(0, whole.length - 9),
    broken,
    bytesOf(deflateRawSync(ask("Hi."))),
    bytesOf(Buffer.from(ask("Hi."))),
    new Uint8Array(),
    bytesOf(gzipSync(Buffer.from([0x7b, 0xff, 0x7d]))),
  ];
  for (const body of wrong) expect([body.length, (await send(body))[0]]).toEqual([body.length, 400]);
  for (const coding of ["br", "zstd", "deflate", "gzip, gzip", "gzip, identity"]) {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: whole,
      headers: { ...packed, "content-encoding": coding },
    });
    expect([coding, answer.status, answer.headers.get("accept-encoding")]).toEqual([
      coding,
      415,
      "gzip, identity",
    ]);
  }
  expect(model.requests).toEqual([]);
});

test("both lengths are bounded, and a bomb is left at its first megabytes", async () => {
  const { send } = await started({ maxBodyBytes: 200_000 });
  const [grown, said] = await send(bytesOf(gzipSync(ask("x".repeat(200_001)))));
  expect([grown, said]).toEqual([413, expect.stringContaining("longer than 200000 bytes")]);
  const random = Buffer.alloc(250_000).map(() => Math.floor(Math.random() * 256));
  expect((await send(bytesOf(gzipSync(random))))[0]).toBe(413);

  let out = 0;
  const bomb = gzipSync(Buffer.alloc(2 ** 28));
  const take = (bytes: number) => {
    out += bytes;
    return undefined;
  };
  await expect(unpacked(bomb.subarray(0, 20_000), 2 ** 30, take)).rejects.toThrow("more than 100 times");
  expect(out).toBeLessThan(2_100_000);
  // What is refused for another reason ends as early.
  out = 0;
  const full = () => {
    out += 1;
    return new HttpError(503, "full");
  };
  await expect(unpacked(bomb, 2 ** 30, full)).rejects.toThrow("full");
  expect(out).toBe(1);
});

test("unpacked bytes count among those that a server holds", async () => {
  const { send } = await started({ maxBodyBytes: 300_000, maxHeldBytes: 300_000 });
  const body = bytesOf(gzipSync(ask("y".repeat(250_000))));
  expect((await send(body))[0]).toBe(200);
  const answers = await Promise.all(Array.from({ length: 12 }, () => send(body)));
  for (const [status] of answers) expect([200, 503]).toContain(status);
  // All was given back.
  expect((await send(body))[0]).toBe(200);
});
