import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { always, firstOf, housekeeping } from "../../policies/index.ts";
import type { Policy } from "../../src/contracts/index.ts";
import { createRouter, type Router } from "../../src/index.ts";
import { type FakeModel, fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { nodeArguments } from "../support/node-arguments.ts";
import { runCli, vllmEnvironment } from "../support/run-cli.ts";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function folder(): Folder {
  const made = temporaryFolder();
  ending.push(() => made.remove());
  return made;
}

/** A model's server that counts what it was asked and answers when `go` says so. */
async function modelServer(go: () => Promise<void> = async () => {}) {
  const counts = { asked: 0 };
  const server: Server = createServer(async (request, response) => {
    counts.asked += 1;
    request.resume();
    await go();
    const message = { role: "assistant", content: "hello", refusal: null };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        id: "c",
        object: "chat.completion",
        created: 0,
        model: "m",
        choices: [{ index: 0, message, finish_reason: "stop", logprobs: null }],
        usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
      }),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  ending.push(() => server.close());
  return { counts, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

interface Started {
  readonly url: string;
  /** Waits for a line of stderr. */
  line(pattern: RegExp): Promise<string>;
}

/** Starts the command in a process of its own, with a router from the environment. */
async function start(
  modelUrl: string,
  ...args: readonly string[]
): Promise<Started & { child: ChildProcess }> {
  const child = spawn(process.execPath, nodeArguments("cli/main.ts", "serve", "--port", "0", ...args), {
    env: { PATH: process.env["PATH"], ...vllmEnvironment(modelUrl) },
  });
  ending.push(() => child.kill("SIGKILL"));
  const lines = linesIn();
  createInterface({ input: child.stderr }).on("line", lines.add);
  const [first] = await once(createInterface({ input: child.stdout }), "line");
  return { child, url: String(first), line: lines.line };
}

function linesIn() {
  const lines: string[] = [];
  let look = () => {};
  return {
    add(text: string) {
      lines.push(text);
      look();
    },
    line: (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        look = () => {
          const at = lines.findIndex((text) => pattern.test(text));
          if (at >= 0) resolve(lines.splice(at, 1)[0] as string);
        };
        look();
      }),
  };
}

/** Runs the command in this process. */
async function runServe(
  ...args: readonly string[]
): Promise<Started & { reload(): void; end(): Promise<number> }> {
  const lines = linesIn();
  let reload = () => {};
  let stop = () => {};
  let isBegun: (url: string) => void = () => {};
  const begun = new Promise<string>((resolve) => {
    isBegun = resolve;
  });
  const code = run(["serve", "--port", "0", ...args], {
    stdout: (text) => isBegun(text.trim()),
    stderr: lines.add,
    stdin: (async function* () {})(),
    stdinIsTerminal: false,
    env: {},
    now: () => 0,
    drained: async () => {},
    onInterrupt(given) {
      stop = given;
      return () => {};
    },
    onReload(given) {
      reload = given;
      return () => {};
    },
  });
  const end = () => {
    stop();
    return code;
  };
  ending.push(end);
  return { url: await begun, line: lines.line, reload: () => reload(), end };
}

const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello." }] });
const ask = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });

test("a key is made once, stored as a hash, and let in; others are not", async () => {
  const made = await runCli(["serve", "key", "--tenant", "acme", "--label", "plan=pro"]);
  const key = made.err.trim();
  expect(made.exitCode).toBe(0);
  expect(key).toMatch(/^sp-[\w-]{43}$/);
  expect(made.out).not.toContain(key);
  expect(JSON.parse(made.out)).toEqual({
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    tenant: "acme",
    labels: { plan: "pro" },
  });
  const files = folder();
  const keys = files.file("keys.jsonl", made.out);
  const closed: string[] = [];
  let id = "small";
  const config = files.config(() => {
    const name = id;
    if (name === "broken") return 5 as unknown as Router;
    const model = fakeModel();
    const router = createRouter({ models: { [name]: model }, policy: always(name) });
    seen.push({ router, model });
    return Object.assign(router, {
      close: () => {
        closed.push(name);
        return Promise.resolve();
      },
    });
  });
  const seen: { router: Router; model: FakeModel }[] = [];
  const { url, reload, line, end } = await runServe("--config", config, "--keys", keys);
  expect((await ask(url)).status).toBe(401);
  expect((await ask(url, { authorization: `Bearer ${key}x` })).status).toBe(401);
  expect((await ask(url, { "x-api-key": key })).status).toBe(200);
  expect((await ask(url, { authorization: `Bearer ${key}`, "x-api-key": key })).status).toBe(200);
  expect((await ask(url, { authorization: `Bearer ${key}`, "x-api-key": "another" })).status).toBe(401);
  expect(seen[0]?.model.requests).toHaveLength(2);

  // A file that is wrong changes nothing, and one that everyone may write to is named.
  chmodSync(keys, 0o666);
  id = "broken";
  reload();
  expect(await line(/every user/)).toContain("keys.jsonl can be written to");
  chmodSync(keys, 0o600);
  expect(await line(/not reloaded/)).toContain("a router");
  expect((await ask(url, { "x-api-key": key })).status).toBe(200);
  id = "other";
  writeFileSync(keys, `${made.out}{"hash":5}\n`);
  reload();
  expect(await line(/not reloaded/)).toContain("keys.jsonl:2.hash");
  expect((await ask(url, { "x-api-key": key })).status).toBe(200);
  expect(seen).toHaveLength(1);

  // Both are taken over together, and the old router is closed.
  writeFileSync(keys, made.out);
  reload();
  await line(/reloaded/);
  const models = await fetch(`${url}/v1/models`, { headers: { "x-api-key": key } });
  const { data } = (await models.json()) as { data: { id: string }[] };
  expect(data.map((one) => one.id)).toEqual(["auto", "other", "model"]);
  await expect.poll(() => closed).toEqual(["small"]);
  writeFileSync(keys, "");
  reload();
  await line(/reloaded/);
  expect((await ask(url, { "x-api-key": key })).status).toBe(401);
  expect(await end()).toBe(0);
  expect(closed).toEqual(["small", "other", "other"]);
});

