import { azure, entraId } from "../../../src/router/providers/azure.ts";
import { bedrock } from "../../../src/router/providers/bedrock.ts";
import { sagemaker } from "../../../src/router/providers/sagemaker.ts";
import { vertex } from "../../../src/router/providers/vertex.ts";
import { openaiWire } from "../openai-server.ts";
import type { Wire } from "../wires.ts";
import { awsFault } from "./aws.ts";
import { invokeWire } from "./bedrock.ts";
import { vertexClaudeWire, vertexWire } from "./google.ts";
import { sagemakerWire } from "./sagemaker.ts";
import { bearerOf } from "./tokens.ts";
import { verifying } from "./verifying.ts";

const region = "eu-central-1";
const credentials = { accessKeyId: "AKIAFAULTS", secretAccessKey: "secret-of-faults" };
const keys = new Map([[credentials.accessKeyId, { secret: credentials.secretAccessKey }]]);
const signed = (service: string) => (call: Parameters<Wire["isStream"]>[0]) =>
  awsFault({ ...call, text: call.text ?? "" }, { now: Date.now, region, service, keys })?.message;

const credential = {
  getToken: async () => ({ token: "token.of.faults", expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const azureEnd = verifying(openaiWire, ({ headers }) =>
  bearerOf(headers) === "token.of.faults" && headers["api-key"] === undefined ? undefined : "another token",
);
const vertexEnd = verifying(vertexWire, ({ headers }) =>
  bearerOf(headers) === "token-of-faults" ? undefined : "another token",
);
const vertexClaudeEnd = verifying(vertexClaudeWire, ({ headers }) =>
  bearerOf(headers) === "token-of-faults" ? undefined : "another token",
);
const invokeEnd = verifying(invokeWire, signed("bedrock"));
const bedrockEnd = verifying(openaiWire, signed("bedrock"));
const sagemakerEnd = verifying(sagemakerWire, signed("sagemaker"));

/** Platforms whose endpoints verify token or signature of each request. */
export const platformWires: Readonly<
  Record<"azure" | "vertex" | "vertex-claude" | "bedrock" | "invoke" | "sagemaker", Wire>
> = {
  azure: {
    ...azureEnd,
    model: (name, baseUrl, { apiKey: _, ...options }) =>
      azure(name, {
        ...options,
        endpoint: baseUrl,
        apiVersion: "2024-10-21",
        apiKey: entraId({ credential }),
      }),
  },
  vertex: {
    ...vertexEnd,
    model: (name, baseUrl, options) =>
      vertex(name, {
        project: "p",
        location: "l",
        ...options,
        baseUrl,
        apiKey: async () => "token-of-faults",
      }),
  },
  bedrock: {
    ...bedrockEnd,
    model: (name, baseUrl, { apiKey: _, ...options }) =>
      bedrock(name, { ...options, region, credentials, baseUrl, api: "chat" }),
  },
  invoke: {
    ...invokeEnd,
    model: (name, baseUrl, { apiKey: _, ...options }) =>
      bedrock(`anthropic.claude-${name}`, { ...options, region, credentials, baseUrl, api: "invoke" }),
  },
  "vertex-claude": {
    ...vertexClaudeEnd,
    model: (name, baseUrl, options) =>
      vertex(`claude-${name}`, {
        project: "p",
        location: "l",
        ...options,
        baseUrl,
        apiKey: async () => "token-of-faults",
      }),
  },
  sagemaker: {
    ...sagemakerEnd,
    model: (name, baseUrl, { apiKey: _, ...options }) =>
      sagemaker(name, { ...options, region, credentials, baseUrl }),
  },
};

/** Faults of requests that these endpoints have found. */
export const requestFaults = (): readonly string[] =>
  [azureEnd, vertexEnd, vertexClaudeEnd, bedrockEnd, invokeEnd, sagemakerEnd].flatMap(({ faults }) => faults);
