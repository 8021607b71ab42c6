import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { shortRequest } from "../../support/remote-models.ts";
import { runs } from "../../support/runs.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const requests = runs(80, 10_000);
const atOnce = 50;
const packed = gzipSync('data: {"choices"');

/** Starts a server that stalls at a place that is drawn for each request. */
async function stalling(random: () => number) {
  const used = new WeakSet<Socket>();
  let open = 0;
  let openAndUsed = 0;
  const server = createServer((request, response) => {
    const { socket } = request;
    if (!used.has(socket)) {
      used.add(socket);
      openAndUsed += 1;
      socket.once("close", () => {
        openAndUsed -= 1;
      });
    }
    const stage = Math.floor(random() * 6);
    if (stage === 0) return;
    if (stage === 1) return void response.writeProcessing();
    const status = stage === 5 ? 503 : 200;
    const coding = stage === 4 ? { "content-encoding": "gzip" } : {};
    request.resume();
    response.writeHead(status, { "content-type": "text/event-stream", ...coding }).flushHeaders();
    if (stage === 3) response.write('data: {"choices"');
    if (stage === 4) response.write(packed.subarray(0, 12));
    if (stage === 5) response.write('{"error"');
  });
  server.on("connection", (socket) => {
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    /** Number of connections, or of those that have carried a request. */
    sockets: (which: "all" | "used") => (which === "all" ? open : openAndUsed),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

// Node's own `fetch` opens connections for requests that are aborted before they are sent, and keeps some for a
// minute or more, with or without our code: of these, only connections that have carried a request count.
it.each(Object.entries(waysToSend))(
  `${requests} requests that stall and are aborted leave no socket, sent %s`,
  async (name, way) => {
    const which = name === "directly over fetch" ? "used" : "all";
    const random = seededRandom(7);
    const server = await stalling(random);
    const model = openaiCompatible("m", { baseUrl: server.url, ...way });
    let left = requests;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const controller = new AbortController();
        const { signal } = controller;
        const timer = setTimeout(() => controller.abort(new Error("enough")), random() * 20);
        const call =
          random() < 0.5
            ? model.generate(shortRequest, { signal })
            : (async () => {
                for await (const __ of model.stream(shortRequest, { signal }));
              })();
        await expect(call).rejects.toThrow();
        clearTimeout(timer);
        if (left % 100 === 0) collectGarbage();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    collectGarbage();
    try {
      for (let tries = 0; tries < 500 && server.sockets(which) > 0; tries += 1) await sleep(20);
      if (requests >= 10_000)
        console.info(`${name}: ${server.sockets("used")} of ${server.sockets("all")} sockets have been used`);
      expect(server.sockets(which)).toBe(0);
    } finally {
      await server.close();
    }
  },
);
