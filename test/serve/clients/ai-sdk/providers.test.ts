import { describe, expect, test } from "vitest";
import { z } from "zod";
import { clients, majors } from "../../../support/ai-sdk-majors.ts";
import { weatherServer } from "../../../support/serve-weather.ts";

for (const { name, leastNode, load, providers } of majors) {
  const isSkipped = Number(process.versions.node.split(".")[0]) < leastNode;
  describe.skipIf(isSkipped)(isSkipped ? `${name} (skipped: it needs Node ${leastNode})` : name, () => {
    for (const [client, modelOf] of Object.entries(clients))
      test(`${client}, pointed at our server: a tool loop whole and streamed, an object, an error`, async () => {
        const { generateText, streamText, generateObject, stepCountIs, tool, APICallError } = await load();
        const { model, ...place } = await weatherServer();
        const packages = await providers();
        const asked = {
          model: modelOf(packages, place, "auto"),
          prompt: "How is the weather in Ulm?",
          // Anthropic's provider warns of a limit of its own where a model's name is unknown to it.
          maxOutputTokens: 1_000,
          tools: {
            weather: tool({
              inputSchema: z.object({ city: z.string() }),
              execute: async ({ city }) => `warm in ${city}`,
            }),
          },
          stopWhen: stepCountIs(3),
          // Without it the provider for responses refers to texts by an id: they would have to be kept.
          providerOptions: { openai: { store: false } },
        };

        const whole = await generateText(asked);
        expect([whole.text, whole.steps.length, whole.finishReason]).toEqual([
          "It is warm in Ulm.",
          2,
          "stop",
        ]);
        expect(whole.steps[0]?.toolCalls).toMatchObject([{ toolName: "weather", input: { city: "Ulm" } }]);
        expect(whole.usage.inputTokens).toBeGreaterThan(0);
        expect(whole.usage.outputTokens).toBeGreaterThan(0);
        expect(whole.warnings ?? []).toEqual([]);

        const streamed = streamText(asked);
        const pieces: string[] = [];
        for await (const piece of streamed.textStream) pieces.push(piece);
        expect(pieces.length).toBeGreaterThan(1);
        expect(pieces.join("")).toBe("I look.It is warm in Ulm.");
        expect([(await streamed.steps).length, await streamed.finishReason]).toEqual([2, "stop"]);
        expect((await streamed.usage).inputTokens).toBeGreaterThan(0);
        expect((await streamed.usage).outputTokens).toBeGreaterThan(0);

        const { object } = await generateObject({
          model: asked.model,
          prompt: "Name a city.",
          maxOutputTokens: 1_000,
          schema: z.object({ city: z.string() }),
        });
        expect(object).toEqual({ city: "Ulm" });
        expect(model.requests).toHaveLength(5);

        const unknown = {
          model: modelOf(packages, place, "other"),
          prompt: "Hello.",
          maxOutputTokens: 1_000,
        };
        const refused = await generateText(unknown).catch((error: unknown) => error);
        if (!APICallError.isInstance(refused)) expect.unreachable();
        expect([refused.statusCode, refused.isRetryable]).toEqual([404, false]);
        expect(refused.message).toContain("there is no such model here");
        const stranger = { ...asked, model: modelOf(packages, { ...place, key: "sp-other" }, "auto") };
        await expect(generateText(stranger)).rejects.toMatchObject({ statusCode: 401, isRetryable: false });
        expect(model.requests).toHaveLength(5);
      });

    test("@ai-sdk/openai, responses, is told what to set when it refers to what it believes to be kept", async () => {
      const { generateText } = await load();
      const place = await weatherServer();
      const create = clients["@ai-sdk/openai, responses"];
      if (create === undefined) expect.unreachable();
      const asked = { model: create(await providers(), place, "auto"), maxOutputTokens: 1_000 };
      const first = await generateText({ ...asked, prompt: "Hello." });
      const messages = [...first.response.messages, { role: "user" as const, content: "Go on." }];
      await expect(generateText({ ...asked, messages })).rejects.toMatchObject({
        statusCode: 400,
        message: expect.stringContaining("store: false"),
      });
      const own = { openai: { store: false } };
      const next = await generateText({ ...asked, messages, providerOptions: own });
      expect(next.text).toBe("It is warm in Ulm.");
    });
  });
}
