// node serve.mjs [requests] [--rounds N] [--memory N]: `serve` next to a bare proxy on node:http, one that parses requests and
// answers and decides nothing, and Portkey's gateway, each in a process of its own, in alternating rounds before the same
// upstream. Prints JSON: medians, and ratios by round.
// With --memory N: the heap of `serve` over N requests. Portkey's gateway is installed into a temporary folder.
import { execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median } from "./measure.mjs";

const portkeyVersion = "1.15.2";
const [, , first, upstreamPort] = process.argv;
const option = (name, standard) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
if (["proxy", "parser", "serve"].includes(first)) await serveOne(first, Number(upstreamPort));
else if (process.argv.includes("--memory")) await remember(option("--memory"));
else
  await compare(first === undefined || first.startsWith("--") ? 2_000 : Number(first), option("--rounds", 7));

async function serveOne(kind, upstream) {
  const start = { proxy: startProxy, parser: startParser, serve: startServer }[kind];
  const port = await start(upstream);
  process.on("message", (wish) => {
    if (wish === "collect") for (let time = 0; time < 3; time += 1) globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send({ cpu: user + system, rss, heapUsed, external });
  });
  process.on("disconnect", () => process.exit());
  process.send({ port });
}

async function startProxy(upstream) {
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { method, url: path } = request;
    const headers = {
      "content-type": "application/json",
      "content-length": request.headers["content-length"],
    };
    const asked = http.request({ port: upstream, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(asked);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server.address().port;
}

/** What a gateway has to do at least that reads what passes through it. */
async function startParser(upstream) {
  const agent = new http.Agent({ keepAlive: true });
  const path = "/v1/chat/completions";
  const server = http.createServer((request, response) => {
    textOf(request, (text) => {
      const body = JSON.stringify({ ...JSON.parse(text), model: "a" });
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const asked = http.request({ port: upstream, method: "POST", path, headers, agent }, (answer) => {
        if (answer.headers["content-type"] === "application/json")
          textOf(answer, (whole) => {
            const said = JSON.stringify(JSON.parse(whole));
            const length = Buffer.byteLength(said);
            response
              .writeHead(200, { "content-type": "application/json", "content-length": length })
              .end(said);
          });
        else passEvents(answer, response.writeHead(200, { "content-type": "text/event-stream" }));
      });
      asked.end(body);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server.address().port;
}

function textOf(message, use) {
  let text = "";
  message.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  message.on("end", () => use(text));
}

/** Parses the events of an answer, and writes each again. */
function passEvents(answer, response) {
  let rest = "";
  answer.setEncoding("utf8").on("data", (part) => {
    const events = (rest + part).split("\n\n");
    rest = events.pop();
    const written = events.map((event) => {
      const data = event.slice("data: ".length);
      return `data: ${data === "[DONE]" ? data : JSON.stringify(JSON.parse(data))}\n\n`;
    });
    response.write(written.join(""));
  });
  answer.on("end", () => response.end());
}

async function startServer(upstream) {
  const { createRouter } = await import("switchpoint");
  const { threshold } = await import("switchpoint/policies");
  const { openaiCompatible } = await import("switchpoint/providers/openai-compatible");
  const { serve } = await import("switchpoint/serve");
  const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
  const baseUrl = `http://127.0.0.1:${upstream}/v1`;
  const model = (name) => openaiCompatible(name, { baseUrl, price, contextWindow: 128_000 });
  const router = createRouter({
    models: { small: model("a"), large: model("b") },
    policy: threshold({ small: "small", large: "large", at: 0.7 }),
  });
  return Number(new URL((await serve(router, { port: 0 })).url).port);
}

/** Starts the upstream and the sides that run in this file. */
async function started(kinds) {
  const server = fork(new URL("loopback-server.mjs", import.meta.url), {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [line] = await once(server.stdout.setEncoding("utf8"), "data");
  const upstream = line.trim();
  const sides = {};
  for (const kind of kinds) {
    const child = fork(new URL(import.meta.url), [kind, upstream], { execArgv: ["--expose-gc"] });
    const [{ port }] = await once(child, "message");
    const ask = async (wish) => {
      child.send(wish);
      return (await once(child, "message"))[0];
    };
    sides[kind] = { kind, port, ask, agent: new http.Agent({ keepAlive: true, maxSockets: 16 }) };
    sides[kind].end = () => child.kill();
  }
  return { server, upstream, sides };
}

/** Installs Portkey's gateway where nothing else is, and starts it. Returns a side, or why there is none. */
async function startPortkey(upstream) {
  const folder = await mkdtemp(join(tmpdir(), "switchpoint-bench-"));
  const leave = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(join(folder, "package.json"), '{"private":true}');
    const name = `@portkey-ai/gateway@${portkeyVersion}`;
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"];
    await promisify(execFile)("npm", ["install", ...flags, name], { cwd: folder, timeout: 180_000 });
    const port = await freePort();
    const main = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
    const child = spawn(process.execPath, [main, `--port=${port}`, "--headless"], { stdio: "ignore" });
    const headers = {
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `http://127.0.0.1:${upstream}/v1`,
    };
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const ask = async () => ({ cpu: await cpuOf(child.pid) });
    const side = { kind: "portkey", port, agent, ask, headers: { ...headers, authorization: "Bearer key" } };
    for (let time = 0; ; time += 1) {
      try {
        await post(side, false);
        break;
      } catch (error) {
        if (time >= 40) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
    const end = async () => {
      child.kill();
      await leave();
    };
    return { ...side, end };
  } catch (error) {
    await leave();
    return { skipped: String(error.message).split("\n")[0] };
  }
}

/** Microseconds of CPU that another process has taken, where the system tells them in ticks of 10 ms; else NaN. */
async function cpuOf(pid) {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Behind the name, which may hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Sends a request. Resolves to the milliseconds until the first byte of the body. */
function post({ kind, port, agent, headers: own }, stream) {
  return new Promise((resolve, reject) => {
    const messages = [{ role: "user", content: "What is the capital of France?" }];
    const model = kind === "serve" ? "auto" : "a";
    const body = JSON.stringify({ model, messages, max_tokens: 32, stream });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...own };
    const path = "/v1/chat/completions";
    const start = performance.now();
    const request = http.request({ port, agent, method: "POST", path, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      let firstMs;
      answer.on("data", () => {
        firstMs ??= performance.now() - start;
      });
      answer.on("end", () => resolve(firstMs));
    });
    request.on("error", reject).end(body);
  });
}

/** Sends `count` requests, so many at a time. */
async function round(side, stream, count, atOnce) {
  const before = await side.ask?.("usage");
  const firsts = [];
  const start = performance.now();
  let next = 0;
  const worker = async () => {
    while (next++ < count) firsts.push(await post(side, stream));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const ms = performance.now() - start;
  const after = await side.ask?.("usage");
  const cpu = after === undefined ? undefined : (after.cpu - before.cpu) / count;
  return { cpu, perSecond: (count / ms) * 1_000, firstMs: median(firsts), rss: after?.rss };
}

/** Median of the ratios of paired rounds, with the smallest and the largest. */
function ratioOf(rounds, one, other, what) {
  const all = rounds[one].map((round, at) => round[what] / rounds[other][at][what]);
  return { median: median(all), low: Math.min(...all), high: Math.max(...all) };
}

function toProxy(kind, rounds, alone) {
  return {
    cpuRatio: ratioOf(rounds, kind, "proxy", "cpu"),
    perSecondRatio: ratioOf(rounds, kind, "proxy", "perSecond"),
    firstByteRatio: ratioOf(alone, kind, "proxy", "firstMs"),
  };
}

async function measure(sides, stream, count, times, atOnce) {
  const rounds = Object.fromEntries(Object.keys(sides).map((kind) => [kind, []]));
  for (const side of Object.values(sides)) await round(side, stream, count, atOnce);
  for (let at = 0; at < times; at += 1)
    for (const [kind, side] of Object.entries(sides))
      rounds[kind].push(await round(side, stream, count, atOnce));
  return rounds;
}

async function compare(requests, times) {
  const { server, upstream, sides } = await started(["proxy", "parser", "serve"]);
  const result = { node: process.version, requests, rounds: times };
  for (const stream of [false, true]) {
    const count = stream ? Math.ceil(requests / 4) : requests;
    const rounds = await measure(sides, stream, count, times, 16);
    const alone = await measure(sides, stream, Math.ceil(count / 8), times, 1);
    const of = (kind, what) => median(rounds[kind].map((one) => one[what]));
    result[stream ? "streams" : "whole answers"] = {
      cpuUs: { proxy: of("proxy", "cpu"), parser: of("parser", "cpu"), serve: of("serve", "cpu") },
      ...toProxy("serve", rounds, alone),
      parser: toProxy("parser", rounds, alone),
      firstByteMs: {
        proxy: median(alone.proxy.map((one) => one.firstMs)),
        serve: median(alone.serve.map((one) => one.firstMs)),
      },
      rssMb: rounds.serve.map(({ rss }) => Math.round(rss / 2 ** 20)),
    };
  }
  const portkey = await startPortkey(upstream);
  if (portkey.skipped === undefined) {
    const rounds = await measure({ portkey, serve: sides.serve }, false, Math.ceil(requests / 8), times, 16);
    const of = (kind, what) => median(rounds[kind].map((one) => one[what]));
    const [perSecond, cpu] = [(kind) => of(kind, "perSecond"), (kind) => of(kind, "cpu")];
    result.portkey = {
      version: portkeyVersion,
      perSecond: { portkey: perSecond("portkey"), serve: perSecond("serve") },
      cpuUs: { portkey: cpu("portkey"), serve: cpu("serve") },
      cpuRatio: ratioOf(rounds, "portkey", "serve", "cpu"),
      perSecondRatio: ratioOf(rounds, "serve", "portkey", "perSecond"),
    };
    await portkey.end();
  } else result.portkey = { skipped: portkey.skipped };
  console.log(JSON.stringify(result, null, 2));
  for (const { end } of Object.values(sides)) end();
  server.kill();
  process.exit();
}

/** Prints the heap after a collection, ten times over so many requests, every fourth one a stream. */
async function remember(requests) {
  const { server, sides } = await started(["serve"]);
  const { serve } = sides;
  const table = [];
  const part = Math.ceil(requests / 10);
  for (let at = 0; at <= 10; at += 1) {
    if (at > 0) {
      await round(serve, false, part - Math.floor(part / 4), 16);
      await round(serve, true, Math.floor(part / 4), 16);
    } else await round(serve, false, 2_000, 16);
    const { heapUsed, rss, external } = await serve.ask("collect");
    const mb = (bytes) => Math.round((bytes / 2 ** 20) * 10) / 10;
    table.push({ requests: at * part, heapMb: mb(heapUsed), externalMb: mb(external), rssMb: mb(rss) });
  }
  console.log(JSON.stringify(table, null, 2));
  serve.end();
  server.kill();
  process.exit();
}
