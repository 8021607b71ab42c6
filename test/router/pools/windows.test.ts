import { describe, expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { type Model, ProviderError } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

interface Asked {
  readonly calls: string[];
}

/** A server that reads prompts of up to `window` tokens by the router's own estimate, and states `says` in refusals. */
function server(at: string, { calls }: Asked, window: number, says?: number, known?: number): Model {
  const base = fakeModel({ name: at, endpoint: `http://${at}/`, answer: at, contextWindow: known });
  return {
    ...base,
    async generate(request, options) {
      calls.push(at);
      const tokens = JSON.stringify(request.messages).length / 4;
      if (tokens <= window) return base.generate(request, options);
      throw new ProviderError({ kind: "context-overflow", model: at, status: 400, contextWindow: says });
    },
  };
}

function routed(models: Readonly<Record<string, Model>>) {
  const router = createRouter({ models, policy: always(Object.keys(models)[0] as string) });
  onTestFinished(() => router.close());
  return router;
}

const inTurn = {
  balance: { name: "in turn", order: (members: readonly unknown[]) => members.map((_, index) => index) },
};
const long = "many words of some text ".repeat(400);

describe("a prompt that is too long for a member of a pool", () => {
  it("goes on to a larger one, and to that one alone for an hour", async () => {
    const asked: Asked = { calls: [] };
    const members = [server("small", asked, 500, 500), server("large", asked, 9_000)];
    const router = routed({ own: pool("own", members, inTurn) });
    expect((await router.route(long)).text).toBe("large");
    expect(asked.calls).toEqual(["small", "large"]);
    expect(router.exportState().windows).toMatchObject([{ name: "own@http://small/#small", tokens: 500 }]);
    expect((await router.route(long)).text).toBe("large");
    expect(asked.calls).toEqual(["small", "large", "large"]);
    expect((await router.route("Hello")).text).toBe("small");
  });

  it("passes over members that are known to be no larger, and asks those of unknown window as often as it retries", async () => {
    const asked: Asked = { calls: [] };
    const same = ["a", "b"].map((at) => server(at, asked, 500, undefined, 9_000));
    const router = routed({
      own: pool("own", [...same, server("c", asked, 99_999, undefined, 99_000)], inTurn),
    });
    expect((await router.route(long)).text).toBe("c");
    expect(asked.calls).toEqual(["a", "c"]);
    const liars: Asked = { calls: [] };
    const many = Array.from({ length: 50 }, (_, at) => server(`m${at}`, liars, 1, 600));
    const other = routed({
      own: pool("own", many, inTurn),
      cloud: server("cloud", asked, 99_999, 0, 99_000),
    });
    expect((await other.route(long)).text).toBe("cloud");
    expect(liars.calls.length).toBeLessThanOrEqual(3);
  });

  it("goes on to a pool by the largest of its members", async () => {
    const asked: Asked = { calls: [] };
    const members = [
      server("tiny", asked, 300, 300, 8_000),
      server("large", asked, 9_000, undefined, 90_000),
    ];
    const router = routed({
      one: server("one", asked, 500, 8_000, 8_000),
      own: pool("own", members, inTurn),
    });
    expect((await router.route(long)).text).toBe("large");
  });
});

describe("a window that a refusal states", () => {
  it.each([1e9, 100_000_000, 1e300, Number.NaN, 0, -1])(
    "of %j keeps the request from no other model",
    async (says) => {
      const asked: Asked = { calls: [] };
      for (const known of [undefined, 4_000]) {
        const router = routed({
          liar: server("liar", asked, 1, says, known),
          other: server("other", asked, 9_000, undefined, 9_000),
        });
        expect((await router.route(long)).text).toBe("other");
      }
    },
  );
});
