import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { InvalidOptionError, type Router } from "../../../contracts/index.ts";
import { CallAbort } from "../../../plugin/call-abort.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { loadWeights } from "../../../router/classifiers/inner.ts";
import { requestParts } from "../../../router/life/inner.ts";
import { type Answering, answering } from "../answering.ts";
import type { HttpCall } from "../call.ts";
import { loadInterfaces } from "../endpoints/load-interfaces.ts";
import { welcome } from "../endpoints/welcome.ts";
import { type HandlerOptions, type ReadHandlerOptions, readHandlerOptions } from "../handler-options.ts";
import { HttpError } from "../http-error.ts";
import { connectionOf } from "./connection.ts";
import { connectionsOf, lastCall, quietMoment, stopped } from "./ending.ts";
import { createHeldBytes, type HeldBytes } from "./held-bytes.ts";
import { createInFlight, type InFlight } from "./in-flight.ts";
import { listen } from "./listen.ts";
import { nodeCall } from "./node-call.ts";
import { pageRefusal } from "./refuse-pages.ts";
import { checkTls, readServeOptions, type ServeOptions } from "./serve-options.ts";
import { createUnderWay, type UnderWay } from "./under-way.ts";
import { writeReply } from "./write-reply.ts";

/** A server that listens. */
export interface RunningServer {
  /** Address for clients, `http://127.0.0.1:8787`, or the path of the socket. */
  readonly url: string;
  /** Number of requests under way. */
  readonly active: number;
  /**
   * Lets another router answer all requests from now on. Those under way stay with theirs; the promise resolves when the
   * last of them has ended, and the old router can be closed. Throws `InvalidOptionError`, and then changes nothing.
   */
  replace<Id extends string>(router: Router<Id>, options?: HandlerOptions<Id>): Promise<void>;
  /** Gives new connections another certificate. Throws `InvalidOptionError`, and then changes nothing. */
  renewTls(tls: NonNullable<ServeOptions["tls"]>): void;
  /**
   * Takes no more requests, waits for those under way, streams too, and ends. What is under way after `drainMs` is cut.
   * The router stays open. May be called more than once.
   */
  close(): Promise<void>;
}

/** The interface of one router, and its requests under way. */
interface Generation {
  readonly interfaces: Answering;
  /** Returns the error for a call that is refused before it is read. */
  readonly refusal: (call: HttpCall) => HttpError | undefined;
  readonly inFlight: InFlight;
  /** True if senders are known by keys. */
  readonly hasKeys: boolean;
}

/** `open`; `leaving`: requests are answered, and connections closed; `ending`: requests are refused. */
type Phase = "open" | "leaving" | "ending";

