import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Model } from "../../../src/index.ts";
import { google } from "../../../src/router/providers/google.ts";
import { authoriseByKeys, createKey, serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type LoopbackServer, serveWith } from "../../support/serve-with.ts";

// The program itself: `npm install --prefix <a folder> @google/gemini-cli`. Tried with 0.61.0, 2026-12-01.

const program =
  process.env["GEMINI_CLI_PATH"] ??
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "gemini"))
    .find(existsSync) ??
  "gemini";
const isThere = existsSync(program);
if (!isThere) console.log(`skipped: no Gemini CLI at ${program} (GEMINI_CLI_PATH)`);

/** Runs the program with one prompt, in a folder and with settings of its own, and returns what it prints. */
async function ask(prompt: string, url: string, key: string): Promise<{ response: string; stats: object }> {
  const home = await mkdtemp(join(tmpdir(), "gemini-cli-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const work = join(home, "work");
  await mkdir(join(home, ".gemini"));
  await mkdir(work);
  await writeFile(join(work, "depth.txt"), "twelve fathoms\n");
  const settings = {
    security: { auth: { selectedType: "gemini-api-key" } },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false },
  };
  await writeFile(join(home, ".gemini", "settings.json"), JSON.stringify(settings));
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    GEMINI_API_KEY: key,
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_CLI_TRUST_WORKSPACE: "true",
  };
  const args = ["-m", "gemini-2.5-pro", "-p", prompt, "--output-format", "json"];
  const text = await new Promise<string>((resolve, reject) => {
    const child = execFile(program, args, { cwd: work, env, timeout: 100_000 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stdout}\n${stderr}`)),
    );
    child.stdin?.end();
  });
  return JSON.parse(text.slice(text.indexOf("{")));
}

async function started(model: Model) {
  const { key, record } = createKey({ tenant: "acme" });
  const router = createRouter({ models: { small: model }, policy: always("small") });
  const authorise = authoriseByKeys([record]);
  const server = await serve(router, { port: 0, authorise, unknownModel: "auto" });
  onTestFinished(server.close);
  return { url: server.url, key };
}

describe.skipIf(!isThere)("Gemini CLI", { timeout: 120_000 }, () => {
  test("reads a file by its tool and answers, with a model of another provider", async () => {
    const toolCalls = [
      {
        id: "c1",
        type: "function" as const,
        function: { name: "read_file", arguments: '{"file_path":"depth.txt"}' },
      },
    ];
    const model = fakeModel({
      answer: ({ messages }) => {
        const result = messages.find(({ role }) => role === "tool");
        return result === undefined
          ? { text: "I look.", toolCalls }
          : `It says: ${JSON.stringify(result.content)}`;
      },
      capabilities: { tools: true },
    });
    const { url, key } = await started(model);
    const { response } = await ask("How deep is it?", url, key);
    expect(response).toContain("twelve fathoms");
    expect(model.requests).toHaveLength(2);
    expect(model.requests[0]?.tools?.length).toBeGreaterThan(3);
    const [call, result] = model.requests[1]?.messages.slice(-2) ?? [];
    expect(call).toMatchObject({ role: "assistant", tool_calls: toolCalls });
    expect(result).toMatchObject({ role: "tool", tool_call_id: "c1" });
  });

  test("reaches a model of Google's as it wrote its request, and brings signatures back", async () => {
    const calls = [
      { functionCall: { name: "read_file", args: { file_path: "depth.txt" } }, thoughtSignature: "c2lnMQ==" },
    ];
    const upstream: LoopbackServer = await serveWith((response) => {
      const parts = upstream.requests.length === 1 ? calls : [{ text: "Twelve." }];
      const piece = {
        candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0 }],
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 11 },
        modelVersion: "gemini-3-pro",
      };
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: ${JSON.stringify(piece)}\r\n\r\n`);
    });
    onTestFinished(upstream.close);
    const { url, key } = await started(google("gemini-3-pro", { baseUrl: upstream.url, apiKey: "own" }));
    const { response } = await ask("How deep is it?", url, key);
    expect(response).toContain("Twelve.");
    const [first, second] = upstream.requests;
    expect(first?.url).toBe("/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse");
    expect(first?.headers["x-goog-api-key"]).toBe("own");
    // Fields that a translation would leave out.
    expect(first?.body.generationConfig).toHaveProperty("topK");
    const parts = second?.body.contents.flatMap((content: { parts: object[] }) => content.parts);
    expect(parts).toContainEqual(expect.objectContaining({ thoughtSignature: "c2lnMQ==" }));
    expect(JSON.stringify(parts)).toContain("twelve fathoms");
  });
});
