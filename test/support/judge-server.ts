import type { Model, Price } from "../../src/contracts/index.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { type RecordedRequest, type ScenarioServer, serveScenario } from "../../src/testing/index.ts";
import { openaiWire } from "./openai-server.ts";

/** Reply of a judge's endpoint: a text, or a status of a refusal. */
export type JudgeReply = string | { readonly status: number; readonly retryAfterMs?: number };

export interface JudgeServer extends ScenarioServer {
  readonly model: Model;
}

interface ChatBody {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [field: string]: unknown;
}

/** Returns the body that the endpoint received. */
export function bodyOf(request: RecordedRequest | undefined): ChatBody {
  return request?.body as ChatBody;
}

/**
 * Starts a judge behind a real endpoint of OpenAI's API and the real SDK. `reply` receives the user message
 * and the number of the call, from 0. Every answer costs 1,000 tokens in and 100 out.
 */
export async function serveJudge(
  reply: (user: string, call: number) => JudgeReply,
  price?: Price,
): Promise<JudgeServer> {
  let calls = 0;
  const usage = { inputTokens: 1_000, outputTokens: 100 };
  const answer = { model: "judge-1", textPieces: [], toolCalls: [], finishReason: "stop" as const, usage };
  const server = await serveScenario(
    { type: "answer", answer },
    {
      ...openaiWire,
      answer: (scenario, request) => {
        const said = reply(bodyOf(request).messages.at(-1)?.content ?? "", calls);
        calls += 1;
        if (typeof said === "string") return openaiWire.answer({ ...scenario, textPieces: [said] }, request);
        const { status, retryAfterMs } = said;
        const kind = status === 429 ? ("rate-limit" as const) : ("invalid-request" as const);
        return openaiWire.failure({
          kind,
          status,
          message: "the prompt was …",
          requestId: "r",
          retryAfterMs,
        });
      },
    },
  );
  const model = openaiCompatible("judge-1", {
    baseUrl: `${server.url}/v1`,
    ...(price === undefined ? {} : { price }),
  });
  return { ...server, model };
}