test("routes of the command line and of a file say what a client's name means, and a name that means nothing is told once", async () => {
  const files = folder();
  const models = {
    small: fakeModel({ name: "a", answer: "small" }),
    large: fakeModel({ name: "b", answer: "large" }),
  };
  const config = files.config(() => createRouter({ models, policy: always("large") }) as unknown as Router);
  const routes = files.file(
    "routes.json",
    '{ "claude-haiku-4-5": "small", "fast": { "labels": { "a": "b" } } }',
  );
  const { url, line, reload } = await runServe(
    ...["--config", config, "--routes", routes],
    ...[
      "--route",
      "claude-haiku-4-5=large",
      "--route",
      "claude-haiku-4-5-20251001=small",
      "--route",
      "any=auto",
    ],
    ...["--route", 'dear={"maxCostUsd":0.5}', "--cors", "https://a.example", "https://b.example"],
  );
  const answer = async (model: string) => {
    const text = body.replace("auto", model);
    const headers = { "content-type": "application/json", origin: "https://b.example" };
    const answered = await fetch(`${url}/v1/chat/completions`, { method: "POST", body: text, headers });
    expect(answered.headers.get("access-control-allow-origin")).toBe("https://b.example");
    const { choices } = (await answered.json()) as { choices?: { message: { content: string } }[] };
    return choices?.[0]?.message.content ?? answered.status;
  };
  expect(await answer("claude-haiku-4-5-20251001")).toBe("small");
  expect(await answer("claude-haiku-4-5")).toBe("large");
  expect(await answer("any")).toBe("large");
  // Its models have no price.
  expect(await answer("dear")).toBe(429);
  expect(await answer("what is this")).toBe("large");
  expect(await line(/means nothing here/)).toContain("--route 'what is this=ID'");
  writeFileSync(routes, '{ "other": "small" }');
  reload();
  await line(/^.*reloaded/);
  expect(await answer("other")).toBe("small");
  writeFileSync(routes, '{ "other": "smal" }');
  reload();
  expect(await line(/not reloaded/)).toContain("routes.json: other");
  expect(await answer("other")).toBe("small");
});

test.each([
  [["--route", "fast"], /--route.*name=ID/],
  [["--route", "fast=smal"], /--route fast.*auto, routing fields, or the id of a model/],
  [["--route", "auto=small"], /--route auto/],
  [["--route", "fast=small", "--route", "fast=large"], /--route.*given once/],
  [["--route", "fast={"], /--route.*an object as JSON/],
  [["--route", 'fast={"maxCostUsd":0}'], /--route fast.maxCostUsd/],
  [["--route", 'fast={"constraints":[]}'], /--route fast.constraints/],
  [["--routes", "nowhere.json"], /--routes.*ENOENT/],
  [["--cors", "app.example"], /cors\[0\]/],
  [["--cors", "*"], /--cors.*--keys/],
])("an option that cannot work is refused: %j", async (args, problem) => {
  const files = folder();
  const config = files.config(
    () => createRouter({ models: { small: fakeModel() }, policy: always("small") }) as unknown as Router,
  );
  expect((await runCli(["serve", "--port", "0", "--config", config, ...args])).err).toMatch(problem);
});

test("no request that a model was asked is cut when the process is told to end under load", async () => {
  const { url, counts } = await modelServer(() => new Promise((resolve) => setTimeout(resolve, 30)));
  const { url: served, child } = await start(url, "--grace", "0.2");
  let answered = 0;
  let isOver = false;
  let cut = 0;
  const client = async () => {
    while (!isOver) {
      try {
        const answer = await ask(served);
        const text = await answer.text();
        if (answer.status === 200 && text.endsWith("}")) answered += 1;
        else if (answer.status !== 503) cut += 1;
        if (answer.status === 503) isOver = true;
      } catch {
        // Refused, or cut: which of them the counts tell.
        isOver = true;
      }
    }
  };
  const clients = Array.from({ length: 16 }, client);
  await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(30);
  child.kill("SIGTERM");
  const exited = once(child, "exit");
  await Promise.all(clients);
  expect((await exited)[0]).toBe(0);
  expect({ answered, cut }).toEqual({ answered: counts.asked, cut: 0 });
}, 60_000);

