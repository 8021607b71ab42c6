import { expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type RouteOptions, type Router } from "../../../src/index.ts";
import { serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

it("gives a router that wraps ours a real signal, which it may join with its own", async () => {
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
  const own = new AbortController();
  const seen: unknown[] = [];
  const wrapped: Router<"small"> = {
    ...router,
    route: ((request: Parameters<typeof router.route>[0], options: RouteOptions) => {
      seen.push(options.signal);
      return router.route(request, { signal: AbortSignal.any([own.signal, options.signal as AbortSignal]) });
    }) as Router<"small">["route"],
  };
  const server = await serve(wrapped, { port: 0 });
  const answer = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "hi" }] }),
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ object: "chat.completion" });
  expect(seen[0]).toBeInstanceOf(AbortSignal);
  await server.close();
});
