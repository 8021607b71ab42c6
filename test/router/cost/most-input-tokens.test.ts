import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/contracts/index.ts";
import { createTokenCounter } from "../../../src/router/cost/count-tokens.ts";
import {
  byteLengthOf,
  mostInputTokens,
  mostWhenCounted,
} from "../../../src/router/cost/most-input-tokens.ts";
import { mostInputTokensOn } from "../../../src/router/cost/most-input-tokens-on.ts";

const asking = (content: string): ChatRequest => ({ messages: [{ role: "user", content }] });

describe("the upper bound of the input tokens", () => {
  it.each([
    ["words", "The quick brown fox jumps over the lazy dog. ".repeat(50)],
    ["symbols", "q7$K#zX!w9@Lp%Rv^".repeat(100)],
    ["rare signs", "ꙮ𒐫﷽🜁".repeat(100)],
    ["Chinese", "敏捷的棕色狐狸".repeat(100)],
    ["half a pair", "\ud83d".repeat(100)],
    ["nothing", ""],
  ])("is one for each byte and a little more, above what is counted: %s", async (_, text) => {
    const most = mostInputTokens(asking(text));
    const { tokens } = await createTokenCounter()(text);
    expect(most).toBeGreaterThanOrEqual(tokens + 8);
    expect(most).toBeLessThanOrEqual(byteLengthOf(text) + 200);
  });

  it("counts everything that is sent: tool calls, results, names, tools, schemas, reasoning and predictions", () => {
    const long = "x".repeat(1_000);
    const base = mostInputTokens(asking(""));
    const call = { id: "1", type: "function" as const, function: { name: "f", arguments: long } };
    const requests: ChatRequest[] = [
      asking(long),
      { messages: [{ role: "user", content: [{ type: "text", text: long }] }] },
      { messages: [{ role: "assistant", content: null, tool_calls: [call] }] },
      { messages: [{ role: "tool", tool_call_id: "1", content: long }] },
      { messages: [{ role: "user", content: "", name: long }] },
      { messages: [{ role: "assistant", content: "", reasoning_content: long } as never] },
      { ...asking(""), tools: [{ type: "function", function: { name: "f", description: long } }] },
      { ...asking(""), functions: [{ name: "f", description: long }] },
      {
        ...asking(""),
        response_format: { type: "json_schema", json_schema: { name: "s", schema: { [long]: {} } } },
      },
      { ...asking(""), prediction: { type: "content", content: long } },
    ];
    for (const request of requests) expect(mostInputTokens(request)).toBeGreaterThanOrEqual(base + 1_000);
  });

  it("counts an image at more than large models do, and at more still on small ones", () => {
    const image = {
      type: "image_url" as const,
      image_url: { url: `data:image/png;base64,${"A".repeat(9_999_999)}` },
    };
    const most = mostInputTokens({ messages: [{ role: "user", content: [image] }] });
    expect(most).toBeGreaterThan(10_000);
    expect(most).toBeLessThan(10_200);
    const facts = { name: "m", provider: "p", model: "m", labels: {} };
    const on = (usdPerMillionInputTokens: number, contextWindow?: number) =>
      mostInputTokensOn(
        { ...facts, contextWindow, price: { usdPerMillionInputTokens, usdPerMillionOutputTokens: 1 } },
        { mostInputTokens: most, inputTokens: 800, images: 1 },
      );
    expect(on(2.5)).toBe(most);
    expect(on(0.15)).toBe(most + 40_000);
    expect(on(0.15, 32_000)).toBe(32_000);
  });

  it("counts sound at more than the models that hear it do", () => {
    const data = "A".repeat(1_600_000);
    const sound = { type: "input_audio" as const, input_audio: { data, format: "opus" as const } };
    const most = mostInputTokens({ messages: [{ role: "user", content: [sound] }] });
    // 1.2 MB of 6 kbit/s are 1,600 seconds, of at most 32 tokens each.
    expect(most).toBeGreaterThan(1_600 * 32);
    expect(most).toBeLessThan(4 * 1_600 * 32);
  });

  it("of a file, or of something nested without end, is that of the context window", () => {
    const file = { type: "file" as const, file: { file_id: "f" } };
    expect(mostInputTokens({ messages: [{ role: "user", content: [file] }] })).toBe(1e9);
    const twice: Record<string, unknown> = {};
    Object.assign(twice, { one: twice, other: twice });
    const cyclic = { type: "json_schema", json_schema: { name: "s", schema: twice } } as const;
    expect(mostInputTokens({ ...asking(""), response_format: cyclic })).toBe(1e9);
    let deep: object = {};
    for (let at = 0; at < 10_000; at += 1) deep = { deep };
    const format = { type: "json_schema", json_schema: { name: "s", schema: deep } } as const;
    expect(mostInputTokens({ ...asking(""), response_format: format as never })).toBe(1e9);
  });

  it("reads types in content only: a tool may have a parameter of that name", () => {
    const schema = { type: "file", properties: { picture: { type: "image_url" } } };
    const tools = [{ type: "function" as const, function: { name: "f", parameters: schema } }];
    expect(mostInputTokens({ ...asking(""), tools })).toBeLessThan(1_000);
  });

  it("is closer once the texts are counted, and never above what it was", () => {
    expect(mostWhenCounted(10_200, 10_000, 2_500)).toBe(200 + 3_375);
    expect(mostWhenCounted(10_200, 10_000, 50_000)).toBe(10_200);
  });
});
