import { InvalidOptionError } from "../../../contracts/index.ts";
import { checkNumber } from "../../../plugin/index.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import type { HandlerOptions } from "../handler-options.ts";

export interface ServeOptions<Id extends string = string> extends HandlerOptions<Id> {
  /** Default 8787; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Address to listen at. Default `127.0.0.1`: other machines cannot reach it. */
  readonly host?: string | undefined;
  /** Path of a Unix socket, in place of host and port. One that a killed process has left is replaced. */
  readonly socket?: string | undefined;
  /** Key and certificate as PEM text. Default: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Longest time until all headers of a request are there, in milliseconds. Default 10,000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Longest time until a whole request is there, in milliseconds. Default 60,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Longest time in which a client takes nothing of an answer that waits for it, in milliseconds. Default 60,000. */
  readonly stalledMs?: number | undefined;
  /**
   * Time after which an idle connection is closed, in milliseconds. Default 65,000, longer than load balancers keep
   * theirs: otherwise they would send requests into connections that are being closed.
   */
  readonly keepAliveMs?: number | undefined;
  /** Longest headers of a request, in bytes. Default 16,384. */
  readonly maxHeaderBytes?: number | undefined;
  /** Largest number of connections; further ones are closed at once. Default 10,000. */
  readonly maxConnections?: number | undefined;
  /**
   * Most bytes of bodies of requests under way together, besides the first 65,536 of each; a body that goes beyond gets status
   * 503. One below `maxBodyBytes` counts as that. Default 268,435,456.
   */
  readonly maxHeldBytes?: number | undefined;
  /**
   * Time in milliseconds for which `close()` still takes requests while `/healthz` answers 503 and connections are closed
   * after their answer, so that load balancers leave before anything is refused. Default 0.
   */
  readonly graceMs?: number | undefined;
  /** Longest time for which `close()` then waits for answers under way, in milliseconds. Default 30,000. */
  readonly drainMs?: number | undefined;
}

/** The options with their defaults, and those of the interface by themselves. */
export interface ReadServeOptions
  extends Settled<Omit<ServeOptions, keyof HandlerOptions | "socket" | "tls">> {
  readonly socket: string | undefined;
  readonly tls: ServeOptions["tls"];
  readonly handling: HandlerOptions;
}

type Settled<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** Throws `InvalidOptionError`. */
export function readServeOptions(options: ServeOptions): ReadServeOptions {
  const {
    port = 8_787,
    host = "127.0.0.1",
    socket,
    tls,
    headersTimeoutMs = 10_000,
    requestTimeoutMs = 60_000,
    stalledMs = 60_000,
    keepAliveMs = 65_000,
    maxHeaderBytes = 16_384,
    maxConnections = 10_000,
    maxHeldBytes = 268_435_456,
    graceMs = 0,
    drainMs = 30_000,
    ...handling
  } = options;
  const longest = 2 ** 31 - 1;
  checkNumber("serve.port", port, { min: 0, max: 65_535, integer: true });
  checkNumber("serve.headersTimeoutMs", headersTimeoutMs, { min: 1, max: longest });
  checkNumber("serve.requestTimeoutMs", requestTimeoutMs, { min: headersTimeoutMs, max: longest });
  checkNumber("serve.stalledMs", stalledMs, { min: 1, max: longest });
  checkNumber("serve.keepAliveMs", keepAliveMs, { min: 1, max: longest });
  checkNumber("serve.maxHeaderBytes", maxHeaderBytes, { min: 1_024, max: 1_048_576, integer: true });
  checkNumber("serve.maxConnections", maxConnections, { min: 1, integer: true });
  checkNumber("serve.maxHeldBytes", maxHeldBytes, { min: 1, integer: true });
  checkNumber("serve.graceMs", graceMs, { min: 0, max: longest });
  checkNumber("serve.drainMs", drainMs, { min: 0, max: longest });
  if (tls !== undefined) checkTls("serve.tls", tls);
  const times = { headersTimeoutMs, requestTimeoutMs, stalledMs, keepAliveMs, graceMs, drainMs };
  return { port, host, socket, tls, maxHeaderBytes, maxConnections, maxHeldBytes, handling, ...times };
}

/** Throws `InvalidOptionError`, which shows nothing of the key. */
export function checkTls(option: string, tls: NonNullable<ServeOptions["tls"]>): void {
  const { key, cert } = tls ?? {};
  let isReadable = typeof key === "string" && typeof cert === "string";
  try {
    if (isReadable) neededBuiltin("node:tls").createSecureContext({ key, cert });
  } catch {
    isReadable = false;
  }
  if (!isReadable)
    throw new InvalidOptionError(option, typeof tls, "{ key, cert } as PEM text that belong together");
}
