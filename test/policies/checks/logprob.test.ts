import { describe, expect, it } from "vitest";
import { allOf, anyOf, logprob, notRefused, numericAnswer } from "../../../policies/checks/index.ts";
import { cascade } from "../../../policies/index.ts";
import type { Completion } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createAssembler } from "../../../src/router/call/assembler.ts";
import { completionOf, factsOf, fakeModel } from "../../../src/testing/index.ts";
import { hopOf } from "../../support/verdict.ts";

const check = logprob({ min: -0.5 });

function answerWith(logprobs: unknown, content = "x"): Completion {
  const answer = completionOf(content);
  return { ...answer, choices: [{ ...answer.choices[0], logprobs } as never] };
}
const tokensOf = (...values: readonly unknown[]) => ({ content: values.map((one) => ({ logprob: one })) });
const judge = (answer: Completion, one = check) => {
  const remarks: string[] = [];
  const hop = { ...hopOf().hop, note: (remark: string) => void remarks.push(remark) };
  return { accepted: one.accepts(factsOf(), answer, hop), remarks };
};

describe("log-probabilities that a server cannot mean", () => {
  it.each<[string, unknown]>([
    ["none", null],
    ["an empty list", tokensOf()],
    ["a list that is none", { content: "0" }],
    ["null for a number, which would count as certain", tokensOf(null)],
    ["an empty text for a number", tokensOf("")],
    ["a number as text", tokensOf("0")],
    ["false", tokensOf(false)],
    ["an empty array", tokensOf([])],
    ["NaN", tokensOf(-0.1, Number.NaN)],
    ["one above 0 that makes up for others", tokensOf(-9, -9, 100)],
    ["infinity", tokensOf(Number.POSITIVE_INFINITY)],
    ["tokens that are null", { content: [null] }],
  ])("are not accepted, and the check says so: %s", (_, logprobs) => {
    const { accepted, remarks } = judge(answerWith(logprobs));
    expect(accepted).toBe(false);
    expect(remarks).toEqual([expect.stringContaining("log-probabilities")]);
  });

  it("are not those of one token for a megabyte of text", () => {
    expect(judge(answerWith(tokensOf(0), "x".repeat(1_000_000))).accepted).toBe(false);
    expect(judge(answerWith(tokensOf(0), "x".repeat(128))).accepted).toBe(true);
  });

  it("may be a little above 0 by rounding, which counts as 0, and as low as minus infinity", () => {
    expect(judge(answerWith(tokensOf(1e-6, -0.9))).accepted).toBe(true);
    expect(judge(answerWith(tokensOf(Number.NEGATIVE_INFINITY))).accepted).toBe(false);
    expect(judge(answerWith(tokensOf(Number.NEGATIVE_INFINITY)), logprob({ min: -100 })).accepted).toBe(true);
  });
});

describe("an answer without log-probabilities", () => {
  const lenient = logprob({ min: -0.5, otherwise: numericAnswer() });

  it("is judged by what there is, if a check is given for it", () => {
    expect(judge(completionOf("42"), lenient)).toEqual({
      accepted: true,
      remarks: [expect.stringContaining("log-probabilities")],
    });
    expect(judge(completionOf("none"), lenient).accepted).toBe(false);
    // With them the other check has no say.
    expect(judge(answerWith(tokensOf(-0.1), "none"), lenient)).toEqual({ accepted: true, remarks: [] });
    expect(lenient.name).toBe("logprob(min -0.5, else numericAnswer)");
  });

  it("escalates, and the attempt says why, also in a stream", async () => {
    const models = {
      small: fakeModel({ model: "s", answer: "1" }),
      large: fakeModel({ model: "l", answer: "2" }),
    };
    const router = createRouter({
      models,
      policy: cascade({ first: "small", then: "large", unless: check }),
    });
    const { text, attempts } = await router.route("One?");
    expect(text).toBe("2");
    expect(attempts[0]?.check).toEqual({
      name: "logprob(min -0.5)",
      accepted: false,
      note: expect.stringContaining("logprobs: true"),
    });
    const stream = await router.stream("One?");
    for await (const _ of stream);
    expect((await stream.result).text).toBe("2");
  });

  it("is judged by the whole answer in a stream: nothing is delivered before", async () => {
    const ask = async (logprob: number) => {
      const small = {
        ...fakeModel({ model: "s" }),
        generate: async () => completionOf({ content: "small", logprobs: [logprob] }),
      };
      const router = createRouter({
        models: { small, large: fakeModel({ model: "l", answer: "large" }) },
        policy: cascade({ first: "small", then: "large", unless: check }),
      });
      const stream = await router.stream({ logprobs: true, messages: [{ role: "user", content: "One?" }] });
      for await (const _ of stream);
      return (await stream.result).text;
    };
    expect(await ask(-0.01)).toBe("small");
    expect(await ask(-9)).toBe("large");
  });
});

describe("the assembled answer of a stream", () => {
  const token = (logprob: number) => ({ token: "1", bytes: null, logprob, top_logprobs: [] });
  const chunkOf = (content: string, values: readonly number[]) => ({
    id: "c",
    object: "chat.completion.chunk" as const,
    created: 1,
    model: "s",
    choices: [
      {
        index: 0,
        delta: { content },
        finish_reason: null,
        logprobs: { content: values.map(token), refusal: null },
      },
    ],
  });

  it("has the log-probabilities of its chunks, and none if they are too many", () => {
    const assembler = createAssembler();
    assembler.add(chunkOf("1", [-0.5]) as never);
    assembler.add(chunkOf("2", [-0.1, -0.3]) as never);
    expect(assembler.completion().choices[0]?.logprobs?.content?.map(({ logprob }) => logprob)).toEqual([
      -0.5, -0.1, -0.3,
    ]);
    assembler.add(chunkOf("3", Array<number>(70_000).fill(-0.1)) as never);
    assembler.add(chunkOf("4", [-0.1]) as never);
    expect(assembler.completion().choices[0]?.logprobs).toBeNull();
  });
});

describe("a recorded confidence", () => {
  const record = (logprobConfidence: number | undefined, answer?: string) => ({
    answer: { logprobConfidence, answer },
    other: () => undefined,
    permits: () => true,
    verdictOf: (inner: typeof check) => inner.recorded?.(factsOf(), record(logprobConfidence, answer)),
  });

  it("gives the verdict that the answer would have got", () => {
    expect(check.recorded?.(factsOf(), record(-0.5))).toEqual({ accepted: true });
    expect(check.recorded?.(factsOf(), record(-0.51))).toEqual({ accepted: false });
    expect(check.recorded?.(factsOf(), record(undefined))).toBeUndefined();
  });

  it("is used by checks that consist of others", () => {
    const strict = logprob({ min: -0.1 });
    expect(anyOf(strict, check).recorded?.(factsOf(), record(-0.3))).toEqual({ accepted: true, called: [] });
    expect(allOf(strict, check).recorded?.(factsOf(), record(-0.3))).toEqual({ accepted: false, called: [] });
    expect(allOf(check, notRefused()).recorded?.(factsOf(), record(-0.3))).toBeUndefined();
  });
});
