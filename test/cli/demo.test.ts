import { afterEach, describe, expect, it } from "vitest";
import { demoPrompts } from "../../cli/demo-prompts.ts";
import { openDemo } from "../../cli/demo-setup.ts";
import type { ScenarioServer } from "../../src/testing/index.ts";
import { serveOpenAi } from "../support/openai-server.ts";
import { runCli, vllmEnvironment } from "../support/run-cli.ts";
import { scenarioAnswer } from "../support/scenario-answer.ts";

let server: ScenarioServer | undefined;
afterEach(() => server?.close());

const answer = scenarioAnswer({ usage: { inputTokens: 10, outputTokens: 20 } });

describe("demo", () => {
  it("routes about 20 prompts without keys, and says at the top and in the sum that the models are simulated", async () => {
    const { exitCode, out, err } = await runCli(["demo"]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const [head, , ...rest] = out.slice(out.indexOf("prompt ")).split("\n");
    expect(head).toMatch(/^prompt +complexity +model +reason +est\. cost$/);
    const end = rest.findIndex((line) => line.startsWith("---"));
    expect(end).toBe(demoPrompts.length);
    for (const row of rest.slice(0, end)) {
      expect(row).toMatch(
        / {2}(small {2}(complexity below 0\.7|large is not permitted)|large {2}complexity at or above 0\.7) +\$0\.\d{5}$/,
      );
    }
    expect(out).toMatch(
      /^SIMULATED: the environment has no key, so two local endpoints stand in for the models\.$/m,
    );
    expect(out).toMatch(/^\d+ prompts \(simulated\): \d+ to the small model, \d+ to the large one$/m);
    expect(out).toMatch(/^ {2}saving +\d+ %, estimated$/m);
    expect(out).toContain("marked as uncertified");
  });

  it("adds up: what routing costs is the sum of its rows, and always-large costs more", async () => {
    const { exitCode, out, err } = await runCli(["demo", "--json"]);
    expect(exitCode).toBe(0);
    expect(err).toContain("SIMULATED");
    const { simulated, certified, models, pricedAs, rows, totals } = JSON.parse(out);
    expect({ simulated, certified }).toEqual({ simulated: true, certified: false });
    expect(models.small.name).toBe("simulated:small");
    expect(Object.values(pricedAs)).toHaveLength(2);
    const sum = (field: string) =>
      rows.reduce((total: number, row: Record<string, number>) => total + (row[field] ?? Number.NaN), 0);
    expect(totals.costUsd).toBeCloseTo(sum("costUsd"), 12);
    expect(totals.alwaysLargeUsd).toBeCloseTo(sum("alwaysLargeUsd"), 12);
    expect(totals.saving).toBeCloseTo(1 - totals.costUsd / totals.alwaysLargeUsd, 12);
    expect(totals.small + totals.large).toBe(totals.requests);
    expect(totals.small).toBeGreaterThan(totals.large);
    expect(totals.large).toBeGreaterThan(1);
    for (const row of rows) {
      if (row.model === "large") expect(row.costUsd).toBeCloseTo(row.alwaysLargeUsd, 12);
      else expect(row.costUsd).toBeLessThan(row.alwaysLargeUsd);
    }
  });

  it.each([40, 80, 200])("fits a terminal of %d columns", async (columns) => {
    const { out } = await runCli(["demo"], { columns });
    const rules = out.split("\n").filter((line) => /^-+$/.test(line));
    expect(rules.map((rule) => rule.length)).toEqual([1, 1].map(() => Math.min(130, Math.max(76, columns))));
  });

  it("calls the models that the environment describes, with answers cut short", async () => {
    server = await serveOpenAi({ type: "answer", answer });
    const { exitCode, out } = await runCli(["demo"], { env: vllmEnvironment(server.url) });
    expect(exitCode).toBe(0);
    expect(out).toContain("Real models: vllm:little (small) and vllm:big (large)");
    expect(out).not.toMatch(/simulated\)|SIMULATED/);
    expect(out).toMatch(/with routing +unknown \(a price is missing\)/);
    expect(out).toMatch(/saving +unknown\n/);
    expect(server.requests).toHaveLength(demoPrompts.length);
    for (const { body } of server.requests) expect(body).toMatchObject({ max_tokens: 500 });
  });

  it("simulates if asked although the environment has models", async () => {
    server = await serveOpenAi({ type: "answer", answer });
    const { out } = await runCli(["demo", "--simulate"], { env: vllmEnvironment(server.url) });
    expect(out).toContain("SIMULATED: --simulate was given");
    expect(server.requests).toHaveLength(0);
  });

  it("says why it simulates if the environment is only half set up", async () => {
    const { exitCode, out } = await runCli(["demo"], {
      env: { VLLM_BASE_URL: "http://127.0.0.1:1/v1", VLLM_MODEL: "m" },
    });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/SIMULATED: the environment lacks a large model: set OPENAI_API_KEY/);
  });

  it("shows simulated models at known prices, over real HTTP", async () => {
    const setup = await openDemo(true, {});
    try {
      for (const model of Object.values(setup.router.models)) expect(model.price).toBeDefined();
      const { text, completion, usage } = await setup.router.route({
        messages: [{ role: "user", content: "Hello" }],
        max_completion_tokens: 42,
      });
      expect(text).toContain("simulated");
      expect(completion.model).toBe("small");
      expect(usage.outputTokens).toBe(42);
    } finally {
      await setup.close();
    }
  });
});
