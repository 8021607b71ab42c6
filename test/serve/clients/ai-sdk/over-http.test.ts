import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aiSdk } from "../../../../src/serve/clients/ai-sdk/index.ts";
import { serveWeather } from "../../../support/serve-weather.ts";

type Ai = typeof import("ai");

const nodeMajor = Number(process.versions.node.split(".")[0]);
const majors: readonly (readonly [string, number, () => Promise<Ai>])[] = [
  ["ai 6", 20, () => import("ai")],
  ["ai 7", 22, () => import("ai-7") as unknown as Promise<Ai>],
];

for (const [name, least, load] of majors) {
  const isSkipped = nodeMajor < least;
  describe.skipIf(isSkipped)(isSkipped ? `${name} (skipped: it needs Node ${least})` : name, () => {
    test("a tool loop, whole and streamed, and an object come from our server over HTTP", async () => {
      const { generateText, streamText, generateObject, stepCountIs, tool } = await load();
      const { model, router } = await serveWeather();
      const asked = {
        model: aiSdk(router)("auto"),
        prompt: "How is the weather in Ulm?",
        tools: {
          weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async () => "warm" }),
        },
        stopWhen: stepCountIs(3),
      };
      const whole = await generateText(asked);
      expect([whole.text, whole.steps.length]).toEqual(["It is warm in Ulm.", 2]);
      expect(whole.usage.inputTokens).toBeGreaterThan(0);
      const streamed = streamText(asked);
      const pieces: string[] = [];
      for await (const piece of streamed.textStream) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join("")).toBe("I look.It is warm in Ulm.");
      const { object } = await generateObject({
        model: asked.model,
        prompt: "Name a city.",
        schema: z.object({ city: z.string() }),
      });
      expect(object).toEqual({ city: "Ulm" });
      expect(model.requests).toHaveLength(5);
    });
  });
}
