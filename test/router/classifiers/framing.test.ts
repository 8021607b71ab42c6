import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutFraming } from "../../../src/router/classifiers/framing.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { runs } from "../../support/runs.ts";

const bare = (text: string): string => {
  const { start, end } = withoutFraming(text);
  return text.slice(start, end);
};
const ask = "Prove that there are infinitely many primes.";

describe("what applications and people put around an ask is left out", () => {
  test.each([
    ["a greeting", `Hello! ${ask}`],
    ["a greeting in another language", `Guten Tag, ${ask}`],
    ["several courtesies", `Hi there, could you please help me with this? ${ask}`],
    ["thanks", `${ask} Thank you very much!`],
    ["thanks on a line", `${ask}\n\nThanks in advance.`],
    ["thanks in another language", `${ask} Muchas gracias.`],
    ["a greeting and thanks", `Good morning. ${ask} Many thanks for your help!`],
    ["a role", `You are a helpful assistant. ${ask}`],
    ["a role on a line", `Act as an experienced maths tutor:\n\n${ask}`],
    ["a label", `### Instruction:\n${ask}\n\n### Response:`],
    ["a short label", `Question: ${ask}\nAnswer:`],
    ["a fence", `\`\`\`\n${ask}\n\`\`\``],
    ["a fence with a language", `\`\`\`text\n${ask}\n\`\`\``],
    ["triple quotes", `"""\n${ask}\n"""`],
    ["quotation marks", `“${ask}”`],
    ["the mark of a quotation", `> ${ask}`],
    ["a signature", `${ask}\n\nBest regards,\nJo Smith\nHead of Sales`],
    ["a signature behind two dashes", `${ask}\n--\nJo Smith`],
    ["white space", `\n  ${ask} \n`],
  ])("%s", (_, framed) => {
    expect(bare(framed)).toBe(ask);
  });
});

test("each listed way to begin, close or sign is found, in either case", () => {
  const openings =
    "Hi,|Hello.|Hey there!|Hallo,|Greetings,|Good evening.|Guten Abend,|Bonjour,|Bonsoir.|Salut,|Hola,|Buenos días.|Ciao,|Salve.|Buongiorno,|Olá,|Bom dia.|Boa tarde,|Merhaba,|Selam.|Cześć,|Dzień dobry,|Xin chào,|Привет,|Dear team,|Please help.|I need help with this:|I could use some help with something.|Could you please|Can you|Would you kindly|Will you|Quick question:|Sorry to bother you,|I hope you are doing well.|I was wondering:|Just wondering about this,|If you have a moment,|I would appreciate your help.|When you have time,|Kindly|Bitte|Por favor,|S'il vous plaît,|Per favore|Lütfen|Lutfen|Proszę|Пожалуйста,|From now on, you are a helpful bot.|You are an expert.|You're an expert.|Act as a teacher.|Imagine you are a lawyer.|Pretend to be a doctor.|Behave like an editor.|Take the role of a coach.|As an engineer.|## Instruction:|[INST]|System:|User:|Human:|Question:|Task:|Prompt:|Query:|Input:|Q:|Answer concisely.|Respond clearly.|Reply politely.|Be as accurate.";
  const closings =
    "Many thanks.|Warm thanks!|Kind thanks.|Thank you.|Thx|Ty|Cheers!|Please.|Please and thank you.|Much appreciated.|I appreciate it.|That would be great.|It would be lovely.|Let me know.|Have a nice day.|Vielen Dank.|Herzlichen Dank!|Danke.|Merci beaucoup.|Muchas gracias.|Gracias.|Obrigado.|Grazie mille.|Teşekkürler.|Dziękuję.|Спасибо.|Cảm ơn.";
  const signatures =
    "--|Kind regards|Best wishes,|Warm regards,|Regards|Sincerely|Yours|Sent from my phone|Mit freundlichen Grüßen|Cordialement|Saludos|С уважением";
  const missed = [
    ...openings
      .split("|")
      .filter((one) => bare(`${one} ${ask}`) !== ask || bare(`${one.toUpperCase()} ${ask}`) !== ask),
    ...closings
      .split("|")
      .filter((one) => bare(`${ask} ${one}`) !== ask || bare(`${ask} ${one.toUpperCase()}`) !== ask),
    ...signatures.split("|").filter((one) => bare(`${ask}\n  ${one}\nJo`) !== ask),
  ];
  expect(missed).toEqual([]);
});

describe("an ask stays whole", () => {
  test.each([
    "hi",
    "Thanks!",
    "thank you, that helped",
    "Hello world in Python",
    "You are given an array of n integers. Return the largest sum.",
    'Translate "good morning" and "good night".',
    "History of the Hanse",
    "```\nprint(1)\n```\nWhat does this print?",
    "What is 7 times 8?",
    "",
    "   ",
  ])("%s", (text) => {
    expect(bare(text).trim()).toBe(text.trim());
  });
});

test("for any text the rest lies in it, is not blank unless the text is, and is found in bounded time", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 1_200 }), (text) => {
      const { start, end } = withoutFraming(text);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: runs(300, 10_000) },
  );
  for (const hostile of ["hello ", "you are a ", "thanks ", '"', "\n-- ", "please please ", "as a b c "]) {
    const text = hostile.repeat(200_000);
    expect(withoutFraming(text).end).toBeLessThanOrEqual(text.length);
  }
});
