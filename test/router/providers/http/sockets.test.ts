import { setMaxListeners } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, type onTestFinished } from "vitest";
import type { Model } from "../../../../src/contracts/index.ts";
import { remoteModels, shortRequest } from "../../../support/remote-models.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Ways in which a server stalls, with the number of requests that have got there. */
const stalls: Readonly<Record<string, { readonly status?: number; readonly text?: string }>> = {
  "before the headers": {},
  "after the headers": { status: 200, text: "" },
  "within the body": { status: 200, text: 'data: {"choices"' },
  "within an error's body": { status: 503, text: '{"error"' },
};

async function stalling(
  { status, text }: { readonly status?: number; readonly text?: string },
  whenFinished: typeof onTestFinished,
) {
  let requests = 0;
  const open = createServer((request, response) => {
    request.resume().once("end", () => {
      requests += 1;
      if (status === undefined) return;
      response.writeHead(status, { "content-type": "text/event-stream" }).flushHeaders();
      if (text) response.write(text);
    });
  });
  whenFinished(() => {
    open.closeAllConnections();
    open.close();
  });
  await new Promise<void>((resolve) => open.listen(0, "127.0.0.1", resolve));
  const sockets = () => new Promise<number>((resolve) => open.getConnections((_, count) => resolve(count)));
  return {
    url: `http://127.0.0.1:${(open.address() as AddressInfo).port}`,
    requests: () => requests,
    sockets,
  };
}

const calls: Readonly<Record<string, (model: Model, signal: AbortSignal) => Promise<unknown>>> = {
  generate: (model, signal) => model.generate(shortRequest, { signal }),
  stream: async (model, signal) => {
    for await (const _ of model.stream(shortRequest, { signal }));
  },
  health: async (model, signal) => model.health?.({ signal }),
};

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isDone())) await sleep(5);
}

/** Calls at once of each provider and kind. */
const count = 4;

// At the same time: they wait for servers.
describe.concurrent("calls that are aborted", () => {
  it.for(Object.entries(stalls))(
    "hold no socket of a server that stalls %s, also after a collection",
    async ([, stall], { onTestFinished }) => {
      const { url, requests, sockets } = await stalling(stall, onTestFinished);
      const controller = new AbortController();
      setMaxListeners(0, controller.signal);
      const ends: Promise<unknown>[] = [];
      for (const modelAt of Object.values(remoteModels)) {
        const model = modelAt(url);
        for (const call of Object.values(calls))
          for (let one = 0; one < count; one += 1)
            ends.push(
              call(model, controller.signal).then(
                () => "ended",
                () => "failed",
              ),
            );
      }
      await until(() => requests() === ends.length);
      await sleep(30);
      collectGarbage();
      await sleep(5);
      collectGarbage();
      controller.abort(new Error("enough"));
      // A health test has ended with the headers.
      const ended = (await Promise.all(ends)).filter((end) => end === "ended");
      expect(ended.length).toBeLessThanOrEqual(ends.length / 3);
      await until(async () => (await sockets()) === 0);
    },
  );
});
