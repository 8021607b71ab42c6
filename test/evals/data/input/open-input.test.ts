import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openInput } from "../../../../evals/data/input/open-input.ts";
import { importRecords } from "../../../../evals/index.ts";
import { InvalidOptionError } from "../../../../src/contracts/index.ts";
import { importFolder } from "../../../support/evals/import-folder.ts";
import { collect, formatErrorOf } from "../../../support/evals/records.ts";
import { serveWith } from "../../../support/serve-with.ts";

const folder = importFolder();
afterAll(() => folder.remove());

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function serve(answer: Parameters<typeof serveWith>[0]): Promise<string> {
  const server = await serveWith(answer);
  closing.push(server.close);
  return server.url;
}

const table = "prompt,a\nx,True\n";
const loopbackHttp = true;
const columns = { prompt: "prompt", "quality:a": "a" };
const read = (url: string, options: object = {}) =>
  collect(importRecords({ from: "table", columns, inputs: [url], loopbackHttp, ...options }));

describe("a URL", () => {
  it("is read, packed or not, and its name is part of the id", async () => {
    const url = await serve((response, { url: path }) =>
      response.end(path.includes(".gz") ? gzipSync(table) : table),
    );
    const [plain] = await read(`${url}/data/mmlu.csv?signature=secret`);
    expect(plain).toMatchObject({ id: "mmlu:2", prompt: "x" });
    const [packed] = await read(`${url}/data/mmlu.csv.gz`);
    expect(packed).toEqual(plain);
  });

  it("is not read by http, unless that is allowed and it is of this machine", async () => {
    expect(() => openInput("http://127.0.0.1:1/a.csv")).toThrow(
      'input must be an https URL, got "http://127.0.0.1:1/a.csv"',
    );
    expect(() => openInput("http://example.com/a.csv", { loopbackHttp })).toThrow(
      "input must be an https URL, or http to this machine",
    );
    expect(() => openInput("ftp://example.com/a.csv", { loopbackHttp })).toThrow(InvalidOptionError);
    expect(() => openInput("file:///etc/hosts", { loopbackHttp })).toThrow(InvalidOptionError);
    expect(openInput("http://localhost:1/a.csv", { loopbackHttp }).name).toBe("http://localhost:1/a.csv");
    expect(openInput("http://[::1]:1/a.csv", { loopbackHttp }).stem).toBe("a");
  });

  it("with a password is refused, and neither that nor a query is repeated", async () => {
    expect(() => openInput("https://user:hunter2@example.com/a.csv?key=hunter3")).toThrow(
      'input must be a URL without user and password, got "https://example.com/a.csv"',
    );
    const url = await serve((response) => response.writeHead(404).end("secret"));
    const error = await formatErrorOf(read(`${url}/a.csv?key=hunter3`));
    expect(error.message).toBe(`${url}/a.csv: file cannot be fetched: status 404`);
  });

  it("may redirect, but not to what may not be read", async () => {
    const targets: Record<string, string> = {
      "/once": "/table.csv",
      "/away": "http://example.com/table.csv",
      "/file": "file:///etc/passwd",
      "/loop": "/loop",
      "/none": "",
    };
    const url = await serve((response, { url: path }) => {
      const location = targets[path];
      if (location === undefined) response.end(table);
      else response.writeHead(302, location === "" ? {} : { location }).end();
    });
    expect(await read(`${url}/once`)).toHaveLength(1);
    await expect(read(`${url}/away`)).rejects.toThrow(/input must be an https URL, or http to this machine/);
    await expect(read(`${url}/file`)).rejects.toThrow(InvalidOptionError);
    expect((await formatErrorOf(read(`${url}/loop`))).message).toMatch(/redirects more than 5 times/);
    expect((await formatErrorOf(read(`${url}/none`))).message).toMatch(
      /redirects to something that is not a URL/,
    );
  });

  it("is not read beyond the bound, nor waited for without end", async () => {
    const url = await serve((response, { url: path }) => {
      if (path === "/late") return;
      response.write(table);
      if (path === "/stuck") return;
      response.end(Buffer.alloc(200_000, "a"));
    });
    expect((await formatErrorOf(read(`${url}/big`, { maxBytes: 1000 }))).message).toMatch(
      /is longer than 1000 bytes/,
    );
    expect((await formatErrorOf(read(`${url}/late`, { timeoutMs: 30 }))).message).toMatch(
      /late: file took longer than 30 ms \(timeoutMs\)/,
    );
    expect((await formatErrorOf(read(`${url}/stuck`, { timeoutMs: 30 }))).message).toMatch(
      /took longer than 30 ms/,
    );
  });

  it("that cannot be reached, or breaks off, is refused without its query", async () => {
    const url = await serve((response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(table);
      setImmediate(() => response.destroy());
    });
    const broken = await formatErrorOf(read(`${url}/a.csv?key=secret`));
    expect(broken.message).toMatch(/\/a\.csv: file cannot be fetched \(\w+\)$/);
    for (const close of closing.splice(0)) await close();
    expect((await formatErrorOf(read(`${url}/a.csv?key=secret`))).message).toBe(
      `${url}/a.csv: file cannot be fetched (ECONNREFUSED)`,
    );
  });

  it.each([0, -1, 1.5, Number.NaN])("is not read with a bound of %s bytes", (maxBytes) => {
    expect(() => openInput("a.csv", { maxBytes })).toThrow(InvalidOptionError);
  });
});

