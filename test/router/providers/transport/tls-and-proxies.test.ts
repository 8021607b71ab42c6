import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  environmentProxies,
  isExcepted,
} from "../../../../src/router/providers/transport/environment-proxies.ts";
import type { Transport, TransportOptions } from "../../../../src/router/providers/transport/index.ts";
import { certificate, certificateKey } from "../../../fixtures/loopback-certificate.ts";
import { serveRaw } from "../../../support/transport/raw-server.ts";
import { transports } from "../../../support/transport/transports.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  );
  return (server.address() as AddressInfo).port;
}

const secure = () =>
  listen(
    createSecureServer({ cert: certificate, key: certificateKey }, (request, response) => {
      response.end(`secure ${request.headers.host} ${request.url}`);
    }),
  );

/** A proxy that sends everything to one port of this machine, and notes what it was asked for. */
async function proxyTo(port: number): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    response.end("forwarded");
  });
  server.on("connect", (request, socket, head) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    socket.once("close", () => onward.destroy());
    closing.push(() => socket.destroy());
  });
  return { url: `http://user:pa%20ss@127.0.0.1:${await listen(server)}`, asked };
}

const credentials = `Basic ${Buffer.from("user:pa ss").toString("base64")}`;

describe.each(Object.entries(transports))("%s", (_, create) => {
  function open(options: TransportOptions = {}): Transport {
    const transport = create(options);
    closing.push(() => transport.close());
    return transport;
  }

  it("trusts no server that an authority has not signed, unless the options name it", async () => {
    const url = `https://localhost:${await secure()}/a`;
    await expect(open()(url)).rejects.toMatchObject({ name: "TransportError" });
    const trusting = open({ tls: { ca: certificate } });
    expect(await (await trusting(url)).text()).toMatch(/^secure localhost:\d+ \/a$/);
    expect(await (await trusting(url)).text()).toMatch(/^secure/);
    const named = open({ tls: { ca: [certificate], servername: "other.test" } });
    await expect(named(url)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("reaches a secure server through the environment's proxy, in a tunnel", async () => {
    const { url, asked } = await proxyTo(await secure());
    vi.stubEnv("HTTPS_PROXY", url);
    const transport = open({ tls: { ca: certificate } });
    for (const path of ["/a", "/b"])
      expect(await (await transport(`https://models.test${path}`)).text()).toBe(`secure models.test ${path}`);
    expect(new Set(asked)).toEqual(new Set([`CONNECT models.test:443 ${credentials}`]));
  });

  it("reaches a plain server through the environment's proxy", async () => {
    const plain = await listen(createServer((__, response) => response.end("forwarded")));
    const { url, asked } = await proxyTo(plain);
    vi.stubEnv("http_proxy", url);
    const response = await open()("http://models.test/v1", { method: "POST", body: "x" });
    expect(await response.text()).toBe("forwarded");
    // undici makes a tunnel for plain servers as well.
    expect([`POST http://models.test/v1 ${credentials}`, `CONNECT models.test:80 ${credentials}`]).toContain(
      asked[0],
    );
  });

  it("uses no proxy for this machine, for the hosts of NO_PROXY, or if the options say so", async () => {
    const { url, asked } = await proxyTo(9);
    vi.stubEnv("HTTP_PROXY", url);
    vi.stubEnv("NO_PROXY", "models.test");
    const port = await listen(createServer((__, response) => response.end("direct")));
    expect(await (await open()(`http://127.0.0.1:${port}/`)).text()).toBe("direct");
    expect(await (await open()(`http://localhost:${port}/`)).text()).toBe("direct");
    await expect(open()("http://models.test/")).rejects.toMatchObject({ name: "TransportError" });
    await expect(open({ proxy: "none" })("http://other.test/")).rejects.toMatchObject({
      name: "TransportError",
    });
    expect(asked).toEqual([]);
  });

  it("gives up a proxy that does not answer, and keeps no connection to it", async () => {
    const proxy = await serveRaw(() => {});
    closing.push(proxy.close);
    vi.stubEnv("HTTPS_PROXY", proxy.url);
    const transport = open({ connectTimeoutMs: 300, headersTimeoutMs: 600 });
    const controller = new AbortController();
    const aborted = transport("https://models.test/", { signal: controller.signal });
    const late = transport("https://models.test/");
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await expect(aborted).rejects.toThrow("enough");
    await expect(late).rejects.toMatchObject({ code: "ETIMEDOUT" });
    await expect.poll(() => proxy.open(), { timeout: 5_000 }).toBe(0);
  });
});

describe("proxies of the environment", () => {
  it("are those in small letters first, and none in a CGI program for plain servers", () => {
    expect(environmentProxies({})).toBeUndefined();
    expect(environmentProxies({ http_proxy: "http://a", HTTP_PROXY: "http://b" })?.HTTP_PROXY).toBe(
      "http://a",
    );
    const cgi = { HTTP_PROXY: "http://attacker", REQUEST_METHOD: "GET" };
    expect(environmentProxies(cgi)).toBeUndefined();
    expect(environmentProxies({ ...cgi, HTTPS_PROXY: "http://c" })).toMatchObject({
      HTTPS_PROXY: "http://c",
    });
  });

  it.each([
    ["models.test", "models.test", true],
    ["MODELS.test", "models.test", true],
    ["models.test:8080", "models.test", false],
    ["models.test:443", "models.test", true],
    [".test", "models.test", true],
    ["*.test", "models.test", true],
    ["odels.test", "models.test", false],
    ["*", "models.test", true],
    ["::1,a", "::1", true],
    ["", "models.test", false],
  ])("the list %j names %s: %j", (list, host, expected) => {
    expect(isExcepted(list, host, 443)).toBe(expected);
  });
});
