import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isRouterError, type ProviderError } from "../contracts/index.ts";
import {
  answering,
  apiKey,
  calm,
  collect,
  failureOf,
  prompt,
  readChunks,
  textAnswer,
  textRequest,
  withServed,
} from "./provider-fixtures.ts";
import type { FailureKind, Scenario } from "./provider-scenario.ts";
import type { ProviderCase, ProviderSetup, ServedModel } from "./provider-setup.ts";

type Call = (served: ServedModel) => Promise<unknown>;

const generate: Call = ({ model }) => model.generate(textRequest, calm());
const stream: Call = ({ model }) => collect(model.stream(textRequest, calm()));

/** Makes a call that must fail with a `ProviderError`, and returns it. */
async function failed(setup: ProviderSetup, scenario: Scenario, call: Call): Promise<ProviderError> {
  return withServed(setup, scenario, async (served) => {
    const error = await call(served).then(
      () => assert.fail("the call did not fail"),
      (reason: unknown) => reason,
    );
    assert.ok(isRouterError(error, "provider"), `not a ProviderError: ${inspect(error)}`);
    assert.equal(error.model, served.model.name);
    return error;
  });
}

/** Kinds after which the same call may succeed later. */
const retryable: ReadonlySet<FailureKind> = new Set([
  "timeout",
  "conflict",
  "rate-limit",
  "server",
  "overloaded",
]);

const kinds: readonly FailureKind[] = [
  "authentication",
  "permission",
  "not-found",
  "invalid-request",
  "too-large",
  "context-overflow",
  "content-filter",
  "rate-limit",
  "overloaded",
  "server",
  "conflict",
  "timeout",
];

const failureCase = (kind: FailureKind): ProviderCase => ({
  name: `a failure of the endpoint is mapped: ${kind}`,
  needs: [kind],
  run: async (setup) => {
    const failure = failureOf(setup, kind);
    for (const call of [generate, stream]) {
      const error = await failed(setup, { type: "failure", failure }, call);
      assert.equal(error.kind, kind);
      assert.equal(error.status, failure.status);
      assert.equal(error.retryable, retryable.has(kind));
    }
  },
});

export const failureCases: readonly ProviderCase[] = [
  ...kinds.map(failureCase),
  {
    name: "a failure has the provider's request id",
    needs: ["request-id", "server"],
    run: async (setup) => {
      const failure = failureOf(setup, "server");
      const error = await failed(setup, { type: "failure", failure }, generate);
      assert.equal(error.requestId, failure.requestId);
    },
  },
  {
    name: "a failure has the provider's retry delay",
    needs: ["retry-after", "rate-limit"],
    run: async (setup) => {
      const failure = failureOf(setup, "rate-limit", { retryAfterMs: 7000 });
      const error = await failed(setup, { type: "failure", failure }, generate);
      assert.equal(error.retryAfterMs, 7000);
      const silent = await failed(
        setup,
        { type: "failure", failure: failureOf(setup, "rate-limit") },
        generate,
      );
      assert.equal(silent.retryAfterMs, undefined);
    },
  },
  {
    name: "an error shows neither the key nor the provider's text, which may quote the prompt",
    needs: ["authentication"],
    run: async (setup) => {
      const scenario: Scenario = { type: "failure", failure: failureOf(setup, "authentication") };
      for (const call of [generate, stream]) {
        const error = await failed(setup, scenario, call);
        for (const text of [error.message, String(error.stack), JSON.stringify(error), inspect(error)]) {
          assert.ok(!text.includes(apiKey), "the error shows the key");
          assert.ok(!text.includes(prompt), "the error shows the prompt");
        }
        assert.ok(error.detail?.includes(prompt), "the provider's own text belongs in detail");
      }
    },
  },
  {
    name: "a call is made once, even if it fails",
    needs: ["server"],
    run: (setup) =>
      withServed(setup, { type: "failure", failure: failureOf(setup, "server") }, async (served) => {
        await assert.rejects(generate(served));
        await assert.rejects(stream(served));
        assert.equal(served.requests.length, 2);
      }),
  },
  {
    name: "an error event inside a stream is mapped, after the content before it",
    needs: ["stream-errors", "overloaded"],
    run: async (setup) => {
      const scenario: Scenario = {
        type: "stream-error",
        answer: textAnswer,
        failure: failureOf(setup, "overloaded"),
      };
      const error = await failed(setup, scenario, stream);
      assert.equal(error.kind, "overloaded");
      assert.equal(error.retryable, true);
      assert.ok(!inspect(error).includes(prompt), "the error shows the prompt");
      await withServed(setup, scenario, async ({ model }) => {
        const chunks = [];
        try {
          for await (const chunk of model.stream(textRequest, calm())) chunks.push(chunk);
        } catch {
          assert.equal(readChunks(chunks).text, textAnswer.textPieces.join(""));
          return;
        }
        assert.fail("the stream did not fail");
      });
    },
  },
  ...(["cut", "silent"] as const).map(
    (ending): ProviderCase => ({
      name: `an answer that is cut off is incomplete, never a shorter answer (${ending})`,
      run: async (setup) => {
        for (const call of [generate, stream]) {
          const error = await failed(setup, { type: "broken", answer: textAnswer, ending }, call);
          assert.equal(error.kind, "incomplete");
          assert.equal(error.retryable, true);
        }
      },
    }),
  ),
  {
    name: "an answer that cannot be read is incomplete",
    run: async (setup) => {
      for (const call of [generate, stream]) {
        const error = await failed(setup, { type: "garbage" }, call);
        assert.equal(error.kind, "incomplete");
      }
    },
  },
  {
    name: "an unreachable endpoint is a connection error",
    run: async (setup) => {
      for (const call of [generate, stream]) {
        const gone: Call = async (served) => {
          await served.close();
          return call(served);
        };
        const error = await failed(setup, answering(textAnswer), gone);
        assert.equal(error.kind, "connection");
        assert.equal(error.retryable, true);
        assert.equal(error.status, undefined);
      }
    },
  },
  {
    name: "health detects an unreachable endpoint",
    run: (setup) =>
      withServed(setup, answering(textAnswer), async ({ model, close }) => {
        await close();
        const health = await model.health?.().catch(() => false);
        assert.notEqual(health, true);
      }),
  },
];
