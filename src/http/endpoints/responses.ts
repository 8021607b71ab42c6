import { eventStream } from "../event-stream.ts";
import { explanationField, explanationHeaders } from "../explanation.ts";
import { failureOf } from "../failure.ts";
import { wantsStream } from "../fields.ts";
import { withInferredSession } from "../infer-session.ts";
import { readJson } from "../json-body.ts";
import { jsonReply } from "../reply.ts";
import { chatOfResponse } from "../responses/chat-of-response.ts";
import { responseEvents } from "../responses/response-events.ts";
import { responseOfCompletion } from "../responses/response-of-completion.ts";
import { routedRequest } from "../routed-request.ts";
import type { Endpoint } from "./endpoint.ts";
import { firstRead } from "./first-read.ts";
import { openaiError } from "./openai-error.ts";

/** `POST /v1/responses`: OpenAI's newer interface, without what a provider keeps. */
export const responses: Endpoint = {
  method: "POST",
  path: "/responses",
  refuse: openaiError,
  async serve(call, serving) {
    const identity = await serving.identify(call);
    const body = await readJson(call);
    const { router, options } = serving;
    const named = routedRequest(body, chatOfResponse(body), call, identity, router, options);
    const request = withInferredSession(named, options);
    const asked = String(body["model"] ?? "auto");
    const explains = options.explain === true;
    if (!wantsStream(body)) {
      const { completion, decision, costUsd } = await router.route(request, { signal: call.signal });
      const response = responseOfCompletion(completion, asked, body);
      if (!explains) return jsonReply(response);
      return jsonReply({ ...response, ...explanationField(decision, costUsd) }, explanationHeaders(decision));
    }
    const { chunks, decision } = await firstRead(
      router.stream(request, { signal: call.signal }),
      "responses",
    );
    const events = responseEvents(chunks, asked, body);
    return eventStream(events, await events.next(), {
      headers: explains ? explanationHeaders(decision) : {},
      onError: (error) => {
        const { message, code, param = null } = failureOf(error);
        return { event: "error", data: { type: "error", code, message, param } };
      },
    });
  },
};
