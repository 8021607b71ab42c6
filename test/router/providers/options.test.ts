import { describe, test } from "vitest";
import { anthropic, anthropicOptions } from "../../../src/router/providers/anthropic.ts";
import { azure, azureOptions } from "../../../src/router/providers/azure.ts";
import { bedrock, bedrockOptions } from "../../../src/router/providers/bedrock.ts";
import { llamaCpp, llamaCppOptions } from "../../../src/router/providers/engines/llama-cpp.ts";
import { ollama, ollamaOptions } from "../../../src/router/providers/engines/ollama.ts";
import { sglang, sglangOptions } from "../../../src/router/providers/engines/sglang.ts";
import { tgi, tgiOptions } from "../../../src/router/providers/engines/tgi.ts";
import { vllm, vllmOptions } from "../../../src/router/providers/engines/vllm.ts";
import { google } from "../../../src/router/providers/google.ts";
import { inProcess, inProcessOptions } from "../../../src/router/providers/in-process.ts";
import { entraId, entraIdOptions } from "../../../src/router/providers/internal/entra-id.ts";
import { googleOptions } from "../../../src/router/providers/internal/google-options.ts";
import { openai, openaiOptions } from "../../../src/router/providers/openai.ts";
import {
  openaiCompatible,
  openaiCompatibleOptions,
} from "../../../src/router/providers/openai-compatible.ts";
import { sagemaker, sagemakerOptions } from "../../../src/router/providers/sagemaker.ts";
import { nodeHttp } from "../../../src/router/providers/transport/node-http.ts";
import { transportOptions } from "../../../src/router/providers/transport/transport.ts";
import { undici } from "../../../src/router/providers/transport/undici.ts";
import { vertex, vertexOptions } from "../../../src/router/providers/vertex.ts";
import { optionConformance } from "../../../src/testing/index.ts";

const baseUrl = "http://127.0.0.1:9/v1";

const suites = {
  anthropic: optionConformance({
    owner: "anthropic",
    table: anthropicOptions,
    valid: {},
    use: (options) => anthropic("m", options),
  }),
  azure: optionConformance({
    owner: "azure",
    table: azureOptions,
    valid: {},
    use: (options) => azure("m", options),
  }),
  bedrock: optionConformance({
    owner: "bedrock",
    table: bedrockOptions,
    valid: { region: "eu-central-1" },
    use: (options) => bedrock("m", options),
  }),
  entraId: optionConformance({ owner: "entraId", table: entraIdOptions, valid: {}, use: entraId }),
  google: optionConformance({
    owner: "google",
    table: googleOptions,
    valid: {},
    use: (options) => google("m", options),
  }),
  inProcess: optionConformance({
    owner: "inProcess",
    table: inProcessOptions,
    valid: { name: "m", generate: () => "" },
    use: inProcess,
  }),
  llamaCpp: optionConformance({
    owner: "llamaCpp",
    table: llamaCppOptions,
    valid: { baseUrl },
    use: (options) => llamaCpp("m", options),
  }),
  ollama: optionConformance({
    owner: "ollama",
    table: ollamaOptions,
    valid: { baseUrl },
    use: (options) => ollama("m", options),
  }),
  sglang: optionConformance({
    owner: "sglang",
    table: sglangOptions,
    valid: { baseUrl },
    use: (options) => sglang("m", options),
  }),
  tgi: optionConformance({
    owner: "tgi",
    table: tgiOptions,
    valid: { baseUrl },
    use: (options) => tgi("m", options),
  }),
  vllm: optionConformance({
    owner: "vllm",
    table: vllmOptions,
    valid: { baseUrl },
    use: (options) => vllm("m", options),
  }),
  nodeHttp: optionConformance({ owner: "nodeHttp", table: transportOptions, valid: {}, use: nodeHttp }),
  openai: optionConformance({
    owner: "openai",
    table: openaiOptions,
    valid: {},
    use: (options) => openai("m", options),
  }),
  openaiCompatible: optionConformance({
    owner: "openaiCompatible",
    table: openaiCompatibleOptions,
    valid: { baseUrl },
    use: (options) => openaiCompatible("m", options),
  }),
  sagemaker: optionConformance({
    owner: "sagemaker",
    table: sagemakerOptions,
    valid: { region: "eu-central-1" },
    use: (options) => sagemaker("m", options),
  }),
  undici: optionConformance({ owner: "undici", table: transportOptions, valid: {}, use: undici }),
  vertex: optionConformance({
    owner: "vertex",
    table: vertexOptions,
    valid: { project: "p", location: "global" },
    use: (options) => vertex("m", options),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
