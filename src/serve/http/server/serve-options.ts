import { InvalidOptionError, type Router } from "../../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../../../plugin/index.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { checkTogether, type HandlerOptions, handlerOptions, type OpenOption } from "../handler-options.ts";

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
   * Most requests with a body under way together; further ones get status 503 before theirs is read. Default 5,000.
   */
  readonly maxRequests?: number | undefined;
  /**
   * Most of them with one key, where `authorise` is given; further ones get status 429 before theirs is read. A request without a key
   * in `authorization`, `x-api-key` or `x-goog-api-key` counts in `maxRequests` alone. Default 1,000, as many connections as OpenAI's
   * Python client opens.
   */
  readonly maxRequestsPerKey?: number | undefined;
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

type Tls = NonNullable<ServeOptions["tls"]>;
type Open = OpenOption | "socket" | "tls";

export const serveOptions: OptionTable<ServeOptions, Open> = {
  port: { is: "number", min: 0, max: 65_535, integer: true, default: 8_787 },
  host: { is: "text", default: "127.0.0.1" },
  socket: { is: "text", optional: true },
  tls: { is: "checked", check: checkTls, optional: true },
  headersTimeoutMs: { is: "duration", default: 10_000 },
  requestTimeoutMs: { is: "duration", default: 60_000 },
  stalledMs: { is: "duration", default: 60_000 },
  keepAliveMs: { is: "duration", default: 65_000 },
  maxHeaderBytes: { is: "number", min: 1_024, max: 1_048_576, integer: true, default: 16_384 },
  maxConnections: { is: "number", min: 1, integer: true, default: 10_000 },
  maxRequests: { is: "number", min: 1, integer: true, default: 5_000 },
  maxRequestsPerKey: { is: "number", min: 1, integer: true, default: 1_000 },
  maxHeldBytes: { is: "number", min: 1, integer: true, default: 268_435_456 },
  graceMs: { is: "duration", min: 0, default: 0 },
  drainMs: { is: "duration", min: 0, default: 30_000 },
  ...handlerOptions,
};

/** Throws `InvalidOptionError`. */
export function readServeOptions(options: ServeOptions, router: Router): FilledOptions<ServeOptions, Open> {
  const read = readOptions("serve", serveOptions, options);
  const { headersTimeoutMs: min, requestTimeoutMs } = read;
  readOption({ is: "duration", min }, "serve.requestTimeoutMs", requestTimeoutMs);
  checkTogether("serve", read, router);
  return read;
}

/** Throws `InvalidOptionError`, which shows nothing of the key. */
export function checkTls(option: string, tls: Tls): Tls {
  const { key, cert } = tls ?? {};
  try {
    if (typeof key === "string" && typeof cert === "string") {
      neededBuiltin("node:tls").createSecureContext({ key, cert });
      return { key, cert };
    }
  } catch {}
  throw new InvalidOptionError(option, typeof tls, "{ key, cert } as PEM text that belong together");
}
