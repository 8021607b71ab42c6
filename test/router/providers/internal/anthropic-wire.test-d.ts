import type { Anthropic } from "@anthropic-ai/sdk";
import { expectTypeOf, test } from "vitest";
import type {
  AnswerEvent,
  AnswerMessage,
  AnswerUsage,
  MessagesBody,
  ThinkingBlock,
} from "../../../../src/router/providers/internal/anthropic-wire.ts";

test("what is sent fits the SDK's types", () => {
  expectTypeOf<Omit<MessagesBody, "temperature" | "top_p">>().toExtend<
    Omit<Anthropic.MessageCreateParamsNonStreaming, "temperature" | "top_p">
  >();
  expectTypeOf<ThinkingBlock>().toExtend<Anthropic.ContentBlockParam>();
});

test("what is read fits the SDK's types", () => {
  expectTypeOf<Anthropic.Message>().toExtend<AnswerMessage>();
  expectTypeOf<Anthropic.Usage>().toExtend<AnswerUsage>();
  expectTypeOf<Anthropic.RawMessageStreamEvent>().toExtend<AnswerEvent>();
});
