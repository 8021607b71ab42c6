import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { InvalidOptionError, type Router } from "../../contracts/index.ts";
import { checkNumber } from "../../plugin/index.ts";
import { type Answering, answering } from "../answering.ts";
import type { HandlerOptions } from "../handler-options.ts";
import { jsonReply } from "../reply.ts";
import { nodeCall } from "./node-call.ts";
import { writeReply } from "./write-reply.ts";

export interface ServeOptions<Id extends string = string> extends HandlerOptions<Id> {
  /** Default 8787; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Address to listen at. Default `127.0.0.1`: other machines cannot reach it. */
  readonly host?: string | undefined;
  /** Path of a Unix socket, in place of host and port. */
  readonly socket?: string | undefined;
  /** Key and certificate as PEM text. Default: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Longest time until all headers of a request are there, in milliseconds. Default 10,000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Longest time until a whole request is there, in milliseconds. Default 60,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Longest headers of a request, in bytes. Default 16,384. */
  readonly maxHeaderBytes?: number | undefined;
  /** Largest number of connections; further ones are closed at once. Default 10,000. */
  readonly maxConnections?: number | undefined;
  /** Longest time for which `close()` waits for answers under way, in milliseconds. Default 30,000. */
  readonly drainMs?: number | undefined;
}

/** A server that listens. */
export interface RunningServer {
  /** Address for clients, `http://127.0.0.1:8787`, or the path of the socket. */
  readonly url: string;
  /** Number of requests under way. */
  readonly active: number;
  /** Lets another router answer all requests from now on. Those under way stay with theirs. Throws `InvalidOptionError`. */
  replace<Id extends string>(router: Router<Id>, options?: HandlerOptions<Id>): void;
  /**
   * Takes no more requests, waits for those under way, streams too, and ends. What is under way after `drainMs` is cut.
   * The router stays open. May be called more than once.
   */
  close(): Promise<void>;
}

/** Serves a router by Node's HTTP server. Rejects with `InvalidOptionError`, or the system's error if it cannot listen. */
export async function serve<Id extends string>(
  router: Router<Id>,
  options: ServeOptions<Id> = {},
): Promise<RunningServer> {
  const {
    port = 8_787,
    host = "127.0.0.1",
    socket,
    tls,
    headersTimeoutMs = 10_000,
    requestTimeoutMs = 60_000,
    maxHeaderBytes = 16_384,
    maxConnections = 10_000,
    drainMs = 30_000,
    ...handling
  } = options;
  checkNumber("serve.port", port, { min: 0, max: 65_535, integer: true });
  checkNumber("serve.headersTimeoutMs", headersTimeoutMs, { min: 1, max: 2 ** 31 - 1 });
  checkNumber("serve.requestTimeoutMs", requestTimeoutMs, { min: headersTimeoutMs, max: 2 ** 31 - 1 });
  checkNumber("serve.maxHeaderBytes", maxHeaderBytes, { min: 1_024, max: 1_048_576, integer: true });
  checkNumber("serve.maxConnections", maxConnections, { min: 1, integer: true });
  checkNumber("serve.drainMs", drainMs, { min: 0, max: 2 ** 31 - 1 });
  if (tls !== undefined && !(typeof tls.key === "string" && typeof tls.cert === "string"))
    throw new InvalidOptionError("serve.tls", tls, "{ key, cert } as PEM text");

  let interfaces: Answering = answering(router, handling);
  let active = 0;
  let closing: Promise<void> | undefined;
  let idle: () => void = () => {};
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    active += 1;
    handle(request, response, closing === undefined ? interfaces : undefined).finally(() => {
      active -= 1;
      if (active === 0) idle();
    });
  };
  const settings = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
  };
  const server: Server =
    tls === undefined
      ? createServer(settings, onRequest)
      : createTlsServer({ ...settings, ...tls }, onRequest);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket === undefined ? { port, host } : { path: socket }, () => {
      server.off("error", reject);
      resolve();
    });
  });

  return {
    url: socket ?? urlOf(server.address() as AddressInfo, tls !== undefined),
    get active() {
      return active;
    },
    replace: (next, given = {}) => {
      interfaces = answering(next, given);
    },
    close() {
      closing ??= (async () => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeIdleConnections();
        if (active > 0) {
          let timer: NodeJS.Timeout | undefined;
          await Promise.race([
            new Promise<void>((resolve) => {
              idle = resolve;
            }),
            new Promise<void>((resolve) => {
              timer = setTimeout(resolve, drainMs);
            }),
          ]);
          clearTimeout(timer);
        }
        // Answers that are complete leave the process before their connections are closed.
        server.closeIdleConnections();
        if (active > 0) server.closeAllConnections();
        await closed;
      })();
      return closing;
    },
  };
}

/** Answers one request. Never rejects. `interfaces` is absent while the server ends. */
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  interfaces: Answering | undefined,
): Promise<void> {
  try {
    const reply =
      interfaces === undefined
        ? { ...jsonReply({ error: { message: "the server is ending", type: "server_error" } }, ending, 503) }
        : await interfaces.answer(nodeCall(request, response, interfaces.maxBodyBytes));
    // A body that was refused unread would be taken for the next request.
    if (!request.complete) response.shouldKeepAlive = false;
    await writeReply(response, reply);
  } catch {
    // The sender has left, or the answer broke off: there is no one to tell.
    response.destroy();
  }
}

const ending = { connection: "close", "retry-after": "1" };

function urlOf({ address, family, port }: AddressInfo, isTls: boolean): string {
  const host = family === "IPv6" ? `[${address}]` : address;
  return `${isTls ? "https" : "http"}://${host}:${port}`;
}
