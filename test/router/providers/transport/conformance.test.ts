import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as zlib from "node:zlib";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fixedHeaders } from "../../../../src/router/providers/transport/fixed-headers.ts";
import type { Transport, TransportOptions } from "../../../../src/router/providers/transport/index.ts";
import { answerWith, type RawServer, serveRaw } from "../../../support/transport/raw-server.ts";
import { transports } from "../../../support/transport/transports.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(answer: Parameters<typeof serveRaw>[0], path?: string): Promise<RawServer> {
  const server = await serveRaw(answer, path);
  closing.push(server.close);
  return server;
}

const post = (body: string, more: RequestInit = {}): RequestInit => ({ method: "POST", body, ...more });
const until = async (isDone: () => boolean): Promise<void> => {
  while (!isDone()) await sleep(5);
};
const failure = (call: Promise<unknown>): Promise<Error & { code?: string }> =>
  call.then(
    () => Promise.reject(new Error("it did not fail")),
    (error) => error,
  );

describe.each(Object.entries(transports))("%s", (_, create) => {
  function open(options: TransportOptions = {}): Transport {
    const transport = create(options);
    closing.push(() => transport.close());
    return transport;
  }

  describe("what is sent", () => {
    it("is the method, the path, the headers and the body, with its length in bytes", async () => {
      const { url, requests } = await serve((socket) => answerWith(socket, "{}"));
      const headers = { "x-team": "pilots", "content-type": "application/json" };
      await (await open()(`${url}/v1/chat?a=b%20c#part`, post('{"a":"ü"}', { headers }))).text();
      const [head = "", body] = requests[0]?.split("\r\n\r\n") ?? [];
      expect(head.split("\r\n")[0]).toBe("POST /v1/chat?a=b%20c HTTP/1.1");
      expect(head.toLowerCase()).toContain("\r\nx-team: pilots");
      expect(head.toLowerCase()).toContain("\r\ncontent-length: 10");
      expect(head.toLowerCase()).toContain(`\r\nhost: ${new URL(url).host}`);
      expect(Buffer.from(body ?? "", "latin1").toString()).toBe('{"a":"ü"}');
      expect(head.toLowerCase().match(/host:/g)).toHaveLength(1);
    });

    it("has fixed headers each time, and what has changed of others", async () => {
      const { url, requests } = await serve((socket) => answerWith(socket, "{}"));
      const transport = open();
      const fixed = fixedHeaders({ "x-team": "pilots" });
      const changing: Record<string, string> = Object.freeze({ "x-team": "others" });
      for (const headers of [fixed, changing, fixed, { ...changing, "x-team": "third" }])
        await (await transport(url, post("ab", { headers }))).text();
      await (await transport(url, { headers: fixed })).text();
      await (await transport(url, post("", { headers: fixed }))).text();
      const heads = requests.map((one) => one.split("\r\n\r\n")[0]?.toLowerCase() ?? "");
      const teams = heads.map((head) => /\r\nx-team: (\w+)/.exec(head)?.[1]);
      expect(teams).toEqual(["pilots", "others", "pilots", "third", "pilots", "pilots"]);
      expect(heads.map((head) => /\r\ncontent-length: (\d+)/.exec(head)?.[1])).toEqual([
        "2",
        "2",
        "2",
        "2",
        undefined,
        "0",
      ]);
      for (const head of heads) expect(head.match(/\r\naccept-encoding:/g)).toHaveLength(1);
      expect(() => Object.assign(fixed, { "x-team": "changed" })).toThrow(TypeError);
    });

    it("takes headers as an object, a list or Headers, and a Request", async () => {
      const { url, requests } = await serve((socket) => answerWith(socket, "{}"));
      const transport = open();
      for (const headers of [
        { "x-a": "1" },
        [["x-a", "1"]] as [string, string][],
        new Headers({ "x-a": "1" }),
      ])
        await (await transport(url, { headers })).text();
      await (
        await transport(new Request(url, { method: "POST", body: "text", headers: { "x-a": "1" } }))
      ).text();
      expect(requests).toHaveLength(4);
      for (const request of requests) expect(request.toLowerCase()).toContain("\r\nx-a: 1\r\n");
      expect(requests[3]).toContain("text");
    });

    it("may be a form or a stream", async () => {
      const { url, requests } = await serve((socket) => answerWith(socket, "{}"));
      const form = new FormData();
      form.append("file", new Blob(["lines"]), "batch.jsonl");
      await (await open()(url, { method: "POST", body: form })).text();
      expect(requests[0]).toContain("multipart/form-data; boundary=");
      expect(requests[0]).toContain("lines");
      const stream = new Blob(["streamed"]).stream();
      await (await open()(url, { method: "POST", body: stream, duplex: "half" } as RequestInit)).text();
      expect(requests[1]).toContain("streamed");
    });

    it.each([
      ["a line end in a header", { "x-a": "1\r\nx-b: 2" }],
      ["a zero in a header", { "x-a": "1\0" }],
      ["a character beyond Latin-1 in a header", { "x-a": "č" }],
      ["a line end in a header's name", { "x-a: 1\r\nx-b": "2" }],
      ["an empty name of a header", { "": "2" }],
      ["a transfer encoding", { "Transfer-Encoding": "chunked" }],
      ["a length that is not the body's", { "content-length": "3" }],
      ["an upgrade", { upgrade: "h2c" }],
      ["an expectation", { expect: "100-continue" }],
    ])("has no %s: it is refused before anything is sent", async (__, headers) => {
      const { url, requests, connections } = await serve((socket) => answerWith(socket, "{}"));
      const error = await failure(
        open()(url, post("secret", { headers: Object.entries(headers) as [string, string][] })),
      );
      expect(error).toMatchObject({ name: "TransportError", code: "ERR_INVALID_REQUEST" });
      expect(error.message).not.toContain("x-b");
      await sleep(20);
      expect([requests.length, connections()]).toEqual([0, 0]);
    });

    it.each(["ftp://host/", "no address", "http://user:secret@127.0.0.1/"])(
      "has no address %s",
      async (url) => {
        const error = await failure(open()(url));
        expect(error).toMatchObject({ code: "ERR_INVALID_REQUEST" });
        expect(error.message).not.toContain("secret");
      },
    );

    it("keeps line ends of an address in it", async () => {
      const { url, requests } = await serve((socket) => answerWith(socket, "{}"));
      await (await open()(`${url}/a b\r\nx-b: 2/c`)).text();
      expect(requests[0]?.split("\r\n")[0]).toBe("GET /a%20bx-b:%202/c HTTP/1.1");
      expect(requests[0]).not.toContain("\r\nx-b");
    });
  });

  describe("an answer", () => {
    it("has status, headers, text and JSON", async () => {
      const { url } = await serve((socket) => {
        socket.write(
          'HTTP/1.1 429 Slow Down\r\nRetry-After: 7\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a\r\ncontent-length: 7\r\n\r\n{"a":1}',
        );
      });
      const transport = open();
      const response = await transport(url);
      expect(response).toMatchObject({ status: 429, ok: false, statusText: "Slow Down", redirected: false });
      expect(response.headers.get("RETRY-AFTER")).toBe("7");
      expect(response.headers.get("x-a")).toBe("1, 2");
      expect(response.headers.get("x-b")).toBeNull();
      expect(response.headers.has("x-a")).toBe(true);
      expect(Object.fromEntries(response.headers)).toMatchObject({ "retry-after": "7", "x-a": "1, 2" });
      expect(await response.json()).toEqual({ a: 1 });
      expect(response.bodyUsed).toBe(true);
      expect(await (await transport(url)).text()).toBe('{"a":1}');
    });

    it("is not followed elsewhere", async () => {
      const { url, requests } = await serve((socket) =>
        socket.write("HTTP/1.1 307 Moved\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n"),
      );
      expect((await open()(url, post("x"))).status).toBe(307);
      expect(requests).toHaveLength(1);
    });

    it("without a body has none", async () => {
      const { url } = await serve((socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\n"));
      const response = await open()(url);
      expect([response.body, await response.text()]).toEqual([null, ""]);
    });

    it.each([
      ["gzip", gzipSync],
      ["br", brotliCompressSync],
      ["zstd", (zlib as { zstdCompressSync?: typeof gzipSync }).zstdCompressSync],
    ] as const)("is decompressed: %s", async (coding, pack) => {
      if (pack === undefined) return;
      const text = JSON.stringify({ text: "ü word ".repeat(5_000) });
      const { url, requests } = await serve((socket) =>
        answerWith(socket, pack(Buffer.from(text)), [`content-encoding: ${coding}`]),
      );
      const transport = open();
      expect(await (await transport(url)).text()).toBe(text);
      expect(await (await transport(url)).text()).toBe(text);
      expect(requests[0]?.toLowerCase()).toMatch(/\r\naccept-encoding: gzip, br/);
    });

    it("that is compressed twice is decompressed twice, and four times is refused", async () => {
      const twice = brotliCompressSync(gzipSync("twice"));
      const { url } = await serve((socket, at) =>
        answerWith(socket, twice, [`content-encoding: ${at === 0 ? "gzip, br" : "gzip, br, gzip, br"}`]),
      );
      const transport = open();
      expect(await (await transport(url)).text()).toBe("twice");
      expect(await failure(transport(url))).toMatchObject({ code: "ERR_CONTENT_CODING" });
    });

    it("that is not what its coding says fails", async () => {
      const { url } = await serve((socket) => answerWith(socket, "plain text", ["content-encoding: gzip"]));
      expect(await failure((await open()(url)).text())).toMatchObject({ code: "ERR_CONTENT_CODING" });
    });

    it("reveals a compressed stream as it arrives", async () => {
      const gzip = zlib.createGzip();
      const { url } = await serve((socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n");
        gzip.on("data", (piece) => socket.write(piece));
        gzip.write("data: first\n\n");
        gzip.flush();
      });
      const reader = (await open()(url)).body?.getReader();
      const { value } = (await reader?.read()) ?? {};
      expect(Buffer.from(value ?? []).toString()).toBe("data: first\n\n");
      await reader?.cancel();
    });
  });

  describe("bounds", () => {
    it("a small body that unpacks to gigabytes is cut at the bound, and not unpacked beyond the reader's pace", async () => {
      const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
      const { url, open: left } = await serve((socket) =>
        // Else the connection, whose few bytes have all come, is kept for four seconds.
        answerWith(socket, bomb, ["content-encoding: gzip", "connection: close"]),
      );
      const transport = open({ maxBodyBytes: 1024 * 1024 });
      expect(await failure((await transport(url)).text())).toMatchObject({ code: "ERR_BODY_TOO_LARGE" });
      const slow = await open()(url);
      const reader = slow.body?.getReader();
      await reader?.read();
      await sleep(50);
      await reader?.cancel();
      await until(() => left() === 0);
    });

    it("headers without end fail", async () => {
      const { url, open: left } = await serve((socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => socket.write(`x-${Math.random()}: ${"y".repeat(900)}\r\n`), 1);
        socket.once("close", () => clearInterval(timer));
      });
      const error = await failure(open()(url));
      expect(error).toMatchObject({ name: "TransportError" });
      await until(() => left() === 0);
    });

    it("interim answers without end fail", async () => {
      const { url, open: left } = await serve((socket) => {
        const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"), 1);
        socket.once("close", () => clearInterval(timer));
      });
      expect(await failure(open()(url))).toMatchObject({ name: "TransportError" });
      await until(() => left() === 0);
    });

    it("a few interim answers do no harm", async () => {
      const { url } = await serve((socket) => {
        socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
        answerWith(socket, "after");
      });
      expect(await (await open()(url)).text()).toBe("after");
    });

    it("a switch of the protocol fails", async () => {
      const { url, open: left } = await serve((socket) =>
        socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
      );
      expect(await failure(open()(url, post("x")))).toMatchObject({ name: "TransportError" });
      await until(() => left() === 0);
    });
  });

  describe("an answer that breaks the rules", () => {
    it.each([
      ["a body shorter than its length", "content-length: 10\r\n\r\nshort", true],
      ["a chunk whose size is not a number", "transfer-encoding: chunked\r\n\r\nzz\r\nshort\r\n", false],
      ["chunks that do not end", "transfer-encoding: chunked\r\n\r\n5\r\nshort\r\n", true],
      ["two lengths", "content-length: 5\r\ncontent-length: 6\r\n\r\nshort", true],
      [
        "a length and chunks",
        "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n",
        false,
      ],
      ["a negative length", "content-length: -5\r\n\r\nshort", false],
    ])("fails: %s", async (__, rest, ends) => {
      const { url } = await serve((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${rest}`);
        if (ends) socket.end();
      });
      const read = async () => (await open()(url, post("x"))).text();
      expect(await failure(read())).toMatchObject({ name: "TransportError" });
    });

    it("gives bytes after its end to no other request", async () => {
      const { url, requests } = await serve((socket, at) => {
        answerWith(socket, `answer ${at}`);
        if (at === 0) answerWith(socket, "forged");
      });
      const transport = open();
      expect(await (await transport(url, post("a"))).text()).toBe("answer 0");
      await sleep(20);
      expect(await (await transport(url, post("b"))).text()).toBe("answer 1");
      expect(requests).toHaveLength(2);
    });

    it("gives bytes that come while the connection is idle to no other request", async () => {
      const { url } = await serve((socket, at) => {
        answerWith(socket, `answer ${at}`);
        if (at === 0) setTimeout(() => answerWith(socket, "forged"), 20);
      });
      const transport = open();
      expect(await (await transport(url, post("a"))).text()).toBe("answer 0");
      await sleep(60);
      expect(await (await transport(url, post("b"))).text()).toBe("answer 1");
    });

    it("may come before the request has been read", async () => {
      const server = createServer((request, response) => {
        response.writeHead(413, { "content-length": "9", connection: "close" }).end("too large");
        request.socket.once("close", () => {});
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      closing.push(
        () => new Promise((resolve) => server.close(resolve)),
        () => server.closeAllConnections(),
      );
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const outcome = await open()(url, post("x".repeat(8 * 1024 * 1024))).then(
        async (response) => [response.status, await response.text()],
        (error) => error.name,
      );
      // A reset may overtake the answer.
      expect([[413, "too large"], "TransportError"]).toContainEqual(outcome);
    });
  });

  describe("connections", () => {
    it("are used again", async () => {
      const { url, connections } = await serve((socket, at) => answerWith(socket, `${at}`));
      const transport = open();
      for (let at = 0; at < 5; at += 1) expect(await (await transport(url, post("x"))).text()).toBe(`${at}`);
      // undici opens a second one where a request follows at once.
      expect(connections()).toBeLessThanOrEqual(2);
    });

    it("are closed after their idle time", async () => {
      const { url, open: left } = await serve((socket) => answerWith(socket, "x"));
      await (await open({ keepAliveMs: 50 })(url)).text();
      expect(left()).toBe(1);
      await until(() => left() === 0);
    });

    it("are closed after their idle time, although an answer took longer to come and to be read", async () => {
      const { url, open: left } = await serve((socket) => {
        setTimeout(() => answerWith(socket, "x"), 120);
      });
      const transport = open({ keepAliveMs: 50 });
      await (await transport(url, post("x"))).text();
      const slow = await transport(url, post("x"));
      await sleep(120);
      expect(await slow.text()).toBe("x");
      await until(() => left() === 0);
    });

    it("are not kept where the server announces too short a time", async () => {
      const { url, connections } = await serve((socket) =>
        answerWith(socket, "x", ["keep-alive: timeout=1"]),
      );
      const transport = open();
      await (await transport(url)).text();
      await sleep(20);
      await (await transport(url)).text();
      expect(connections()).toBe(2);
    });

    it("belong to one port of one host, however many there are", async () => {
      const servers = await Promise.all(
        Array.from({ length: 3 }, (_, name) => serve((socket) => answerWith(socket, String(name)))),
      );
      const transport = open();
      const addresses = servers.flatMap(({ url }) => [url, url.replace("127.0.0.1", "localhost")]);
      for (let round = 0; round < 3; round += 1)
        for (const [at, url] of addresses.entries())
          expect(await (await transport(url, post("x"))).text()).toBe(String(Math.floor(at / 2)));
      expect(servers.map(({ connections }) => connections())).toEqual([2, 2, 2]);
    });

    it("are no more than the limit", async () => {
      const waiting: Socket[] = [];
      const { url, open: left } = await serve((socket) => {
        waiting.push(socket);
      });
      const transport = open({ maxConnections: 2 });
      const calls = Array.from({ length: 5 }, async () => (await transport(url, post("x"))).text());
      for (let answered = 0; answered < 5; answered += 1) {
        await until(() => waiting.length > 0);
        await sleep(10);
        expect(left()).toBeLessThanOrEqual(2);
        const socket = waiting.shift();
        if (socket !== undefined) answerWith(socket, "x");
      }
      expect(await Promise.all(calls)).toEqual(["x", "x", "x", "x", "x"]);
    });

    it("that the server closes while idle are replaced", async () => {
      const { url, connections } = await serve((socket) => {
        answerWith(socket, "x");
        setTimeout(() => socket.end(), 10);
      });
      const transport = open();
      for (let at = 0; at < 3; at += 1) {
        expect(await (await transport(url, post("x"))).text()).toBe("x");
        await sleep(40);
      }
      expect(connections()).toBe(3);
    });

    it("that is reset under a POST fails it: it may have been executed, so it is not sent twice", async () => {
      const { url, requests } = await serve((socket, __, within) => {
        if (within === 0) answerWith(socket, "x");
        else socket.resetAndDestroy();
      });
      const transport = open();
      await (await transport(url, post("one"))).text();
      await sleep(10);
      expect(await failure(transport(url, post("two")))).toMatchObject({ code: "ECONNRESET" });
      expect(requests.filter((request) => request.endsWith("two"))).toHaveLength(1);
    });

    it("are closed with the transport, which then refuses requests", async () => {
      const { url, open: left } = await serve((socket) => answerWith(socket, "x"));
      const transport = create();
      await (await transport(url)).text();
      await transport.close();
      await until(() => left() === 0);
      expect(await failure(transport(url))).toMatchObject({ code: "ERR_CLOSED" });
    });

    it("cannot be opened to a closed port", async () => {
      const { url, close } = await serve(() => {});
      await close();
      expect(await failure(open()(url, post("x")))).toMatchObject({ code: "ECONNREFUSED" });
    });

    it("may be a Unix socket", async () => {
      const folder = mkdtempSync(join(tmpdir(), "sp-"));
      closing.push(() => rmSync(folder, { recursive: true }));
      const socketPath = join(folder, "s");
      const { requests } = await serve((socket) => answerWith(socket, "x"), socketPath);
      const response = await open({ socketPath })("http://vllm/v1/models");
      expect(await response.text()).toBe("x");
      expect(requests[0]).toMatch(/^GET \/v1\/models HTTP\/1.1\r\n/);
    });

    it("may have an address of IPv6", async ({ skip }) => {
      const server = createServer((_, response) => response.end("six"));
      const hasSix = await new Promise<boolean>((resolve) => {
        server.once("error", () => resolve(false)).listen(0, "::1", () => resolve(true));
      });
      if (!hasSix) return skip("this machine has no IPv6");
      closing.push(
        () => new Promise((resolve) => server.close(resolve)),
        () => server.closeAllConnections(),
      );
      const { port } = server.address() as AddressInfo;
      expect(await (await open()(`http://[::1]:${port}/`)).text()).toBe("six");
    });
  });

  describe("time-outs", () => {
    it("end a request whose answer does not begin", async () => {
      const { url, open: left } = await serve(() => {});
      const error = await failure(open({ headersTimeoutMs: 50 })(url, post("x")));
      expect(error).toMatchObject({ code: "ETIMEDOUT", message: expect.stringMatching(/timed out/) });
      await until(() => left() === 0);
    });

    const alone = ["by a limit of its own", {}] as const;
    const shared = ["by the limit of the headers", { headersTimeoutMs: 200 }] as const;

    it.each([alone, shared])(
      "end a body that stops, and not one that goes on slowly, %s",
      async (_, more) => {
        const { url, open: left } = await serve((socket, at) => {
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n1");
          if (at === 0) return;
          let sent = 1;
          const timer = setInterval(() => {
            sent += 1;
            socket.write("x");
            if (sent === 5) clearInterval(timer);
          }, 40);
        });
        const transport = open({ idleTimeoutMs: 200, ...more });
        expect(await failure((await transport(url)).text())).toMatchObject({ code: "ETIMEDOUT" });
        expect(await (await transport(url)).text()).toBe("1xxxx");
        await transport.close();
        await until(() => left() === 0);
      },
    );

    it.each([
      ["soon", { idleTimeoutMs: 10 }],
      ["later", { idleTimeoutMs: 200, headersTimeoutMs: 200 }],
    ])("end a body that is forgotten %s", async (_, limits) => {
      const { url, open: left } = await serve((socket) =>
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n1"),
      );
      await open(limits)(url);
      await until(() => left() === 0);
    });

    it("end a request whose headers stop, and no other one on its connection", async () => {
      const { url } = await serve((socket, at) => {
        if (at === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-le");
        else answerWith(socket, "whole");
      });
      const transport = open({ idleTimeoutMs: 150, headersTimeoutMs: 150 });
      expect(await (await transport(url, post("a"))).text()).toBe("whole");
      expect(await failure(transport(url, post("b")))).toMatchObject({ code: "ETIMEDOUT" });
      expect(await (await transport(url, post("c"))).text()).toBe("whole");
    });
  });

  describe("an abort", () => {
    it("before a request sends nothing", async () => {
      const { url, connections } = await serve(() => {});
      expect(await failure(open()(url, { signal: AbortSignal.abort(new Error("never")) }))).toMatchObject({
        message: "never",
      });
      expect(connections()).toBe(0);
    });

    it.each([
      ["before the headers", ""],
      ["between interim answer and headers", "HTTP/1.1 103 Early Hints\r\n\r\n"],
      ["within the headers", "HTTP/1.1 200 OK\r\nx-a"],
      ["before the body", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"],
      ["within the body", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n1"],
      ["within a compressed body", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\n"],
    ])("%s rejects with its reason, closes the connection and leaves no listener", async (__, text) => {
      const { url, open: left } = await serve((socket) => {
        if (text !== "") socket.write(text);
      });
      const controller = new AbortController();
      const removed = vi.spyOn(controller.signal, "removeEventListener");
      const call = failure(open()(url, post("x", { signal: controller.signal })).then((got) => got.text()));
      await until(() => left() === 1);
      await sleep(20);
      controller.abort(new Error("enough"));
      expect(await call).toMatchObject({ message: "enough" });
      expect(removed).toHaveBeenCalled();
      await until(() => left() === 0);
    });

    it("while a connection is made ends it", async () => {
      const controller = new AbortController();
      // An address that answers nothing.
      const call = failure(open()("http://192.0.2.1:9/", { signal: controller.signal }));
      await sleep(10);
      controller.abort(new Error("enough"));
      expect(["enough", "the connection failed"]).toContain((await call).message);
    });

    it("after the answer has been read does nothing", async () => {
      const { url, connections } = await serve((socket, at) => answerWith(socket, `${at}`));
      const transport = open();
      const controller = new AbortController();
      await (await transport(url, { signal: controller.signal })).text();
      controller.abort();
      await sleep(10);
      expect(await (await transport(url)).text()).toBe("1");
      expect(connections()).toBe(1);
    });
  });

  it("reads no faster than its reader", async () => {
    let sent = 0;
    const piece = Buffer.alloc(65_536, "x");
    const { url } = await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
      const more = (): void => {
        while (!socket.destroyed && sent < 256 * 1024 * 1024) {
          sent += piece.length;
          if (!socket.write(piece)) break;
        }
      };
      socket.on("drain", more);
      more();
    });
    const reader = (await open()(url)).body?.getReader();
    await reader?.read();
    await sleep(200);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    await reader?.cancel();
  });
});
