/**
 * Streaming from a route handler of Next.js: save it as `app/api/chat/route.ts`. It is a function of the web platform, so
 * that it runs in Node and edge routes, and in any framework with `Request` and `Response`. Needs OPENAI_API_KEY.
 */
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

// One router for all requests: it knows budgets, sessions and which endpoints fail.
const router = createRouter({
  models: { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") },
  policy: threshold({ small: "small", large: "large", largeShare: 0.3 }),
});

export async function POST(request: Request): Promise<Response> {
  const body = (await request.json().catch(() => null)) as { prompt?: unknown } | null;
  if (typeof body?.prompt !== "string" || body.prompt === "") {
    return Response.json({ error: "prompt is missing" }, { status: 400 });
  }
  const messages = [{ role: "user" as const, content: body.prompt }];
  const stream = router.stream({ messages, deadlineMs: 60_000 }, { signal: request.signal });
  // Settled before the first chunk: an error of routing is a status, and not a cut stream.
  const { model } = await stream.decision;
  const chunks = stream[Symbol.asyncIterator]();
  const text = new TextEncoder();

  return new Response(
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) return controller.close();
        controller.enqueue(text.encode(value.choices[0]?.delta.content ?? ""));
      },
      // The reader has left: the call ends, and its place and money are free again.
      async cancel() {
        await chunks.return?.();
      },
    }),
    { headers: { "content-type": "text/plain; charset=utf-8", "x-model": model } },
  );
}
