// node serve.mjs [requests]: CPU per request and requests per second of `serve` and of a bare proxy on node:http,
// each in a process of its own, in alternating rounds before the same upstream. Prints JSON: medians, and ratios.
import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { median } from "./measure.mjs";

const [, , first, upstreamPort] = process.argv;
if (first === "proxy" || first === "serve") await serveOne(first, Number(upstreamPort));
else await compare(Number(first ?? 2_000));

async function serveOne(kind, upstream) {
  let port;
  if (kind === "proxy") {
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
    port = server.address().port;
  } else {
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
    port = Number(new URL((await serve(router, { port: 0 })).url).port);
  }
  process.on("SIGINT", () => process.exit());
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system, rss: process.memoryUsage().rss });
  });
  process.send({ port });
}

async function compare(requests) {
  const server = fork(new URL("loopback-server.mjs", import.meta.url), {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [line] = await once(server.stdout.setEncoding("utf8"), "data");
  const sides = {};
  for (const kind of ["proxy", "serve"]) {
    const child = fork(new URL(import.meta.url), [kind, line.trim()]);
    const [{ port }] = await once(child, "message");
    sides[kind] = { child, port, agent: new http.Agent({ keepAlive: true, maxSockets: 16 }) };
  }
  const ask = async ({ child }) => {
    child.send("usage");
    return (await once(child, "message"))[0];
  };
  const post = ({ port, agent }, stream) =>
    new Promise((resolve, reject) => {
      const messages = [{ role: "user", content: "What is the capital of France?" }];
      const body = JSON.stringify({
        model: port === sides.proxy.port ? "a" : "auto",
        messages,
        max_tokens: 32,
        stream,
      });
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const path = "/v1/chat/completions";
      const request = http.request({ port, agent, method: "POST", path, headers }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
        answer.resume().on("end", resolve);
      });
      request.on("error", reject).end(body);
    });
  const round = async (side, stream, count) => {
    const before = await ask(side);
    const start = performance.now();
    let next = 0;
    const worker = async () => {
      while (next++ < count) await post(side, stream);
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    const ms = performance.now() - start;
    const after = await ask(side);
    return { cpu: (after.cpu - before.cpu) / count, perSecond: (count / ms) * 1_000, rss: after.rss };
  };
  const result = {};
  for (const stream of [false, true]) {
    const count = stream ? Math.ceil(requests / 4) : requests;
    const rounds = { proxy: [], serve: [] };
    for (const kind of ["proxy", "serve"]) await round(sides[kind], stream, count);
    for (let at = 0; at < 5; at += 1)
      for (const kind of ["proxy", "serve"]) rounds[kind].push(await round(sides[kind], stream, count));
    const of = (kind, what) => median(rounds[kind].map((one) => one[what]));
    result[stream ? "streams" : "whole answers"] = {
      cpuUs: { proxy: of("proxy", "cpu"), serve: of("serve", "cpu") },
      cpuRatio: of("serve", "cpu") / of("proxy", "cpu"),
      perSecondRatio: of("serve", "perSecond") / of("proxy", "perSecond"),
      rssMb: rounds.serve.map(({ rss }) => Math.round(rss / 2 ** 20)),
    };
  }
  console.log(JSON.stringify(result, null, 2));
  for (const { child } of Object.values(sides)) child.kill();
  server.kill();
  process.exit();
}
