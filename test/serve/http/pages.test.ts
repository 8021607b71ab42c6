import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import {
  authoriseByKeys,
  createKey,
  type ServeOptions,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

// A page that its reader did not mean to trust sends requests to a server on the reader's machine.

const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hi." }] });

function fixture() {
  const model = fakeModel();
  return { model, router: createRouter({ models: { small: model }, policy: always("small") }) };
}

/** Bytes without a type: browsers ask no one before they send them to another site. */
const untyped = () => new Blob([body]);

test("bytes of no type are refused where a page sends them, and taken from programs", async () => {
  const { model, router } = fixture();
  const handler = createHandler(router);
  const send = (headers: Record<string, string>) =>
    handler("http://a/v1/chat/completions", { method: "POST", body: untyped(), headers });
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "none" },
  ])
    expect((await send(headers)).status).toBe(415);
  expect(model.requests).toHaveLength(0);
  expect((await send({})).status).toBe(200);
  expect((await send({ origin: "https://evil.example", "content-type": "application/json" })).status).toBe(
    200,
  );
});

/** Starts a server. Returns the status of its answer to a page of this site, or to a program. */
async function started(options: ServeOptions) {
  const { router } = fixture();
  const server = await serve(router as never, { port: 0, ...options });
  onTestFinished(server.close);
  return async (origin: string | undefined, key = "any"): Promise<number> => {
    const from = origin === undefined ? {} : { origin };
    const answer = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...from },
    });
    await answer.text();
    return answer.status;
  };
}

test("without keys a page whose name points to this machine may not send", async () => {
  const statusFrom = await started({});
  const foreign = [
    "http://evil.example:8787",
    "https://evil.example",
    "http://localhost.evil.example",
    "http://",
  ];
  for (const origin of foreign) expect([origin, await statusFrom(origin)]).toEqual([origin, 403]);
  const own = [
    "http://localhost:3000",
    "http://127.0.0.1:8787",
    "http://[::1]:8787",
    "vscode-webview://x",
    "null",
  ];
  for (const origin of [...own, undefined]) expect([origin, await statusFrom(origin)]).toEqual([origin, 200]);
  const { key, record } = createKey();
  const keyed = await started({ authorise: authoriseByKeys([record]) });
  expect(await keyed("https://app.example", key)).toBe(200);
  expect(await (await started({ host: "0.0.0.0" }))("https://app.example")).toBe(200);
});
