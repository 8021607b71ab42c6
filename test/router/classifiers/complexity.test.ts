import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Classification, HopContext, RequestFacts, RouteRequest } from "../../../src/contracts/index.ts";
import { complexity } from "../../../src/router/classifiers/index.ts";
import { normaliseRequest } from "../../../src/router/request/index.ts";
import { factsOf } from "../../../src/testing/index.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { runs } from "../../support/runs.ts";

const classifier = complexity();
const hop = {} as HopContext;

function of(facts: RequestFacts): number {
  return (classifier.classify(facts, hop) as Classification).complexity;
}
const ofAsk = (ask: string): number => of(factsOf({ ask }));

describe("the order of everyday requests", () => {
  test.each([
    ["hi", "Implement a lock-free queue in Rust"],
    ["Thanks!", "Write a Python function that reverses a string."],
    ["What is the capital of France?", "Prove that there are infinitely many primes congruent to 3 mod 4."],
    [
      "Translate 'good morning' into German",
      "Design a distributed rate limiter for several regions, with failover and a cost budget.",
    ],
    ["法国的首都是哪里？", "请设计一个支持多区域容灾的分布式事务系统，并证明其一致性。"],
  ])("%s < %s", (easy, hard) => {
    expect(ofAsk(easy)).toBeLessThan(ofAsk(hard));
  });
});

test("any text of any length gives a complexity in [0, 1], the same each time", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: anyCharacter, maxLength: 500 }),
      fc.string({ unit: "grapheme", maxLength: 100 }),
      fc.nat(),
      fc.nat({ max: 9 }),
      (ask, window, askCharacters, turns) => {
        const facts = factsOf({ ask, window, askCharacters, turns });
        const value = of(facts);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(of(facts)).toBe(value);
      },
    ),
    { numRuns: runs(300, 10_000) },
  );
});

test("earlier classifications do not matter", () => {
  fc.assert(
    fc.property(fc.array(fc.lorem(), { minLength: 1, maxLength: 8 }), (asks) => {
      const together = asks.map(ofAsk);
      const alone = asks.map(
        (ask) => (complexity().classify(factsOf({ ask }), hop) as Classification).complexity,
      );
      expect(together).toEqual(alone);
    }),
    { numRuns: runs(30, 1_000) },
  );
});

test("zero-width characters change nothing", () => {
  const direction = ["\u200e", "\u202e", "\u2067", "\u061c"];
  const combining = ["\u034f", "\u1ab0", "\u1dc4", "\u20dd", "\ufe20", "\ufe0f"];
  const hidden = ["\u{e0041}", "\u{e0100}", "\ufff9", "\u3164", "\uffa0", "\u115f", "\u17b4", "\u180e"];
  const invisible = fc.constantFrom(
    ...["\u200b", "\u200d", "\u2060", "\u2063", "\ufeff", "\u00ad"],
    ...[...direction, ...combining, ...hidden],
  );
  fc.assert(
    fc.property(fc.lorem({ maxCount: 20 }), fc.array(fc.tuple(fc.nat(), invisible)), (ask, insertions) => {
      let padded = ask;
      for (const [place, character] of insertions) {
        const at = place % (padded.length + 1);
        padded = padded.slice(0, at) + character + padded.slice(at);
      }
      expect(ofAsk(padded)).toBe(ofAsk(ask));
    }),
    { numRuns: runs(100, 2_000) },
  );
});

test("full-width letters, curly quotes and other digits read as their plain forms", () => {
  expect(ofAsk("Ｐｒｏｖｅ ｔｈｉｓ")).toBe(ofAsk("Prove this"));
  expect(ofAsk("It’s “fine”")).toBe(ofAsk('It\'s "fine"'));
  expect(ofAsk("add 17 and 25")).toBe(ofAsk("add 42 and 90"));
});

test("a last full stop that is left out changes no complexity", () => {
  for (const ask of ["Prove that e is irrational", "写一张简短的感谢卡", "Rename a file in bash"]) {
    const [bare, closed] = [ofAsk(ask), ofAsk(`${ask}.`)];
    expect(Math.abs(bare - closed)).toBeLessThan(0.1);
  }
});

test("only the ends of a text longer than 4,000 characters are read", () => {
  const head = "prove that ".repeat(300).slice(0, 3_000);
  const tail = "qed ".repeat(250);
  const withMiddle = (middle: string) =>
    of(factsOf({ ask: head + middle + tail, askCharacters: 1_000_000, window: "never read" }));
  expect(withMiddle("x".repeat(900_000))).toBe(withMiddle("? { } \n 1 2 3 ".repeat(1_000)));
});

