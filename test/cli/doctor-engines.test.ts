import { afterAll, expect, onTestFinished, test } from "vitest";
import { askServer } from "../../cli/ask-server.ts";
import { always } from "../../policies/index.ts";
import type { Router } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { pool } from "../../src/router/pools/index.ts";
import { vllm } from "../../src/router/providers/engines/index.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { fakeModel, serveFakeEngine } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";

test("doctor tells what a server says, and a window that is larger than the server's", async () => {
  const engine = await serveFakeEngine({ model: "qwen", loras: ["law"] });
  onTestFinished(engine.close);
  const known = await askServer(vllm("qwen", { baseUrl: engine.url, contextWindow: 4_096 }), 2_000);
  expect(known).toEqual({ server: { said: "vllm 0.32.0; 4,096 tokens; serves qwen, law (LoRA of qwen)" } });
  const open = await askServer(vllm("qwen", { baseUrl: engine.url }), 2_000);
  expect(open.server?.notice).toContain("window of 4,096 tokens");
  const wide = await askServer(vllm("qwen", { baseUrl: engine.url, contextWindow: 8_192 }), 2_000);
  expect(wide.server?.problem).toContain("4,096 tokens at most");
});

test("a server that cannot be asked is a notice, and a model that cannot ask says nothing", async () => {
  const gone = await askServer(vllm("qwen", { baseUrl: "http://127.0.0.1:9/v1" }), 2_000);
  expect(gone.server?.notice).toContain("it cannot be reached");
  expect(await askServer(openaiCompatible("qwen", { baseUrl: "http://127.0.0.1:9/v1" }), 2_000)).toEqual({});
});

const folder = temporaryFolder();
afterAll(folder.remove);

async function doctor(make: () => Router<string>): Promise<string> {
  const { out } = await runCli(["doctor", "--config", folder.config(make), "--timeout", "2"]);
  return out;
}

test("the command asks the server of a model, and compares own GPUs with list prices", async () => {
  const engine = await serveFakeEngine({ model: "qwen" });
  onTestFinished(engine.close);
  const own = () => ({
    own: vllm("qwen", { baseUrl: engine.url, contextWindow: 4_096, gpu: { usdPerHour: 2, count: 2 } }),
    cloud: fakeModel({ price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 } }),
  });
  const out = await doctor(() => createRouter({ models: own(), policy: always("own") }));
  expect(out).toContain("vllm 0.32.0; 4,096 tokens; serves qwen");
  expect(out).toMatch(/own GPUs +\$4(?:\.00)? an hour for 2 GPUs, not in budgets/);
  expect(out).toContain("average cost not known yet: no tokens were measured on its GPUs in the last hour");
  // 4 / 3,600 USD a second; 1,000 tokens in and 500 out cost 0.002 USD.
  expect(out).toContain("requests a second at which it costs as much as list prices: 0.556 for cloud");
  expect(out).not.toMatch(/own: .*price unknown/);
  const stated = vllm("qwen", {
    baseUrl: engine.url,
    gpu: { usdPerHour: 3.6, inBudgets: true, fullOutputTokensPerSecond: 1_000 },
  });
  const known = await doctor(() => createRouter({ models: { own: stated }, policy: always("own") }));
  expect(known).toContain("$0.250 in, $1.00 out per million tokens (at the full load that is stated)");
});

test("the command asks each endpoint of a pool", async () => {
  const [one, other] = await Promise.all([
    serveFakeEngine({ model: "qwen" }),
    serveFakeEngine({ model: "qwen-old" }),
  ]);
  onTestFinished(async () => void (await Promise.all([one.close(), other.close()])));
  const at = (baseUrl: string) => vllm("qwen", { baseUrl, contextWindow: 4_096 });
  const out = await doctor(() =>
    createRouter({
      models: { qwen: pool("qwen", [at(one.url), at(other.url), at("http://127.0.0.1:9/v1")]) },
      policy: always("qwen"),
    }),
  );
  expect(out).toContain(`${one.url}: reachable`);
  expect(out).toContain("serves qwen-old");
  expect(out).toContain(`qwen@${other.url}: its endpoint does not list the model qwen, but qwen-old`);
  expect(out).toMatch(/http:\/\/127\.0\.0\.1:9\/v1: (?:late; )?failed/);
});
