import { afterAll, afterEach, describe, expect, it } from "vitest";
import { always, except, threshold } from "../../policies/index.ts";
import { type Classifier, createRouter } from "../../src/index.ts";
import { fakeModel, type ScenarioServer } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { openaiStatuses, serveOpenAi } from "../support/openai-server.ts";
import { runCli, vllmEnvironment } from "../support/run-cli.ts";
import { scenarioAnswer } from "../support/scenario-answer.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
let server: ScenarioServer | undefined;
afterEach(() => server?.close());

const answer = scenarioAnswer();
const known = {
  price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 },
  contextWindow: 8_000,
  capabilities: { tools: true, images: false, jsonSchema: true },
};
const failingClassifier: Classifier = {
  name: "mine",
  version: "1",
  classify: () => {
    throw new Error("secret text");
  },
};
const knownPair = () => ({
  a: fakeModel({ name: "x:a", ...known }),
  b: fakeModel({ name: "x:b", ...known }),
});

describe("doctor", () => {
  it("says exactly what is missing if nothing is configured, and exits with 1", async () => {
    const { exitCode, out, err } = await runCli(["doctor"]);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: "" });
    expect(out).toMatch(/^ {2}set +none$/m);
    expect(out).toMatch(/^ {2}not set +OPENAI_API_KEY, ANTHROPIC_API_KEY, /m);
    expect(out).toMatch(/^Then run: OPENAI_API_KEY=\.\.\. switchpoint doctor\n$/m);
    expect(out).toMatch(/- missing: one of OPENAI_API_KEY, .*VLLM_BASE_URL with VLLM_MODEL/);
    expect(out).toContain("`switchpoint demo` runs without any key");
  });

  it("finds both models of the environment reachable, and lists what is unknown about them", async () => {
    server = await serveOpenAi({ type: "answer", answer });
    const env = { ...vllmEnvironment(server.url), VLLM_API_KEY: "key-that-must-not-be-shown" };
    const { exitCode, out } = await runCli(["doctor"], { env });
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^ {2}small: vllm:little\n {4}key +VLLM_API_KEY found\n {4}endpoint +reachable, \d+ ms\n {4}catalogue +not listed/m,
    );
    expect(out).toMatch(/- small, large: price, contextWindow, tools, images, jsonSchema unknown/);
    expect(out).toContain(
      'state `capabilities: { images: true, tools: true, jsonSchema: true }` for the model, or `assumeCapabilities: ["images","tools","jsonSchema"]` for the model or the router',
    );
    expect(out).toMatch(
      /^ {2}policy +housekeeping \{"model":"small","policy":\{"name":"threshold","parameters":\{"small":"small","large":"large","at":0\.7/m,
    );
    expect(out).toMatch(/^ {2}classifier +complexity@/m);
    expect(out).toMatch(/^ {2}certified +no$/m);
    expect(out).toContain("Everything works.");
    expect(out).not.toContain("key-that");
    expect(server.requests.map(({ path }) => path)).toEqual(["/v1/models", "/v1/models"]);
  });

  it("says what comes of a capability that is not known, and what strictCapabilities makes of it", async () => {
    const open = folder.config(() =>
      createRouter({ models: { may: fakeModel({ name: "x:may" }) }, policy: always("may") }),
    );
    expect((await runCli(["doctor", "--config", open])).out).toContain(
      "may: a request with an image is sent to it only if no other permitted model is known to read images; a request with tools is sent to it, and goes on to a model that is known to call them if it refuses",
    );
    const strict = folder.config(() =>
      createRouter({
        models: { may: fakeModel({ name: "x:may" }) },
        policy: always("may"),
        strictCapabilities: true,
      }),
    );
    expect((await runCli(["doctor", "--config", strict])).out).toContain(
      "may: a request with an image is not sent to it (strictCapabilities); a request with tools is sent to it only if no other permitted model is known to call them (strictCapabilities)",
    );
  });

  it("lists unknown prices, old prices, retired models, and another model that answers", async () => {
    const price = { ...known.price, source: "https://example.com/prices", checkedOn: "2026-01-01" };
    const swapped = fakeModel({ provider: "openai", model: "gpt-4.1" });
    const config = folder.config(() =>
      createRouter({
        models: {
          unpriced: fakeModel({ name: "x:unpriced" }),
          stale: fakeModel({ name: "x:stale", price }),
          gone: fakeModel({ provider: "openai", model: "gpt-4" }),
          swapped: {
            ...swapped,
            generate: async (request, options) => ({
              ...(await swapped.generate(request, options)),
              model: "gpt-5",
            }),
          },
        },
        policy: always("stale"),
      }),
    );
    const run = async (...more: string[]) => (await runCli(["doctor", "--config", config, ...more])).out;
    const out = await run("--call");
    expect(out).toMatch(/- unpriced.*: price, .*unknown/);
    expect(out).toContain(
      "- stale: its price was last checked 334 days ago (https://example.com/prices): compare it with the provider's page",
    );
    expect(out).toContain("- gone: retired on 2026-10-23; the provider recommends gpt-5.6-sol");
    expect(out).toContain("- swapped: gpt-5 answered in its place");
    expect(out).toContain("- swapped: retires on 2027-01-14; the provider recommends gpt-6-luna");
    expect(await run("--max-price-age", "400")).not.toContain("last checked 334 days ago");
  });

  it("reports an unreachable endpoint", async () => {
    server = await serveOpenAi({ type: "answer", answer });
    const env = vllmEnvironment(server.url);
    await server.close();
    server = undefined;
    const { exitCode, out } = await runCli(["doctor"], { env });
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /- small: vllm:little failed \(connection\).*is the address right, and is the server up\?/,
    );
    expect(out).toMatch(/key +VLLM_API_KEY not set \(optional\)/);
    expect(out).toContain("Something does not work: see Problems.");
  });

  it("reports a key that is not accepted, without its text", async () => {
    const failure = {
      kind: "authentication",
      status: openaiStatuses.authentication ?? 401,
      message: "Incorrect key: key-that-must-not-be-shown",
      requestId: "r1",
    } as const;
    server = await serveOpenAi({ type: "failure", failure });
    const env = { ...vllmEnvironment(server.url), VLLM_API_KEY: "key-that-must-not-be-shown" };
    const { exitCode, out } = await runCli(["doctor"], { env });
    expect(exitCode).toBe(1);
    expect(out).toMatch(/- small: vllm:little failed \(authentication, status 401.*the key is not accepted/);
    expect(out).not.toContain("key-that");
  });

  it("does not wait for an endpoint that stalls", async () => {
    server = await serveOpenAi({ type: "stall" });
    const { exitCode, out } = await runCli(["doctor", "--timeout", "0.05"], {
      env: vllmEnvironment(server.url),
    });
    expect(exitCode).toBe(1);
    expect(out).toContain("- small, large: no answer within 0.05 s");
  });

  it("says why a tuning file does not make the decisions of a router certified", async () => {
    const tuning = {
      version: "0123456789ab",
      expiresAt: "2099-01-01T00:00:00.000Z",
      models: ["a:known", "b:mute"],
      policy: { name: "always", parameters: { model: "b:mute" } },
      classifier: { name: "stub", version: "1" },
    };
    const configOf = (model: "known" | "mute", version: string) =>
      folder.config(() =>
        createRouter({
          models: { known: fakeModel({ name: "a:known" }), mute: fakeModel({ name: "b:mute" }) },
          policy: always(model),
          classifier: { name: "stub", version, classify: () => ({ complexity: 0.5 }) },
          tuning,
        }),
      );
    const notice = (reason: string): string => `- decisions are uncertified: ${reason}\n`;
    const other = await runCli(["doctor", "--config", configOf("known", "1")]);
    expect(other.out).toContain(notice("other parameters of the policy always were tuned: model differs"));
    const newer = await runCli(["doctor", "--config", configOf("mute", "2")]);
    expect(newer.out).toContain(notice("the classifier is stub@2, and stub@1 was tuned"));
    const same = await runCli(["doctor", "--config", configOf("mute", "1")]);
    expect(same.out).toMatch(/^ {2}certified +yes$/m);
    expect(same.out).not.toContain("uncertified");
  });

  it("lists what a model can do, without its content types", async () => {
    const capabilities = { tools: true, images: false, contentTypes: ["image/png"] };
    const config = folder.config(() =>
      createRouter({ models: { one: fakeModel({ capabilities }) }, policy: always("one") }),
    );
    const { out } = await runCli(["doctor", "--config", config]);
    expect(out).toMatch(/^ {4}can do +tools, no images, jsonSchema unknown$/m);
  });

  it("prints JSON with everything it found, and the age of the catalogue", async () => {
    const config = folder.config(() =>
      createRouter({
        models: {
          known: { ...fakeModel({ name: "a:known", ...known }), health: async () => true },
          mute: fakeModel({ name: "b:mute" }),
        },
        policy: always("known"),
      }),
    );
    const { exitCode, out } = await runCli(["doctor", "--config", config, "--json"], {
      env: { OPENAI_API_KEY: "x" },
    });
    expect(exitCode).toBe(0);
    const diagnosis = JSON.parse(out);
    expect(diagnosis).toMatchObject({
      works: true,
      config,
      environment: { OPENAI_API_KEY: true, ANTHROPIC_API_KEY: false },
      routing: { policy: "always", parameters: { model: "known" }, certified: false },
      problems: [],
    });
    expect(diagnosis.catalogue).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      ageDays: expect.any(Number),
    });
    const [first, second] = diagnosis.models;
    expect(first).toMatchObject({
      id: "known",
      name: "a:known",
      endpoint: { reachable: true },
      contextWindow: 8000,
      unknown: [],
    });
    expect(second).toMatchObject({
      id: "mute",
      endpoint: {},
      unknown: ["price", "contextWindow", "tools", "images", "jsonSchema"],
    });
  });

  it("reports an unhealthy endpoint, a failing classifier and a policy without an opinion", async () => {
    const config = folder.config(() =>
      createRouter({
        models: { ...knownPair(), c: { ...fakeModel({ name: "x:c", ...known }), health: async () => false } },
        policy: { name: "unsure", select: () => undefined },
      }),
    );
    const { exitCode, out } = await runCli(["doctor", "--config", config]);
    expect(exitCode).toBe(1);
    expect(out).toContain("- c: its endpoint reports that it is unhealthy");
    expect(out).toMatch(/- a sample request could not be decided: policy unsure/);
    expect(out).not.toContain("secret text");
    const failing = folder.config(() =>
      createRouter({
        models: knownPair(),
        classifier: failingClassifier,
        policy: threshold({ small: "a", large: "b", at: 0.5 }),
      }),
    );
    const failed = await runCli(["doctor", "--config", failing]);
    expect(failed.exitCode).toBe(1);
    expect(failed.out).toMatch(/- classifier: .*mine threw an error of type Error/);
    expect(failed.out).not.toContain("secret text");
  });

  it("does not take constraints that refuse its sample for a problem", async () => {
    const config = folder.config(() =>
      createRouter({
        models: knownPair(),
        policy: always("a"),
        constraints: [{ name: "tenants", permits: () => "the tenant is not known" }],
      }),
    );
    const { exitCode, out } = await runCli(["doctor", "--config", config]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Notices[\s\S]*a sample request could not be decided: .*the tenant is not known/);
  });

  it("names models that no request can reach, and what to do", async () => {
    const config = folder.config(() =>
      createRouter({
        models: { ...knownPair(), c: fakeModel({ name: "x:c" }), d: fakeModel({ name: "x:d", ...known }) },
        policy: always("a"),
        budgets: [{ limitUsd: 5, period: "day" }],
        constraints: [except("d")],
      }),
    );
    const { exitCode, out } = await runCli(["doctor", "--config", config]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /Notices[\s\S]*c: no request can reach it: its price is not known, .* or the budget unpriced: "allow"/,
    );
    expect(out).toContain("d: no request can reach it: except: excluded");
  });

  it("reports an unusable config file as a problem", async () => {
    const { exitCode, out } = await runCli(["doctor", "--config", "nowhere.ts"]);
    expect(exitCode).toBe(1);
    expect(out).toContain('- --config must be a file that exists, got "nowhere.ts"');
  });

  it("refuses an invalid timeout", async () => {
    const { exitCode, err } = await runCli(["doctor", "--timeout", "soon"]);
    expect(exitCode).toBe(2);
    expect(err).toBe('switchpoint: --timeout must be a number in [0.001, 3600], got "soon"\n');
  });
});
