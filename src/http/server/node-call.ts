import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpCall } from "../call.ts";
import { checkHeaders, parseBody, tooLong } from "../json-body.ts";

/** Reads a request of Node's server. Its signal fires when the sender leaves before the answer is sent. */
export function nodeCall(request: IncomingMessage, response: ServerResponse, maxBodyBytes: number): HttpCall {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(new DOMException("the client left", "AbortError"));
  });
  const headers: HttpCall["headers"] = {
    get(name) {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(", ") : (value ?? null);
    },
  };
  const [path = "/"] = (request.url ?? "/").split("?", 1);
  return {
    method: request.method ?? "GET",
    path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path,
    headers,
    signal: controller.signal,
    async readJson() {
      checkHeaders(headers);
      return parseBody(await readText(request, maxBodyBytes));
    },
  };
}

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLong(maxBytes);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    if (bytes > maxBytes) throw tooLong(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
