import type { IncomingMessage } from "node:http";
import { bodyBytes } from "../body-bytes.ts";
import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";
import { isPacked, tooLong } from "../json-body.ts";
import type { Holding } from "./held-bytes.ts";

/**
 * Reads a request of Node's server. `signal` fires when its sender leaves before the answer is sent. `holding` counts the bytes
 * of its body.
 */
export function nodeCall(
  request: IncomingMessage,
  signal: AbortSignal,
  maxBodyBytes: number,
  holding?: Holding,
): HttpCall {
  const headers = nodeHeaders(request);
  return {
    method: request.method ?? "GET",
    path: pathOf(request.url ?? "/"),
    query: queryOf(request.url ?? "/"),
    headers,
    signal,
    // Not an async function: one promise less for each request.
    readText() {
      try {
        return readText(request, isPacked(headers), maxBodyBytes, holding);
      } catch (error) {
        return Promise.reject(error);
      }
    },
  };
}

function nodeHeaders({ headers }: IncomingMessage): HttpCall["headers"] {
  return {
    get(name) {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(", ") : (value ?? null);
    },
  };
}

function queryOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? "" : url.slice(query + 1);
}

/** The path as it was sent: neither decoded nor shortened, so that `/v1/../x` and `/v1%2Fx` name nothing. */
function pathOf(url: string): string {
  const query = url.indexOf("?");
  const address = query < 0 ? url : url.slice(0, query);
  // A proxy may send the whole address.
  const path = (address.startsWith("/") ? address : address.replace(/^https?:\/\/[^/]*/i, "")) || "/";
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function readText(
  request: IncomingMessage,
  packed: boolean,
  maxBytes: number,
  holding: Holding | undefined,
): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLong(maxBytes);
  // Its sender left before the body was asked for, while a key was looked up for instance: no event comes after that.
  if (request.destroyed) throw brokeOff();
  const body = bodyBytes();
  // By its events: reading it as an iterable costs as much as the rest of this file.
  return new Promise((resolve, reject) => {
    let isWhole = false;
    // Each request ends with a close: an error for all of them would cost more than the rest.
    const cut = () => {
      if (!isWhole) reject(brokeOff());
    };
    const onData = (part: Buffer) => {
      const isTooLong = body.length + part.byteLength > maxBytes;
      if (!isTooLong && holding?.take(part.byteLength) !== false) {
        body.add(part);
        return;
      }
      request.off("data", onData);
      request.pause();
      reject(isTooLong ? tooLong(maxBytes) : full());
    };
    request.on("data", onData);
    request.on("end", () => {
      isWhole = true;
      try {
        const take = (bytes: number) => (holding?.take(bytes) === false ? full() : undefined);
        const whole = packed
          ? import("../unpacked.ts").then(({ unpacked }) => unpacked(body.take(), maxBytes, take))
          : body.text();
        resolve(whole);
      } catch (error) {
        reject(error);
      }
    });
    request.on("error", cut);
    request.on("close", cut);
  });
}

function brokeOff(): HttpError {
  return new HttpError(400, "the body broke off");
}

function full(): HttpError {
  return new HttpError(503, "the server holds too many long bodies", {
    code: "overloaded",
    headers: { "retry-after": "1" },
  });
}
