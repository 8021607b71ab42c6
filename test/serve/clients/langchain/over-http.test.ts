import { type AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { expect, test } from "vitest";
import { z } from "zod";
import { ChatRouter } from "../../../../src/serve/clients/langchain/index.ts";
import { serveWeather } from "../../../support/serve-weather.ts";

const weather = tool(async ({ city }) => `warm in ${city}`, {
  name: "weather",
  schema: z.object({ city: z.string() }),
});

test("LangChain calls tools, streams and reads an object of our server over HTTP", async () => {
  const { model, router } = await serveWeather();
  const chat = new ChatRouter({ router });
  const question = new HumanMessage("How is the weather in Ulm?");
  const asked = await chat.bindTools([weather]).invoke([question]);
  const [first] = asked.tool_calls ?? [];
  expect(first).toMatchObject({ id: "call_1", name: "weather", args: { city: "Ulm" } });
  if (first === undefined) expect.unreachable();
  const result = await weather.invoke({ ...first, type: "tool_call" });
  const chunks: AIMessageChunk[] = [];
  for await (const chunk of await chat.bindTools([weather]).stream([question, asked, result]))
    chunks.push(chunk);
  const joined = chunks.slice(1).reduce((sum, chunk) => sum.concat(chunk), chunks[0] as AIMessageChunk);
  const pieces = chunks.filter(({ text }) => text !== "").length;
  expect([joined.text, pieces > 1]).toEqual(["It is warm in Ulm.", true]);
  expect(joined.usage_metadata).toMatchObject({
    output_tokens: expect.any(Number),
    total_tokens: expect.any(Number),
  });
  const city = await chat.withStructuredOutput(z.object({ city: z.string() })).invoke("Name a city.");
  expect(city).toEqual({ city: "Ulm" });
  expect(model.requests).toHaveLength(3);
});
