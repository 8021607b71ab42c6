import { getEventListeners } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { createDelivery } from "../../../../src/serve/telemetry/alarms/deliver.ts";
import { type AlarmNews, webhook } from "../../../../src/serve/telemetry/alarms/index.ts";

const news = (alarm: string): AlarmNews => ({ alarm, state: "firing", at: 0, reason: "r" });
const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function hook(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ending.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

it("an answer of 10 MB, or one that breaks off, is received: nothing of it is read, and it is told once", async () => {
  let asked = 0;
  let written = 0;
  const url = await hook((_, response) => {
    asked += 1;
    response.writeHead(200);
    const piece = Buffer.alloc(65_536);
    const write = (): void => {
      while (!response.destroyed && written < 10_000_000) {
        written += piece.length;
        if (!response.write(piece)) return void response.once("drain", write);
      }
      response.destroy();
    };
    write();
  });
  const delivery = createDelivery(webhook({ url }), 5_000, 1);
  ending.push(delivery.close);
  delivery.send(news("a"));
  await vi.waitFor(() => expect(asked).toBe(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect({ asked, lost: delivery.lost }).toEqual({ asked: 1, lost: 0 });
  expect(written).toBeLessThan(10_000_000);
});

it("a redirect is not followed, and a hook that hangs is given up: both are counted as lost", async () => {
  let followed = 0;
  const elsewhere = await hook((_, response) => {
    followed += 1;
    response.end();
  });
  const redirecting = await hook((_, response) => {
    response.writeHead(307, { location: elsewhere }).end();
  });
  const hanging = await hook(() => {});
  for (const url of [redirecting, hanging]) {
    const delivery = createDelivery(webhook({ url }), 50, 1);
    ending.push(delivery.close);
    delivery.send(news("a"));
    await vi.waitFor(() => expect(delivery.lost).toBe(1), { timeout: 10_000 });
  }
  expect(followed).toBe(0);
});

it("a hook that is down for long leaves nothing behind, and at most a hundred wait", async () => {
  const signals: AbortSignal[] = [];
  const held = vi.spyOn(AbortSignal.prototype, "addEventListener").mockImplementation(function (
    this: AbortSignal,
    ...args: Parameters<AbortSignal["addEventListener"]>
  ) {
    signals.push(this);
    EventTarget.prototype.addEventListener.apply(this, args as never);
  });
  const delivery = createDelivery(() => Promise.reject(new Error("down")), 1_000, 0);
  ending.push(delivery.close);
  try {
    for (let at = 0; at < 300; at += 1) delivery.send(news(String(at)));
    // One is under way, a hundred wait.
    expect(delivery.lost).toBe(199);
    await vi.waitFor(() => expect(delivery.lost).toBe(300), { timeout: 20_000 });
  } finally {
    held.mockRestore();
  }
  // Those of a request that another test left under way go with it.
  const listeners = () => [...new Set(signals)].map((signal) => getEventListeners(signal, "abort").length);
  await vi.waitFor(() => expect(Math.max(...listeners())).toBe(0));
});
