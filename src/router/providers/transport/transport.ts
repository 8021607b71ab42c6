import type { FieldTable } from "../../../plugin/options/option-kind.ts";
import type { FilledOptions, OptionTable } from "../../../plugin/options/option-table.ts";

/**
 * Sends requests over HTTP/1.1: a function of the shape of `fetch`, to be given as `fetch` to a provider or an
 * SDK. Unlike `fetch` it follows no redirect, keeps no cookies, and returns a light response whose `body` is
 * not a web stream but has `getReader()`, `cancel()` and an async iterator; `clone()` throws.
 */
export interface Transport {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Closes idle connections at once, and those in use when their answers have ended. */
  close(): Promise<void>;
}

/** Options of a transport. Times are in milliseconds, sizes in bytes. */
export interface TransportOptions {
  /** Most connections to one origin; further requests wait for one. Default 1,024. */
  readonly maxConnections?: number | undefined;
  /**
   * Time that an idle connection is kept for the next request. Default 4,000: most servers close theirs after 5
   * seconds or more. A server that announces a shorter time (`keep-alive: timeout=2`) gets a second less than
   * that.
   */
  readonly keepAliveMs?: number | undefined;
  /** Time for a new connection, with TLS. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Time until the headers of an answer have arrived. Default 600,000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Longest pause within the body of an answer, while it is read. Default 600,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** Largest headers of an answer. Default 16,384. */
  readonly maxHeaderBytes?: number | undefined;
  /** Largest body of an answer, decompressed. Default 4 GiB; providers have tighter bounds of their own. */
  readonly maxBodyBytes?: number | undefined;
  /** Path of a Unix socket that all requests are sent to, for instance `/run/vllm.sock`. */
  readonly socketPath?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /**
   * `environment` (default): `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` as they are when the transport is first
   * used, but never for this machine's own addresses. `none`: no proxy.
   */
  readonly proxy?: "environment" | "none" | undefined;
}

/** Options of TLS, in the words of `node:tls`. */
export interface TlsOptions {
  /** Certificates of authorities that are trusted instead of the usual ones, as PEM. */
  readonly ca?: string | readonly string[] | undefined;
  /** Certificate and key of the client, as PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  /** Name that the server's certificate must have, if it is not the host's. */
  readonly servername?: string | undefined;
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
}

const times = { is: "duration", integer: true } as const;
const sizes = { is: "number", min: 1_024, max: 2 ** 40, integer: true } as const;
const secret = { is: "text", secret: true, optional: true } as const;

const tlsTable: FieldTable<TlsOptions> = {
  ca: { is: "list", of: { is: "text" }, orOne: true, secret: true, optional: true },
  cert: secret,
  key: secret,
  passphrase: secret,
  servername: { is: "text", optional: true },
  minVersion: { is: "choice", of: ["TLSv1.2", "TLSv1.3"], optional: true },
};

export const transportOptions: OptionTable<TransportOptions, "socketPath"> = {
  maxConnections: { is: "number", min: 1, max: 65_535, integer: true, default: 1_024 },
  keepAliveMs: { ...times, default: 4_000 },
  connectTimeoutMs: { ...times, default: 10_000 },
  headersTimeoutMs: { ...times, default: 600_000 },
  idleTimeoutMs: { ...times, default: 600_000 },
  maxHeaderBytes: { ...sizes, default: 16_384 },
  maxBodyBytes: { ...sizes, default: 4 * 1024 ** 3 },
  socketPath: { is: "text", optional: true },
  tls: { is: "table", of: tlsTable, default: {} },
  proxy: { is: "choice", of: ["environment", "none"], default: "environment" },
};

/** Options with the defaults in place of those that are absent. */
export type TransportSettings = FilledOptions<TransportOptions, "socketPath">;
