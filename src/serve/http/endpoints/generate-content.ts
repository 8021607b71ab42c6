import { nativeText } from "../../../plugin/native-answer.ts";
import { estimateTokens } from "../../../router/cost/inner.ts";
import { normaliseRequest } from "../../../router/request/index.ts";
import type { HttpCall } from "../call.ts";
import { eventStream, jsonArray } from "../event-stream.ts";
import { explanationField, explanationHeaders } from "../explanation.ts";
import { failureOf } from "../failure.ts";
import type { Fields } from "../fields.ts";
import { chatOfGenerate, countedRequest } from "../generate/chat-of-generate.ts";
import { generateOfCompletion } from "../generate/generate-of-completion.ts";
import { generatePieces } from "../generate/generate-pieces.ts";
import { nativeGenerate, nativePieces, oneLine, wholePiece } from "../generate/native-generate.ts";
import { HttpError } from "../http-error.ts";
import { withInferredSession } from "../infer-session.ts";
import { parseBody } from "../json-body.ts";
import { lastFailure, orNative } from "../native-error.ts";
import { onlyNative } from "../native-only.ts";
import { nativeRequest } from "../native-request.ts";
import { jsonReply, type Reply, textReply } from "../reply.ts";
import { routedRequest } from "../routed-request.ts";
import type { Endpoint, Serving } from "./endpoint.ts";
import { firstRead, onceRead } from "./first-read.ts";
import { googleError, googleErrorBody } from "./google-error.ts";
import { namesOf } from "./models.ts";

/** Beginnings of the paths under which Google's clients name a model: of the Gemini API, and of Vertex AI. */
const places = [
  "/v1beta/models/",
  "/v1alpha/models/",
  "/v1beta1/projects/",
  "/v1beta1/publishers/",
  "/projects/",
  "/publishers/",
] as const;

type Answer = (call: HttpCall, serving: Serving, model: string) => Promise<Reply>;

const methods: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["generateContent", (call, serving, model) => generate(call, serving, model, false)],
  ["streamGenerateContent", (call, serving, model) => generate(call, serving, model, true)],
  ["countTokens", countTokens],
]);

/** `POST /v1beta/models/{model}:generateContent`, and the same of Vertex AI: Google's interface. */
export const generateContent: readonly Endpoint[] = places.map((path) => ({
  method: "POST",
  path,
  refuse: googleError,
  async serve(given, serving) {
    const [name, method] = namedIn(given.path);
    const answer = methods.get(method);
    if (answer === undefined)
      throw new HttpError(
        404,
        `the path must end with a model and one of :${[...methods.keys()].join(", :")}`,
        {
          code: "not_found",
        },
      );
    return answer(withKeyOfQuery(given), serving, name);
  },
}));

/** `GET /v1beta/models`: all in one page, whatever `pageSize` says. */
export const geminiModels: Endpoint = {
  method: "GET",
  path: "/v1beta/models",
  refuse: googleError,
  async serve(call, serving) {
    await serving.identify(withKeyOfQuery(call));
    return jsonReply({ models: namesOf(serving).map((name) => described(name, serving)) });
  },
};

/** `GET /v1beta/models/{model}` */
export const geminiModel: Endpoint = {
  method: "GET",
  path: "/v1beta/models/",
  refuse: googleError,
  async serve(call, serving) {
    await serving.identify(withKeyOfQuery(call));
    const [asked] = namedIn(call.path);
    const name = namesOf(serving).find((one) => one === asked);
    if (name === undefined)
      throw new HttpError(404, "there is no such model here", { param: "model", code: "model_not_found" });
    return jsonReply(described(name, serving));
  },
};

async function generate(
  call: HttpCall,
  serving: Serving,
  asked: string,
  isStreamed: boolean,
): Promise<Reply> {
  const identity = await serving.identify(call);
  const text = await call.readText();
  const body = parseBody(text);
  const { router, options } = serving;
  const { chat, native: parts } = chatOfGenerate(body);
  const routed = routedRequest({ ...body, model: asked }, chat, call, identity, router, options);
  const request = withInferredSession(onlyNative(routed, "generateContent", parts, serving), options);
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
async function countTokens(call: HttpCall, serving: Serving): Promise<Reply> {
  await serving.identify(call);
  const { chat } = chatOfGenerate(countedRequest(parseBody(await call.readText())));
  const { inputTokens } = normaliseRequest(chat, {
    maxCharacters: Number.POSITIVE_INFINITY,
    estimateTokens,
  });
  return jsonReply({ totalTokens: inputTokens });
}

/** Returns model and method that a path ends with: `…/models/{model}:{method}`. A name may have a colon of its own. */
function namedIn(path: string): readonly [name: string, method: string] {
  const last = path.slice(path.lastIndexOf("/models/") + "/models/".length);
  const colon = last.lastIndexOf(":");
  const isMethod = colon >= 0 && /^[a-z]+[A-Z]/.test(last.slice(colon + 1));
  const [name, method] = isMethod ? [last.slice(0, colon), last.slice(colon + 1)] : [last, ""];
  try {
    return [decodeURIComponent(name), method];
  } catch {
    throw new HttpError(400, "the name of the model cannot be read", { param: "model" });
  }
}

/** Some clients send their key in the address. It is then read like the header of the others, and is nowhere else. */
function withKeyOfQuery(call: HttpCall): HttpCall {
  const key = new URLSearchParams(call.query).get("key");
  if (key === null || key === "") return call;
  const { headers } = call;
  const get = (name: string) => headers.get(name) ?? (name.toLowerCase() === "x-goog-api-key" ? key : null);
  return { ...call, headers: { get } };
}

function described(name: string, { router }: Serving): object {
  const model = Object.hasOwn(router.models, name) ? router.models[name] : undefined;
  const { contextWindow, maxOutputTokens } = model ?? {};
  return {
    name: `models/${name}`,
    displayName: name,
    version: "1",
    ...(contextWindow !== undefined && { inputTokenLimit: contextWindow }),
    ...(maxOutputTokens !== undefined && { outputTokenLimit: maxOutputTokens }),
    supportedGenerationMethods: [...methods.keys()],
  };
}
