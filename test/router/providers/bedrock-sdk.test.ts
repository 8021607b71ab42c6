import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { bedrock } from "../../../src/router/providers/bedrock.ts";
import { type ScenarioAnswer, serveScenario } from "../../../src/testing/index.ts";
import { bedrockStatuses, converseWire, invokeWire } from "../../support/platforms/bedrock.ts";

/**
 * AWS's own client reads what our fakes of Bedrock send, and sends what the adapter is compared with. It is no dependency of
 * the project: install `@aws-sdk/client-bedrock-runtime` anywhere and name the folder of its `node_modules`.
 */
const variable = "SWITCHPOINT_AWS_SDK";

type Sdk = {
  readonly NodeHttpHandler: new () => object;
  readonly BedrockRuntimeClient: new (
    options: object,
  ) => { send(command: object): Promise<Record<string, never>> };
} & Readonly<Record<string, new (input: object) => object>>;

const why = `set ${variable} to a folder with @aws-sdk/client-bedrock-runtime`;
const sdk = await loadSdk();

async function loadSdk(): Promise<Sdk | undefined> {
  const folder = process.env[variable];
  if (folder === undefined) {
    console.log(`skipped: ${why}`);
    return undefined;
  }
  const { resolve } = createRequire(`${folder}/x.js`);
  const load = (name: string) => import(pathToFileURL(resolve(name)).href);
  // Its own default speaks HTTP/2.
  const [client, http] = await Promise.all([
    load("@aws-sdk/client-bedrock-runtime"),
    load("@smithy/node-http-handler"),
  ]);
  return { ...client, ...http } as Sdk;
}

const answer: ScenarioAnswer = {
  model: "served",
  textPieces: ["Forty-two ", "meters, says 灯台 🗼."],
  toolCalls: [{ id: "tooluse_1", name: "look", argumentPieces: ['{"at":', '"quay"}'] }],
  finishReason: "tool_calls",
  usage: { inputTokens: 30, outputTokens: 7, cachedInputTokens: 10, cacheWriteTokens: 5 },
};
const modelId = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

function clientFor(url: string) {
  const { BedrockRuntimeClient, NodeHttpHandler } = sdk as Sdk;
  return new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint: url,
    credentials: { accessKeyId: "AKIATEST", secretAccessKey: "s" },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
}

async function send(url: string, command: string, input: object): Promise<Record<string, never>> {
  const Command = (sdk as Sdk)[command] as new (input: object) => object;
  return clientFor(url).send(new Command({ modelId, ...input }));
}

const messages = [{ role: "user", content: [{ text: "How deep?" }] }];

describe.skipIf(sdk === undefined)(`AWS's client (${why})`, () => {
  test("reads our answers of Converse", async () => {
    const { url, close } = await serveScenario({ type: "answer", answer }, converseWire);
    onTestFinished(close);
    expect(await send(url, "ConverseCommand", { messages })).toMatchObject({
      output: {
        message: {
          content: [
            { text: answer.textPieces.join("") },
            { toolUse: { toolUseId: "tooluse_1", name: "look", input: { at: "quay" } } },
          ],
        },
      },
      stopReason: "tool_use",
      usage: { inputTokens: 15, outputTokens: 7, cacheReadInputTokens: 10, cacheWriteInputTokens: 5 },
    });
  });

  test("reads our streams of Converse, and their failures", async () => {
    const good = await serveScenario({ type: "answer", answer }, converseWire);
    const failure = { kind: "rate-limit", status: 429, message: "slow down", requestId: "r" } as const;
    const bad = await serveScenario({ type: "stream-error", answer, failure }, converseWire);
    onTestFinished(good.close);
    onTestFinished(bad.close);
    const read = async (url: string) => {
      const { stream } = (await send(url, "ConverseStreamCommand", { messages })) as never as {
        stream: AsyncIterable<Record<string, Record<string, unknown>>>;
      };
      const events: Record<string, Record<string, unknown>>[] = [];
      for await (const event of stream) events.push(event);
      return events;
    };
    const events = await read(good.url);
    expect(events.map((event) => Object.keys(event)[0])).toEqual([
      "messageStart",
      "contentBlockDelta",
      "contentBlockDelta",
      "contentBlockStop",
      "contentBlockStart",
      "contentBlockDelta",
      "contentBlockDelta",
      "contentBlockStop",
      "messageStop",
      "metadata",
    ]);
    expect(events.at(-1)?.["metadata"]).toMatchObject({ usage: { inputTokens: 15 } });
    await expect(read(bad.url)).rejects.toMatchObject({ name: "ThrottlingException", message: "slow down" });
  });

  test("reads our chunks of InvokeModel", async () => {
    const { url, close } = await serveScenario({ type: "answer", answer }, invokeWire);
    onTestFinished(close);
    const { body } = (await send(url, "InvokeModelWithResponseStreamCommand", { body: "{}" })) as never as {
      body: AsyncIterable<{ chunk: { bytes: Uint8Array } }>;
    };
    const types: string[] = [];
    for await (const { chunk } of body) types.push(JSON.parse(Buffer.from(chunk.bytes).toString()).type);
    expect([types[0], types.at(-1)]).toEqual(["message_start", "message_stop"]);
  });

  test("reads our refusals", async () => {
    const status = bedrockStatuses.overloaded ?? 503;
    const failure = { kind: "overloaded", status, message: "busy", requestId: "r-1" } as const;
    const { url, close } = await serveScenario({ type: "failure", failure }, converseWire);
    onTestFinished(close);
    await expect(send(url, "ConverseCommand", { messages })).rejects.toMatchObject({
      name: "ServiceUnavailableException",
      message: "busy",
      $metadata: { httpStatusCode: 503, requestId: "r-1" },
    });
  });

  test("asks as the adapter does: the same address, and the same body for the same request", async () => {
    const { url, requests, close } = await serveScenario({ type: "answer", answer }, converseWire);
    onTestFinished(close);
    const inputSchema = { json: { type: "object", properties: { at: { type: "string" } } } };
    await send(url, "ConverseCommand", {
      system: [{ text: "Be brief." }],
      messages: [
        {
          role: "user",
          content: [
            { text: "How deep?" },
            { image: { format: "png", source: { bytes: Buffer.from("picture") } } },
            { cachePoint: { type: "default" } },
          ],
        },
      ],
      inferenceConfig: { maxTokens: 9, stopSequences: ["END"] },
      toolConfig: { tools: [{ toolSpec: { name: "look", inputSchema } }], toolChoice: { any: {} } },
    });
    const model = bedrock(modelId, { region: "us-east-1", baseUrl: url, apiKey: "k" });
    const picture = `data:image/png;base64,${Buffer.from("picture").toString("base64")}`;
    await model.generate(
      {
        messages: [
          { role: "system", content: "Be brief." },
          {
            role: "user",
            content: [
              { type: "text", text: "How deep?" },
              {
                type: "image_url",
                image_url: { url: picture },
                prompt_cache_breakpoint: { mode: "explicit" },
              },
            ],
          },
        ],
        max_tokens: 9,
        stop: "END",
        tools: [{ type: "function", function: { name: "look", parameters: inputSchema.json } }],
        tool_choice: "required",
      },
      { signal: new AbortController().signal },
    );
    const [theirs, ours] = requests;
    expect(ours?.path).toBe(theirs?.path);
    expect(ours?.body).toEqual(theirs?.body);
  });
});