test("a wish to read files again, while what is under way ends, is passed over", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { url, counts } = await modelServer(() => held);
  const { url: served, child, line } = await start(url);
  const exited = once(child, "exit");
  const answer = ask(served);
  await expect.poll(() => counts.asked, { timeout: 10_000 }).toBe(1);
  child.kill("SIGTERM");
  await line(/^ending/);
  for (let time = 0; time < 3; time += 1) child.kill("SIGHUP");
  // Signals come in their own time: a process without a listener would have ended by then.
  await new Promise((resolve) => setTimeout(resolve, 100));
  release();
  expect((await answer).status).toBe(200);
  expect(await exited).toEqual([0, null]);
}, 60_000);

test("a second signal ends the process at once, although a request is under way", async () => {
  const { url, counts } = await modelServer(() => new Promise(() => {}));
  const { url: served, child, line } = await start(url);
  const cut = ask(served).catch(() => "cut");
  await expect.poll(() => counts.asked, { timeout: 10_000 }).toBe(1);
  child.kill("SIGTERM");
  await line(/^ending/);
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(143);
  expect(await cut).toBe("cut");
}, 60_000);

test("what would serve strangers by mistake is refused with the way out", async () => {
  const files = folder();
  const refused = async (...args: string[]) => (await runCli(["serve", ...args])).err;
  expect(await refused("--host", "0.0.0.0")).toMatch(/--keys FILE, or --open/);
  expect(await refused("--host", "::")).toMatch(/--keys FILE/);
  expect(await refused("--host", "127.0.0.1.example.com")).toMatch(/--keys FILE/);
  expect(await refused("--tls-cert", "a.pem")).toMatch(/--tls-cert/);
  expect(await refused("--keys", files.file("k", ""), "--open")).toMatch(/absent next to --keys/);
  expect(await refused("--keys", "nowhere.jsonl")).toMatch(/ENOENT/);
  expect(await refused("--socket", "/tmp/x", "--port", "1")).toMatch(/cannot be used/);
  expect(await refused("--port", "70000")).toMatch(/--port/);
});

test("what agents ask for themselves goes to the smallest model, unless the operator says otherwise", async () => {
  const files = folder();
  const models = { small: fakeModel({ name: "a:small" }), large: fakeModel({ name: "a:large" }) };
  const release = "0123456789ab";
  const routers: Router[] = [];
  const make = (policy: Policy<"small" | "large">) => () => {
    const router = createRouter({ models, policy, release });
    routers.push(router as unknown as Router);
    return router;
  };
  const probe = JSON.stringify({
    model: "auto",
    max_tokens: 1,
    messages: [{ role: "user", content: "quota" }],
  });
  const modelFor = async (url: string, headers: Record<string, string>) => {
    const answer = await fetch(`${url}/v1/messages`, {
      method: "POST",
      body: probe,
      headers: { "content-type": "application/json", ...headers },
    });
    return answer.headers.get("x-switchpoint-model");
  };
  const agent = { "user-agent": "claude-cli/2.1.197 (external, cli)" };

  const usual = await runServe("--explain", "--config", files.config(make(always("large"))));
  expect([await modelFor(usual.url, agent), await modelFor(usual.url, {})]).toEqual(["small", "large"]);
  expect(routers.at(-1)?.policy.parameters).toMatchObject({ model: "small", policy: { name: "always" } });
  expect(routers.at(-1)?.release).toBe(release);

  const off = await runServe(
    "--explain",
    "--no-housekeeping",
    "--config",
    files.config(make(always("large"))),
  );
  expect(await modelFor(off.url, agent)).toBe("large");
  expect(routers.at(-1)?.policy.name).toBe("always");

  // A policy that has it already stays as it is.
  const own = firstOf(housekeeping("large"), always("small"));
  const kept = await runServe("--explain", "--config", files.config(make(own)));
  expect(await modelFor(kept.url, agent)).toBe("large");
  expect(routers.at(-1)?.policy).toBe(own);
});

test("limits of a body and of requests under way are options, and a refusal names the one that is met", async () => {
  const { url: model } = await modelServer(() => new Promise(() => {}));
  const limits = ["--max-body", "0.01", "--max-body-text", "0.005", "--max-requests", "1"];
  const { url } = await start(model, ...limits);
  const send = (content: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content }] }),
    });
  const said = async (content: string) => {
    const answer = await send(content);
    return [answer.status, await answer.text()];
  };
  expect(await said("some words ".repeat(600))).toEqual([413, expect.stringContaining("--max-body-text")]);
  expect(await said("some words ".repeat(1_200))).toEqual([413, expect.stringContaining("--max-body)")]);
  send("hi").catch(() => {});
  let last = await said("[".repeat(6_000));
  while (last[0] !== 503) last = await said("some words ".repeat(600));
  expect(last).toEqual([503, expect.stringContaining("--max-requests")]);
});
