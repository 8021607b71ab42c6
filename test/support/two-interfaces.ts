import { onTestFinished } from "vitest";
import { always, firstOf } from "../../policies/index.ts";
import type { ChatRequest } from "../../src/contracts/index.ts";
import { createRouter, type Decision, type RouterOptions } from "../../src/index.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { createHandler, type HandlerOptions } from "../../src/serve/http/index.ts";
import { completionBody } from "./completion-server.ts";
import { serveRaw } from "./serve-raw.ts";

/** Output of the model of Responses. */
export const answered = {
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: "native" }],
};
const response = JSON.stringify({
  id: "resp_1",
  object: "response",
  status: "completed",
  model: "gpt-6",
  output: [answered],
});

export const hi = { role: "user", content: "hi" };

export interface TwoInterfaces
  extends Pick<RouterOptions<"small" | "large">, "assumeCapabilities" | "constraints"> {
  /** Whole answer of the model of chat completions. */
  readonly completion?: object;
  readonly handler?: HandlerOptions;
}

/** A server whose small model speaks chat completions and whose large one speaks Responses; the small one answers what it may. */
export async function twoInterfaces({
  completion = completionBody("small", "translated"),
  handler: options = {},
  assumeCapabilities = ["tools", "images"],
  constraints = [],
}: TwoInterfaces = {}) {
  const server = await serveRaw({ status: 200, text: response });
  const chat = await serveRaw({ status: 200, text: JSON.stringify(completion) });
  onTestFinished(server.close);
  onTestFinished(chat.close);
  const decisions: Decision[] = [];
  const dropped: unknown[] = [];
  const router = createRouter({
    models: {
      small: openaiCompatible("small", { baseUrl: `${chat.url}/v1` }),
      large: openai("gpt-6", { baseUrl: `${server.url}/v1`, apiKey: "k" }),
    },
    policy: firstOf(always("small"), always("large")),
    assumeCapabilities,
    constraints,
    execution: { retries: 0, fallback: false },
    onEvent: (event) => {
      if (event.type === "decision-made") decisions.push(event.decision);
      if (event.type === "attempt-ended") dropped.push(...(event.attempt.dropped ?? []));
    },
  });
  onTestFinished(() => router.close());
  const handler = createHandler(router, options as never);
  const post = async (body: object, headers: Record<string, string> = {}, model = "auto") => {
    const text = JSON.stringify({ model, store: false, input: [hi], ...body });
    const reply = await handler("http://x/v1/responses", { method: "POST", body: text, headers });
    return { status: reply.status, said: await reply.text(), text };
  };
  const sent = (): ChatRequest => JSON.parse(chat.requests.at(-1)?.text ?? "{}");
  return { server, chat, sent, decisions, dropped, post };
}
