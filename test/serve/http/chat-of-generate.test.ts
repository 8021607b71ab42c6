import fc from "fast-check";
import { expect, test } from "vitest";
import { chatOfGenerate } from "../../../src/serve/http/generate/chat-of-generate.ts";
import { HttpError } from "../../../src/serve/http/http-error.ts";
import { runs } from "../../support/runs.ts";

const body = {
  contents: [
    { role: "user", parts: [{ text: "Go" }, { inlineData: { mimeType: "image/png", data: "iVBO" } }] },
    { role: "model", parts: [{ functionCall: { name: "f", args: {} }, thoughtSignature: "YQ==" }] },
    { role: "user", parts: [{ functionResponse: { name: "f", response: { output: "1" } } }] },
  ],
  systemInstruction: { parts: [{ text: "Be brief." }] },
  tools: [
    {
      functionDeclarations: [
        { name: "f", parameters: { type: "OBJECT", properties: { a: { type: "STRING" } } } },
      ],
    },
  ],
  toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f", "g"] } },
  generationConfig: {
    maxOutputTokens: 5,
    stopSequences: ["a"],
    responseSchema: { type: "ARRAY", items: { type: "STRING" } },
    thinkingConfig: { thinkingBudget: 5 },
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
    responseModalities: ["AUDIO"],
  },
};

/** Puts values in the place of others. */
function mutated(changes: readonly (readonly [number, unknown])[]): Record<string, unknown> {
  const result = JSON.parse(JSON.stringify(body));
  for (const [at, value] of changes) {
    const places: [Record<string, unknown>, string][] = [];
    JSON.stringify(result, function (this: Record<string, unknown>, key, held) {
      if (key !== "") places.push([this, key]);
      return held;
    });
    const [holder, key] = places[at % places.length] ?? [{}, ""];
    holder[key] = value;
  }
  return result;
}

test("any body is a chat request, or refused by the name of a field", () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("model", "__proto__", "c3dpdGNocG9pbnQu", -1, [], {}, null),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(200), odd), { maxLength: 3 }), (changes) => {
      try {
        expect(Array.isArray(chatOfGenerate(mutated(changes)).chat.messages)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(HttpError);
        expect((error as HttpError).param).toBeTypeOf("string");
      }
    }),
    { numRuns: runs(500, 20_000) },
  );
});

test("as many calls and results as a body can hold, in any order, take linear time", () => {
  const count = 150_000;
  const ids = Array.from({ length: count }, (_, at) => `c${at}`);
  const contents = [
    { role: "model", parts: ids.map((id) => ({ functionCall: { id, name: "f" } })) },
    { role: "user", parts: ids.toReversed().map((id) => ({ functionResponse: { id, name: "f" } })) },
  ];
  const { messages } = chatOfGenerate({ contents }).chat;
  expect(messages).toHaveLength(count + 1);
  expect(messages.at(-1)).toMatchObject({ role: "tool", tool_call_id: "c0" });
});
