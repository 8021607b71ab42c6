import type { Completion, CompletionChunk } from "../../../contracts/index.ts";
import { type Fields, isObject } from "../../../plugin/fields-of.ts";
import { incomplete } from "./incomplete.ts";

/**
 * Checks the fields of an answer that are read, since a server may send anything. Throws `ProviderError`
 * (`incomplete`).
 */
export function checkAnswer(body: unknown, model: string): Completion {
  const choice = firstOf(body, model);
  if (choice === undefined || !isObject(choice["message"]))
    throw incomplete(model, "the answer contains no message");
  checkChoice(choice, choice["message"], model);
  return body as Completion;
}

/** Checks the same of a chunk. */
export function checkChunk(chunk: CompletionChunk, model: string): CompletionChunk {
  const choice = firstOf(chunk, model);
  const { delta } = choice ?? {};
  if (choice === undefined) return chunk;
  if (delta !== undefined && delta !== null && !isObject(delta))
    throw incomplete(model, "a chunk has a delta that is not an object");
  checkChoice(choice, delta ?? {}, model);
  return chunk;
}

function firstOf(value: unknown, model: string): Fields | undefined {
  const choices: unknown = isObject(value) ? value["choices"] : undefined;
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (first !== undefined && !isObject(first)) throw incomplete(model, "a choice is not an object");
  return first;
}

function checkChoice(choice: Fields, said: Fields, model: string): void {
  const { content, refusal, tool_calls: calls } = said;
  if (!isText(choice["finish_reason"])) throw incomplete(model, "the finish reason is not a string");
  if (!isText(content) && !Array.isArray(content)) throw incomplete(model, "the content is not a string");
  if (!isText(refusal)) throw incomplete(model, "the refusal is not a string");
  if (calls === undefined || calls === null) return;
  if (!Array.isArray(calls) || !calls.every(isToolCall))
    throw incomplete(model, "the tool calls are not a list of calls");
}

function isToolCall(call: unknown): boolean {
  if (!isObject(call)) return false;
  const { id, function: called, custom } = call;
  return isText(id) && isCalled(called) && isCalled(custom);
}

function isCalled(called: unknown): boolean {
  if (called === undefined || called === null) return true;
  if (!isObject(called)) return false;
  const { name, arguments: json, input } = called;
  return isText(name) && isText(json) && isText(input);
}

/** True for a string, and where none is given. */
function isText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}
