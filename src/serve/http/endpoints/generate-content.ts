import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";
import { jsonReply, type Reply } from "../reply.ts";
import type { Endpoint, Serving } from "./endpoint.ts";
import { googleError } from "./google-error.ts";
import { checkName, limitsOf, listedNames } from "./models.ts";

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

/** Loaded when a client of Google's comes: few servers have any. */
const answers = () => import("../generate/answer-generate.ts");

const methods: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["generateContent", async (...asked) => (await answers()).generate(...asked, false)],
  ["streamGenerateContent", async (...asked) => (await answers()).generate(...asked, true)],
  ["countTokens", async (call, serving) => (await answers()).countTokens(call, serving)],
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
    return jsonReply({ models: listedNames(serving).map((name) => described(name, serving)) });
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
    checkName(asked, serving);
    return jsonReply(described(asked, serving));
  },
};

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

function described(name: string, serving: Serving): object {
  const { contextWindow, maxOutputTokens } = limitsOf(name, serving);
  return {
    name: `models/${name}`,
    displayName: name,
    version: "1",
    ...(contextWindow !== undefined && { inputTokenLimit: contextWindow }),
    ...(maxOutputTokens !== undefined && { outputTokenLimit: maxOutputTokens }),
    supportedGenerationMethods: [...methods.keys()],
  };
}
