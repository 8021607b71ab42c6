import type { ServerResponse } from "node:http";
import { type LoopbackServer, type SeenRequest, sendEvents, sendJson, serveWith } from "../serve-with.ts";

export interface TokenSeller extends LoopbackServer {
  /** US dollars for everything that was sent, by its own count. */
  readonly soldUsd: number;
  /** The part of `soldUsd` that is for output beyond the limits of the calls. */
  readonly beyondUsd: number;
  /** Output limits of the calls, in order of arrival; undefined where a call had none. */
  readonly limits: readonly (number | undefined)[];
}

export interface SellerOptions {
  readonly usdPerMillionInputTokens: number;
  readonly usdPerMillionOutputTokens: number;
  /** Output tokens that are sent to a call with this limit. */
  readonly outputTokens: (limit: number | undefined, call: number) => number;
  /** Input tokens that are billed for the last message. Default 20. */
  readonly inputTokens?: (content: string) => number;
  readonly delayMs?: number;
}

/** Tokens of an answer to a call without limit. */
export const unlimitedTokens = 40_000;

/**
 * Starts an endpoint that speaks OpenAI chat completions, sends as many output tokens as `outputTokens` says
 * and keeps its own account of what it has sent.
 */
export async function sellTokens(options: SellerOptions): Promise<TokenSeller> {
  const {
    usdPerMillionInputTokens,
    usdPerMillionOutputTokens,
    inputTokens: count = () => 20,
    delayMs = 2,
  } = options;
  const limits: (number | undefined)[] = [];
  let soldUsd = 0;
  let beyondUsd = 0;
  const server = await serveWith((response: ServerResponse, { body }: SeenRequest) => {
    const inputTokens = count(body.messages.at(-1).content);
    const limit: number | undefined = body.max_completion_tokens ?? body.max_tokens;
    const tokens = options.outputTokens(limit, limits.length);
    limits.push(limit);
    soldUsd += (inputTokens * usdPerMillionInputTokens + tokens * usdPerMillionOutputTokens) / 1e6;
    if (limit !== undefined) beyondUsd += (Math.max(0, tokens - limit) * usdPerMillionOutputTokens) / 1e6;
    const finish_reason = limit !== undefined && tokens >= limit ? "length" : "stop";
    const usage = {
      prompt_tokens: inputTokens,
      completion_tokens: tokens,
      total_tokens: inputTokens + tokens,
    };
    const head = { id: "c", created: 1_790_000_000, model: body.model };
    setTimeout(() => {
      if (body.stream === true) {
        const chunk = (delta: object, reason: string | null = null) => ({
          ...head,
          object: "chat.completion.chunk",
          choices: [{ index: 0, delta, finish_reason: reason }],
        });
        sendEvents(response, [
          chunk({ role: "assistant", content: "text " }),
          chunk({}, finish_reason),
          { ...head, object: "chat.completion.chunk", choices: [], usage },
          "[DONE]",
        ]);
      } else {
        const message = { role: "assistant", content: "text", refusal: null };
        const choices = [{ index: 0, finish_reason, logprobs: null, message }];
        sendJson(response, { ...head, object: "chat.completion", choices, usage });
      }
    }, delayMs);
  });
  return {
    ...server,
    url: `${server.url}/v1`,
    limits,
    get soldUsd() {
      return soldUsd;
    },
    get beyondUsd() {
      return beyondUsd;
    },
  };
}
