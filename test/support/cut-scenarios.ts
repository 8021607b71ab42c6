import fc from "fast-check";

/** One call's answer: its events, and what follows the last one. */
export interface Script {
  readonly events: readonly string[];
  readonly end: "end" | "break";
}

export interface Scenario {
  readonly scripts: readonly Script[];
  readonly cuts: readonly number[];
  readonly maxCostUsd: number | undefined;
  /** Cause of the request's end, and number of chunks before it. */
  readonly stop: { readonly by: "abort" | "deadline" | "return"; readonly after: number } | undefined;
  /** Steps of a consumer: a chunk that is there is taken, several reads are asked for at once, or it is away. */
  readonly steps: readonly ("take" | "read" | "reads" | "away")[];
}

const head = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
const chunk = (delta: unknown, more: object = {}, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason, ...more }] })}\n\n`;
const usage = (completion_tokens: number) => ({
  prompt_tokens: 7,
  completion_tokens,
  total_tokens: 7 + completion_tokens,
});
const error = 'data: {"error":{"message":"no","type":"server_error","code":null}}\n\n';
const done = "data: [DONE]\n\n";

const text = fc.constantFrom(
  "a",
  "two words ",
  "größer ",
  "漢字",
  "🙂",
  "long ".repeat(60),
  "longer ".repeat(300),
);
const filtered = { content_filter_results: { hate: { filtered: true, severity: "high" } } };
const event = fc.oneof(
  { weight: 12, arbitrary: text.map((content) => chunk({ content })) },
  { weight: 2, arbitrary: fc.constant(chunk({ role: "assistant", content: "" })) },
  { weight: 1, arbitrary: text.map((reasoning_content) => chunk({ reasoning_content })) },
  { weight: 1, arbitrary: text.map((content) => chunk({ content }, filtered)) },
  {
    weight: 1,
    arbitrary: fc.constant(chunk({ tool_calls: [{ index: 0, id: "t", function: { name: "f" } }] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(2_000)
      .map((told) => `data: ${JSON.stringify({ ...head, choices: [], usage: usage(told) })}\n\n`),
  },
  { weight: 1, arbitrary: fc.constantFrom(": ping\n\n", "event: x\r\ndata: {}\r\n\r\n", "\n\n") },
);
/** Causes that can end a stream, or break it. */
const odd = fc.constantFrom(
  error,
  "data: {broken\n\n",
  'data: {"object":"error","message":"no","code":500}\n\n',
  chunk({ tool_calls: 5 }),
  chunk({ content: { an: "object" } }),
  chunk(null),
  `data: ${JSON.stringify({ ...head, choices: [null] })}\n\n`,
  chunk({ content: "last" }, filtered, "content_filter"),
  done,
);
const told = `data: ${JSON.stringify({ ...head, choices: [], usage: usage(9) })}\n\n`;
const ending = fc.oneof(
  { weight: 4, arbitrary: fc.constant([chunk({}, {}, "stop"), told, done]) },
  fc.constantFrom([chunk({}, {}, "stop")], [chunk({}, {}, "length"), done], [done], [], [error]),
  fc.constantFrom([chunk({ content: "end" }, {}, "stop"), error, told], [chunk({}, {}, "stop"), told, told]),
);
const script: fc.Arbitrary<Script> = fc
  .tuple(
    fc.array(event, { maxLength: 12 }),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(odd, { minLength: 1, maxLength: 1 })),
    fc.array(event, { maxLength: 3 }),
    ending,
    fc.constantFrom("end", "end", "end", "break"),
  )
  .map(([before, broken, after, last, end]) => ({ events: [...before, ...broken, ...after, ...last], end }));
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  scripts: fc.array(script, { minLength: 1, maxLength: 2 }),
  cuts: fc.array(fc.nat(4_000), { maxLength: 8 }),
  maxCostUsd: fc.constantFrom(undefined, undefined, 0.06, 0.4, 0.7),
  stop: fc.option(
    fc.record({
      by: fc.constantFrom("abort" as const, "deadline" as const, "return" as const),
      after: fc.nat(12),
    }),
    { nil: undefined, freq: 2 },
  ),
  steps: fc.array(fc.constantFrom("take", "take", "read", "reads", "away"), { minLength: 1, maxLength: 12 }),
});
