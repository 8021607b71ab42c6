import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHeldBytes } from "../../../src/serve/http/server/held-bytes.ts";
import { serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const free = 65_536;

test("the first bytes of each are free, the rest counts until it is released", () => {
  const held = createHeldBytes(100);
  const first = held.holding(50);
  expect([first.take(free), first.take(60)]).toEqual([true, true]);
  const second = held.holding(50);
  expect([second.take(free), second.take(41), second.take(40)]).toEqual([true, false, true]);
  first.release();
  first.release();
  const third = held.holding(50);
  expect([third.take(free + 61), third.take(0)]).toEqual([false, true]);
  // One body may always be as long as a body may be.
  expect(
    createHeldBytes(1)
      .holding(1_000)
      .take(free + 1_000),
  ).toBe(true);
});

test("bodies that never end leave room for short requests, and none is counted once it has left", async () => {
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
  const limits = { maxBodyBytes: 200_000, maxHeldBytes: 300_000 };
  const server = await serve(router, { port: 0, ...limits });
  onTestFinished(server.close);
  const port = Number(new URL(server.url).port);
  const post = (padding: number) =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: "auto",
        messages: [{ role: "user", content: `Hello. ${"x".repeat(padding)}` }],
      }),
    });
  const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
  const slow = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      socket.write(`${head}content-length: 190000\r\n\r\n${" ".repeat(150_000)}`);
      await once(socket, "connect");
      return socket;
    }),
  );
  await expect.poll(async () => (await post(190_000)).status, { timeout: 10_000 }).toBe(503);
  const refused = await post(190_000);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
  expect((await post(10)).status).toBe(200);
  for (const socket of slow) socket.destroy();
  await expect.poll(() => server.active).toBe(0);
  expect((await post(190_000)).status).toBe(200);
  await expect.poll(() => server.active).toBe(0);
  // A body that is refused while it comes gives back all that it took.
  for (let time = 0; time < 20; time += 1) expect((await post(300_000)).status).toBe(413);
  expect((await post(190_000)).status).toBe(200);
});
