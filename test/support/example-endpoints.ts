import type { RecordedRequest, ScenarioAnswer, ScenarioWire } from "../../src/testing/index.ts";
import { anthropicWire } from "./anthropic-server.ts";
import { openaiWire } from "./openai-server.ts";
import { responsesWire } from "./responses-server.ts";
import { scenarioAnswer } from "./scenario-answer.ts";
import { type LoopbackServer, type SeenRequest, sendJson, serveWith } from "./serve-with.ts";

/** The endpoints that the programs of `examples` call: a cloud, and a server of one's own. */
export interface ExampleEndpoints {
  /** Environment in which a program reaches them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cloud: LoopbackServer;
  readonly own: LoopbackServer;
  close(): Promise<void>;
}

/**
 * Starts both. The models answer the prompts of the examples, small ones worse than large ones; a prompt about a server
 * that is down gets status 503 from the own server, one about a wrong key 401 from the cloud.
 */
export async function serveExampleEndpoints(): Promise<ExampleEndpoints> {
  const cloud = await serveWith((response, request) => {
    const wire = wires.get(request.url) ?? openaiWire;
    const recorded: RecordedRequest = {
      method: request.method,
      path: request.url,
      headers: {},
      body: request.body,
      closed: Promise.resolve(),
    };
    if (promptOf(request).includes("key is wrong"))
      return sendJson(response, { error: { message: "bad key", type: "invalid_request_error" } }, 401);
    const answer = answerOf(request);
    if (!wire.isStream(recorded)) return sendJson(response, wire.answer(answer, recorded).body);
    const { contentType, content, ending } = wire.stream(answer, recorded);
    response.writeHead(200, { "content-type": contentType }).end([...content, ...ending].join(""));
  });
  const own = await serveWith((response, request) => {
    if (promptOf(request).includes("server is down"))
      return sendJson(response, { error: { message: "loading", type: "server_error" } }, 503);
    const recorded = { method: "POST", path: "", headers: {}, body: request.body, closed: Promise.resolve() };
    sendJson(response, openaiWire.answer(answerOf(request), recorded).body);
  });
  return {
    cloud,
    own,
    environment: {
      OPENAI_API_KEY: "simulated",
      OPENAI_BASE_URL: `${cloud.url}/v1`,
      ANTHROPIC_API_KEY: "simulated",
      ANTHROPIC_BASE_URL: cloud.url,
      VLLM_BASE_URL: `${own.url}/v1`,
    },
    close: async () => {
      await Promise.all([cloud.close(), own.close()]);
    },
  };
}

const wires: ReadonlyMap<string, ScenarioWire> = new Map([
  ["/v1/messages", anthropicWire],
  ["/v1/responses", responsesWire],
]);

/** Text of the last message, whatever its form. */
function promptOf({ body }: SeenRequest): string {
  const { content, output } = (body.messages ?? body.input).at(-1);
  const said = content ?? output;
  return typeof said === "string" ? said : JSON.stringify(said);
}

const isSmall = ({ body }: SeenRequest): boolean => /mini|Qwen/.test(body.model);

function answerOf(request: SeenRequest): ScenarioAnswer {
  const prompt = promptOf(request);
  const model: string = request.body.model;
  const text = (answer: string): ScenarioAnswer =>
    scenarioAnswer({
      model,
      textPieces: answer.split(/(?<= )/),
      usage: { inputTokens: 20, outputTokens: 10 },
    });
  if (prompt.includes("How many people live in Paris"))
    return scenarioAnswer({
      model,
      textPieces: [],
      toolCalls: [{ id: "call_1", name: "population", argumentPieces: ['{"city":"Paris"}'] }],
      finishReason: "tool_calls",
    });
  if (prompt.includes("inhabitants")) return text("2,103,778 people live in Paris.");
  if (prompt.includes("hairs")) return text("By the pigeonhole principle.");
  if (prompt.includes("Invoice A-1")) return text('{"number":"A-1","totalEur":20}');
  if (prompt.includes("Invoice B-2"))
    return text(isSmall(request) ? "The total is EUR 21.05" : '{"number":"B-2","totalEur":21.05}');
  if (prompt.includes("long story")) {
    const limit: number = request.body.max_completion_tokens ?? request.body.max_output_tokens;
    const usage = { inputTokens: 10, outputTokens: limit };
    return scenarioAnswer({
      model,
      textPieces: ["Once"],
      finishReason: limit < 1_000 ? "length" : "stop",
      usage,
    });
  }
  if (prompt.includes("square root of 2")) return text("Suppose that it were p/q.");
  const sum = /What is (\d+) \+ (\d+)\?/.exec(prompt);
  if (sum !== null) return text(String(Number(sum[1]) + Number(sum[2])));
  const last = Number(/integers from 1 to (\d+)\?/.exec(prompt)?.[1]);
  if (!Number.isNaN(last)) return text(String(isSmall(request) ? last * last : (last * (last + 1)) / 2));
  return text("Paris is the capital of France.");
}