test("a text that would be too long to scan is not scanned", () => {
  let reads = 0;
  const text = {
    length: 1e12,
    indexOf: () => -1,
    slice: (start: number, end: number = 1e12) => {
      reads += end - start;
      return "a".repeat(end - start);
    },
    charCodeAt: () => {
      reads += 1;
      return 0x61;
    },
  } as unknown as string;
  of(factsOf({ ask: text, askCharacters: 1e12, window: text, turns: 9 }));
  expect(reads).toBeLessThan(16_000);
  expect(reads).toBeGreaterThan(3_999);
  reads = 0;
  of({ ...factsOf({ turns: 9, window: "w" }), ask: "yes", window: text });
  expect(reads).toBeLessThan(12_000);
});

test("a short ask is read with the turns before it, a full question without them", () => {
  const window =
    "Prove the master theorem for divide-and-conquer recurrences.\nHere is a sketch of the proof.";
  const question = "What is the population of the capital of France, and of its surroundings?";
  expect(of(factsOf({ ask: "go on", window, turns: 2 }))).toBeGreaterThan(ofAsk("go on"));
  expect(of(factsOf({ ask: question, window, turns: 2 }))).toBe(of(factsOf({ ask: question, turns: 2 })));
});

test.each(["do it", "commit it"])(
  "%s is scored by the conversation, even if an assistant opened it",
  (content) => {
    const ask = { role: "user", content } as const;
    const proof = "Prove the master theorem for divide-and-conquer recurrences, with its tight bound.";
    const read = (...messages: readonly object[]) =>
      of(
        normaliseRequest({ messages: [...messages, ask] } as RouteRequest, {
          maxCharacters: 1e9,
          estimateTokens: () => 1,
        }),
      );
    const alone = read();
    const answered = read({ role: "user", content: proof }, { role: "assistant", content: "Shall I?" });
    const opened = read({ role: "assistant", content: `Shall I? ${proof}` });
    const chatted = read({ role: "user", content: "hi" }, { role: "assistant", content: "Hello!" });
    expect(answered).toBeGreaterThanOrEqual(Math.max(alone, 0.7));
    expect(opened).toBeGreaterThanOrEqual(Math.max(alone, 0.7));
    expect(chatted).toBeLessThan(Math.min(answered, opened));
  },
);

test("short hard asks go up at 0.7, and easy ones stay, however long their text is", () => {
  const text = "The ferry leaves the harbour at nine, and the market on the island opens at ten. ".repeat(20);
  expect(ofAsk("Prove that there are infinitely many primes.")).toBeGreaterThanOrEqual(0.7);
  expect(ofAsk("Design a distributed rate limiter and analyse its failure modes.")).toBeGreaterThanOrEqual(
    0.7,
  );
  expect(ofAsk("Extract name and date as JSON: Ann Lee was born on 3 May 1990.")).toBeLessThan(0.7);
  expect(ofAsk(`Summarise the following text in one sentence.\n\n${text}`)).toBeLessThan(0.7);
  expect(ofAsk("What is the capital of France?")).toBeLessThan(0.7);
});

test("what an application puts around an ask does not change its complexity", () => {
  const ask = "Prove that there are infinitely many primes.";
  for (const framed of [
    `Hello! ${ask} Thank you very much!`,
    `You are a helpful assistant. ${ask}`,
    `\`\`\`\n${ask}\n\`\`\``,
    `${ask}\n\nBest regards,\nJo`,
  ])
    expect(ofAsk(framed)).toBe(ofAsk(ask));
});

test("signals are left out by default, and name the parts of the score with the option", () => {
  const facts = factsOf({ ask: "Prove that the square root of 2 is irrational." });
  const plain = classifier.classify(facts, hop) as Classification;
  expect(Object.keys(plain)).toEqual(["complexity"]);
  const { complexity: same, signals = {} } = complexity({ signals: true }).classify(
    facts,
    hop,
  ) as Classification;
  expect(same).toBe(plain.complexity);
  expect(Object.keys(signals).slice(0, 8)).toEqual([
    "score",
    "outcomes",
    "tiers",
    "askedOutcomes",
    "askedTiers",
    "instruction",
    "gate",
    "known",
  ]);
  expect(Object.keys(signals)).toHaveLength(12);
  expect(signals["known"]).toBeGreaterThan(0.5);
});

test("a language without a known word is rated by structure, and the signals show it", () => {
  const ask = "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ, ⵎⴰⵎⴽ ⵜⵍⵍⵉⴹ?";
  const { signals } = complexity({ signals: true }).classify(factsOf({ ask }), hop) as Classification;
  expect(signals?.["known"]).toBe(0);
});

test("styled, accented and look-alike letters read as plain ones, and case does not matter", () => {
  const plain = ofAsk("prove that a resume is complete");
  expect(ofAsk("𝗽𝗿𝗼𝘃𝗲 𝘵𝘩𝘢𝘵 𝚊 𝐫𝐞𝐬𝐮𝐦𝐞 is complete")).toBe(plain);
  expect(ofAsk("𝑝𝑟𝑜𝑣𝑒 𝑡ℎ𝑎𝑡 𝔞 ℛℯ𝓈𝓊𝓂ℯ ⓘⓢ ⒸⓄⓜⓟⓛⓔⓣⓔ")).toBe(plain);
  expect(ofAsk("prove that a résumé is complete")).toBe(plain);
  expect(ofAsk("prove that a re\u0301sume\u0301 is complete")).toBe(plain);
  expect(ofAsk("рrоvе thаt а rеsumе is соmрlеtе")).toBe(plain);
  expect(ofAsk("PROVE THAT A RESUME IS COMPLETE")).toBe(plain);
});

