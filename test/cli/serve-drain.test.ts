import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, type ClientRequest, request } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeAll, expect, test } from "vitest";
import { type BundledCommand, bundledCommand } from "../support/bundled-command.ts";
import { temporaryFolder } from "../support/cli-config.ts";

// Every request of clients under load, and what became of it when the command was told to end.

let command: BundledCommand;
beforeAll(async () => {
  command = await bundledCommand();
}, 60_000);

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** A model that notes the id of each request that it was asked, and takes a while for every piece of its answer. */
const config = () => `
import { appendFileSync } from "node:fs";
import { always } from "${command.module("policies")}";
import { createRouter } from "${command.module("index")}";
import { fakeModel } from "${command.module("testing")}";
const file = new URL("asked", import.meta.url);
const model = fakeModel({
  wait: () => new Promise((resolve) => setTimeout(resolve, 5)),
  answer: ({ messages }) => {
    appendFileSync(file, messages[0].content + "\\n");
    return "one two three four last.";
  },
});
export default createRouter({ models: { small: model }, policy: always("small") });
`;

async function start(...args: readonly string[]) {
  const folder = temporaryFolder();
  ending.push(() => folder.remove());
  const file = folder.file("router.mjs", config());
  const child = spawn(process.execPath, [command.main, "serve", "--port", "0", "--config", file, ...args]);
  ending.push(() => kill(child));
  child.stderr.resume();
  const [url] = await once(createInterface({ input: child.stdout }), "line");
  const asked = () =>
    readFileSync(join(dirname(file), "asked"), "utf8")
      .trim()
      .split("\n");
  return { child, url: String(url), asked };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/**
 * `whole`: with its end. `told`: status 503. `refused`: no one listened. `idle`: a connection that had carried an answer
 * before closed before the first byte of this one, which clients send again by themselves. `unread`: a new one did. `cut`:
 * any other end.
 */
type Fate = "whole" | "told" | "refused" | "idle" | "unread" | "cut";

interface Sent {
  readonly id: string;
  readonly fate: Fate;
  /** Header `connection` of the answer. */
  readonly connection?: string | undefined;
}

/** Sends one request, and resolves to what became of it. */
function send(url: string, id: string, agent: Agent | false, stream: boolean): Promise<Sent> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json" };
    const asking: ClientRequest = request(
      `${url}/v1/chat/completions`,
      { method: "POST", headers, agent },
      (answer) => {
        const { connection } = answer.headers;
        let text = "";
        answer.on("data", (part) => {
          text += part;
        });
        answer.on("error", () => resolve({ id, fate: "cut" }));
        answer.on("end", () => {
          if (answer.statusCode === 503) resolve({ id, fate: "told", connection });
          const isWhole = stream
            ? text.includes("last.") && text.endsWith("data: [DONE]\n\n")
            : text.includes("one two three four last.") && text.endsWith("}");
          resolve({ id, fate: answer.statusCode === 200 && isWhole ? "whole" : "cut", connection });
        });
      },
    );
    asking.on("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "ECONNREFUSED") resolve({ id, fate: "refused" });
      const isReset = code === "ECONNRESET" || code === "EPIPE";
      resolve({ id, fate: !isReset ? "cut" : asking.reusedSocket ? "idle" : "unread" });
    });
    asking.end(JSON.stringify({ model: "auto", stream, messages: [{ role: "user", content: id }] }));
  });
}

/** Sends requests from many clients, some over a connection that they keep and some over new ones, and ends the command. */
async function underLoad(...args: readonly string[]) {
  const { child, url, asked } = await start(...args);
  const sent: Sent[] = [];
  let isOver = false;
  const client = async (name: number) => {
    const agent = name % 2 === 0 ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
    for (let at = 0; !isOver; at += 1) {
      const one = await send(url, `${name}-${at}`, agent, name % 4 > 1);
      sent.push(one);
      // A client that is refused is done; others go on as if they had not heard.
      if (one.fate === "refused") break;
    }
    if (agent) agent.destroy();
  };
  const clients = Array.from({ length: 16 }, (_, name) => client(name));
  await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThan(200);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const [code] = await exited;
  isOver = true;
  await Promise.all(clients);
  const fates: Record<Fate, number> = { whole: 0, told: 0, refused: 0, idle: 0, unread: 0, cut: 0 };
  for (const { fate } of sent) fates[fate] += 1;
  const wholes = sent.filter(({ fate }) => fate === "whole").map(({ id }) => id);
  const told = sent.filter(({ fate }) => fate === "told");
  const unread = sent.filter(({ fate }) => fate === "unread").map(({ id }) => id.split("-")[0]);
  return { code, fates, wholes, told, unread, asked: asked() };
}

test.each([
  [["--grace", "0.5"]],
  [["--workers", "2", "--own-state", "--grace", "0.5"]],
  [[]],
  [["--workers", "2", "--own-state"]],
])(
  "SIGTERM under load cuts no request (%j)",
  async (args) => {
    const { code, fates, wholes, told, unread, asked } = await underLoad(...args);
    console.info(`drain ${args.join(" ")}: ${JSON.stringify(fates)}`);
    expect(code).toBe(0);
    expect(fates.cut).toBe(0);
    // The system may have taken some for the server at the very moment at which it stops listening: it resets them, and no
    // byte of them was read. That moment comes once, so that no client meets it twice.
    expect(new Set(unread).size).toBe(unread.length);
    // Each request that a model was asked has reached its client whole, once.
    expect(wholes.sort()).toEqual(asked.sort());
    for (const { connection } of told) expect(connection).toBe("close");
  },
  120_000,
);
