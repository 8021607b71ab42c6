import type { Router, RouteStream } from "../../../contracts/index.ts";
import { contentOfCompletion, decisionData, finishReasonOf, usageOf } from "./content-of-completion.ts";
import { apiCallError } from "./errors.ts";
import { requestOfCall } from "./request-of-call.ts";
import { createPartWriter } from "./stream-parts.ts";
import type { AiSdkModel, CallSettings, GenerateResult, StreamPart, Warning } from "./wire.ts";

/** Provider's name of all models here. */
export const providerName = "switchpoint";

/** Creates a language model over a router: `modelId` is `auto`, or the id of the model that must answer. */
export function languageModel(
  router: Router,
  modelId: string,
  supportedUrls: AiSdkModel["supportedUrls"],
): AiSdkModel {
  const pin = modelId === "auto" ? undefined : modelId;

  async function doGenerate(call: CallSettings): Promise<GenerateResult> {
    try {
      const { request, warnings } = requestOfCall(call, pin);
      const result = await router.route(request, { signal: call.abortSignal });
      const { completion } = result;
      return {
        content: contentOfCompletion(completion),
        finishReason: finishReasonOf(completion.choices[0]?.finish_reason),
        usage: usageOf(completion.usage),
        providerMetadata: decisionData(result),
        response: {
          id: completion.id,
          timestamp: new Date(completion.created * 1_000),
          modelId: completion.model,
        },
        warnings,
      };
    } catch (error) {
      throw failed(error, call.abortSignal, modelId);
    }
  }

  async function doStream(call: CallSettings): Promise<{ stream: ReadableStream<StreamPart> }> {
    try {
      const { request, warnings } = requestOfCall(call, pin);
      return { stream: await partStream(router.stream(request, { signal: call.abortSignal }), warnings) };
    } catch (error) {
      throw failed(error, call.abortSignal, modelId);
    }

    /** Waits for the first chunk: an error before it rejects the call instead of ending a stream. */
    async function partStream(stream: RouteStream, warnings: Warning[]): Promise<ReadableStream<StreamPart>> {
      const chunks = stream[Symbol.asyncIterator]();
      // Rejections come by the iteration.
      stream.result.catch(() => {});
      let step: IteratorResult<object> | undefined = await chunks.next();
      const writer = createPartWriter();
      const waiting: StreamPart[] = [{ type: "stream-start", warnings }];
      let isOver = false;
      const read = async (): Promise<void> => {
        const next =
          step === undefined ? await chunks.next() : (step as Awaited<ReturnType<typeof chunks.next>>);
        step = undefined;
        if (next.done === true) {
          isOver = true;
          waiting.push(...writer.end(await stream.result));
          return;
        }
        if (call.includeRawChunks === true) waiting.push({ type: "raw", rawValue: next.value });
        waiting.push(...writer.add(next.value));
      };
      return new ReadableStream<StreamPart>(
        {
          async pull(controller) {
            try {
              while (waiting.length === 0 && !isOver) await read();
            } catch (error) {
              isOver = true;
              if (call.abortSignal?.aborted === true) {
                controller.error(call.abortSignal.reason);
                return;
              }
              waiting.push(
                { type: "error", error: apiCallError(error, modelId) },
                {
                  type: "finish",
                  finishReason: { unified: "error", raw: undefined },
                  usage: usageOf(undefined),
                },
              );
            }
            const part = waiting.shift();
            if (part !== undefined) controller.enqueue(part);
            if (isOver && waiting.length === 0) controller.close();
          },
          // A reader that leaves also ends a read under way.
          async cancel() {
            await chunks.return?.();
          },
        },
        { highWaterMark: 0 },
      );
    }
  }

  return { specificationVersion: "v3", provider: providerName, modelId, supportedUrls, doGenerate, doStream };
}

/** An abort keeps its reason, by which the SDK knows it. */
function failed(error: unknown, signal: AbortSignal | undefined, modelId: string): unknown {
  return signal?.aborted === true ? signal.reason : apiCallError(error, modelId);
}
