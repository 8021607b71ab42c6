import { afterEach, describe, expect, it } from "vitest";
import { judge, notRefused } from "../../policies/checks/index.ts";
import { cascade } from "../../policies/index.ts";
import { type Check, createRouter } from "../../src/index.ts";
import { type ScenarioAnswer, type ScenarioServer, serveScenario } from "../../src/testing/index.ts";
import { type Wire, wires } from "../support/wires.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 10_000 };
const usage = { inputTokens: 100, outputTokens: 10 }; // 0.2 USD
const answerOf = (...textPieces: string[]): ScenarioAnswer => ({
  model: "served-model",
  textPieces,
  toolCalls: [],
  finishReason: "stop",
  usage,
});
const good = answerOf("It is ", "Paris.");
const refusal = answerOf("I'm sorry, ", "but I can't help with that.");

const open: ScenarioServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(wire: Wire, answer: ScenarioAnswer): Promise<ScenarioServer> {
  const server = await serveScenario({ type: "answer", answer }, wire);
  open.push(server);
  return server;
}

/**
 * Creates a cascade over two endpoints of one provider: the small one answers `first`, the large one
 * "large".
 */
async function cascadeOver(wire: Wire, first: ScenarioAnswer, unless: Check = notRefused()) {
  const [small, large] = [await start(wire, first), await start(wire, answerOf("from ", "large"))];
  const router = createRouter({
    models: {
      small: wire.model("small", small.url, { price }),
      large: wire.model("large", large.url, { price }),
    },
    policy: cascade({ first: "small", then: "large", unless }),
  });
  return { router, small, large };
}

async function textOf(stream: AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>) {
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

describe.each(Object.entries(wires))("a cascade over the API of %s", (_, wire) => {
  it("answers with the small model if the check accepts", async () => {
    const { router, large } = await cascadeOver(wire, good);
    const result = await router.route("Capital of France?");
    expect(result.text).toBe("It is Paris.");
    expect(result.attempts.map(({ model, check }) => [model, check])).toEqual([
      ["small", { name: "notRefused", accepted: true }],
    ]);
    expect(large.requests).toHaveLength(0);
  });

  it("escalates if it does not, and prices both calls", async () => {
    const { router } = await cascadeOver(wire, refusal);
    const result = await router.route("Capital of France?");
    expect(result.text).toBe("from large");
    expect(result.attempts.map(({ model, hop, next, check }) => [model, hop, next, check?.accepted])).toEqual(
      [
        ["small", "answer", "escalate", false],
        ["large", "cascade", undefined, undefined],
      ],
    );
    expect(result.costUsd).toBeCloseTo(0.4, 12);
    expect(result.usage).toMatchObject({ inputTokens: 200, outputTokens: 20 });
  });

  it("streams nothing before the check has accepted, and never a refused answer", async () => {
    let judged = false;
    const check: Check = {
      name: "slow",
      accepts: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        judged = true;
        return false;
      },
    };
    const { router } = await cascadeOver(wire, good, check);
    const stream = router.stream("Capital of France?");
    const seen: boolean[] = [];
    let text = "";
    for await (const chunk of stream) {
      seen.push(judged);
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe("from large");
    expect(seen).not.toContain(false);
    expect((await stream.result).costUsd).toBeCloseTo(0.4, 12);
  });

  it("streams an accepted answer in full, with finish reason and usage", async () => {
    const { router } = await cascadeOver(wire, good);
    const stream = router.stream("Capital of France?");
    expect(await textOf(stream)).toBe("It is Paris.");
    const { completion, costUsd } = await stream.result;
    expect(completion.choices[0]?.finish_reason).toBe("stop");
    expect(costUsd).toBeCloseTo(0.2, 12);
  });

  it("calls a judge through the hop: recorded, priced, and under the constraints", async () => {
    const judging = await start(wire, answerOf('{"accept": ', "true}"));
    const model = wire.model("judge", judging.url, { price });
    const { router, small, large } = await cascadeOver(wire, good, judge({ model }));
    const result = await router.route("Capital of France?");
    expect(result.text).toBe("It is Paris.");
    expect(result.attempts.map(({ hop, name }) => [hop, name])).toEqual([
      ["answer", router.models.small.name],
      ["check", model.name],
    ]);
    expect(result.costUsd).toBeCloseTo(0.4, 12);
    const noJudge = { name: "noJudge", permits: ({ id }: { id: string }) => !id.includes("judge") || "no" };
    const messages = [{ role: "user", content: "Capital of France?" }] as const;
    const forbidden = await router.route({ messages: [...messages], constraints: [noJudge] });
    expect(forbidden.text).toBe("from large");
    expect(forbidden.attempts[0]?.check?.error).toContain("noJudge: no");
    expect([small, large, judging].map(({ requests }) => requests.length)).toEqual([2, 1, 1]);
  });
});
