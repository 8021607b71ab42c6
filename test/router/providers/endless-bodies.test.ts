import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../../src/contracts/index.ts";
import { readBounded, readStart } from "../../../src/plugin/http/read-bounded.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { bedrock } from "../../../src/router/providers/bedrock.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";

/** A server that answers every call with a body that never ends, with the status that the path names. */
let server: Server;
let baseUrl = "";
let bytesSent = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const status = Number(/status-(\d+)/.exec(request.url ?? "")?.[1]);
    response.writeHead(status, { "content-type": "application/json" });
    response.write('{"message": "');
    const piece = "x".repeat(65_536);
    const more = () => {
      while (!response.destroyed && response.write(piece)) bytesSent += piece.length;
    };
    response.on("drain", more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const adapters: Readonly<Record<string, (path: string) => Model>> = {
  "openai-compatible": (path) => openaiCompatible("m", { baseUrl: `${baseUrl}/${path}/v1` }),
  converse: (path) =>
    bedrock("amazon.nova-pro-v1:0", { region: "us-east-1", baseUrl: `${baseUrl}/${path}`, apiKey: "k" }),
  anthropic: (path) => anthropic("claude-m", { baseUrl: `${baseUrl}/${path}`, apiKey: "k" }),
};

describe.each(Object.entries(adapters))("%s", (_, modelAt) => {
  const call = (path: string) =>
    modelAt(path).generate(
      { messages: [{ role: "user", content: "x" }] },
      { signal: AbortSignal.timeout(60_000) },
    );

  it("reads no more than 64 MiB of an answer that never ends", async () => {
    bytesSent = 0;
    await expect(call("status-200")).rejects.toMatchObject({ code: "provider", kind: "incomplete" });
    expect(bytesSent).toBeLessThan(100 * 1024 * 1024);
  });

  it("reads only the beginning of an error that never ends, and still reports its status", async () => {
    bytesSent = 0;
    await expect(call("status-503")).rejects.toMatchObject({ kind: "overloaded", status: 503 });
    expect(bytesSent).toBeLessThan(32 * 1024 * 1024);
  });
});

describe("a bounded body", () => {
  const streamed = (...pieces: string[]) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
          controller.close();
        },
      }),
    );

  it("is read whole up to the bound, and beyond it only as a cut text", async () => {
    expect(await readBounded(streamed("grö", "ßer"), 8)).toBe("größer");
    expect(await readBounded(streamed("grö", "ßer"), 7)).toBeUndefined();
    expect(await readStart(streamed("abc", "def"), 5)).toBe("abcde");
    expect(await readBounded(new Response(null), 5)).toBe("");
  });

  it("is not trusted to be as short as its compressed length", async () => {
    const headers = { "content-length": "1", "content-encoding": "gzip" };
    expect(await readBounded(new Response("unpacked", { headers }), 4)).toBeUndefined();
  });
});
