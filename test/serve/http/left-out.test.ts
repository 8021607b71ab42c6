import { expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

/** Returns what the attempts of a model that speaks none of the protocols name as left out of the body. */
async function droppedOf(path: string, body: object): Promise<readonly string[] | undefined> {
  let dropped: readonly string[] | undefined;
  const router = createRouter({
    models: { small: fakeModel({ model: "small" }) },
    policy: always("small"),
    onEvent: (event) => {
      if (event.type === "attempt-ended") dropped = event.attempt.dropped;
    },
  });
  const handler = createHandler(router, { unknownModel: "auto" });
  const reply = await handler(`http://x${path}`, { method: "POST", body: JSON.stringify(body) });
  await reply.text();
  expect(reply.status).toBe(200);
  await router.close();
  return dropped;
}

const messages = [{ role: "user", content: "Hello" }];
const contents = [{ role: "user", parts: [{ text: "Hello" }] }];

test.each([
  [
    "/v1beta/models/small:generateContent",
    {
      contents,
      safetySettings: [{ category: "HARM_CATEGORY_HATE_SPEECH", threshold: "BLOCK_NONE" }],
      generationConfig: { topK: 5, max_output_tokens: 9, imageConfig: { aspectRatio: "16:9" } },
      cachedContent: null,
    },
    ["safetySettings", "generationConfig.topK", "generationConfig.imageConfig"],
  ],
  [
    "/v1/messages",
    { model: "small", max_tokens: 9, messages, top_k: 5, "a prompt?": 1, context_management: {} },
    ["top_k", "(another field)", "context_management"],
  ],
  ["/v1/responses", { model: "small", input: "Hello", store: false, truncation: "auto" }, ["truncation"]],
])("%s names the fields that its translation leaves out", async (path, body, names) => {
  expect(await droppedOf(path, body)).toEqual(names);
});

test.each([
  [
    "/v1beta/models/small:generateContent",
    { contents, system_instruction: { parts: [{ text: "Be brief" }] } },
  ],
  ["/v1/messages", { model: "small", max_tokens: 9, messages, session: "s", stream: false }],
  ["/v1/responses", { model: "small", input: "Hello", include: [], session: "s", tool_choice: "auto" }],
])("%s names none of what it translates", async (path, body) => {
  expect(await droppedOf(path, body)).toBeUndefined();
});
