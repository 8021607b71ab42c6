import { Exchange } from "./exchange.ts";
import type { Transport, TransportSettings } from "./transport.ts";
import { TransportError } from "./transport-error.ts";
import { type WireRequest, wireRequest } from "./wire-request.ts";

/** The sender of requests: `node:http` or undici. */
export interface Engine {
  /** Starts a request. Reports everything to the exchange; never throws. */
  send(exchange: Exchange): void;
  close(): Promise<void>;
}

/** Creates a transport over an engine, which is opened at the first request. */
export function createTransport(
  open: (settings: TransportSettings) => Engine | Promise<Engine>,
  settings: TransportSettings,
): Transport {
  let engine: Engine | undefined;
  let opening: Promise<Engine> | undefined;
  let isClosed = false;

  async function ready(): Promise<Engine> {
    opening ??= Promise.resolve(open(settings));
    try {
      engine = await opening;
      return engine;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  // Not an async function: one promise less for each call.
  function transport(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    try {
      const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
      signal?.throwIfAborted();
      const known = wireRequest(input, init);
      if (known instanceof Promise || engine === undefined) return sendLater(known, signal);
      return send(engine, known, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async function sendLater(
    known: WireRequest | Promise<WireRequest>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const request = await known;
    return send(engine ?? (await ready()), request, signal);
  }

  function send(open: Engine, request: WireRequest, signal: AbortSignal | undefined): Promise<Response> {
    if (isClosed) throw new TransportError("the transport is closed", "ERR_CLOSED");
    signal?.throwIfAborted();
    const exchange = new Exchange(request, settings, signal);
    open.send(exchange);
    return exchange.answer as Promise<unknown> as Promise<Response>;
  }

  const made = Object.assign(transport, {
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await (await opening)?.close();
    },
  });
  transports.add(made);
  return made;
}

const transports = new WeakSet<object>();

/** True for a function that `createTransport` made. */
export function isTransport(value: object): boolean {
  return transports.has(value);
}
