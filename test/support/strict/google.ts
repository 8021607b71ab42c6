import { type LoopbackServer, sendEvents, sendJson, serveWith } from "../serve-with.ts";
import { checkFields, checkSignature, type Json, nextStep, Refusal, refuse, sign } from "./script.ts";

/** Starts a server that checks a history as strictly as `generateContent`: parts, results, signatures. */
export function serveStrictGoogle(): Promise<LoopbackServer> {
  return serveWith((response, { url, body }) => {
    const model = /models\/([^:]+):/.exec(url)?.[1] ?? "";
    try {
      check(body, model);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const failure = { code: 400, status: "INVALID_ARGUMENT", message: error.message };
      return sendJson(response, { error: failure }, 400);
    }
    const answer = answerTo(body, model);
    if (!url.includes(":streamGenerateContent")) return sendJson(response, answer);
    const [candidate] = answer.candidates;
    const pieces = candidate.content.parts.map((part: Json) => ({
      ...answer,
      candidates: [{ content: { role: "model", parts: [part] }, index: 0 }],
    }));
    return sendEvents(response, [
      ...pieces,
      { ...answer, candidates: [{ ...candidate, content: { parts: [{ text: "" }] } }] },
    ]);
  });
}

const standIn = "skip_thought_signature_validator";

function check({ contents }: Json, model: string): void {
  const signs = model.startsWith("gemini-3");
  const turnStart = contents.findLastIndex(
    ({ role, parts }: Json) => role === "user" && parts.some((part: Json) => part.text !== undefined),
  );
  for (const [at, content] of contents.entries()) {
    const path = `contents[${at}]`;
    checkFields(path, content, ["role", "parts"]);
    if (at > 0 && contents[at - 1].role === content.role) refuse(`${path}: roles must alternate`);
    if (content.parts.length === 0) refuse(`${path}: no parts`);
    for (const [index, part] of content.parts.entries()) {
      const place = `${path}.parts[${index}]`;
      checkFields(place, part, ["text", "thoughtSignature", "functionCall", "functionResponse"]);
      checkFields(`${place}.functionCall`, part.functionCall ?? {}, ["id", "name", "args"]);
      checkFields(`${place}.functionResponse`, part.functionResponse ?? {}, ["id", "name", "response"]);
      if (part.thoughtSignature !== undefined && !(signs && part.thoughtSignature === standIn))
        checkSignature(place, part.thoughtSignature, model);
    }
    if (content.role !== "model") continue;
    const calls = content.parts.filter((part: Json) => part.functionCall !== undefined);
    const results = (contents[at + 1]?.parts ?? []).filter(
      (part: Json) => part.functionResponse !== undefined,
    );
    const names = (parts: Json, field: string) => parts.map((part: Json) => part[field].name).join();
    if (names(calls, "functionCall") !== names(results, "functionResponse"))
      refuse(`${path}: function responses must equal the function calls`);
    if (signs && at > turnStart && calls.length > 0 && calls[0].thoughtSignature === undefined)
      refuse(`${path}: function call is missing a thought_signature`);
  }
}

function answerTo({ contents }: Json, model: string): Json {
  const last = contents.at(-1).parts.at(-1);
  const step = nextStep(last.text ?? last.functionResponse.response.output);
  const functionCall = { name: "look", args: { at: "quay" } };
  const said =
    step === "call" ? { functionCall, thoughtSignature: sign(model) } : { text: `done by ${model}` };
  return {
    candidates: [{ content: { role: "model", parts: [said] }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
    modelVersion: model,
    responseId: "r-1",
  };
}
