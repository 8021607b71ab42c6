/**
 * Streaming from a Hono route: text/event-stream in the form of OpenAI chat completions, which their clients read.
 * Serve it with `@hono/node-server`, Bun, Deno or Workers. Needs OPENAI_API_KEY.
 */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { createRouter, isRouterError } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

const router = createRouter({
  models: { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") },
  policy: threshold({ small: "small", large: "large", largeShare: 0.3 }),
});

const app: Hono = new Hono();

app.post("/chat", async (context) => {
  const body = await context.req.json<{ prompt?: unknown } | null>().catch(() => null);
  const prompt = body?.prompt;
  if (typeof prompt !== "string" || prompt === "") return context.json({ error: "prompt is missing" }, 400);
  return streamSSE(context, async (events) => {
    // A client that goes away ends the call, and a stream never lives longer than a minute.
    const left = new AbortController();
    events.onAbort(() => left.abort());
    const request = { messages: [{ role: "user" as const, content: prompt }], deadlineMs: 60_000 };
    const stream = router.stream(request, { signal: left.signal });
    try {
      for await (const chunk of stream) await events.writeSSE({ data: JSON.stringify(chunk) });
      const { decision, costUsd } = await stream.result;
      await events.writeSSE({ event: "routed", data: JSON.stringify({ model: decision.model, costUsd }) });
    } catch (error) {
      // The message holds no prompt and no key. What was sent stays; nothing is sent twice.
      const message = isRouterError(error) ? error.message : "internal error";
      await events.writeSSE({ event: "error", data: JSON.stringify({ message }) });
    }
    await events.writeSSE({ data: "[DONE]" });
  });
});

export default app;
