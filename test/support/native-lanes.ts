import type { ServerResponse } from "node:http";
import type { Model } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { google } from "../../src/router/providers/google.ts";
import { openai } from "../../src/router/providers/openai.ts";

export const dollarACall = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };

/** A protocol whose requests go as they came, with bodies that a translation would not keep. */
export interface Lane {
  /** Path of a request with this body. */
  pathOf(text: string): string;
  /** Body of a request, with fields and numbers that a translation would not keep. */
  written(streams: boolean): string;
  readonly answer: string;
  readonly events: readonly string[];
  /** A refusal as the server writes it, with words that belong to its client alone. */
  refusal(words: string): string;
  /** Body that the server of a model must get. */
  expected(text: string, model: string): string;
  model(name: string, baseUrl: string): Model;
}

export const messagesLane: Lane = {
  pathOf: () => "/v1/messages?beta=true",
  written: (streams) =>
    `{ "stream": ${streams},"model":"auto", "max_tokens":100,"top_k":1.0,"system":[{"type":"text","text":"A","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"n\\u0061me"}] }`,
  answer:
    '{"id":"msg_1", "type":"message","role":"assistant","model":"auto","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}',
  events: [
    '{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"auto","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}',
    '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}, "new_field":1.0}',
    '{"type":"content_block_stop","index":0}',
    '{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}',
    '{"type":"message_stop"}',
  ],
  refusal: (words) => `{"type":"error", "error":{"type":"overloaded_error","message":"${words}"}}`,
  expected: (text, model) => text.replace('"auto"', `"${model}"`),
  model: (name, baseUrl) => anthropic(name, { baseUrl, apiKey: "own", price: dollarACall }),
};

const message =
  '{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hi","annotations":[],"logprobs":[]}]}';
const response = `{"id":"resp_1","object":"response", "created_at":1,"status":"completed","error":null,"model":"auto","output":[${message}],"usage":{"input_tokens":9,"output_tokens":2,"total_tokens":11}}`;
export const responsesLane: Lane = {
  pathOf: () => "/v1/responses",
  written: (streams) =>
    `{ "stream": ${streams},"model":"auto", "store":false,"top_p":1.0,"new_field":{"x":1.0},"input":[{"role":"user","content":"n\\u0061me"}] }`,
  answer: response,
  events: [
    '{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"auto","output":[]}}',
    '{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","status":"in_progress","content":[]}}',
    '{"type":"response.output_text.delta","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"hi","obfuscation":"x"}',
    `{"type":"response.completed","sequence_number":3,"response":${response}}`,
  ],
  refusal: (words) =>
    `{"error": {"message":"${words}","type":"server_error","param":null,"code":"server_is_overloaded"}}`,
  expected: (text, model) => text.replace('"auto"', `"${model}"`),
  model: (name, baseUrl) =>
    openai(name, { baseUrl: `${baseUrl}/v1`, apiKey: "own", price: dollarACall, api: "responses" }),
};

const candidate = (text: string, more = "") =>
  `{"content":{"role":"model","parts":[{"text":"${text}"}]}, "index":0,"avgLogprobs":-1.0${more}}`;
const counts =
  '"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11},"modelVersion":"auto","responseId":"r-1"';
export const generateLane: Lane = {
  // The address says whether it streams. Here the first of these numbers says the same.
  pathOf: (text) =>
    `/v1beta/models/auto:${text.includes('"topK":1') ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  written: (streams) =>
    `{ "generationConfig":{"topK":${streams ? 1 : 2}, "topP":1.0},"contents":[{"role":"user","parts":[{"text":"n\\u0061me"}]}],"safetySettings":[] }`,
  answer: `{"candidates":[${candidate("hi", ',"finishReason":"STOP"')}], ${counts}}`,
  events: [
    `{"candidates":[${candidate("")}], ${counts}}`,
    `{"candidates":[${candidate("hi")}], "new_field":1.0,${counts}}`,
    `{"candidates":[${candidate("!")}], ${counts}}`,
    `{"candidates":[${candidate("", ',"finishReason":"STOP"')}], ${counts}}`,
  ],
  refusal: (words) => `{"error": {"code":503,"status":"UNAVAILABLE","message":"${words}"}}`,
  expected: (text) => text,
  model: (name, baseUrl) => google(name, { baseUrl, apiKey: "own", price: dollarACall }),
};

/** Returns events as a server writes them. */
export const sse = (events: readonly string[]) =>
  events
    .map((data) => {
      const { type } = JSON.parse(data);
      return `${type === undefined ? "" : `event: ${type}\n`}data: ${data}\n\n`;
    })
    .join("");
export const sendText = (response: ServerResponse, status: number, text: string) =>
  response.writeHead(status, { "content-type": "application/json" }).end(text);
/** Begins a stream with these events. */
export const sendWritten = (response: ServerResponse, events: readonly string[]): ServerResponse => {
  response.writeHead(200, { "content-type": "text/event-stream" }).write(sse(events));
  return response;
};
