import { describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { type Model, ProviderError } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { pool, roundRobin } from "../../src/pools/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Answer = () => string;

function endpoint(
  address: string,
  answer: Answer = () => address,
  residency = "eu",
): Model & { calls: () => number } {
  let calls = 0;
  const inner = fakeModel({ name: "vllm:qwen", labels: { residency } });
  return {
    ...inner,
    provider: "vllm",
    model: "qwen",
    endpoint: address,
    calls: () => calls,
    async generate(request, options) {
      calls += 1;
      const text = answer();
      const completion = await inner.generate(request, options);
      const [choice] = completion.choices;
      return {
        ...completion,
        choices: [{ ...choice, message: { role: "assistant", content: text } }],
      } as typeof completion;
    },
  };
}

function fails(kind: ProviderError["kind"]): Answer {
  return () => {
    throw new ProviderError({ kind, model: "vllm:qwen", status: 503 });
  };
}

describe("a pool", () => {
  it("goes on with another member where one fails, without a wait", async () => {
    const [a, b] = [endpoint("http://a/", fails("server")), endpoint("http://b/")];
    const router = createRouter({
      models: { qwen: pool("qwen3", [a, b], { balance: roundRobin }) },
      policy: always("qwen"),
      constraints: [],
    });
    for (let turn = 0; turn < 4; turn += 1) {
      const { text, attempts } = await router.route("Hello");
      expect(text).toBe("http://b/");
      for (const one of attempts) expect(one).toMatchObject({ model: "qwen", name: "qwen3" });
      expect(attempts.at(-1)?.member).toBe("qwen3@http://b/");
    }
    expect(a.calls()).toBeGreaterThan(0);
    expect(a.calls()).toBeLessThan(5);
  });
});
