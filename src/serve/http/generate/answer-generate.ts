import { nativeText } from "../../../plugin/native-answer.ts";
import type { HttpCall } from "../call.ts";
import { countedInput } from "../counted-input.ts";
import type { Serving } from "../endpoints/endpoint.ts";
import { firstRead, onceRead } from "../endpoints/first-read.ts";
import { googleErrorBody } from "../endpoints/google-error.ts";
import { eventStream, jsonArray } from "../event-stream.ts";
import { explanationField, explanationHeaders } from "../explanation.ts";
import { failureOf } from "../failure.ts";
import type { Fields } from "../fields.ts";
import { withInferredSession } from "../infer-session.ts";
import { parseBody } from "../json-body.ts";
import { lastFailure, orNative } from "../native-error.ts";
import { onlyNative } from "../native-only.ts";
import { nativeRequest } from "../native-request.ts";
import { ownRequest, readBody } from "../own-request.ts";
import { jsonReply, type Reply, textReply } from "../reply.ts";
import { routedRequest } from "../routed-request.ts";
import { chatOfGenerate, countedRequest } from "./chat-of-generate.ts";
import { generateOfCompletion } from "./generate-of-completion.ts";
import { generatePieces } from "./generate-pieces.ts";
import { nativeGenerate, nativePieces, oneLine, wholePiece } from "./native-generate.ts";

/** Answers `:generateContent` and `:streamGenerateContent` for the model that a path names. */
export async function generate(
  call: HttpCall,
  serving: Serving,
  asked: string,
  isStreamed: boolean,
): Promise<Reply> {
  const identity = await serving.identify(call);
  const text = await call.readText();
  const { router, options } = serving;
  const body = parseBody(text, options);
  const { chat, native: parts } = chatOfGenerate(body);
  const routed = routedRequest({ ...body, model: asked }, chat, call, identity, router, options);
  const named = onlyNative(routed, "generateContent", parts, serving);
  const request = ownRequest(withInferredSession(named, options), body, router);
  const { explain: explains } = options;
  const given = { signal: call.signal, native: nativeRequest("generateContent", call, text, parts, options) };
  if (!isStreamed) {
    const { completion, decision, costUsd } = await orNative(router.route(request, given), "generateContent");
    const headers = explains ? explanationHeaders(decision) : {};
    const added = explains ? explanationField(decision, costUsd) : {};
    const written = nativeText(completion, "generateContent");
    if (written !== undefined)
      return textReply(nativeGenerate(written.content, written.writer, asked, added as Fields), headers);
    return jsonReply({ ...generateOfCompletion(completion, asked), ...added }, headers);
  }
  const { chunks, decision, isNative, whole } = await orNative(
    firstRead(router.stream(request, given), "generateContent"),
    "generateContent",
  );
  const written = whole && onceRead(chunks, wholePiece(whole, asked));
  const events = written ?? (isNative ? nativePieces(chunks, asked) : generatePieces(chunks, asked));
  return eventStream(events, await events.next(), {
    headers: explains ? explanationHeaders(decision) : {},
    onError: (error) => ({ data: failureText(error) ?? googleErrorBody(failureOf(error)) }),
    form: new URLSearchParams(call.query).get("alt") === "sse" ? undefined : jsonArray,
  });
}

function failureText(error: unknown): string | undefined {
  const failed = lastFailure(error, "generateContent");
  return failed && oneLine(failed.text);
}

/** An estimate, which needs no model. */
export async function countTokens(call: HttpCall, serving: Serving): Promise<Reply> {
  await serving.identify(call);
  const body = parseBody(await call.readText(), serving.options);
  const counted = countedRequest(body);
  const { chat } = chatOfGenerate(counted);
  const native = { protocol: "generateContent", text: JSON.stringify(counted), headers: {} } as const;
  return jsonReply({ totalTokens: countedInput(chat, native, readBody(body, counted)) });
}
