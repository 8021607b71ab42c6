import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanDetail } from "../../src/plugin/clean-detail.ts";
import { errorWords } from "../../src/plugin/error-words.ts";
import { serverWords } from "../../src/plugin/server-words.ts";
import { anyCharacter } from "../support/any-character.ts";
import { runs } from "../support/runs.ts";

const model = "vllm:Qwen/Qwen3-8B";
const said = (text: string, request?: unknown, status?: number) =>
  serverWords(text, { model, request, status });

describe("the words of a server in a message", () => {
  it.each([
    ['model "Qwen/Qwen3-8B" not found, try pulling it first', undefined],
    ["The model `Qwen/Qwen3-8B` does not exist or you do not have access to it.", undefined],
    ["404 page not found", 404],
    ["<html><head><title>502 Bad Gateway</title></head><p>Secret</p></html>", 502],
    ['{"error": {"message": "Your credit balance is too low.", "type": "x"}}', undefined],
    [
      "models/Qwen/Qwen3-8B is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.",
      404,
    ],
  ])("are shown where every word is one of errors: %j", (text, status) => {
    expect(said(text, undefined, status)).toBeDefined();
  });

  it.each([
    "Incorrect API key provided: sk-abc123",
    "invalid value 4111111111111111",
    "see https://example.test/?key=abc",
    "cannot read the letter to Zoltan",
    "не найдено",
    "<html><body>model not found</body></html>",
    "",
    "x".repeat(5_000),
  ])("are left out where one is not: %j", (text) => {
    expect(said(text)).toBeUndefined();
  });

  it("end before the first sentence that is not plain", () => {
    const text = "You exceeded your current quota, please check your plan. For more read https://x.test.";
    expect(said(text)).toBe("You exceeded your current quota, please check your plan. …");
  });

  it("are left out where the request holds them, whole or four in a row", () => {
    const text = "the model is not ready";
    expect(said(text, { messages: [{ role: "user", content: "Model" }] })).toBeUndefined();
    expect(
      said(text, { messages: [{ role: "user", content: "why: THE MODEL IS NOT here" }] }),
    ).toBeUndefined();
    expect(said(text, { messages: [{ role: "user", content: "the model, is it not red?" }] })).toBe(text);
  });

  it("never hold a word that is not one of errors, whatever a server sends", () => {
    const words = fc.oneof(fc.constantFrom(...errorWords), fc.string({ unit: anyCharacter, maxLength: 12 }));
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (parts) => {
        const shown = said(parts.join(" "), undefined, 404);
        const rest = (shown ?? "").replaceAll(/vllm:Qwen\/Qwen3-8B|Qwen\/Qwen3-8B/g, " ");
        for (const [word] of rest.matchAll(/[A-Za-z]{2,}/g))
          expect(errorWords.has(word.toLowerCase()), word).toBe(true);
        expect(rest).toMatch(/^[\x20-\x7e…]*$/);
      }),
      { numRuns: runs(200, 5_000) },
    );
  });
});

describe("the text of a server that is shown", () => {
  it("holds no word of the prompt that says something, in any case, cut or escaped", () => {
    const request = {
      messages: [{ role: "user", content: "Call Doctor Zoltan\nat Nürnberg about the biopsy" }],
    };
    const text =
      'bad field: {"content":"CALL DOCTOR ZOLTAN\\nat N\\u00fcrnberg about the bio…"} near Zoltan; expected a string';
    const shown = cleanDetail(text, request, model);
    expect(shown).not.toMatch(/zoltan|doctor|rnberg|bio/i);
    expect(shown).toContain("expected a string");
    expect(shown).toContain("[prompt]");
  });

  it("removes what the prompt holds in scripts without spaces", () => {
    const shown = cleanDetail("invalid: 東京の病院", { content: "東京の病院に電話" }, model);
    expect(shown).toBe("invalid: [prompt]");
  });

  it.each([
    ["key sk-proj-abcdefgh1234 refused", "abcdefgh"],
    ["Bearer abcdef is wrong", "abcdef"],
    ["api_key=hunter2horse; retry", "hunter2"],
    ["at https://user:pass-word@host.test/v1", "pass-word"],
    ["got 9f86d081884c7d659a2feaa0c55ad015", "9f86d081"],
    ["Incorrect API key provided: short99.", "short99"],
  ])("removes what looks like a key: %j", (text, secret) => {
    expect(cleanDetail(text, undefined, model)).not.toContain(secret);
    expect(cleanDetail(text, undefined, model)).toContain("[removed]");
  });

  it("keeps the model's name, and shows characters that control a terminal", () => {
    const shown = cleanDetail(`model Qwen/Qwen3-8B \u001b[31mfailed`, { messages: ["Qwen"] }, model);
    expect(shown).toBe("model Qwen/Qwen3-8B [U+001B][31mfailed");
  });

  it("is bounded, and found in linear time in long texts", () => {
    for (const piece of ["a ", "a", '"', "[", "key=", "sk-", "東", "://", "=", "0a"]) {
      const text = piece.repeat(200_000 / piece.length);
      const request = { messages: [{ role: "user", content: text }] };
      expect(cleanDetail(text, request, model).length).toBeLessThan(30_000);
      expect((said(text, request) ?? "").length).toBeLessThan(300);
    }
  });

  it("holds none of a prompt's words, however the server writes them", () => {
    const word = fc.stringMatching(/^[a-z]{3,9}$/).filter((one) => !errorWords.has(one));
    const joiner = fc.constantFrom(" ", "\\n", "\n", '","', "\t", ", ", " the ", " of ", "%20");
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), joiner, fc.boolean(), (words, glue, up) => {
        const quoted = up ? words.join(glue).toUpperCase() : words.join(glue);
        const prompt = words.join(glue === "%20" || glue === "\\n" ? " " : glue);
        const shown = cleanDetail(`cannot read "${quoted}" here`, { content: prompt }, model);
        for (const one of words) {
          const found =
            shown
              .toLowerCase()
              .match(/[a-z]+/g)
              ?.filter((own) => own === one) ?? [];
          expect(found.filter((own) => !["prompt", "removed"].includes(own))).toEqual([]);
        }
      }),
      { numRuns: runs(200, 5_000) },
    );
  });
});
