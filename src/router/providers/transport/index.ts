/** Door to the transports, for applications that want other limits, TLS options, a Unix socket or undici. */
export { nodeHttp } from "./node-http.ts";
export type { TlsOptions, Transport, TransportOptions } from "./transport.ts";
export { TransportError } from "./transport-error.ts";
export { undici } from "./undici.ts";
