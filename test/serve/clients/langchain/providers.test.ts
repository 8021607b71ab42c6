import { ChatAnthropic } from "@langchain/anthropic";
import {
  type AIMessage,
  type AIMessageChunk,
  HumanMessage,
  type UsageMetadata,
} from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { expect, test } from "vitest";
import { z } from "zod";
import { weatherServer } from "../../../support/serve-weather.ts";

const weather = tool(async ({ city }) => `warm in ${city}`, {
  name: "weather",
  schema: z.object({ city: z.string() }),
});
const City = z.object({ city: z.string() });

interface Place {
  readonly url: string;
  readonly key: string;
}

const openai =
  ({ url, key }: Place, useResponsesApi: boolean) =>
  (model: string) =>
    new ChatOpenAI({
      model,
      apiKey: key,
      maxRetries: 0,
      useResponsesApi,
      configuration: { baseURL: `${url}/v1` },
    });
const clients = {
  "ChatOpenAI, chat completions": (place: Place) => openai(place, false),
  "ChatOpenAI, responses": (place: Place) => openai(place, true),
  ChatAnthropic:
    ({ url, key }: Place) =>
    (model: string) =>
      new ChatAnthropic({ model, apiKey: key, maxRetries: 0, anthropicApiUrl: url, maxTokens: 1_000 }),
};

for (const [name, clientOf] of Object.entries(clients))
  test(`${name}, pointed at our server, calls tools, streams and reads an object`, async () => {
    const { model, ...place } = await weatherServer();
    const create = clientOf(place);
    const chat = create("auto");
    const question = new HumanMessage("How is the weather in Ulm?");
    const bound = chat.bindTools([weather]);
    const asked = await bound.invoke([question]);
    const [call] = asked.tool_calls ?? [];
    expect(call).toMatchObject({ id: "call_1", name: "weather", args: { city: "Ulm" } });
    if (call === undefined) expect.unreachable();
    const history = [question, asked, await weather.invoke({ ...call, type: "tool_call" })];
    const whole = (await bound.invoke(history)) as AIMessage;
    expect(whole.text).toBe("It is warm in Ulm.");
    const usage = whole.usage_metadata as UsageMetadata | undefined;
    expect(usage?.input_tokens).toBeGreaterThan(0);
    expect(usage?.output_tokens).toBeGreaterThan(0);

    const chunks: AIMessageChunk[] = [];
    for await (const chunk of await bound.stream([question])) chunks.push(chunk);
    const called = chunks.slice(1).reduce((sum, chunk) => sum.concat(chunk), chunks[0] as AIMessageChunk);
    expect(called.tool_calls).toMatchObject([{ id: "call_1", name: "weather", args: { city: "Ulm" } }]);
    const pieces: string[] = [];
    for await (const { text } of await bound.stream(history)) if (text !== "") pieces.push(text);
    expect([pieces.join(""), pieces.length > 1]).toEqual(["It is warm in Ulm.", true]);

    // What a turn of the model has said goes back whole, text too.
    const next = await chat.invoke([...history, whole, new HumanMessage("Sure?")]);
    expect(next.text).toBe("It is warm in Ulm.");
    expect(await chat.withStructuredOutput(City).invoke("Name a city.")).toEqual({ city: "Ulm" });
    expect(await chat.withStructuredOutput(City, { method: "functionCalling" }).invoke("A city.")).toEqual({
      city: "Ulm",
    });
    expect(model.requests).toHaveLength(7);

    const refused = await create("other")
      .invoke("Hello.")
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 404 });
    const stranger = clientOf({ ...place, key: "sp-other" })("auto");
    await expect(stranger.invoke("Hello.")).rejects.toMatchObject({ status: 401 });
    expect(model.requests).toHaveLength(7);
  });
