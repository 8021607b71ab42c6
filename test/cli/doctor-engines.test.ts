import { expect, onTestFinished, test } from "vitest";
import { askServer } from "../../cli/ask-server.ts";
import { vllm } from "../../src/providers/engines/index.ts";
import { openaiCompatible } from "../../src/providers/openai-compatible.ts";
import { serveFakeEngine } from "../../src/testing/index.ts";

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