test("white space changes nothing in a short prompt", () => {
  const words = ["prove", "that", "every", "graph", "has", "an", "even", "number"];
  const space = fc.constantFrom(" ", "  ", "\t", "\u00a0", "\r\n", "\n\n");
  fc.assert(
    fc.property(fc.array(space, { minLength: 8, maxLength: 8 }), (spaces) => {
      const ask = words.map((word, index) => word + spaces[index]).join("");
      expect(ofAsk(ask)).toBe(ofAsk(words.join(" ")));
    }),
    { numRuns: runs(50, 1_000) },
  );
});

test("repetition does not make a prompt harder", () => {
  const once = "What is the capital of France? ";
  expect(ofAsk(once.repeat(100))).toBeLessThan(0.7);
  expect(ofAsk(`hi${" very".repeat(700)}`)).toBeLessThan(0.5);
});

test("tools, images, a JSON schema and earlier turns each raise the complexity a little", () => {
  const ask = "Book a table for two on Friday evening at the usual place, near the window, please.";
  const plain = ofAsk(ask);
  for (const more of [{ tools: 3 }, { images: 2 }, { jsonSchema: true }, { turns: 6 }]) {
    const raised = of(factsOf({ ask, ...more }));
    expect(raised).toBeGreaterThan(plain);
    expect(raised).toBeLessThan(plain + 0.25);
  }
});

test.each([
  ["10 million characters", "Prove it. ".repeat(1_000_000)],
  ["100,000 times the same character", "a".repeat(100_000)],
  ["lone surrogates", "\ud835\udc00\ud835 \udc00 \ud83d \ude00".repeat(50)],
  ["half of a styled letter", "\ud835"],
  ["only punctuation", "?!...,,;;()[]{}".repeat(100)],
  ["only line ends", "\n".repeat(3_000)],
  ["null bytes", "\0".repeat(500)],
  ["only accents", "\u0301".repeat(4_000)],
  ["ideographs alone", "証".repeat(4_000)],
  ["every other character an ideograph", "a証".repeat(2_000)],
  ["nothing", ""],
])("%s: a complexity in [0, 1]", (_, ask) => {
  const value = of(factsOf({ ask, window: ask, turns: 3, tools: 1e9, images: 1e9 }));
  expect(value).toBeGreaterThanOrEqual(0);
  expect(value).toBeLessThanOrEqual(1);
});

test("through the router, text added to the middle of a long prompt changes nothing", () => {
  const read = (content: string) =>
    normaliseRequest(
      { messages: [{ role: "user", content }] },
      { maxCharacters: 1e9, estimateTokens: () => 1 },
    );
  const [head, tail] = ["prove that ".repeat(300).slice(0, 2_999), "qed ".repeat(250)];
  const values = ["x".repeat(1_000), "hard {} \n? ".repeat(100_000)].map((middle) =>
    of(read(head + middle + tail)),
  );
  expect(values[0]).toBe(values[1]);
});

test("the order of the keys of a request does not matter", () => {
  const messages = [
    { role: "user", content: "Prove the master theorem." },
    { role: "assistant", content: "Here is a sketch." },
    { role: "user", content: "do it" },
  ] as const;
  const forms = [
    { messages: [...messages], max_tokens: 10, tools: [] },
    { tools: [], max_tokens: 10, messages: messages.map(({ role, content }) => ({ content, role })) },
  ];
  const [one, other] = forms.map((form) =>
    of(normaliseRequest(form as RouteRequest, { maxCharacters: 1e9, estimateTokens: () => 1 })),
  );
  expect(one).toBe(other);
});

test("signals that only count as true are refused", () => {
  expect(() => complexity({ signals: "yes" as unknown as boolean })).toThrow(
    'complexity.signals must be a boolean, got "yes"',
  );
});

test("facts that throw half-way leave nothing to the next prompt", () => {
  const facts = factsOf({ ask: "Prove that there are infinitely many primes." });
  const expected = of(facts);
  let reads = 0;
  const hostile = new Proxy(factsOf({ ask: "Infinitely many primes: prove it." }), {
    get(target, name, receiver) {
      if (name === "turns") throw new Error("no");
      if (name === "ask") reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  for (let turn = 0; turn < 3; turn += 1) expect(() => of(hostile)).toThrow("no");
  expect(reads).toBeGreaterThan(0);
  expect(of(facts)).toBe(expected);
});
