import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createWatchers,
  failureOf,
  type HttpCall,
  HttpError,
  openaiError,
  pageReply,
  type Reply,
  type ServedDashboard,
} from "../../src/serve/http/inner.ts";
import { authoriseByKeys, createKey } from "../../src/serve/http/server/index.ts";
import { nodeCall, writeReply } from "../../src/serve/http/server/inner.ts";

/** A page on this machine. */
export interface PageServer {
  /** Address with a key behind `#`, which a browser keeps to itself. */
  readonly url: string;
  close(): Promise<void>;
}

const stalledMs = 30_000;

/**
 * Serves the page of a recording at the loopback address, to holders of a key that is made for it. Rejects with the
 * system's error if it cannot listen.
 */
export async function servePage(dashboard: ServedDashboard, port: number): Promise<PageServer> {
  const watchers = createWatchers(dashboard);
  const { key, record } = createKey();
  const authorise = authoriseByKeys([record]);
  let hosts: readonly string[] = [];
  const answer = async (call: HttpCall): Promise<Reply> => {
    // A page of another site may let its own name point here.
    if (!hosts.includes(call.headers.get("host") ?? ""))
      throw new HttpError(403, "the page answers to the address that was printed alone", {
        code: "not_permitted",
      });
    if (call.method !== "GET")
      throw new HttpError(405, "this path takes GET", {
        code: "method_not_allowed",
        headers: { allow: "GET" },
      });
    if (call.path === "/dashboard" || call.path === "/") return pageReply();
    if (!call.path.startsWith("/dashboard/events/"))
      throw new HttpError(404, "there is nothing at this path", { code: "not_found" });
    if ((await authorise(call)) === undefined)
      throw new HttpError(401, "the key is missing or not known", { code: "invalid_api_key" });
    return watchers.reply(call);
  };
  const server = createServer(
    { requestTimeout: 10_000, maxHeaderSize: 16_384 },
    async (request, response) => {
      const left = new AbortController();
      response.once("close", () => left.abort());
      try {
        await writeReply(response, await answer(nodeCall(request, left.signal, 0)), stalledMs);
      } catch (error) {
        if (response.headersSent) response.destroy();
        else
          try {
            await writeReply(response, openaiError(failureOf(error)), stalledMs);
          } catch {
            response.destroy();
          }
      }
    },
  );
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", () => {});
  const { port: taken } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${taken}`, `localhost:${taken}`];
  return {
    url: `http://127.0.0.1:${taken}/dashboard#key=${key}`,
    close: () =>
      new Promise((resolve) => {
        watchers.leave();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
