import type { ServerResponse } from "node:http";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { unlistedProblem } from "../../cli/listed-model.ts";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { type PlainServer, servePlain } from "../support/google-server.ts";
import { runCli, vllmEnvironment } from "../support/run-cli.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
let server: PlainServer | undefined;
afterEach(() => server?.close());

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

/** A server like Ollama, which lists its models and knows no other. */
async function serveOllama(): Promise<string> {
  server = await servePlain((response, { method, url }) => {
    if (method === "GET" && url === "/v1/models")
      json(response, 200, { object: "list", data: [{ id: "big" }, { id: "small-3:latest" }] });
    else if (url === "/v1/chat/completions")
      json(response, 404, { error: { message: 'model "little" not found, try pulling it first' } });
    else response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found");
  });
  return server.url;
}

describe("doctor as first aid", () => {
  it("finds a wrong model name in the list of the endpoint", async () => {
    const env = vllmEnvironment(`${await serveOllama()}/v1`);
    const { exitCode, out } = await runCli(["doctor"], { env });
    expect(exitCode).toBe(1);
    expect(out).toContain(
      "- small: its endpoint does not list the model little, but big, small-3:latest: is the name right?",
    );
    expect(out).toMatch(/^ {4}endpoint +reachable, \d+ ms, lists 2 models$/m);
    expect(out).toMatch(/^Then run: switchpoint doctor$/m);
  });

  it("reports a call that fails in the server's own words, with --call only", async () => {
    const env = vllmEnvironment(`${await serveOllama()}/v1`);
    const { exitCode, out } = await runCli(["doctor", "--call"], { env });
    expect(exitCode).toBe(1);
    expect(out).toContain(
      '- small: a call failed: vllm:little failed (not-found, status 404): the server says: model "little" not found, try pulling it first',
    );
    expect((await runCli(["doctor"], { env })).out).not.toContain("a call failed");
  });

  it("asks for the base URL where its path does not exist, or a page is there", async () => {
    const env = vllmEnvironment(await serveOllama());
    expect((await runCli(["doctor"], { env })).out).toMatch(
      /- small: vllm:little failed \(not-found, status 404\): the server says: 404 page not found: is the base URL right \(most end in "\/v1"\)\?/,
    );
    await server?.close();
    server = await servePlain((response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<title>Welcome</title>"),
    );
    const { exitCode, out } = await runCli(["doctor"], { env: vllmEnvironment(`${server.url}/v1`) });
    expect(exitCode).toBe(1);
    expect(out).toContain("this is not an API: is the base URL right? got text/html");
  });

  it("shows the server's text of a refused key without the key", async () => {
    server = await servePlain((response, { headers }) =>
      json(response, 401, { error: { message: `Zoltan does not know ${headers.authorization}` } }),
    );
    const env = { ...vllmEnvironment(`${server.url}/v1`), VLLM_API_KEY: "hunter2-horse" };
    const { out } = await runCli(["doctor"], { env });
    expect(out).toContain("the server says: Zoltan does not know");
    expect(out).toContain("the key is not accepted");
    expect(out).not.toContain("hunter2");
  });

  it("says what a request would cost, what a call cost, and what to run next", async () => {
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
    const config = folder.config(() =>
      createRouter({
        models: {
          one: fakeModel({ price, usage: { inputTokens: 10, outputTokens: 5 } }),
        },
        policy: always("one"),
      }),
    );
    const { exitCode, out } = await runCli(["doctor", "--call", "--config", config]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^ {4}price +\$1 in, \$2 out per million tokens; \$0\.0020 for 1,000 in and 500 out$/m,
    );
    expect(out).toMatch(/^ {4}call +answered, \d+ ms, \$0\.000020$/m);
    expect(out).toContain(`Next: switchpoint route "What is the capital of France?" --config ${config}`);
    // Nothing was asked of an endpoint that has no health check: the verdict says so.
    const unchecked = await runCli(["doctor", "--config", config]);
    expect(unchecked.out).toContain("Everything that was checked works; not checked: one.");
    const { models, next } = JSON.parse((await runCli(["doctor", "--json", "--config", config])).out);
    expect(models[0]).toMatchObject({ sampleCostUsd: 0.002 });
    expect(next).toContain("switchpoint route");
  });

  it("waits neither for a policy nor for a close that never ends", async () => {
    const stuck = folder.config(() => {
      const router = createRouter({ models: { one: fakeModel() }, policy: always("one") });
      return {
        ...router,
        decide: () => new Promise<never>(() => {}),
        close: () => new Promise<never>(() => {}),
      };
    });
    const alive = setInterval(() => {}, 1_000);
    const { exitCode, out } = await runCli(["doctor", "--timeout", "0.05", "--config", stuck]);
    clearInterval(alive);
    expect(exitCode).toBe(1);
    expect(out).toContain("a sample request was not decided in time");
  });

  it("reports a config file that throws, and one that exports something else", async () => {
    for (const [name, code] of [
      ["throws.mjs", 'throw new Error("boom")'],
      ["other.mjs", "export default 1"],
    ] as const) {
      const file = folder.file(name, code);
      const { exitCode, out } = await runCli(["doctor", "--config", file]);
      expect(exitCode).toBe(1);
      expect(out).toContain("--config must be");
      expect(out).toContain(`Then run: switchpoint doctor --config ${file}`);
    }
  });
});

describe("the list of an endpoint", () => {
  it("may add a tag or a folder to a name, and may be empty", () => {
    for (const listed of [["a"], ["a:latest"], ["models/a"], []])
      expect(unlistedProblem("a", listed)).toBeUndefined();
  });

  it("is shown with the most similar names first, bounded", () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `other-${at}-${"x".repeat(200)}`);
    const problem = unlistedProblem("gpt-5-mni", [...names, "gpt-5-mini"]) ?? "";
    expect(problem).toMatch(/but gpt-5-mini, other-/);
    expect(problem).toContain("and 996 others");
    expect(problem.length).toBeLessThan(600);
  });
});

describe("exit codes", () => {
  it("are in the help", async () => {
    expect((await runCli(["--help"])).out).toMatch(/Exit codes:\n {2}0 {2}done\n {2}1 {2}.*\n {2}2 {2}/);
    expect((await runCli(["doctor", "--help"])).out).toContain("Exit codes: 0 everything works, 1 ");
  });
});
