import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ExampleEndpoints, serveExampleEndpoints } from "../support/example-endpoints.ts";
import { tinyDecoder } from "../support/onnx/tiny-decoder.ts";
import { root } from "../support/package-sources.ts";
import { runReadme } from "../support/run-readme.ts";

/**
 * Runs each program of `examples` as it is, imports of the package taken from the sources, against simulated endpoints:
 * what it says that it prints, it must print. The types are checked with those of the tests.
 */
const programs = readdirSync(`${root}examples`).filter((file) => file.endsWith(".ts"));
const read = (file: string) => readFileSync(`${root}examples/${file}`, "utf8");

/** A language model in ONNX that answers the easy prompt, and its tokenizer. */
const folder = mkdtempSync(join(tmpdir(), "examples-"));
const local = tinyDecoder(["the capital of france ? it", "it is paris ."]);
const files = { ONNX_MODEL: join(folder, "model.onnx"), ONNX_TOKENIZER: join(folder, "tokenizer.json") };

let endpoints: ExampleEndpoints;
beforeAll(async () => {
  writeFileSync(files.ONNX_MODEL, local.model);
  writeFileSync(files.ONNX_TOKENIZER, JSON.stringify(local.tokenizer));
  endpoints = await serveExampleEndpoints();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  return endpoints.close();
});

beforeEach(() => {
  for (const [name, value] of Object.entries({ ...endpoints.environment, ...files })) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Runs a program, and returns what it exports. */
async function run(file: string): Promise<Readonly<Record<string, unknown>>> {
  const exported: Record<string, unknown> = {};
  const printed = await runReadme({ place: `examples/${file}:1`, code: read(file), runs: true }, exported);
  for (const { line, expected, printed: text } of printed) expect(text, line).toBe(expected);
  return exported;
}

it.each(programs)("%s runs, and prints what it says", async (file) => {
  const before = endpoints.cloud.requests.length;
  const exported = await run(file);
  if (Object.keys(exported).length === 0) expect(endpoints.cloud.requests.length).toBeGreaterThan(before);
});

it.each(programs)("%s can be read in two minutes, and says what it needs", (file) => {
  const text = read(file);
  expect(text.split("\n").length).toBeLessThanOrEqual(80);
  expect(text).toMatch(/^\/\*\*\n/);
  expect(text).toMatch(/Needs?\s/);
  // What the package's sources or tests hold is not for users.
  expect(text).not.toMatch(/from "\.{1,2}\//);
});

it.each(programs)("%s is described in the guide", (file) => {
  expect(readFileSync(`${root}docs/guides/README.md`, "utf8")).toContain(`\`examples/${file}\``);
});

const post = (prompt: unknown) =>
  new Request("http://localhost/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt }),
  });

describe("the route of Hono", () => {
  const chat = async (prompt: unknown): Promise<Response> => {
    const { default: app } = await run("hono-stream.ts");
    return (app as { fetch(request: Request): Response | Promise<Response> }).fetch(post(prompt));
  };

  it("streams chunks, then the model and the cost", async () => {
    const response = await chat("What is the capital of France?");
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = (await response.text())
      .split("\n\n")
      .map((event) => event.replace(/^event: (\w+)\n/, "$1 "));
    const data = events.flatMap((event) => /^data: (\{.*)/.exec(event)?.[1] ?? []);
    const pieces = data.map((text) => JSON.parse(text).choices?.[0]?.delta.content ?? "");
    expect(pieces.join("")).toBe("Paris is the capital of France.");
    const routed = events.find((event) => event.startsWith("routed "));
    expect(JSON.parse(routed?.slice("routed data: ".length) ?? "")).toMatchObject({ model: "small" });
    expect(events).toContain("data: [DONE]");
  });

  it("refuses a request without a prompt", async () => {
    expect((await chat(undefined)).status).toBe(400);
  });

  it("ends with an error, without text of the request, where no model answers", async () => {
    const text = await (await chat("This key is wrong, is it not?")).text();
    expect(text).toContain("event: error");
    expect(text).not.toContain("is it not");
  });

  it("survives a client that leaves", async () => {
    const reader = (await chat("What is the capital of France?")).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect(reader?.closed).resolves.toBeUndefined();
  });
});

describe("the route handler of Next", () => {
  const handle = async (request: Request): Promise<Response> => {
    const { POST } = await run("next-route.ts");
    return (POST as (request: Request) => Promise<Response>)(request);
  };

  it("streams the text, and names the model in a header", async () => {
    const response = await handle(post("Prove that the square root of 2 is irrational."));
    expect(response.headers.get("x-model")).toBe("large");
    expect(await response.text()).toBe("Suppose that it were p/q.");
  });

  it("ends the call when the reader leaves", async () => {
    const response = await handle(post("What is the capital of France?"));
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect(reader?.closed).resolves.toBeUndefined();
  });

  it("cuts the answer where no model answers", async () => {
    const response = await handle(post("This key is wrong, is it not?"));
    await expect(response.text()).rejects.toThrow();
  });

  it("refuses what is not JSON, or has no prompt", async () => {
    const request = new Request("http://localhost/chat", { method: "POST", body: "{" });
    expect((await handle(request)).status).toBe(400);
    expect((await handle(post(5))).status).toBe(400);
  });
});
