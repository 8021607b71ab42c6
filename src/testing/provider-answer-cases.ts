import assert from "node:assert/strict";
import type { Completion, CompletionChunk } from "../contracts/index.ts";
import {
  answering,
  calm,
  collect,
  parallelToolAnswer,
  readChunks,
  readCompletion,
  type Said,
  textAnswer,
  textRequest,
  toolAnswer,
  weatherTool,
  withServed,
} from "./provider-fixtures.ts";
import type { ScenarioAnswer } from "./provider-scenario.ts";
import type { ProviderCase, ProviderSetup } from "./provider-setup.ts";

/** Requests one answer whole and streamed, and checks that both are equal. */
async function answered(
  setup: ProviderSetup,
  answer: ScenarioAnswer,
): Promise<{ said: Said; completion: Completion; chunks: CompletionChunk[] }> {
  return withServed(setup, answering(answer), async ({ model }) => {
    const request = { ...textRequest, tools: [weatherTool] };
    const asked = answer.toolCalls.length > 0 ? request : textRequest;
    const completion = await model.generate(asked, calm());
    const chunks = await collect(model.stream(asked, calm()));
    const said = readCompletion(completion);
    assert.deepEqual(readChunks(chunks), said, "the streamed answer differs from the whole one");
    return { said, completion, chunks };
  });
}

function assertToolCalls(said: Said, { toolCalls }: ScenarioAnswer): void {
  const expected = toolCalls.map(({ name, argumentPieces }) => ({
    name,
    arguments: JSON.parse(argumentPieces.join("")),
  }));
  assert.deepEqual(said.toolCalls, expected);
}

export const answerCases: readonly ProviderCase[] = [
  {
    name: "a text is answered whole and streamed in the shape of chat completions",
    run: async (setup) => {
      const { said, completion, chunks } = await answered(setup, textAnswer);
      assert.equal(said.text, textAnswer.textPieces.join(""));
      if (setup.without?.["served-model"] === undefined)
        assert.equal(said.model, textAnswer.model, "completion.model must be the endpoint's model name");
      assert.deepEqual(said.toolCalls, []);
      assert.equal(completion.object, "chat.completion");
      assert.equal(completion.choices.length, 1);
      assert.equal(completion.choices[0]?.message.role, "assistant");
      for (const chunk of chunks) {
        assert.equal(chunk.object, "chat.completion.chunk");
        assert.equal(chunk.id, chunks[0]?.id, "the chunks of a stream share one id");
        assert.ok(chunk.choices.length <= 1);
      }
    },
  },
  {
    name: "a stream delivers its pieces as they arrive and ends with one finish reason",
    run: async (setup) => {
      const { chunks } = await answered(setup, textAnswer);
      const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.content || []);
      assert.deepEqual(pieces, textAnswer.textPieces);
      const reasons = chunks.flatMap((chunk) => chunk.choices[0]?.finish_reason ?? []);
      assert.deepEqual(reasons, ["stop"]);
    },
  },
  {
    name: "a tool call is answered whole and streamed",
    needs: ["tools"],
    run: async (setup) => {
      const { said, completion } = await answered(setup, toolAnswer);
      assertToolCalls(said, toolAnswer);
      assert.equal(said.finishReason, "tool_calls");
      assert.equal(completion.choices[0]?.message.tool_calls?.[0]?.type, "function");
    },
  },
  {
    name: "parallel tool calls keep their order and have unique ids",
    needs: ["tools", "parallel-tool-calls"],
    run: async (setup) => {
      const { said, completion, chunks } = await answered(setup, parallelToolAnswer);
      assertToolCalls(said, parallelToolAnswer);
      const whole = completion.choices[0]?.message.tool_calls?.map(({ id }) => id) ?? [];
      const streamed = chunks
        .flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
        .flatMap(({ id }) => id || []);
      for (const ids of [whole, streamed])
        assert.equal(new Set(ids).size, parallelToolAnswer.toolCalls.length);
    },
  },
  {
    name: "text next to a tool call is kept",
    needs: ["tools"],
    run: async (setup) => {
      const answer = { ...toolAnswer, textPieces: ["Let me ", "look."] };
      const { said } = await answered(setup, answer);
      assert.equal(said.text, "Let me look.");
      assertToolCalls(said, answer);
    },
  },
  {
    name: "an answer cut by its limit has finish reason length",
    run: async (setup) => {
      const { said } = await answered(setup, { ...textAnswer, finishReason: "length" });
      assert.equal(said.finishReason, "length");
    },
  },
  {
    name: "a filtered answer has finish reason content_filter",
    needs: ["content-filtered-answer"],
    run: async (setup) => {
      const { said } = await answered(setup, { ...textAnswer, finishReason: "content_filter" });
      assert.equal(said.finishReason, "content_filter");
    },
  },
  {
    name: "usage counts all input and all output tokens",
    run: async (setup) => {
      const { said } = await answered(setup, textAnswer);
      assert.equal(said.usage?.prompt_tokens, 120);
      assert.equal(said.usage?.completion_tokens, 45);
      assert.equal(said.usage?.total_tokens, 165);
    },
  },
  {
    name: "cached input tokens are counted within the input and listed",
    needs: ["cached-tokens"],
    run: async (setup) => {
      const usage = { inputTokens: 1200, outputTokens: 45, cachedInputTokens: 1024 };
      const { said } = await answered(setup, { ...textAnswer, usage });
      assert.equal(said.usage?.prompt_tokens, 1200);
      assert.equal(said.usage?.prompt_tokens_details?.cached_tokens, 1024);
    },
  },
  {
    name: "input tokens written to a cache are counted within the input and listed",
    needs: ["cached-tokens", "cache-write-tokens"],
    run: async (setup) => {
      const usage = { inputTokens: 1200, outputTokens: 45, cachedInputTokens: 128, cacheWriteTokens: 1000 };
      const { said } = await answered(setup, { ...textAnswer, usage });
      assert.equal(said.usage?.prompt_tokens, 1200);
      assert.equal(said.usage?.prompt_tokens_details?.cached_tokens, 128);
      assert.equal(said.usage?.prompt_tokens_details?.cache_write_tokens, 1000);
    },
  },
  {
    name: "reasoning tokens are counted within the output and listed",
    needs: ["reasoning-tokens"],
    run: async (setup) => {
      const usage = { inputTokens: 120, outputTokens: 845, reasoningTokens: 800 };
      const { said } = await answered(setup, { ...textAnswer, usage });
      assert.equal(said.usage?.completion_tokens, 845);
      assert.equal(said.usage?.completion_tokens_details?.reasoning_tokens, 800);
      assert.equal(said.usage?.total_tokens, 965);
    },
  },
];
