import { afterAll, expect, onTestFinished, test } from "vitest";
import { sharedEndpoints } from "../../cli/inspect-pool.ts";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { polled, pool } from "../../src/router/pools/index.ts";
import { vllm } from "../../src/router/providers/engines/index.ts";
import { serveFakeEngine } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const known = {
  apiKey: "none",
  price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 },
  contextWindow: 4_096,
  capabilities: { tools: true, images: false, jsonSchema: true },
};

async function engine() {
  const one = await serveFakeEngine({ model: "qwen" });
  onTestFinished(one.close);
  return one.url;
}

test("doctor asks each member of a pool that is found, and shows what it said and its load", async () => {
  const [a, b] = [await engine(), await engine()];
  const config = folder.config(() =>
    createRouter({
      models: {
        own: pool(
          "qwen-pool",
          {
            discover: polled(() => [a, { url: b, state: "draining" }]),
            as: ({ url }) => vllm("qwen", { ...known, baseUrl: url }),
          },
          { load: true },
        ),
      },
      policy: always("own"),
    }),
  );
  const { exitCode, out } = await runCli(["doctor", "--config", config]);
  expect(out).toMatch(
    new RegExp(
      `member +qwen-pool@${a}: reachable, \\d+ ms, lists 1 model; vllm 0.32.0; 4,096 tokens; serves qwen; 0 running, 0 waiting, 0 % of the cache`,
    ),
  );
  expect(out).toMatch(new RegExp(`member +qwen-pool@${b}: draining; reachable`));
  expect(out).toMatch(/context +4,096 tokens/);
  expect(out).toMatch(/price +.*1/);
  expect(out).toContain("Everything works.");
  expect(exitCode).toBe(0);
  const json = JSON.parse((await runCli(["doctor", "--config", config, "--json"])).out);
  expect(json.models[0].pool.members).toHaveLength(2);
});

test("doctor tells members that do not answer, that serve another model, and as() that makes none", async () => {
  const [good, other] = [await engine(), await engine()];
  const config = folder.config(() =>
    createRouter({
      models: {
        own: pool("own", {
          discover: polled(() => [good, other, "http://127.0.0.1:9/v1", "http://key@odd.test/v1"]),
          as: ({ url }) => {
            if (url.includes("odd")) throw new Error("secret");
            return vllm(url === other ? "qwem" : "qwen", { ...known, baseUrl: url });
          },
        }),
      },
      policy: always("own"),
    }),
  );
  const { exitCode, out } = await runCli(["doctor", "--config", config]);
  expect(exitCode).toBe(1);
  expect(out).toContain("http://odd.test/v1: as() threw an error of type Error");
  expect(out).toMatch(/own@http:\/\/127.0.0.1:9\/v1: .*is the server up\?/);
  expect(out).toContain(`own@${other}: `);
  expect(out).toContain("qwem");
  expect(out).not.toMatch(/secret|key@/);
});

test("doctor tells a pool without an endpoint, with what its source says", async () => {
  const config = folder.config(() =>
    createRouter({
      models: {
        own: pool(
          "own",
          {
            discover: polled(() => {
              throw new Error("secret");
            }),
            as: ({ url }) => vllm("qwen", { ...known, baseUrl: url }),
          },
          { startWaitMs: 50 },
        ),
      },
      policy: always("own"),
    }),
  );
  const { exitCode, out } = await runCli(["doctor", "--config", config]);
  expect(exitCode).toBe(1);
  expect(out).toMatch(/members +none: see Problems/);
  expect(out).toContain("own: the pool has no endpoint");
  expect(out).toContain("discovery polled: the function: it failed, and the last endpoints stay");
  expect(out).not.toContain("secret");
});

test("an endpoint in two pools is named", () => {
  const member = (address: string) =>
    ({ key: `k@${address}`, address, state: "ready", endpoint: {} }) as const;
  const report = (id: string, ...addresses: string[]) => ({
    id,
    pool: { members: addresses.map(member), notAsked: 0, problems: [] },
  });
  expect(
    sharedEndpoints([report("a", "http://1/", "http://2/"), report("b", "http://2/"), { id: "c" }]),
  ).toEqual(["a, b: http://2/ is in each of them, which count their calls apart"]);
});
