import type { Completion } from "../contracts/index.ts";
import { completionOf } from "./completion-of.ts";

const toolCall = (name: string, args: string) =>
  ({ id: "call-1", type: "function", function: { name, arguments: args } }) as const;

/** Creates usual answers, and some that fail in usual ways; a new copy at each call. */
export function usualAnswers(): readonly Completion[] {
  return [
    completionOf("The answer is 42."),
    completionOf('{"answer": 42}'),
    completionOf("3 * 4 = 12, so he has 12 apples.\n#### 12"),
    completionOf("3 * 4 = 13"),
    completionOf("I'm sorry, but I can't help with that."),
    completionOf({ content: "", finishReason: "length" }),
    completionOf({ content: "Yes", logprobs: [-0.01, -0.2] }),
    completionOf({ refusal: "I can't help with that." }),
    completionOf({ tool_calls: [toolCall("lookup", '{"city": "Oslo"}')], finishReason: "tool_calls" }),
    completionOf({ content: "One moment", tool_calls: [toolCall("lookup", '{"city": 7')] }),
  ];
}

/** Pieces of which long texts consist: each is difficult for some way of parsing. */
const pieces = [
  "=",
  "1+1=",
  "((1+",
  "1,",
  "{[",
  " ",
  "a",
  "\u0000\ud800",
  "```json\n",
  "I cannot ",
  "9",
  "\\",
];
const megabyte = 1_000_000;

/** Creates answers made to break a parser: missing parts, a megabyte of one piece, unusual characters. */
export function hostileAnswers(): readonly Completion[] {
  const whole = completionOf("x");
  const [choice] = whole.choices;
  // A user's own model may return anything.
  const broken: readonly unknown[] = [
    {},
    { ...whole, choices: [] },
    { ...whole, choices: [{ ...choice, message: undefined }] },
    { ...whole, choices: [{ index: 0, message: {} }] },
    {
      ...whole,
      choices: [{ index: 0, message: { content: 7, tool_calls: 7 }, logprobs: { content: [{}] } }],
    },
    { ...whole, choices: [{ index: 0, message: { content: [{ type: "text", text: "x" }] } }] },
    { ...whole, choices: [{ ...choice, logprobs: { content: [{ logprob: Number.NaN }] } }] },
    { ...whole, choices: [{ ...choice, message: { tool_calls: [{ type: "function" }, { type: "odd" }] } }] },
  ];
  return [
    ...(broken as readonly Completion[]),
    completionOf(),
    completionOf("\ud800\udfff\ud800 \u202e"),
    completionOf(`${"[".repeat(100_000)}${"]".repeat(100_000)}`),
    completionOf('{"__proto__": {"answer": 1}, "constructor": 1}'),
    completionOf({ tool_calls: [toolCall("__proto__", "{}"), toolCall("", "")] }),
    ...pieces.map((piece) => completionOf(piece.repeat(megabyte / piece.length))),
  ];
}