const openssl = "openssl";

/** A certificate of this machine for the length of a test; nothing where openssl is not installed. */
function selfSigned(): { readonly key: string; readonly cert: string } | undefined {
  const [key, cert] = [folder.file("key.pem", ""), folder.file("cert.pem", "")];
  const asked = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost
    -addext subjectAltName=DNS:localhost`;
  try {
    execFileSync(openssl, [...asked.split(/\s+/), "-keyout", key, "-out", cert], { stdio: "ignore" });
  } catch {
    console.log("skipped: https, since openssl, which makes the certificate, is not installed");
    return undefined;
  }
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

const pair = selfSigned();

describe.skipIf(pair === undefined)("https", () => {
  /** `fetch` that trusts the certificate. */
  const trusting: typeof fetch = (url) =>
    new Promise((resolve, reject) => {
      const sent = request(String(url), { ca: pair?.cert }, (response) => {
        const headers = Object.entries(response.headers).map(
          ([name, value]) => [name, String(value)] as const,
        );
        const body = Readable.toWeb(response) as ReadableStream<Uint8Array>;
        resolve(
          new Response(body, { status: response.statusCode ?? 500, headers: Object.fromEntries(headers) }),
        );
      });
      sent.on("error", reject).end();
    });

  async function secure(): Promise<string> {
    const server = createServer({ key: pair?.key, cert: pair?.cert }, ({ url }, response) => {
      if (url === "/down") response.writeHead(301, { location: "http://localhost/table.csv" }).end();
      else if (url === "/on") response.writeHead(307, { location: "/table.csv" }).end();
      else response.end(table);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  }

  it("is read from a server whose certificate is trusted, redirects included", async () => {
    const url = await secure();
    const options = { fetch: trusting, loopbackHttp: undefined };
    expect(await read(`${url}/table.csv`, options)).toHaveLength(1);
    expect(await read(`${url}/on`, options)).toHaveLength(1);
  });

  it("does not lead down to http", async () => {
    const url = await secure();
    await expect(read(`${url}/down`, { fetch: trusting, loopbackHttp: false })).rejects.toThrow(
      'input must be an https URL, got "http://localhost/table.csv"',
    );
  });

  it("is refused where the certificate is not trusted", async () => {
    const url = await secure();
    const error = await formatErrorOf(read(`${url}/table.csv?key=secret`));
    expect(error.message).toBe(`${url}/table.csv: file cannot be fetched (DEPTH_ZERO_SELF_SIGNED_CERT)`);
  });
});
