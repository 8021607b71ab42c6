import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type ExecutionOptions, isRouterError } from "../../../src/index.ts";
import { type Scenario, type ScenarioServer, serveScenario } from "../../../src/testing/index.ts";
import { scenarioAnswer } from "../../support/scenario-answer.ts";
import { type Wire, wires } from "../../support/wires.ts";

const price = {
  usdPerMillionInputTokens: 1_000,
  usdPerMillionOutputTokens: 10_000,
  usdPerMillionCachedInputTokens: 100,
};
const usage = { inputTokens: 100, outputTokens: 10, cachedInputTokens: 40 };
const answerOf = (...textPieces: string[]) => scenarioAnswer({ textPieces, usage });

async function start(wire: Wire, scenario: Scenario): Promise<ScenarioServer> {
  const server = await serveScenario(scenario, wire);
  onTestFinished(() => server.close());
  return server;
}

/** A small model whose endpoint does what the scenario says, and a large one that answers. */
async function routerOver(wire: Wire, scenario: Scenario, execution: ExecutionOptions = {}) {
  const server = await start(wire, scenario);
  const good = await start(wires.openai, { type: "answer", answer: answerOf("from ", "large") });
  const router = createRouter({
    models: {
      small: wire.model("small", server.url, { price }),
      large: wires.openai.model("large", good.url, { price }),
    },
    policy: always("small"),
    execution: { retries: 1, backoffBaseMs: 1, ...execution },
  });
  return { router, server, good };
}

async function read(stream: ReturnType<Awaited<ReturnType<typeof routerOver>>["router"]["stream"]>) {
  let text = "";
  let error: unknown;
  try {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  } catch (caught) {
    error = caught;
  }
  return { text, error };
}

for (const [name, wire] of Object.entries(wires)) {
  describe(`a router over real HTTP, ${name}`, () => {
    it("routes, prices cached tokens at their own price, and says which model has answered", async () => {
      const { router, server } = await routerOver(wire, {
        type: "answer",
        answer: answerOf("from ", "small"),
      });
      const { text, attempts, costUsd } = await router.route("Hello");
      expect(text).toBe("from small");
      expect(costUsd).toBeCloseTo((60 * 1_000 + 40 * 100 + 10 * 10_000) / 1e6, 12);
      expect(attempts).toMatchObject([
        {
          endpoint: wire === wires.openai || wire === wires.responses ? `${server.url}/v1` : server.url,
          // Converse does not name the model that answers.
          servedModel: wire === wires.converse ? "small" : "served-model",
          usage: { inputTokens: 100, cachedInputTokens: 40 },
        },
      ]);
    });

    it("streams with usage and cost", async () => {
      const { router } = await routerOver(wire, { type: "answer", answer: answerOf("from ", "small") });
      const stream = router.stream("Hello");
      expect(await read(stream)).toEqual({ text: "from small", error: undefined });
      const { costUsd, attempts } = await stream.result;
      expect(costUsd).toBeCloseTo(0.164, 12);
      expect(attempts[0]?.firstTokenMs).toBeGreaterThanOrEqual(0);
    });

    it("tries an overloaded endpoint again and then the next model", async () => {
      const failure = { kind: "overloaded", status: 503, message: "quotes Hello", requestId: "r1" } as const;
      const { router, server } = await routerOver(wire, { type: "failure", failure });
      const { text, attempts } = await router.route("Hello");
      expect(text).toBe("from large");
      expect(server.requests).toHaveLength(2);
      expect(attempts.map(({ error, next }) => [error?.kind, next])).toEqual([
        ["overloaded", "retry"],
        ["overloaded", "fallback"],
        [undefined, undefined],
      ]);
      expect(JSON.stringify(attempts)).not.toContain("quotes Hello");
    });

    it("replaces a stream that breaks before its first content, unseen", async () => {
      const { router } = await routerOver(wire, { type: "broken", answer: answerOf(), ending: "cut" });
      expect(await read(router.stream("Hello"))).toEqual({ text: "from large", error: undefined });
    });

    for (const ending of ["cut", "silent", "stall"] as const) {
      it(`never splices a stream that breaks after its first content (${ending})`, async () => {
        const scenario: Scenario = { type: "broken", answer: answerOf("half ", "an "), ending };
        const { router, server, good } = await routerOver(wire, scenario, { idleTimeoutMs: 300 });
        const { text, error } = await read(router.stream("Hello"));
        expect(text).toBe("half an ");
        if (!isRouterError(error, "provider")) throw error;
        expect(error.kind).toBe(ending === "stall" ? "timeout" : "incomplete");
        expect(error.partialText).toBe("half an ");
        expect(good.requests).toHaveLength(0);
        await server.requests[0]?.closed;
      });
    }

    it("leaves an endpoint that accepts and never answers, and closes its connection", async () => {
      const { router, server } = await routerOver(
        wire,
        { type: "stall" },
        { retries: 0, firstTokenTimeoutMs: 500 },
      );
      expect((await read(router.stream("Hello"))).text).toBe("from large");
      await server.requests[0]?.closed;
    });

    it("hedges a stream that is late, and closes the connection of the call that lost", async () => {
      const { router, server, good } = await routerOver(
        wire,
        { type: "stall" },
        { hedge: { afterMs: 20, ratio: 1 } },
      );
      const stream = router.stream("Hello");
      expect(await read(stream)).toEqual({ text: "from large", error: undefined });
      const { attempts, costUsd } = await stream.result;
      expect(attempts).toMatchObject([
        { model: "small", hop: "answer", costEstimated: true, error: { code: "abandoned" }, next: "hedge" },
        { model: "large", hop: "hedge", finishReason: "stop" },
      ]);
      expect(costUsd).toBeCloseTo(
        attempts.reduce((sum, attempt) => sum + (attempt.costUsd ?? Number.NaN), 0),
      );
      await server.requests[0]?.closed;
      expect(good.requests).toHaveLength(1);
    });

    it("closes the connection when the caller aborts or leaves", async () => {
      const { router, server } = await routerOver(wire, {
        type: "broken",
        answer: answerOf("a ", "b "),
        ending: "stall",
      });
      const controller = new AbortController();
      const reason = new Error("user left");
      const aborted = read(router.stream("Hello", { signal: controller.signal }));
      setTimeout(() => controller.abort(reason), 60);
      expect((await aborted).error).toBe(reason);
      for await (const _ of router.stream("Hello")) break;
      for (const request of server.requests) await request.closed;
    });

    it("goes elsewhere when the endpoint cannot be reached", async () => {
      const { router } = await routerOver(wire, { type: "stall" });
      const port = await freePort();
      const models = {
        small: wire.model("small", `http://127.0.0.1:${port}`, { price }),
        large: router.models.large,
      };
      const moved = createRouter({ models, policy: always("small"), execution: { retries: 0 } });
      const { text, attempts } = await moved.route("Hello");
      expect(text).toBe("from large");
      expect(attempts[0]?.error).toMatchObject({ kind: "connection", retryable: true });
    });
  });
}

/** Returns a port without a listener. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
