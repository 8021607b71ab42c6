import fc from "fast-check";
import { expect, test } from "vitest";
import { type Completion, type CompletionChunk, isRouterError } from "../../../src/contracts/index.ts";
import { ChunkReader } from "../../../src/plugin/answer/chunk-reader.ts";
import { readAnswer } from "../../../src/plugin/answer/read-answer.ts";
import { createAssembler } from "../../../src/router/call/assembler.ts";
import { runs } from "../../support/runs.ts";

const reasons = ["stop", "length", "tool_calls", "content_filter", "function_call"];
const odd = fc.jsonValue({ maxDepth: 3 });
const orOdd = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ arbitrary: usual, weight: 3 }, odd);
const text = fc.string();
const part = fc.record({
  type: orOdd(fc.constantFrom("text", "thinking", "refusal", "image_url")),
  text,
  thinking: orOdd(text),
});
const called = fc.record({ name: orOdd(text), arguments: orOdd(text) }, { requiredKeys: [] });
const call = fc.record(
  { index: orOdd(fc.nat(3)), id: orOdd(text), type: odd, function: orOdd(called), custom: odd },
  { requiredKeys: [] },
);
const message = fc.record(
  {
    role: odd,
    content: orOdd(fc.oneof(text, fc.array(part))),
    refusal: orOdd(text),
    reasoning_content: orOdd(text),
    tool_calls: orOdd(fc.array(call, { maxLength: 3 })),
    annotations: odd,
    images: odd,
    audio: odd,
    function_call: odd,
  },
  { requiredKeys: [] },
);
const reason = orOdd(fc.constantFrom(null, "stop", "error", "eos", ""));
const choice = fc.record(
  {
    index: orOdd(fc.constant(0)),
    message,
    delta: message,
    finish_reason: reason,
    native_finish_reason: reason,
  },
  { requiredKeys: ["message", "delta"] },
);
const body = fc.record(
  {
    id: text,
    choices: fc.array(orOdd(choice), { maxLength: 2 }),
    usage: odd,
    x_groq: odd,
    citations: odd,
    model: odd,
  },
  { requiredKeys: ["choices"] },
);

/** Throws unless a message has the shapes that every reader relies on. */
function checkShapes({ choices }: Completion): void {
  expect(choices).toHaveLength(1);
  const [only] = choices;
  const said = only?.message;
  expect(reasons).toContain(only?.finish_reason);
  expect(["string", "undefined"]).toContain(typeof (said?.content ?? undefined));
  for (const list of [said?.annotations, said?.images, said?.tool_calls])
    expect(list === undefined || list === null || Array.isArray(list)).toBe(true);
  for (const one of said?.tool_calls ?? []) {
    expect(typeof one.id).toBe("string");
    const {
      name,
      arguments: json,
      input,
    } = { ...(one.type === "custom" ? one.custom : one.function) } as {
      readonly [field: string]: unknown;
    };
    for (const said of [name, json, input]) expect(["string", "undefined"]).toContain(typeof said);
  }
}

test("whatever a server sends is an answer in our shape, or a typed error", () => {
  fc.assert(
    fc.property(body, (given) => {
      try {
        checkShapes(readAnswer(structuredClone(given), "p:m"));
      } catch (error) {
        if (!isRouterError(error, "provider")) throw error;
      }
    }),
    { numRuns: runs(300, 20_000) },
  );
});

test("whatever a stream sends is read into an answer in our shape, or ends with a typed error", () => {
  fc.assert(
    fc.property(fc.array(body, { maxLength: 4 }), (chunks) => {
      const reader = new ChunkReader("p:m");
      const assembler = createAssembler();
      try {
        for (const one of structuredClone(chunks)) {
          const read = reader.read(one as unknown as CompletionChunk);
          expect(read.choices.length).toBeLessThan(2);
          for (const { delta } of read.choices)
            expect(["string", "undefined"]).toContain(typeof (delta.content ?? undefined));
          assembler.add(read);
        }
        checkShapes(assembler.completion());
      } catch (error) {
        if (!isRouterError(error, "provider")) throw error;
      }
    }),
    { numRuns: runs(300, 20_000) },
  );
});
