import { InvalidOptionError } from "../../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../../plugin/index.ts";
import type { TlsOptions, TransportOptions, TransportSettings } from "./transport.ts";

const keys = [
  "maxConnections",
  "keepAliveMs",
  "connectTimeoutMs",
  "headersTimeoutMs",
  "idleTimeoutMs",
  "maxHeaderBytes",
  "maxBodyBytes",
  "socketPath",
  "tls",
  "proxy",
] as const satisfies readonly (keyof TransportOptions)[];
const tlsKeys = ["ca", "cert", "key", "passphrase", "servername", "minVersion"] as const;

/** Longest wait of a timer. */
const longestMs = 2_147_483_647;
const times = { min: 1, max: longestMs, integer: true };
const sizes = { min: 1_024, max: 2 ** 40, integer: true };

/** Checks the options of a transport. `owner`: its function, for errors. Throws `InvalidOptionError`. */
export function transportSettings(owner: string, options: TransportOptions): TransportSettings {
  checkKeys(owner, options, [...keys]);
  const settings = {
    maxConnections: options.maxConnections ?? 1_024,
    keepAliveMs: options.keepAliveMs ?? 4_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    headersTimeoutMs: options.headersTimeoutMs ?? 600_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 600_000,
    maxHeaderBytes: options.maxHeaderBytes ?? 16_384,
    maxBodyBytes: options.maxBodyBytes ?? 4 * 1024 ** 3,
    socketPath: options.socketPath,
    tls: options.tls ?? {},
    proxy: options.proxy ?? "environment",
  };
  checkNumber(`${owner}.maxConnections`, settings.maxConnections, { min: 1, max: 65_535, integer: true });
  for (const key of ["keepAliveMs", "connectTimeoutMs", "headersTimeoutMs", "idleTimeoutMs"] as const)
    checkNumber(`${owner}.${key}`, settings[key], times);
  for (const key of ["maxHeaderBytes", "maxBodyBytes"] as const)
    checkNumber(`${owner}.${key}`, settings[key], sizes);
  if (settings.socketPath !== undefined) checkText(`${owner}.socketPath`, settings.socketPath);
  if (settings.proxy !== "environment" && settings.proxy !== "none")
    throw new InvalidOptionError(`${owner}.proxy`, settings.proxy, '"environment" or "none"');
  checkTls(`${owner}.tls`, settings.tls);
  return settings;
}

function checkTls(option: string, tls: TlsOptions): void {
  checkKeys(option, tls, [...tlsKeys]);
  for (const [key, value] of Object.entries(tls)) {
    if (value === undefined || (key === "ca" && isTexts(value))) continue;
    // The value may be a key.
    if (typeof value !== "string" || value === "")
      throw new InvalidOptionError(`${option}.${key}`, typeof value, "a non-empty string");
  }
  if (tls.minVersion !== undefined && tls.minVersion !== "TLSv1.2" && tls.minVersion !== "TLSv1.3")
    throw new InvalidOptionError(`${option}.minVersion`, tls.minVersion, '"TLSv1.2" or "TLSv1.3"');
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === "string" && text !== "");
}
