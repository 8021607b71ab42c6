import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { serveWith } from "../../support/serve-with.ts";

// A server that quotes the request in its refusal, as many do: "Invalid value: '…'".

async function asked(words: string, content: string) {
  const upstream = await serveWith((response) => {
    const error = { message: words, type: "invalid_request_error", param: null, code: null };
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error }));
  });
  onTestFinished(upstream.close);
  const router = createRouter({
    models: { own: openaiCompatible("own", { baseUrl: upstream.url, apiKey: "k" }) },
    policy: always("own"),
  });
  onTestFinished(() => router.close());
  const failed = await router
    .route({ messages: [{ role: "user", content }] })
    .catch((error: unknown) => error);
  expect(failed).toHaveProperty("code");
  return router.exportState().windows;
}

test("a window is learnt from the words of a refusal, but not from those that it quotes", async () => {
  const words = (window: string) => `This model's maximum context length is ${window} tokens.`;
  expect(await asked(words("8,192"), "Long")).toMatchObject([{ tokens: 8_192 }]);
  for (const written of ["12", "1_2", "1,2"])
    expect(await asked(`Invalid value: '${words(written)}'`, words(written))).toBeUndefined();
});
