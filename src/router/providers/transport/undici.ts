import type { Agent, Dispatcher, EnvHttpProxyAgent } from "undici";
import { MissingDependencyError } from "../../../contracts/index.ts";
import { readOptions } from "../../../plugin/options/read-options.ts";
import { createTransport, type Engine } from "./create-transport.ts";
import { environmentProxies } from "./environment-proxies.ts";
import type { Exchange } from "./exchange.ts";
import { tlsOptions } from "./node-pool.ts";
import type { BodySink } from "./response-body.ts";
import {
  type Transport,
  type TransportOptions,
  type TransportSettings,
  transportOptions,
} from "./transport.ts";
import { TransportError, toTransportError } from "./transport-error.ts";
import { byteLength, type WireRequest } from "./wire-request.ts";

/** Time by which a connection is given up before the server closes it, in milliseconds. */
const marginMs = 1_000;

/**
 * Creates a transport over the package undici 7, an optional peer that is loaded at the first request: half the
 * CPU of `nodeHttp` for an application with many calls at once, and 20 MB of memory. A request rejects with
 * `MissingDependencyError` if undici is not installed. Throws `InvalidOptionError`.
 */
export function undici(options: TransportOptions = {}): Transport {
  return createTransport(openEngine, readOptions("undici", transportOptions, options));
}

async function loadUndici(): Promise<typeof import("undici")> {
  // Within `try`, so that a bundler which does not find the package warns and goes on.
  try {
    return await import("undici");
  } catch (cause) {
    throw new MissingDependencyError("undici", "undici()", { cause });
  }
}

async function openEngine(settings: TransportSettings): Promise<Engine> {
  const { Agent, EnvHttpProxyAgent, Pool } = await loadUndici();
  const options = agentOptions(settings);
  const proxies = settings.proxy === "environment" ? environmentProxies() : undefined;
  const agent =
    proxies === undefined || settings.socketPath !== undefined
      ? new Agent(options)
      : new EnvHttpProxyAgent({
          ...options,
          requestTls: options.connect,
          // The connection to a proxy: a tunnel that is not answered must not hold it.
          clientFactory: (origin: URL, given: object) =>
            new Pool(origin, { ...given, headersTimeout: settings.connectTimeoutMs }),
          httpProxy: proxies.HTTP_PROXY ?? "",
          httpsProxy: proxies.HTTPS_PROXY ?? "",
          noProxy: proxies.NO_PROXY,
        } as EnvHttpProxyAgent.Options);
  return {
    send: (exchange) => send(agent, exchange),
    close: () => agent.close(),
  };
}

function agentOptions(settings: TransportSettings): Agent.Options & { readonly connect: object } {
  const { socketPath, keepAliveMs } = settings;
  return {
    connections: settings.maxConnections,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: Math.max(keepAliveMs, 60_000),
    keepAliveTimeoutThreshold: marginMs,
    maxHeaderSize: settings.maxHeaderBytes,
    // Time-outs are those of the exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: {
      timeout: settings.connectTimeoutMs,
      ...(socketPath !== undefined && { socketPath }),
      ...tlsOptions(settings),
    },
  };
}

function send(agent: Dispatcher, exchange: Exchange): void {
  const { target, method, body } = exchange.request;
  let sink: BodySink | undefined;
  let current: Dispatcher.DispatchController | undefined;
  let isClosed = false;
  const closed = new TransportError("the request was given up", "ERR_ABORTED");
  exchange.close = () => {
    isClosed = true;
    current?.abort(closed);
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => {
      current = controller;
      exchange.isSent = true;
      if (isClosed) controller.abort(closed);
    },
    onRequestUpgrade: (controller) => controller.abort(new TransportError("the protocol", "ERR_PROTOCOL")),
    onResponseStart: (controller, status, fields, statusText = "") => {
      if (status < 200) {
        exchange.interim();
        return;
      }
      sink = exchange.respond(status, statusText, pairsOf(fields), {
        pause: () => controller.pause(),
        resume: () => controller.resume(),
        destroy: () => controller.abort(closed),
      });
    },
    onResponseData: (_, piece) => sink?.push(piece),
    onResponseEnd: () => sink?.end(),
    onResponseError: (_, error) => {
      if (sink === undefined) exchange.fail(failureOf(error, "the connection failed"));
      else sink.fail(failureOf(error, "the connection broke off"));
    },
  };
  try {
    agent.dispatch(
      {
        origin: target.origin,
        path: target.path,
        method: method as Dispatcher.HttpMethod,
        headers: wireHeaders(exchange.request),
        body: (body ?? null) as NonNullable<Dispatcher.DispatchOptions["body"]> | null,
      },
      handler,
    );
  } catch (error) {
    exchange.fail(toTransportError(error, "the request cannot be sent", "ERR_INVALID_REQUEST"));
  }
}

function wireHeaders({ headers, body, method }: WireRequest): string[] {
  const length = byteLength(body);
  const isStated = length !== undefined && (length > 0 || (method !== "GET" && method !== "HEAD"));
  return isStated ? [...headers, "content-length", String(length)] : [...headers];
}

function pairsOf(fields: Readonly<Record<string, string | string[] | undefined>>): string[] {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") pairs.push(name, value);
    else for (const one of value ?? []) pairs.push(name, one);
  }
  return pairs;
}

const codes: ReadonlyMap<unknown, string> = new Map([
  ["UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"],
  // Of a proxy: other time-outs are those of the exchange.
  ["UND_ERR_HEADERS_TIMEOUT", "ETIMEDOUT"],
  ["UND_ERR_SOCKET", "ECONNRESET"],
]);

/** Converts an error of undici, with the codes of `nodeHttp` where both have one. */
function failureOf(error: unknown, message: string): TransportError {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const known = codes.get(code);
  const what = known === "ETIMEDOUT" ? "the connection timed out" : message;
  return known === undefined ? toTransportError(error, what, "ECONNRESET") : new TransportError(what, known);
}
