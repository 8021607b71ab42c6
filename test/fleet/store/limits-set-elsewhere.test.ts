import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { fleet, redisStore } from "../../../src/fleet/index.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { bundledCommand } from "../../support/bundled-command.ts";
import { temporaryFolder } from "../../support/cli-config.ts";
import { startRedis, withoutRedis } from "../../support/redis-server.ts";

const run = promisify(execFile);
/** The price of an answer's 100 tokens is a cent. */
const priceText = "{ usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 100 }";
const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 100 };
const budget = { name: "day", limitUsd: 0.1, period: "day", per: "tenant" } as const;

it.skipIf(withoutRedis !== undefined).each(["strict", "leased"] as const)(
  `a limit that another process sets in Redis holds here within a second: %s (${withoutRedis ?? "real"})`,
  async (mode) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const { main, module } = await bundledCommand();
    const address = (name: Parameters<typeof module>[0]) => JSON.stringify(pathToFileURL(module(name)).href);
    const ioredis = createRequire(import.meta.url).resolve("ioredis");
    const config = folder.file(
      "router.mjs",
      `import ioredis from ${JSON.stringify(pathToFileURL(ioredis).href)};
import { createRouter } from ${address("index")};
import { always } from ${address("policies")};
import { fleet, redisStore } from ${address("fleet")};
import { fakeModel } from ${address("testing")};
const client = new ioredis.Redis({ port: ${server.port}, host: "127.0.0.1" });
export default createRouter({
  models: { m: fakeModel({ model: "m", price: ${priceText} }) },
  policy: always("m"),
  budgets: [${JSON.stringify(budget)}],
  shared: fleet({ store: redisStore({ client }), mode: "${mode}" }),
});
`,
    );
    const set = async (limit: string) => {
      const where = ["--config", config, "--name", "day", "--tenant", "acme"];
      const { stdout } = await run(process.execPath, [
        main,
        "budget",
        "set",
        ...where,
        "--limit",
        limit,
        "--json",
      ]);
      return JSON.parse(stdout);
    };
    const router = createRouter({
      models: { m: fakeModel({ model: "m", price, usage: { inputTokens: 1, outputTokens: 100 } }) },
      policy: always("m"),
      budgets: [budget],
      shared: fleet({ store: redisStore({ client: server.connect() }), mode, timeoutMs: 5_000 }),
    });
    onTestFinished(() => router.close());
    const ask = () =>
      router.route({
        messages: [{ role: "user", content: "Hello" }],
        max_completion_tokens: 100,
        tenant: "acme",
      });
    const calls = async () => {
      for (let count = 0; ; count += 1)
        try {
          await ask();
        } catch (error) {
          if (!isRouterError(error, "budget-exceeded")) throw error;
          return [count, error.limitUsd];
        }
    };
    for (let call = 0; call < 3; call += 1) await ask();
    expect(await set("0.05")).toMatchObject([{ limit: 0.05, limitFrom: "set" }]);
    await sleep(1_000);
    expect(await calls()).toEqual([2, 0.05]);
    await set("default");
    await sleep(1_000);
    expect(await calls()).toEqual([5, 0.1]);
  },
);
