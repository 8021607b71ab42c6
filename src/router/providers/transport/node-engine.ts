import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import type { Engine } from "./create-transport.ts";
import { environmentProxies } from "./environment-proxies.ts";
import type { Exchange } from "./exchange.ts";
import { agentOptions, type NodePool, poolOf } from "./node-pool.ts";
import { nodeProxies } from "./node-proxies.ts";
import type { TransportSettings } from "./transport.ts";
import { TransportError, toTransportError } from "./transport-error.ts";
import { byteLength, type Target, type WireRequest } from "./wire-request.ts";

/** Idle time from which a connection is looked at before it is used again, in milliseconds. */
const suspiciousIdleMs = 2;
/** Most connections that are tried for one request. */
const mostTries = 5;

/** Opens the engine over `node:http`. */
export function openNodeEngine(settings: TransportSettings): Engine {
  const http = neededBuiltin("node:http");
  const https = neededBuiltin("node:https");
  const options = agentOptions(settings);
  const plain = poolOf(new http.Agent(options), settings);
  const secure = poolOf(new https.Agent(options), settings);
  const named = settings.proxy === "environment" ? environmentProxies() : undefined;
  const isProxied = named !== undefined && settings.socketPath === undefined;
  const proxies = isProxied ? nodeProxies(named, settings) : undefined;
  const { socketPath, maxHeaderBytes } = settings;

  function open({ target, method, headers, body }: WireRequest): { pool: NodePool; request: ClientRequest } {
    const route = proxies?.route(target);
    const pool = route?.pool ?? (target.isSecure ? secure : plain);
    const { forward } = route ?? {};
    const requestOptions: RequestOptions = {
      method,
      headers: wireHeaders(target, method, headers, byteLength(body), forward?.authorization) as string[],
      agent: pool.agent,
      host: forward?.hostname ?? target.hostname,
      port: forward?.port ?? target.port,
      path: forward === undefined ? target.path : target.url,
      maxHeaderSize: maxHeaderBytes,
    };
    if (socketPath !== undefined) requestOptions.socketPath = socketPath;
    const isSecure = forward?.isSecure ?? target.isSecure;
    return { pool, request: isSecure ? https.request(requestOptions) : http.request(requestOptions) };
  }

  function send(exchange: Exchange, tries: number): void {
    let opened: ReturnType<typeof open>;
    try {
      opened = open(exchange.request);
    } catch (error) {
      exchange.fail(toTransportError(error, "the request cannot be sent", "ERR_INVALID_REQUEST"));
      return;
    }
    const { pool, request } = opened;
    let isSent = false;
    /** True once the connection stands, with its handshake. */
    let isOpen = false;
    let isOver = false;
    let connecting: NodeJS.Timeout | undefined;
    exchange.close = () => request.destroy();

    const over = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(connecting);
      if (exchange.isAnswered) return;
      if (request.reusedSocket && tries < mostTries && (!isSent || isRepeatable(exchange.request))) {
        send(exchange, tries + 1);
        return;
      }
      exchange.fail(toTransportError(error, "the connection failed", "ECONNRESET"));
    };
    const write = (): void => {
      if (request.destroyed) return;
      isSent = true;
      if (isOpen) exchange.isSent = true;
      writeBody(request, exchange.request);
    };

    request.on("error", over);
    request.on("close", () => over(undefined));
    request.on("information", () => exchange.interim());
    request.on("upgrade", (_, socket) => {
      socket.destroy();
      over(new TransportError("the server changed the protocol", "ERR_PROTOCOL"));
    });
    request.on("response", (response) => {
      // What comes before a request was sent is not its answer: a goodbye of the server, or forged.
      if (isSent) receive(exchange, request, response);
      else request.destroy(new TransportError("an answer came before its request", "ERR_PROTOCOL"));
    });
    request.on("socket", (socket: Socket) => {
      if (request.reusedSocket) {
        isOpen = true;
        // The server may have closed it, which shows once the event loop has looked at all sockets again.
        if (pool.idleMs(socket) < suspiciousIdleMs) write();
        else setImmediate(() => setImmediate(write));
        return;
      }
      const { secureConnecting } = socket as { readonly secureConnecting?: boolean };
      isOpen = !socket.connecting && secureConnecting !== true;
      if (!isOpen)
        socket.once(exchange.request.target.isSecure ? "secureConnect" : "connect", () => {
          clearTimeout(connecting);
          isOpen = true;
          if (isSent) exchange.isSent = true;
        });
      if (socket.connecting) {
        const { connectTimeoutMs } = settings;
        connecting = setTimeout(() => {
          exchange.fail(new TransportError("the connection timed out", "ETIMEDOUT"), true);
        }, connectTimeoutMs);
      }
      write();
    });
  }

  return {
    send: (exchange) => send(exchange, 1),
    close: async () => {
      plain.close();
      secure.close();
      proxies?.close();
    },
  };
}

function receive(exchange: Exchange, request: ClientRequest, response: IncomingMessage): void {
  const sink = exchange.respond(response.statusCode ?? 0, response.statusMessage ?? "", response.rawHeaders, {
    pause: () => response.pause(),
    resume: () => response.resume(),
    destroy: () => request.destroy(),
  });
  let isWhole = false;
  response.on("data", (piece: Buffer) => sink.push(piece));
  response.on("end", () => {
    isWhole = true;
    sink.end();
    // An early answer: a connection with half a request in it cannot carry another one.
    if (!request.writableFinished) request.destroy();
  });
  const cut = (error?: unknown): void => {
    if (!isWhole) sink.fail(toTransportError(error, "the connection broke off", "ECONNRESET"));
  };
  response.on("error", cut);
  response.on("close", cut);
}

/** True for a request that may be sent twice: RFC 9110, 9.2.2. A call of a model is not one of them. */
function isRepeatable({ method, body }: WireRequest): boolean {
  return (method === "GET" || method === "HEAD") && body === undefined;
}

function wireHeaders(
  target: Target,
  method: string,
  headers: readonly string[],
  length: number | undefined,
  proxyAuthorization: string | undefined,
): readonly string[] {
  const all = headers.includes("host") ? [...headers] : ["host", target.host, ...headers];
  if (length === undefined) all.push("transfer-encoding", "chunked");
  else if (length > 0 || (method !== "GET" && method !== "HEAD")) all.push("content-length", String(length));
  if (proxyAuthorization !== undefined) all.push("proxy-authorization", proxyAuthorization);
  return all;
}

function writeBody(request: ClientRequest, { body }: WireRequest): void {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    request.end(body);
    return;
  }
  const { Readable } = neededBuiltin("node:stream");
  Readable.from(body)
    .on("error", (error) => request.destroy(error))
    .pipe(request);
}
