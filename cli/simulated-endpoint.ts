import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { estimateTokens } from "../src/router/cost/inner.ts";

export interface SimulatedEndpoint {
  /** Address including `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a local endpoint that speaks OpenAI chat completions. There is no model behind it: it answers with
 * a text that says so, and reports as many output tokens as the request allows.
 */
export async function serveSimulatedEndpoint(model: string): Promise<SimulatedEndpoint> {
  const server = createServer((request, response) => {
    answer(model, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Body {
  readonly messages?: unknown;
  readonly max_tokens?: number | undefined;
}

async function answer(model: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  if (request.url !== "/v1/chat/completions")
    return send(response, 404, { error: { message: "not simulated" } });
  const { messages, max_tokens: outputTokens = 100 } = JSON.parse(text) as Body;
  const inputTokens = estimateTokens(JSON.stringify(messages));
  send(response, 200, {
    id: "chatcmpl-simulated",
    object: "chat.completion",
    created: Math.floor(Date.now() / 1_000),
    model,
    choices: [
      {
        index: 0,
        finish_reason: "stop",
        logprobs: null,
        message: { role: "assistant", refusal: null, content: "(simulated: no model has read this prompt)" },
      },
    ],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
