import { describe, expect, test } from "vitest";
import { z } from "zod";
import { weatherServer } from "../../support/serve-weather.ts";

type Ai = typeof import("ai");
type Model = Parameters<Ai["generateText"]>[0]["model"];

interface Place {
  readonly url: string;
  readonly key: string;
}

/** A major of the AI SDK, and those of its providers' packages that fit. */
interface Major {
  readonly name: string;
  readonly leastNode: number;
  readonly load: () => Promise<Ai>;
  readonly providers: () => Promise<{
    readonly openaiCompatible: typeof import("@ai-sdk/openai-compatible");
    readonly openai: typeof import("@ai-sdk/openai");
    readonly anthropic: typeof import("@ai-sdk/anthropic");
  }>;
}

const majors: readonly Major[] = [
  {
    name: "ai 6",
    leastNode: 20,
    load: () => import("ai"),
    providers: async () => ({
      openaiCompatible: await import("@ai-sdk/openai-compatible"),
      openai: await import("@ai-sdk/openai"),
      anthropic: await import("@ai-sdk/anthropic"),
    }),
  },
  {
    name: "ai 7",
    leastNode: 22,
    load: () => import("ai-7") as unknown as Promise<Ai>,
    // Their types name the next specification; what is called here is the same in both.
    providers: async () =>
      ({
        openaiCompatible: await import("ai-sdk-openai-compatible-3"),
        openai: await import("ai-sdk-openai-4"),
        anthropic: await import("ai-sdk-anthropic-4"),
      }) as unknown as Awaited<ReturnType<Major["providers"]>>,
  },
];

type Providers = Awaited<ReturnType<Major["providers"]>>;

const settings = ({ url, key }: Place) => ({ baseURL: `${url}/v1`, apiKey: key });
const clients: Readonly<Record<string, (providers: Providers, place: Place, model: string) => Model>> = {
  "@ai-sdk/openai-compatible": ({ openaiCompatible }, place, model) =>
    openaiCompatible.createOpenAICompatible({
      ...settings(place),
      name: "switchpoint",
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(model),
  "@ai-sdk/openai, chat completions": ({ openai }, place, model) =>
    openai.createOpenAI(settings(place)).chat(model),
  "@ai-sdk/openai, responses": ({ openai }, place, model) => openai.createOpenAI(settings(place))(model),
  "@ai-sdk/anthropic": ({ anthropic }, place, model) => anthropic.createAnthropic(settings(place))(model),
};

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
