import fc from "fast-check";

/** Texts as tokens are, and texts that must be escaped. */
const text = fc.oneof(
  fc.constantFrom(
    "",
    " word",
    "Paris",
    '"',
    "\\",
    "\n",
    'a", "b',
    '"content":"x',
    "\u2020chunk text\u2020",
    "é",
    "\u2028",
  ),
  fc.string({ maxLength: 30 }),
);
const primitive = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.constantFrom("", "stop", "fp_1"),
);
const field = fc.oneof(primitive, fc.constant({ nested: 1 }), fc.constant([1]));
const names = fc.constantFrom("usage", "logprobs", "error", "model", "__proto__", "1", "content", "toJSON");

const delta = fc.oneof(
  fc.record({ content: text }),
  fc.record({ content: text, role: fc.constant("assistant") }),
  fc.record({ role: fc.constant("assistant"), content: text, reasoning: field }),
  fc.record({ content: fc.oneof(text, field), tool_calls: fc.constant([{ index: 0 }]) }),
);
const choice = fc.record({ index: fc.constant(0), delta, finish_reason: primitive });

/** Chunks in which most is the same, and anything may differ: what a server that lies may send. */
export const anyChunk: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    head: fc.record({ id: fc.constantFrom("a", "b"), object: fc.constant("chat.completion.chunk") }),
    choices: fc.oneof({ weight: 5, arbitrary: fc.tuple(choice) }, fc.array(choice, { maxLength: 2 })),
    more: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom({}, { usage: null }) },
      fc.dictionary(names, field, { maxKeys: 2 }),
    ),
    isFirst: fc.boolean(),
  })
  .map(({ head, choices, more, isFirst }) =>
    isFirst ? { ...more, ...head, choices } : { ...head, choices, ...more },
  );