/** Opens a server of Node, and loads what the first request needs before it listens. Rejects as `serve` says. */
export async function startServer(router: Router, options: ServeOptions): Promise<RunningServer> {
  const read = readServeOptions(options, router);
  const { tls, host, socket, headersTimeoutMs, stalledMs, graceMs, drainMs } = read;
  const generationOf = (served: Router, handling: ReadHandlerOptions): Generation => ({
    interfaces: answering(served, handling, [welcome(tls !== undefined)]),
    refusal: pageRefusal({ host, socket, ...handling }),
    inFlight: createInFlight(),
    hasKeys: handling.authorise !== undefined,
  });
  let current = generationOf(router, read);
  const all = createInFlight();
  const held = createHeldBytes(read.maxHeldBytes);
  const underWay = createUnderWay(read.maxRequests, read.maxRequestsPerKey);
  let phase: Phase = "open";
  let closing: Promise<void> | undefined;
  /** Called when the server no longer listens. Requests are refused only then: their senders would come again at once. */
  let isDeaf: () => void = () => {};
  const deaf = new Promise<void>((resolve) => {
    isDeaf = resolve;
  });
  const shared: Shared = { all, phaseNow: () => phase, deaf, held, underWay, stalledMs };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const mine = current;
    all.begin();
    mine.inFlight.begin();
    handle(request, response, mine, shared);
  };
  const settings = {
    maxHeaderSize: read.maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: read.requestTimeoutMs,
    keepAliveTimeout: read.keepAliveMs,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
  };
  const server: Server =
    tls === undefined
      ? neededBuiltin("node:http").createServer(settings, onRequest)
      : neededBuiltin("node:https").createServer(
          { ...settings, ...tls, handshakeTimeout: headersTimeoutMs },
          onRequest,
        );
  server.maxConnections = read.maxConnections;
  const connections = connectionsOf(server);
  // Not by the first request: connections may then have taken all files that a process may open, and Node keeps a load that failed.
  await Promise.all([
    requestParts.load(),
    router.classifier?.name === "complexity" && loadWeights(),
    loadInterfaces(),
  ]);
  await listen(server, read);
  // A connection that could not be accepted is lost, not the process.
  server.on("error", () => {});

  const end = async (): Promise<void> => {
    phase = "leaving";
    if (graceMs > 0) await within(new Promise(() => {}), graceMs);
    phase = "ending";
    current.interfaces.leave();
    await quietMoment(connections);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    stopped().then(isDeaf);
    server.closeIdleConnections();
    const until = performance.now() + drainMs;
    const drained = () => (all.count > 0 ? within(all.idle(), until - performance.now()) : undefined);
    await drained();
    server.closeIdleConnections();
    await lastCall(connections);
    await drained();
    // Of those that remain none has a whole request, or its time is up. Node no longer checks time limits.
    for (const socket of connections.all) socket.destroy();
    await closed;
  };
  return {
    url: socket ?? urlOf(server.address() as AddressInfo, tls !== undefined),
    get active() {
      return all.count;
    },
    replace: (next, given = {}) => {
      const { inFlight, interfaces } = current;
      const served = next as unknown as Router;
      current = generationOf(served, readHandlerOptions("replace", given as HandlerOptions, served));
      interfaces.leave();
      return inFlight.idle();
    },
    renewTls(next) {
      if (!("setSecureContext" in server))
        throw new InvalidOptionError("renewTls", typeof next, "called on a server with the option tls");
      (server as TlsServer).setSecureContext(checkTls("renewTls", next));
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}

/** Parts that the requests of all generations share. */
interface Shared {
  readonly all: InFlight;
  readonly phaseNow: () => Phase;
  /** Resolves when the server no longer listens. */
  readonly deaf: Promise<void>;
  readonly held: HeldBytes;
  readonly underWay: UnderWay;
  readonly stalledMs: number;
}

/** Most requests under way at which a stream's first part is sent alone. With more of them each waits longer for the writes of the others. */
const fewRequests = 4;

/** Answers one request. Never rejects. */
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { interfaces, refusal, inFlight, hasKeys }: Generation,
  { all, phaseNow, deaf, held, underWay, stalledMs }: Shared,
): Promise<void> {
  const connection = connectionOf(request.socket);
  const leaving = new CallAbort();
  const forget = connection.onClose(() => {
    if (!response.writableFinished) leaving.abort(new DOMException("the client left", "AbortError"));
  });
  const turn = connection.turn();
  const holding = held.holding(interfaces.maxBodyBytes);
  let done: (() => void) | undefined;
  let leave: (() => void) | undefined;
  try {
    if (turn === undefined) {
      request.socket.destroy();
      return;
    }
    done = turn instanceof Promise ? await turn : turn;
    if (request.socket.destroyed) return;
    if (phaseNow() === "ending") await deaf;
    const signal = interfaces.takesLight ? leaving.asSignal() : leaving.signal;
    const call = nodeCall(request, signal, interfaces.maxBodyBytes, holding);
    let refused = refusal(call) ?? endingFor(call, phaseNow());
    if (refused === undefined) {
      const entered = underWay.enter(call, hasKeys);
      if (entered instanceof HttpError) refused = entered;
      else leave = entered;
    }
    const reply = await (refused ? interfaces.refuse(refused, call) : interfaces.answer(call));
    // A body that was refused unread would be taken for the next request.
    if (!request.complete || phaseNow() !== "open") response.shouldKeepAlive = false;
    const writing = writeReply(response, reply, stalledMs, all.count <= fewRequests);
    if (writing !== undefined) await writing;
  } catch {
    // The sender has left, or the answer broke off: there is no one to tell.
    response.destroy();
  } finally {
    forget();
    holding.release();
    leave?.();
    done?.();
    inFlight.end();
    all.end();
  }
}

/** Returns the error for a call that comes while the server ends; none before. */
function endingFor({ path }: HttpCall, phase: Phase): HttpError | undefined {
  return phase === "ending" || (phase === "leaving" && path.endsWith("/healthz")) ? ending : undefined;
}

const ending = new HttpError(503, "the server is ending", {
  code: "overloaded",
  headers: { "retry-after": "1" },
});

/** Waits for work, for a time. */
function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function urlOf({ address, family, port }: AddressInfo, isTls: boolean): string {
  const host = family === "IPv6" ? `[${address}]` : address;
  return `${isTls ? "https" : "http"}://${host}:${port}`;
}
