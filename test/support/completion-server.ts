import { type LoopbackServer, type SeenRequest, sendJson, serveWith } from "./serve-with.ts";

/** Reply to a prompt that arrives for the `count`th time, counted from 1. */
export type Reply =
  | string
  | { readonly status: number; readonly code?: string; readonly retryAfterSeconds?: number }
  /** Delays the answer until the promise resolves. */
  | Promise<string>;

export interface CompletionServer extends LoopbackServer {
  /** Number of calls for each `model prompt`. */
  readonly counts: ReadonlyMap<string, number>;
  /** Largest number of concurrent calls. */
  readonly peak: number;
}

/** Starts an endpoint that speaks OpenAI chat completions; an answer has 10 input and 5 output tokens. */
export async function serveCompletions(
  replyTo: (prompt: string, model: string, count: number) => Reply,
): Promise<CompletionServer> {
  const counts = new Map<string, number>();
  let underWay = 0;
  let peak = 0;
  const server = await serveWith(async (response, request: SeenRequest) => {
    underWay += 1;
    peak = Math.max(peak, underWay);
    const { model, messages } = request.body;
    const prompt: string = messages.at(-1).content;
    const count = (counts.get(`${model} ${prompt}`) ?? 0) + 1;
    counts.set(`${model} ${prompt}`, count);
    const reply = await replyTo(prompt, model, count);
    underWay -= 1;
    if (typeof reply === "string") return sendJson(response, completionBody(model, reply));
    const { status, code = null, retryAfterSeconds } = reply;
    const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
    sendJson(
      response,
      { error: { message: `no: ${prompt}`, type: "error", code } },
      status,
      headers as Record<string, string>,
    );
  });
  return {
    ...server,
    url: `${server.url}/v1`,
    counts,
    get peak() {
      return peak;
    },
  };
}

export function completionBody(model: string, content: string): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_790_000_000,
    model,
    choices: [
      {
        index: 0,
        finish_reason: "stop",
        logprobs: null,
        message: { role: "assistant", content, refusal: null },
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  };
}
