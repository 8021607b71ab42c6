import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { Agent, request as tlsRequest } from "node:https";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeAll, expect, test } from "vitest";
import {
  certificate,
  certificateKey,
  otherCertificate,
  otherCertificateKey,
} from "../fixtures/loopback-certificate.ts";
import { type BundledCommand, bundledCommand } from "../support/bundled-command.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";

// The command in a process of its own, which reads its files again by a signal.

let command: BundledCommand;
beforeAll(async () => {
  command = await bundledCommand();
}, 60_000);

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function folder(): Folder {
  const made = temporaryFolder();
  ending.push(() => made.remove());
  return made;
}

const config = (answer: string, id = "small") => `
import { always } from "${command.module("policies")}";
import { createRouter } from "${command.module("index")}";
import { fakeModel } from "${command.module("testing")}";
const model = fakeModel({ answer: "${answer}.", wait: () => new Promise((resolve) => setTimeout(resolve, 5)) });
export default createRouter({ models: { "${id}": model }, policy: always("${id}") });
`;

async function start(...args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [command.main, "serve", ...args]);
  ending.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => lines.push(line));
  const [place] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line");
  const said = (pattern: RegExp) =>
    expect.poll(() => lines.filter((line) => pattern.test(line)).length, { timeout: 30_000 });
  return { child, place: String(place), said, lines };
}

/** Sends a request to a place: what it says, and the certificate that it shows. */
function ask(options: object, send = plainRequest as typeof tlsRequest) {
  return new Promise<{ status: number | undefined; text: string; fingerprint: string | undefined }>(
    (resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const asking = send({ method: "POST", path: "/v1/chat/completions", headers, ...options }, (answer) => {
        const { getPeerCertificate } = answer.socket as TLSSocket;
        const fingerprint = getPeerCertificate?.call(answer.socket).fingerprint256;
        let text = "";
        answer.on("data", (part) => {
          text += part;
        });
        answer.on("error", reject);
        answer.on("end", () => resolve({ status: answer.statusCode, text, fingerprint }));
      });
      asking.on("error", reject);
      asking.end('{"model":"auto","messages":[{"role":"user","content":"Hello."}]}');
    },
  );
}

const contentOf = (text: string) => JSON.parse(text).choices[0].message.content as string;

test("a reload of config and certificate under load fails no request, and a wrong one changes nothing", async () => {
  const files = folder();
  const file = files.file("router.mjs", config("old"));
  const cert = files.file("cert.pem", certificate);
  const key = files.file("key.pem", certificateKey);
  const tls = ["--tls-cert", cert, "--tls-key", key];
  const { child, place, said, lines } = await start("--config", file, "--port", "0", ...tls);
  const { port, protocol } = new URL(place);
  expect(protocol).toBe("https:");
  const secure = { host: "127.0.0.1", port, ca: [certificate, otherCertificate] };
  const failed: unknown[] = [];
  const answers = new Map<string, number>();
  const fingerprints = new Set<string | undefined>();
  let isOver = false;
  const client = async (keeps: boolean) => {
    // A session that is taken up again shows no certificate.
    const agent = new Agent({ keepAlive: keeps, maxCachedSessions: 0 });
    while (!isOver) {
      try {
        const { status, text, fingerprint } = await ask({ ...secure, agent }, tlsRequest);
        if (status !== 200) failed.push(status);
        else answers.set(contentOf(text), (answers.get(contentOf(text)) ?? 0) + 1);
        fingerprints.add(fingerprint);
      } catch (error) {
        failed.push(error);
      }
    }
    agent.destroy();
  };
  const clients = Array.from({ length: 8 }, (_, at) => client(at % 2 === 0));
  const more = (content: string) => {
    const before = answers.get(content) ?? 0;
    return expect.poll(() => answers.get(content) ?? 0, { timeout: 30_000 }).toBeGreaterThan(before + 20);
  };
  await more("old.");
  expect(fingerprints.size).toBe(1);

  // Each is wrong in its own way, and the certificate alone is not taken over.
  files.file("cert.pem", otherCertificate);
  child.kill("SIGHUP");
  await said(/not reloaded.*PEM text that belong together/).toBe(1);
  files.file("key.pem", otherCertificateKey);
  files.file("router.mjs", "export default 5;");
  child.kill("SIGHUP");
  await said(/not reloaded.*a router/).toBe(1);
  files.file("router.mjs", "not javascript (");
  child.kill("SIGHUP");
  await said(/not reloaded/).toBe(3);
  await more("old.");
  expect(fingerprints.size).toBe(1);

  files.file("router.mjs", config("new", "other"));
  child.kill("SIGHUP");
  await said(/^reloaded/).toBe(1);
  await more("new.");
  // Connections that are open keep the certificate that they began with; new ones have the new one.
  expect(fingerprints.size).toBe(2);
  // Many signals at once are one reload or two.
  for (let at = 0; at < 10; at += 1) child.kill("SIGHUP");
  await said(/^reloaded/).toBeGreaterThan(1);
  await more("new.");
  isOver = true;
  await Promise.all(clients);
  expect(failed).toEqual([]);
  expect([...answers.keys()].sort()).toEqual(["new.", "old."]);
  expect(lines.join("\n")).not.toContain("PRIVATE KEY");
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
}, 120_000);

test.each([[[]], [["--workers", "2", "--own-state"]]])(
  "the command listens at a Unix socket, reloads there, and takes over that of a killed process (%j)",
  async (args) => {
    const files = folder();
    const file = files.file("router.mjs", config("old"));
    const socketPath = join(dirname(file), "s");
    const options = ["--config", file, "--socket", socketPath, ...args];
    const first = await start(...options);
    expect(first.place).toBe(socketPath);
    const here = { socketPath, agent: false };
    expect(contentOf((await ask(here)).text)).toBe("old.");
    files.file("router.mjs", config("new"));
    first.child.kill("SIGHUP");
    await first.said(/reloaded/).toBe(Math.max(1, args.length - 1));
    expect(contentOf((await ask(here)).text)).toBe("new.");

    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    // Workers end by themselves once the first process is gone.
    const gone = () =>
      ask(here).then(
        () => "answers",
        ({ code }) => code,
      );
    await expect.poll(gone, { timeout: 20_000 }).toBe("ECONNREFUSED");
    const second = await start(...options);
    expect(contentOf((await ask(here)).text)).toBe("new.");
    second.child.kill("SIGTERM");
    expect((await once(second.child, "exit"))[0]).toBe(0);
    expect(existsSync(socketPath)).toBe(false);
  },
  120_000,
);

test("a config that is broken from the start ends the command with its place and no address", async () => {
  const file = folder().file("router.mjs", "export default 5;");
  const child = spawn(process.execPath, [command.main, "serve", "--port", "0", "--config", file]);
  let out = "";
  let said = "";
  child.stdout.on("data", (part) => {
    out += part;
  });
  child.stderr.on("data", (part) => {
    said += part;
  });
  const [code] = await once(child, "close");
  expect([code, out]).toEqual([2, ""]);
  expect(said).toMatch(/--config must be a file whose default export is a router/);
}, 60_000);
