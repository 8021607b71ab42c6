import { afterAll, afterEach, describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel, type Scenario, type ScenarioServer } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { serveOpenAi } from "../support/openai-server.ts";
import { runCli, vllmEnvironment } from "../support/run-cli.ts";
import { scenarioAnswer } from "../support/scenario-answer.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
let server: ScenarioServer | undefined;
afterEach(() => server?.close());

const answer = scenarioAnswer({
  model: "served-7b",
  textPieces: ["Par", "is", "."],
  usage: { inputTokens: 12, outputTokens: 3 },
});

async function serve(scenario: Scenario): Promise<Record<string, string>> {
  server = await serveOpenAi(scenario);
  return vllmEnvironment(server.url);
}

const prompt = "What is the capital of France?";

describe("route", () => {
  it("prints the answer on stdout, and the model, reason and cost on stderr", async () => {
    const env = await serve({ type: "answer", answer });
    const { exitCode, out, err } = await runCli(["route", prompt], { env });
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "Paris.\n" });
    expect(err).toMatch(
      /^small: vllm:little \| cost unknown \| \d+ ms \| decided on small, because complexity 0\.\d\d is below 0\.7; all 2 models permitted; .*; not certified\n$/,
    );
  });

  it.each([
    ["-", ["route", "-"]],
    ["nothing", ["route"]],
  ])("takes a prompt that is piped in: %s", async (_, args) => {
    const env = await serve({ type: "answer", answer });
    const { exitCode, out } = await runCli(args, { env, stdin: `${prompt}\n` });
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "Paris.\n" });
    const sent = server?.requests[0]?.body as { readonly messages: unknown };
    expect(sent.messages).toEqual([{ role: "user", content: prompt }]);
  });

  it("says what to give if there is no prompt", async () => {
    const nothing = await runCli(["route"], { stdinIsTerminal: true });
    expect(nothing).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("<prompt> must be what to ask"),
    });
    const empty = await runCli(["route", "-"], { stdin: " \n" });
    expect(empty).toMatchObject({ exitCode: 2, err: expect.stringContaining("stdin must be the prompt") });
    const bytes = await runCli(["route"], { stdin: [Buffer.from([0xff, 0xfe])] });
    expect(bytes).toMatchObject({ exitCode: 2, err: expect.stringContaining("text in UTF-8") });
    const long = await runCli(["route"], { stdin: new Array(17).fill(Buffer.alloc(1024 * 1024, "a")) });
    expect(long).toMatchObject({ exitCode: 2, err: expect.stringContaining("at most 16777216 bytes") });
  });

  it("prints a stream as it arrives", async () => {
    const env = await serve({ type: "answer", answer });
    const { exitCode, out, err } = await runCli(["route", prompt, "--stream"], { env });
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "Paris.\n" });
    expect(err).toMatch(/^small: vllm:little \|.*not certified\n$/);
    expect(server?.requests.at(-1)?.body).toMatchObject({ stream: true });
  });

  it("prints the whole result as JSON", async () => {
    const env = await serve({ type: "answer", answer });
    const { out } = await runCli(["route", prompt, "--json"], { env });
    expect(JSON.parse(out)).toMatchObject({
      text: "Paris.",
      completion: { model: "served-7b" },
      decision: { model: "small", certified: false },
      attempts: [{ model: "small", servedModel: "served-7b" }],
      usage: { inputTokens: 12, outputTokens: 3 },
    });
  });

  it("shows control characters of an answer on a terminal; a file or program gets them unchanged", async () => {
    const text = "a\u001b[31m\u202eb\n\tc";
    const config = folder.config(() =>
      createRouter({
        models: { "on\u001b[1mly": fakeModel({ name: "a:\u0007", answer: text }) },
        policy: always("on\u001b[1mly"),
      }),
    );
    for (const mode of [[], ["--stream"]]) {
      const args = ["route", "Hi", "--config", config, ...mode];
      const { out, err } = await runCli(args, { columns: 80 });
      expect(out).toBe("a[U+001B][31m[U+202E]b\n\tc\n");
      expect(err).toMatch(/^on\[U\+001B\]\[1mly: a:\[U\+0007\] \|/);
      const piped = await runCli(args);
      expect(piped.out).toBe(`${text}\n`);
      expect(piped.err).toMatch(/^on\[U\+001B\]\[1mly: a:\[U\+0007\] \|/);
    }
  });

  it("uses the router of a config file, and says what its answer cost", async () => {
    const config = folder.config(() =>
      createRouter({
        models: {
          only: fakeModel({
            answer: "Yes.",
            price: { usdPerMillionInputTokens: 10, usdPerMillionOutputTokens: 100 },
            usage: { inputTokens: 100, outputTokens: 10 },
          }),
        },
        policy: always("only"),
      }),
    );
    const { exitCode, out, err } = await runCli(["route", "Really?", "--config", config]);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "Yes.\n" });
    expect(err).toMatch(
      /^only: fake:model \| \$0\.0020 \| \d+ ms \| decided on only, because always only; the only model; expected cost \$0\.\d+; not certified\n$/,
    );
  });

  it("says which model answered instead of one that failed", async () => {
    const config = folder.config(() =>
      createRouter({
        models: {
          first: fakeModel({ name: "a:first", error: new Error("down") }),
          second: fakeModel({ name: "a:second" }),
        },
        policy: always("first"),
        execution: { retries: 0 },
      }),
    );
    const { exitCode, err } = await runCli(["route", "Hi", "--config", config]);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/^second \(instead of first\): a:second \|/);
  });

  it("says in one line that no endpoint answers, and exits with 1", async () => {
    const config = folder.config(() =>
      createRouter({
        models: { gone: fakeModel({ error: new Error("secret text") }) },
        policy: always("gone"),
      }),
    );
    const { exitCode, out, err } = await runCli(["route", "Hi", "--config", config]);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toMatch(/^switchpoint: all models failed \(gone: .*Error.*\)\n$/);
    expect(err).not.toContain("secret text");
  });

  it("says how each model failed if no endpoint can be reached", async () => {
    const env = await serve({ type: "answer", answer });
    await server?.close();
    server = undefined;
    const { exitCode, err } = await runCli(["route", "Hi"], { env });
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /^switchpoint: all models failed \(small, 3 attempts: vllm:little failed \(connection\): the endpoint cannot be reached \(ECONNREFUSED\); large, 3 .*\)\n$/,
    );
  });

  it("says what the environment lacks", async () => {
    const { exitCode, out, err } = await runCli(["route", "Hi"]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(/the environment lacks one of OPENAI_API_KEY, .*--config FILE\n$/);
  });

  it("refuses an empty prompt", async () => {
    const { exitCode, err } = await runCli(["route", " "], { env: vllmEnvironment("http://127.0.0.1:1/v1") });
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: "switchpoint: request.messages is an empty prompt: give some text\n",
    });
  });
});
