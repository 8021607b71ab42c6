import type { IncomingMessage } from "node:http";
import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";
import { checkHeaders, notUtf8, tooLong } from "../json-body.ts";

/** Reads a request of Node's server. `signal` fires when its sender leaves before the answer is sent. */
export function nodeCall(request: IncomingMessage, signal: AbortSignal, maxBodyBytes: number): HttpCall {
  const headers = nodeHeaders(request);
  return {
    method: request.method ?? "GET",
    path: pathOf(request.url ?? "/"),
    headers,
    signal,
    async readText() {
      checkHeaders(headers);
      return readText(request, maxBodyBytes);
    },
  };
}

export function nodeHeaders({ headers }: IncomingMessage): HttpCall["headers"] {
  return {
    get(name) {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(", ") : (value ?? null);
    },
  };
}

/** The path as it was sent: neither decoded nor shortened, so that `/v1/../x` and `/v1%2Fx` name nothing. */
function pathOf(url: string): string {
  // A proxy may send the whole address.
  const [address = "/"] = url.split("?", 1);
  const path = address.replace(/^https?:\/\/[^/]*/i, "") || "/";
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLong(maxBytes);
  const parts: Buffer[] = [];
  let bytes = 0;
  // By its events: reading it as an iterable costs as much as the rest of this file.
  await new Promise<void>((resolve, reject) => {
    let isWhole = false;
    // Each request ends with a close: an error for all of them would cost more than the rest.
    const cut = () => {
      if (!isWhole) reject(new HttpError(400, "the body broke off"));
    };
    request.on("data", (part: Buffer) => {
      bytes += part.byteLength;
      if (bytes <= maxBytes) parts.push(part);
      else {
        request.pause();
        reject(tooLong(maxBytes));
      }
    });
    request.on("end", () => {
      isWhole = true;
      resolve();
    });
    request.on("error", cut);
    request.on("close", cut);
  });
  try {
    return decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  } catch {
    throw notUtf8();
  }
}
